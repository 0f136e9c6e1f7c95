package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.PruneResult;
import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go of what restores saved when that is older than the window, in a pod that does not archive
 * commits; in one that does it is {@link Retention} that does so, with all else. Here the pod's
 * clock alone says what is old, for nothing else in the store tells the time.
 *
 * <p>What it fails at it tries again after a while. {@link #status} is for any thread.
 */
public final class SavedStateRetention implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SavedStateRetention.class);

  private final BackupCatalog backups;
  private final SnapshotUse use;
  private final ChainLimits limits;
  private final InstantSource clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("saved-state-retention").daemon().factory());
  private volatile RetentionStatus status;

  /**
   * @param use knows who needs snapshots besides backups
   * @param limits those of the window and of retrying count
   */
  public SavedStateRetention(
      BackupCatalog backups, SnapshotUse use, ChainLimits limits, InstantSource clock) {
    this.backups = backups;
    this.use = use;
    this.limits = limits;
    this.clock = clock;
    this.status = RetentionStatus.of(limits.window());
  }

  /** Begins, in the background. */
  public void start() {
    schedule(Duration.ZERO);
  }

  private void schedule(Duration delay) {
    var _ = timer.schedule(() -> schedule(pass()), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  public RetentionStatus status() {
    return status;
  }

  /**
   * Deletes what is to go now.
   *
   * @return when to come again
   */
  Duration pass() {
    Instant now = clock.instant();
    try {
      Optional<PruneResult> pruned = backups.pruneStatesBefore(now.minus(limits.horizon()), use);
      status =
          status
              .withDeleted(pruned.map(PruneResult::objects).orElse(0))
              .withFailure(Optional.empty());
      return pruned.isPresent() ? limits.retentionInterval() : limits.debtRetryAfter();
    } catch (DosqlException failure) {
      return failed(failure, now);
    } catch (RuntimeException unexpected) {
      LOG.error("deleting what restores saved failed unexpectedly", unexpected);
      return failed(
          new DosqlException(
              ErrorCode.INTERNAL,
              "Deleting what restores saved failed: see the pod's log.",
              unexpected),
          now);
    }
  }

  private Duration failed(DosqlException failure, Instant now) {
    LOG.warn("What restores saved could not be deleted: {}", failure.toString());
    status = status.withFailure(Optional.of(ChainFailure.of(null, failure, now)));
    return limits.debtRetryAfter();
  }

  /** Ends it; what it was at goes on after the next start. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
