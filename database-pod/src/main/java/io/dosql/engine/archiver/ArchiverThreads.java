package io.dosql.engine.archiver;

import static io.dosql.engine.error.ErrorCode.STORAGE_TIMEOUT;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an {@link Archiver}: a thread for its steps, which may hang in an upload for minutes, and
 * one that sees to the limit of the lag meanwhile.
 */
public final class ArchiverThreads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ArchiverThreads.class);
  private static final Duration LAG_CHECK_INTERVAL = Duration.ofMillis(500);
  private static final Duration LAST_COMMITS_POLL = Duration.ofMillis(5);

  private final Archiver archiver;
  private final CommitLog log;
  private final InstantSource clock;
  private final Duration closeTimeout;
  private final Thread thread = Thread.ofPlatform().daemon().name("archiver").unstarted(this::run);
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("archive-lag").factory());
  private volatile boolean isClosing;

  public ArchiverThreads(
      Archiver archiver, CommitLog log, ArchiverLimits limits, InstantSource clock) {
    this.archiver = archiver;
    this.log = log;
    this.clock = clock;
    this.closeTimeout = limits.closeTimeout();
  }

  public void start() {
    thread.start();
    var _ =
        watch.scheduleWithFixedDelay(
            this::watch,
            LAG_CHECK_INTERVAL.toMillis(),
            LAG_CHECK_INTERVAL.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void watch() {
    try {
      archiver.enforceLag();
    } catch (RuntimeException failure) {
      LOG.error("Looking after the archive's lag failed", failure);
    }
  }

  private void run() {
    try {
      while (!isClosing) {
        Duration pause = archiver.step();
        if (!isClosing && !pause.isZero()) {
          LockSupport.parkNanos(this, pause.toNanos());
        }
      }
      archiveLast();
    } finally {
      try {
        archiver.close();
      } catch (IOException failure) {
        LOG.warn("Could not close the archiver", failure);
      }
    }
  }

  /** A store that fails is not waited for: the log has what it lacks, and goes on with the pod. */
  private void archiveLast() {
    long deadline = System.nanoTime() + closeTimeout.toNanos();
    boolean isFirst = true;
    while (!archiver.isCaughtUp()
        && (isFirst || !archiver.isFailing())
        && deadline - System.nanoTime() > 0) {
      isFirst = false;
      Duration pause = archiver.step();
      if (!pause.isZero()) {
        LockSupport.parkNanos(this, LAST_COMMITS_POLL.toNanos());
      }
    }
    if (!archiver.isCaughtUp()) {
      LOG.warn("The last commits are not archived; they will be after the next start");
    }
  }

  /**
   * Waits until everything is archived that was acknowledged before the call, or a try since then
   * has failed; does not wait for the next interval.
   *
   * @return a moment, of the time of day, just before the call: no commit that is not archived has
   *     that time or an earlier one, unless the time of day was set back
   * @throws DosqlException {@code STORAGE_TIMEOUT} if that takes longer, or why the try failed
   */
  public Instant awaitArchived(Duration timeout) {
    // A commit of the same millisecond may still come.
    Instant moment = clock.instant().truncatedTo(ChronoUnit.MILLIS).minusNanos(1);
    LogPosition appended = log.statistics().appended();
    long deadline = System.nanoTime() + timeout.toNanos();
    long failures = archiver.failures();
    // Also if the latest try failed: it is tried again for the sake of this call.
    LockSupport.unpark(thread);
    while (!archiver.isArchived(appended)) {
      if (archiver.failures() > failures) {
        throw failed();
      }
      if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
        throw late(timeout);
      }
      if (!archiver.isFailing()) {
        LockSupport.unpark(thread);
      }
      LockSupport.parkNanos(this, LAST_COMMITS_POLL.toNanos());
    }
    return moment;
  }

  private DosqlException failed() {
    ArchiveStatus status = archiver.status();
    return status
        .failure()
        .map(
            failure ->
                new DosqlException(
                        failure.code(),
                        "The newest commits cannot be archived: " + failure.message())
                    .withSuggestion(failure.suggestion()))
        .orElseGet(
            () -> new DosqlException(STORAGE_TIMEOUT, "The newest commits are not archived yet."));
  }

  private DosqlException late(Duration timeout) {
    ArchiveStatus status = archiver.status();
    return new DosqlException(
            STORAGE_TIMEOUT,
            "Waited %d s for the newest commits to be archived; archiving is %s%s."
                .formatted(
                    timeout.toSeconds(),
                    status.state().word(),
                    status.failure().map(failure -> ": " + failure.message()).orElse("")))
        .withSuggestion("See the state of the archive for what is wrong with the object store.");
  }

  /** Archives the last commits, if that works within the limit, and ends. */
  @Override
  public void close() throws InterruptedException {
    isClosing = true;
    LockSupport.unpark(thread);
    if (thread.isAlive() && !thread.join(closeTimeout)) {
      LOG.warn("The store does not answer; the last commits will be archived after the next start");
      thread.interrupt();
    }
    watch.shutdownNow();
  }
}
