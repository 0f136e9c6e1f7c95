package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogHold;
import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants need from time to time: checkpoints, sleep, the end of abandoned transactions, the
 * release of old log segments, and another try for those that could not be opened. Costs as much as
 * there are tenants awake or quarantined, however many are asleep.
 */
final class Maintenance implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
  private static final Duration INTERVAL = Duration.ofMillis(100);

  /** As much of the log may wait for checkpoints. */
  private static final int SEGMENTS_MAX = 8;

  /** Of those who keep more of it, so many are looked at in a round. */
  private static final int LATE_MAX = 1_000;

  /** Each is several syncs. */
  private static final int CHECKPOINTS_PER_ROUND = 25;

  /** Each may cost a sync. */
  private static final int REDO_POINTS_PER_ROUND = 50;

  private final TenantParts parts;
  private final TenantEnvironment environment;
  private final TenantRegister register;
  private final Function<TenantName, @Nullable Tenant> tenants;
  private final Queue<Tenant> untold = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("tenant-maintenance").daemon().factory());

  /**
   * @param tenants finds one by its name
   */
  Maintenance(
      TenantParts parts, TenantRegister register, Function<TenantName, @Nullable Tenant> tenants) {
    this.parts = parts;
    this.environment = parts.environment();
    this.register = register;
    this.tenants = tenants;
  }

  void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            this::round, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * After a start: the log shall hear what this tenant's files hold. Not before the pod is ready,
   * since there may be thousands.
   */
  void tellRedoPointOf(Tenant tenant) {
    untold.add(tenant);
  }

  /** What is due now. Not at the same time as another round. */
  void round() {
    try {
      environment.pools().takeTurnsOfTheStuck();
      environment.disk().refresh();
      tellRedoPoints();
      long now = environment.nanoTime().getAsLong();
      List<Tenant> awake = parts.awake().tenants();
      List<LogHold> late = late();
      Set<String> lateTenants = late.isEmpty() ? Set.of() : lateAmong(awake, late);
      for (Tenant tenant : awake) {
        look(tenant, now, lateTenants.contains(tenant.name().value()));
      }
      if (!late.isEmpty()) {
        wakeOldestHolder();
      }
      wakeOnePinned();
      lookAfterQuarantine();
    } catch (Throwable failure) {
      // Also an error of the JVM: the timer would never run again.
      LOG.error("a round of maintenance failed", failure);
    }
  }

  /**
   * Who keeps the log longer than it should be. Not all who have something in it: with many tenants
   * each would be checkpointed all the time, and a checkpoint is several fsyncs.
   */
  private List<LogHold> late() {
    CommitLog log = environment.log();
    long kept = log.settled().bytes() - (long) SEGMENTS_MAX * log.options().segmentBytes();
    return kept <= 0 ? List.of() : log.holdersBefore(new LogPosition(kept), LATE_MAX);
  }

  private static Set<String> lateAmong(List<Tenant> awake, List<LogHold> late) {
    Set<String> names =
        awake.stream().map(tenant -> tenant.name().value()).collect(Collectors.toSet());
    return late.stream()
        .filter(LogHold::isTenant)
        .map(LogHold::tenant)
        .filter(names::contains)
        .limit(CHECKPOINTS_PER_ROUND)
        .collect(Collectors.toSet());
  }

  /** One tenant whose state is damaged must not keep the others from being served. */
  private void tellRedoPoints() {
    for (int i = 0; i < REDO_POINTS_PER_ROUND && !untold.isEmpty(); i++) {
      Tenant tenant = untold.remove();
      var _ =
          tenant
              .tellRedoPointSoon()
              .whenComplete(
                  (name, failure) -> {
                    if (failure != null) {
                      LOG.error(
                          "the log keeps all commits of tenant {} until it is used",
                          tenant.name(),
                          failure);
                    }
                  });
    }
  }

  private void look(Tenant tenant, long now, boolean isLate) {
    TenantDatabase database = tenant.databaseIfAwake();
    if (database == null) {
      return;
    }
    database.expireLeases(now);
    if (!tenant.isPinned()
        && now - tenant.lastUsedNanos() > environment.limits().sleepAfter().toNanos()) {
      sleep(tenant);
    } else if (database.wantsCheckpoint() || (isLate && database.pinsLog())) {
      var _ =
          tenant
              .checkpointSoon(database)
              .exceptionally(
                  failure -> {
                    LOG.warn("tenant {}: a checkpoint failed", tenant.name(), failure);
                    return false;
                  });
    }
  }

  private static void sleep(Tenant tenant) {
    var _ =
        tenant
            .sleep()
            .whenComplete(
                (name, failure) -> {
                  if (failure != null) {
                    LOG.warn("tenant {} could not be closed", tenant.name(), failure);
                  }
                });
  }

  /**
   * A tenant that was not used since a crash pins the log with what it has to redo: waking it
   * redoes that, and its sleep lets go of the log.
   */
  private void wakeOldestHolder() {
    environment
        .log()
        .oldestHolder()
        .filter(LogHold::isTenant)
        .map(hold -> new TenantName(hold.tenant()))
        .map(tenants)
        .filter(tenant -> tenant.state() == TenantState.ASLEEP)
        .ifPresent(Maintenance::wakeSoon);
  }

  /** One a round, so that a start with many of them stays quick. */
  private void wakeOnePinned() {
    register.pinned().stream()
        .map(tenants)
        .filter(tenant -> tenant != null && tenant.state() == TenantState.ASLEEP)
        .findFirst()
        .ifPresent(Maintenance::wakeSoon);
  }

  /** Tries one a round again, of those whose time has come; and writes down who they are. */
  private void lookAfterQuarantine() {
    List<Tenant> quarantined = parts.census().quarantined(Integer.MAX_VALUE);
    register.keepQuarantined(quarantined.stream().map(Tenant::name).collect(Collectors.toSet()));
    quarantined.stream().filter(Tenant::isRetryDue).findFirst().ifPresent(Maintenance::wakeSoon);
  }

  private static void wakeSoon(Tenant tenant) {
    var _ = Thread.startVirtualThread(() -> wake(tenant));
  }

  private static void wake(Tenant tenant) {
    try {
      tenant.use().close();
    } catch (RuntimeException failure) {
      LOG.debug("tenant {} was to wake and did not", tenant.name(), failure);
    }
  }

  /**
   * Returns when the round that runs, if one does, has ended: none begins anything afterwards. A
   * round waits for no strand, and so for nobody who might wait for this.
   */
  @Override
  public void close() {
    timer.close();
  }
}
