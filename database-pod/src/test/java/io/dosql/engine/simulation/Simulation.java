package io.dosql.engine.simulation;

import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CorruptLogException;
import io.dosql.engine.log.LogBusyException;
import io.dosql.engine.log.SimulatedLog;
import io.dosql.engine.sqlite.SimulatedVfs;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TenantName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Several lives of the engine on one volume, with clients, faults and crashes, compared with a
 * model of what clients were answered. One seed is one story, the same each time.
 */
final class Simulation implements AutoCloseable {

  private static final String MOUNT_POINT = "/dosql-simulation";
  private static final int LIVES = 5;
  private static final int ACTIONS_MAX = 60;
  private static final int KIB = 1024;

  /** After so many refusals in one story nothing fails any more while the engine opens. */
  private static final int FAILING_OPENINGS_MAX = 30;

  /** Those, and those that what had failed before still explains. */
  private static final int REFUSED_OPENINGS_MAX = 40;

  private static final List<String> TENANTS = List.of("a", "b", "c", "d");

  private final Random random;
  private final Sabotage sabotage;
  private final Volume volume;
  private final SimulatedClock clock;
  private final Scheduler scheduler;
  private final EngineProcess.Environment environment;
  private final Map<String, TenantModel> models = new HashMap<>();
  private final Map<ErrorCode, Integer> toldErrors = new EnumMap<>(ErrorCode.class);
  private final Statistics statistics = new Statistics();
  private final Checks checks = new Checks(this);
  private final boolean sharesWrites;
  private long numbers;
  private @Nullable Life life;
  private boolean mayFill;
  private boolean isSqueezed;

  /** What happened, to see that the simulation reaches what it is for. */
  static final class Statistics {
    int openings;
    int refusedOpenings;
    int powerLosses;
    int kills;
    int cleanStops;
    int releasedSegments;
    int rotFound;
    int rotHarmless;
    int rotUnseen;
  }

  Simulation(long seed, Sabotage sabotage) {
    this.random = new Random(seed);
    this.sabotage = sabotage;
    this.volume = new Volume(random);
    this.clock = new SimulatedClock(random);
    this.scheduler = new Scheduler(random, this::step);
    volume.ignoreSyncs(this::ignoresSync);
    volume.ignoreDeletions(
        (path, target) -> sabotage == Sabotage.WAL_NOT_DELETED && target == Faults.Target.WAL);
    volume.hideFailures(
        (path, target) -> sabotage == Sabotage.LOG_FAILURE_HIDDEN && target == Faults.Target.LOG);
    this.sharesWrites = random.nextInt(3) == 0;
    for (String tenant : TENANTS) {
      models.put(tenant, new TenantModel(tenant));
    }
    this.environment = environment(volume);
    SimulatedVfs.seedRandomness(1 + (int) (seed & 0x3fff_ffff));
    mount(volume);
  }

  /** Shows a volume to SQLite. */
  void mount(Volume shown) {
    SimulatedVfs.mount(MOUNT_POINT, new SimulatedFiles(MOUNT_POINT, shown, scheduler));
  }

  /** Shows a volume to Java: the pod's data folder on it. */
  Path folderOn(Volume shown) {
    return new SimulatedFileSystem(Path.of(MOUNT_POINT), shown, scheduler::point)
        .root()
        .resolve("data");
  }

  private EngineProcess.Environment environment(Volume on) {
    return new EngineProcess.Environment(
        random,
        on,
        folderOn(on),
        clock,
        scheduler,
        SimulatedLog.smallOptions(random.nextInt(5) == 0 ? Duration.ZERO : Duration.ofMinutes(5)),
        new TenantLimits(
            10,
            1 + random.nextInt(4),
            Duration.ofSeconds(1 + random.nextInt(10)),
            10,
            2 + random.nextInt(3),
            random.nextBoolean() ? 16 * KIB : 256 * KIB,
            (16L + random.nextInt(200)) * KIB,
            random.nextInt(4) == 0 ? 100 * KIB : 10_000 * KIB,
            KIB * KIB,
            KIB * KIB,
            random.nextBoolean() ? 300 * KIB : 0));
  }

  private boolean ignoresSync(String path, Faults.Target target) {
    return switch (target) {
      case LOG -> sabotage == Sabotage.LOG_NOT_SYNCED;
      case LOG_FOLDER -> sabotage == Sabotage.LOG_NAMES_NOT_SYNCED;
      case DATABASE -> sabotage == Sabotage.DATABASE_NOT_SYNCED;
      case STATE -> sabotage == Sabotage.STATE_NOT_SYNCED;
      case TENANT_FOLDER -> sabotage == Sabotage.TENANT_NAMES_NOT_SYNCED;
      case WAL, OTHER -> false;
    };
  }

  // ---- For the life that is on

  Random random() {
    return random;
  }

  Volume volume() {
    return volume;
  }

  SimulatedClock clock() {
    return clock;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  List<String> tenantNames() {
    return TENANTS;
  }

  TenantModel model(String tenant) {
    TenantModel model = models.get(tenant);
    if (model == null) {
      throw new IllegalArgumentException(tenant);
    }
    return model;
  }

  /**
   * Whether clients write so that several share a commit, and LSNs can be checked less strictly.
   */
  boolean sharesWrites() {
    return sharesWrites;
  }

  long nextNumber() {
    return ++numbers;
  }

  void count(ErrorCode code) {
    toldErrors.merge(code, 1, Integer::sum);
  }

  boolean skipsGate() {
    return sabotage == Sabotage.GATE_SKIPPED;
  }

  /** Breaks a rule, now and then, if this is what the simulation is for. */
  void sabotage(EngineProcess process, String tenant) {
    if (volume.hasEnded() || sabotage == Sabotage.NONE || random.nextInt(4) > 0) {
      return;
    }
    TenantName name = new TenantName(tenant);
    try {
      switch (sabotage) {
        case REDO_POINT_TOO_EARLY -> process.tenants().moveRedoPointTooEarly(name);
        case RELEASED_TOO_EARLY -> process.tenants().releaseTooEarly(name);
        default -> {}
      }
    } catch (IOException | RuntimeException notNow) {
      // A transaction was open, or the disk has failed.
    }
  }

  /** The same while a client waits for its answer; now and then the process ends there. */
  void sabotageUnsettled(EngineProcess process, String tenant) {
    if (sabotage != Sabotage.CHECKPOINT_UNSETTLED || volume.hasEnded()) {
      return;
    }
    try {
      process.tenants().checkpointUnsettled(new TenantName(tenant));
    } catch (RuntimeException notNow) {
      return;
    }
    if (random.nextInt(10) == 0) {
      volume.end();
    }
  }

  /** The disk fills up, or somebody makes room. */
  void squeeze() {
    if (mayFill) {
      isSqueezed = !isSqueezed;
      volume.leaveSpace(isSqueezed ? random.nextInt(600) * (long) KIB : Long.MAX_VALUE);
    }
  }

  private void step() {
    if (life != null) {
      life.step();
    }
  }

  // ---- The story

  /** Runs all of it; returns a hash of everything that happened. */
  long run() throws Exception {
    for (int i = 0; i < LIVES; i++) {
      live(random.nextInt(ACTIONS_MAX), chooseFaults());
      restart();
      if (sabotage == Sabotage.NONE && random.nextInt(4) == 0) {
        new BitRot(this, environment).run();
      }
    }
    // At last everything is looked at, twice: what redo wrote must be durable, too.
    for (int i = 0; i < 2; i++) {
      open(Faults.none(), process -> checks.checkTenants(process, TENANTS));
      volume.end();
      volume.restartAfterPowerLoss();
    }
    return volume.trace();
  }

  Statistics statistics() {
    return statistics;
  }

  Map<ErrorCode, Integer> toldErrors() {
    return toldErrors;
  }

  private Faults.Target anyTarget() {
    List<Faults.Target> all = List.of(Faults.Target.values());
    return all.get(random.nextInt(all.size()));
  }

  private Faults chooseFaults() {
    Faults faults = Faults.none();
    faults.shortWrites = random.nextBoolean() ? 0.2 : 0;
    faults.shortReads = random.nextInt(4) == 0 ? 0.2 : 0;
    Faults.Target any = anyTarget();
    double often = random.nextBoolean() ? 0.01 : 0.1;
    if (sabotage == Sabotage.LOG_FAILURE_HIDDEN) {
      return faults.failSyncs(Faults.Target.LOG, 0.05);
    }
    switch (random.nextInt(9)) {
      case 0 -> faults.failWrites(any, often);
      case 1 -> faults.failSyncs(any, often);
      case 2 -> faults.failReads(any, often);
      case 3 -> faults.failNameChanges(any, often);
      case 4 -> mayFill = true;
      case 5 -> {}
      default -> faults.operationsLeft = 1 + random.nextInt(random.nextBoolean() ? 60 : 1500);
    }
    return faults;
  }

  private Faults openingFaults() {
    Faults faults = Faults.none();
    if (random.nextInt(3) > 0 && statistics.refusedOpenings < FAILING_OPENINGS_MAX) {
      faults.shortWrites = 0.1;
      faults.operationsLeft = 1 + random.nextInt(40);
      Faults.Target any = anyTarget();
      faults.failSyncs(any, random.nextInt(4) == 0 ? 0.1 : 0);
      faults.failWrites(any, random.nextInt(4) == 0 ? 0.05 : 0);
      faults.failReads(any, random.nextInt(4) == 0 ? 0.02 : 0);
    }
    return faults;
  }

  interface Body {
    void run(EngineProcess process) throws Exception;
  }

  /** Opens the engine, which may take some tries: recovery is interrupted, too. */
  private void open(Faults faults, Body body) throws Exception {
    Faults opening = faults;
    while (true) {
      volume.setFaults(opening);
      EngineProcess[] opened = new EngineProcess[1];
      IOException[] reason = new IOException[1];
      onThread(
          volume,
          () -> {
            try {
              opened[0] = EngineProcess.start(environment);
            } catch (CorruptLogException wrong) {
              throw new Violation("a crash is not corruption", wrong);
            } catch (IOException refused) {
              reason[0] = refused;
              return false;
            }
            return body(opened[0], body);
          });
      if (opened[0] != null) {
        statistics.openings++;
        return;
      }
      statistics.refusedOpenings++;
      if (statistics.refusedOpenings > REFUSED_OPENINGS_MAX) {
        throw new Violation("the engine opens no more, though nothing fails", reason[0]);
      }
      volume.end();
      restart();
      opening = openingFaults();
    }
  }

  private Object body(EngineProcess process, Body body) throws Exception {
    if (process.log().recovery().isNew() && models.values().stream().anyMatch(m -> !m.isEmpty())) {
      throw new Violation("the log is gone");
    }
    volume.setFaults(Faults.none());
    if (!volume.hasEnded()) {
      checks.checkLog(process.log());
      body.run(process);
    }
    return process;
  }

  /**
   * Runs something on a thread of the simulation until nothing goes on, then frees what is left.
   *
   * @param body what it returns is freed if it is a {@link EngineProcess}
   */
  void onThread(Volume on, Callable<@Nullable Object> body) throws Exception {
    EngineProcess[] process = new EngineProcess[1];
    scheduler.spawn(
        () -> {
          Object result = body.call();
          process[0] = result instanceof EngineProcess started ? started : null;
          return result;
        });
    scheduler.run(() -> life != null && life.quiet());
    life = null;
    if (process[0] != null) {
      on.end();
      scheduler.spawn(
          () -> {
            process[0].bury();
            return true;
          });
      scheduler.run(() -> false);
    }
    if (SimulatedVfs.openFiles() > 0) {
      throw new Violation(SimulatedVfs.openFiles() + " files are open after the end");
    }
  }

  private void live(int actions, Faults faults) throws Exception {
    open(
        openingFaults(),
        process -> {
          if (random.nextInt(2) == 0) {
            checks.checkTenants(process, some());
          }
          volume.setFaults(faults);
          Life current = new Life(this, process, actions, !isHarmless(faults));
          life = current;
          current.run(1 + random.nextInt(6));
          boolean stops = !volume.hasEnded() && random.nextBoolean();
          if (stops) {
            stop(current);
          }
        });
  }

  private boolean isHarmless(Faults faults) {
    return faults.failsNothing() && !mayFill;
  }

  private void stop(Life current) {
    try {
      current.stop();
      statistics.cleanStops++;
    } catch (LogBusyException full) {
      // What was appended last was told to nobody, and the process says that it ends without it.
      if (!mayFill) {
        throw new Violation("the log finds no space on a disk that has some", full);
      }
    } catch (IOException failed) {
      if (!volume.hasEnded()) {
        throw new Violation("the log fails, and the process goes on", failed);
      }
    }
  }

  private List<String> some() {
    return TENANTS.stream().filter(tenant -> random.nextBoolean()).toList();
  }

  private void restart() {
    if (random.nextInt(3) > 0) {
      statistics.powerLosses++;
      volume.restartAfterPowerLoss();
    } else {
      statistics.kills++;
      volume.restartAfterKill();
    }
    mayFill = false;
    isSqueezed = false;
    volume.leaveSpace(Long.MAX_VALUE);
  }

  @Override
  public void close() {
    SimulatedVfs.unmount();
    SimulatedVfs.seedRandomness(0);
    scheduler.close();
  }
}
