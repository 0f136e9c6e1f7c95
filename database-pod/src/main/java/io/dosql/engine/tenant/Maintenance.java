package io.dosql.engine.tenant;

import io.dosql.engine.log.LogHold;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants need from time to time: checkpoints, sleep, the end of abandoned transactions, and
 * the release of old log segments.
 */
final class Maintenance implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Duration IDLE_LEASE_MAX = Duration.ofSeconds(2);
  private static final int SEGMENTS_MAX = 4;

  private final TenantEnvironment environment;
  private final Collection<Tenant> tenants;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("tenant-maintenance").daemon().factory());

  Maintenance(TenantEnvironment environment, Collection<Tenant> tenants) {
    this.environment = environment;
    this.tenants = tenants;
  }

  void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            this::round, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What is due now. Not at the same time as another round. */
  void round() {
    try {
      environment.disk().refresh();
      long now = environment.nanoTime().getAsLong();
      boolean logIsLong = environment.log().statistics().segments() > SEGMENTS_MAX;
      List<Tenant> awake = tenants.stream().filter(Tenant::isAwake).toList();
      for (Tenant tenant : awake) {
        look(tenant, now, logIsLong);
      }
      evict(awake);
      if (logIsLong) {
        wakeOldestHolder();
      }
    } catch (Throwable failure) {
      // Also an error of the JVM: the timer would never run again.
      LOG.error("a round of maintenance failed", failure);
    }
  }

  private void look(Tenant tenant, long now, boolean logIsLong) {
    TenantDatabase database = tenant.databaseIfAwake();
    if (database == null) {
      return;
    }
    database.expireLease(now, IDLE_LEASE_MAX);
    if (now - tenant.lastUsedNanos() > environment.limits().sleepAfter().toNanos()) {
      sleep(tenant);
    } else if (database.wantsCheckpoint() || (logIsLong && database.pinsLog())) {
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
        .flatMap(name -> tenants.stream().filter(tenant -> tenant.name().equals(name)).findFirst())
        .filter(tenant -> !tenant.isAwake())
        .ifPresent(tenant -> Thread.ofVirtual().start(() -> wake(tenant)));
  }

  private static void wake(Tenant tenant) {
    try {
      tenant.use().close();
    } catch (RuntimeException failure) {
      LOG.warn("tenant {} keeps the log from being released", tenant.name(), failure);
    }
  }

  /** Puts the least recently used to sleep while more than maxAwake are awake. */
  private void evict(List<Tenant> awake) {
    int surplus = awake.size() - environment.limits().maxAwake();
    if (surplus > 0) {
      awake.stream()
          .sorted(Comparator.comparingLong(Tenant::lastUsedNanos))
          .limit(surplus)
          .forEach(Maintenance::sleep);
    }
  }

  @Override
  public void close() {
    timer.shutdown();
  }
}
