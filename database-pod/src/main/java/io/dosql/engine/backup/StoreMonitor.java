package io.dosql.engine.backup;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ProbeResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries the object store in the background, so that nobody waits for it who only asks how it is.
 * Once a day it removes what uploads of processes that died have left there.
 */
public final class StoreMonitor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StoreMonitor.class);
  private static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final Duration SWEEP_INTERVAL = Duration.ofDays(1);

  /** No upload takes longer: a part has an hour, and what is left over can wait. */
  private static final Duration UPLOAD_AGE_MIN = Duration.ofDays(1);

  private static final Health UNTRIED = new Health(State.UNKNOWN, null, null);

  /** What the store is. */
  public enum Kind {
    NONE,
    S3,
    DIRECTORY
  }

  /** How the store is. */
  public enum State {
    OK,
    ERROR,
    /** Not tried yet, or there is no store. */
    UNKNOWN
  }

  /**
   * The latest finding.
   *
   * @param code null unless it is an error
   * @param message with {@code code}
   */
  public record Health(State state, @Nullable ErrorCode code, @Nullable String message) {}

  private final Kind kind;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("store-monitor").daemon().factory());
  private volatile Health health = UNTRIED;

  /** When to look for leftovers; only the timer's thread knows it. */
  private Instant nextSweep = Instant.MIN;

  /** For a pod without a store. */
  public StoreMonitor() {
    this.kind = Kind.NONE;
  }

  /**
   * @param layout of what lies in the store; trying it may leave an empty object behind
   */
  public StoreMonitor(Kind kind, ObjectStore store, ArchiveLayout layout, Clock clock) {
    this.kind = kind;
    var _ =
        timer.scheduleWithFixedDelay(
            () -> probe(store, layout, clock), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void probe(ObjectStore store, ArchiveLayout layout, Clock clock) {
    try {
      switch (store.probe(layout.absolute(layout.probe()))) {
        case ProbeResult.Usable usable -> {
          succeeded();
          sweep(store, layout, clock.instant());
        }
        case ProbeResult.Unusable unusable ->
            found(new Health(State.ERROR, unusable.code(), unusable.message()));
      }
    } catch (RuntimeException unexpected) {
      LOG.error("trying the object store failed unexpectedly", unexpected);
      found(
          new Health(
              State.ERROR, ErrorCode.INTERNAL, "trying the object store failed: see the log"));
    }
  }

  private void sweep(ObjectStore store, ArchiveLayout layout, Instant now) {
    if (now.isBefore(nextSweep)) {
      return;
    }
    nextSweep = now.plus(SWEEP_INTERVAL);
    try {
      int aborted = store.abortUploads(layout.absolute(""), now.minus(UPLOAD_AGE_MIN));
      if (aborted > 0) {
        LOG.info("aborted {} uploads that were left over in the object store", aborted);
      }
    } catch (DosqlException e) {
      LOG.warn(
          "cannot look for uploads that were left over in the object store: {} {}",
          e.getMessage(),
          e.suggestion());
    }
  }

  private void found(Health now) {
    Health before = health;
    health = now;
    if (before.state() != now.state()) {
      if (now.state() == State.ERROR) {
        LOG.warn("the object store cannot be used: {}: {}", now.code(), now.message());
      } else {
        LOG.info("the object store can be used");
      }
    }
  }

  /** Somebody has just used the store with success. */
  public void succeeded() {
    found(new Health(State.OK, null, null));
  }

  public Kind kind() {
    return kind;
  }

  public Health health() {
    return health;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
