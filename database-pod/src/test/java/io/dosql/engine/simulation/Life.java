package io.dosql.engine.simulation;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.tenant.TenantName;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One process, from the moment that its tenants can be used to its end, with its clients. */
final class Life {

  private static final long STEP_NANOS = 40_000;
  private static final long MAINTENANCE_NANOS = 100_000_000;
  private static final int QUIET_MAX = 2_000;

  /** What a client may be told when nothing is wrong with the disk. */
  private static final Set<ErrorCode> HARMLESS =
      Set.of(
          ErrorCode.TXN_TIMEOUT,
          ErrorCode.TXN_SERIALIZATION_FAILURE,
          ErrorCode.TXN_ABORTED,
          ErrorCode.RESOURCE_EXHAUSTED);

  private record Rest(long untilNanos, long order, CompletableFuture<Boolean> end)
      implements Comparable<Rest> {
    @Override
    public int compareTo(Rest other) {
      int byTime = Long.compare(untilNanos - other.untilNanos, 0);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final Simulation simulation;
  private final EngineProcess process;
  private final Random random;
  private final Scheduler scheduler;
  private final Volume volume;
  private final SimulatedClock clock;
  private final PriorityQueue<Rest> rests = new PriorityQueue<>();
  private final CompletableFuture<Boolean> allGone = new CompletableFuture<>();
  private final boolean mayFail;
  private int actionsLeft;
  private int clients;
  private long nextMaintenanceNanos;
  private boolean isMaintaining;
  private boolean isOver;
  private int quietRounds;
  private long rested;

  /**
   * Begins.
   *
   * @param mayFail whether something is wrong with the disk, so that clients may be told anything
   */
  Life(Simulation simulation, EngineProcess process, int actions, boolean mayFail) {
    this.simulation = simulation;
    this.process = process;
    this.random = simulation.random();
    this.scheduler = simulation.scheduler();
    this.volume = simulation.volume();
    this.clock = simulation.clock();
    this.actionsLeft = actions;
    this.mayFail = mayFail;
    this.nextMaintenanceNanos = clock.getAsLong() + MAINTENANCE_NANOS;
  }

  /** Runs the clients; returns when they are gone. On a thread of the simulation. */
  void run(int clientCount) throws Exception {
    clients = clientCount;
    for (int i = 0; i < clientCount; i++) {
      scheduler.spawn(
          () -> {
            try {
              Client client = new Client(this, random);
              while (actionsLeft > 0 && isRunning()) {
                actionsLeft--;
                client.act();
                quietRounds = 0;
                simulation.sabotage(process, anyTenant());
              }
              return true;
            } finally {
              clients--;
              if (clients == 0) {
                allGone.complete(true);
              }
            }
          });
    }
    boolean _ = allGone.get();
    isOver = true;
  }

  boolean isRunning() {
    return !volume.hasEnded();
  }

  EngineProcess process() {
    return process;
  }

  String anyTenant() {
    List<String> names = simulation.tenantNames();
    return names.get(random.nextInt(names.size()));
  }

  TenantModel model(String tenant) {
    return simulation.model(tenant);
  }

  boolean sharesWrites() {
    return simulation.sharesWrites();
  }

  /** Runs {@code each} on so many threads at once, and waits for them. */
  void allAtOnce(int count, Runnable each) {
    int[] left = {count};
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    for (int i = 0; i < count; i++) {
      scheduler.spawn(
          () -> {
            try {
              each.run();
              return true;
            } finally {
              left[0]--;
              if (left[0] == 0) {
                done.complete(true);
              }
            }
          });
    }
    boolean _ = done.join();
  }

  long nextNumber() {
    return simulation.nextNumber();
  }

  /**
   * Waits until what a client is to be answered is durable.
   *
   * @param tenant the one that the session is on
   */
  void settle(SqlSession session, String tenant) {
    simulation.sabotageUnsettled(process, tenant);
    if (!simulation.skipsGate()) {
      session.settle();
    }
  }

  /** A client was told of a failure. */
  void told(DosqlException failure) {
    simulation.count(failure.code());
    boolean isHarmless =
        HARMLESS.contains(failure.code())
            // It could not be opened while something was wrong, and is tried again later.
            || (failure.code() == ErrorCode.TENANT_UNAVAILABLE && volume.hasFailed());
    if (isRunning() && !mayFail && !isHarmless) {
      throw new Violation("a client was told so though nothing was wrong", failure);
    }
  }

  // ---- Time

  /** Waits until so much simulated time has passed, or the process has ended. */
  void rest(Duration time) {
    if (isRunning()) {
      Rest rest = new Rest(clock.getAsLong() + time.toNanos(), rested++, new CompletableFuture<>());
      rests.add(rest);
      boolean _ = rest.end().join();
    }
  }

  /** Between two steps of the scheduler. */
  void step() {
    clock.advance(random.nextLong(STEP_NANOS));
    if (random.nextInt(400) == 0) {
      clock.advance(random.nextLong(300_000_000));
    }
    wakeRested();
    if (clock.getAsLong() - nextMaintenanceNanos >= 0) {
      maintain();
    }
    if (random.nextInt(500) == 0) {
      simulation.squeeze();
    }
  }

  private void wakeRested() {
    while (!rests.isEmpty()
        && (!isRunning() || clock.getAsLong() - rests.peek().untilNanos() >= 0)) {
      rests.remove().end().complete(true);
    }
  }

  private void maintain() {
    nextMaintenanceNanos = clock.getAsLong() + MAINTENANCE_NANOS;
    if (isRunning() && !isOver && !isMaintaining) {
      isMaintaining = true;
      scheduler.spawn(
          () -> {
            try {
              process.tenants().maintain();
              return true;
            } finally {
              isMaintaining = false;
            }
          });
    }
  }

  /** Nothing can go on: lets time pass. Returns false when that cannot help. */
  boolean quiet() {
    if (isOver) {
      return false;
    }
    if (!isRunning()) {
      wakeRested();
      return clients > 0 && ++quietRounds < QUIET_MAX;
    }
    if (++quietRounds > QUIET_MAX) {
      throw new Violation("clients wait, and nothing will wake them");
    }
    clock.advance(Math.max(0, nextMaintenanceNanos - clock.getAsLong()));
    wakeRested();
    maintain();
    return true;
  }

  /** What this life does with a tenant whose files a test looks at. */
  static TenantName name(String tenant) {
    return new TenantName(tenant);
  }

  /** Stops as a pod is stopped. */
  void stop() throws IOException {
    process.stop();
  }
}
