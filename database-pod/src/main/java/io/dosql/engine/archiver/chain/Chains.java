package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.log.ArchivedSnapshots;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archiver.ArchivedLog;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the chains of a pod, on a thread of its own, until it is closed. What fails is tried again
 * for ever; meanwhile the log, up to a limit, holds what is not in chains.
 *
 * <p>Where to go on after a restart is {@link #chainedTo}, which whoever writes log objects keeps
 * in them. Of what was done since then nothing is done twice: the store is asked how far each chain
 * goes.
 */
public final class Chains implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Chains.class);

  /** What an earlier process has left comes soon, but not before the line's objects are known. */
  private static final Duration FIRST_ROUND_AFTER = Duration.ofSeconds(1);

  /** Longest wait for what is under way when chains are closed. */
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  /** Of the time of a round that took longer than the interval, this is left for other tasks. */
  private static final int UPKEEP_SHARE = 4;

  private final ChainLimits limits;
  private final LongSupplier nanoTime;
  private final InstantSource clock;
  private final ChainProgress progress;
  private final ChainWork work;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().daemon().name("chains").unstarted(this::run);

  /**
   * What is built, and where.
   *
   * @param line the archive line of the log
   * @param scratch an existing folder for temporary files, with room for a copy of the largest
   *     tenant and its snapshot, or for the limits' pages
   * @param pageBytes of every tenant's pages
   */
  public record Target(
      ObjectStore store, ArchiveLayout layout, String line, Path scratch, int pageBytes) {}

  /**
   * Prepares building, and holds the log for it: nothing that is behind {@code chainedTo} may have
   * been released by whoever held it before.
   *
   * @param backups of the same store; all who refer to its snapshots have the same one
   * @param chainedTo what {@link #chainedTo} was when last written down in this line; {@link
   *     LogPosition#START} if it never was
   */
  public Chains(
      CommitLog log,
      ArchivedLog archive,
      ChainTenants tenants,
      Target target,
      BackupCatalog backups,
      LogPosition chainedTo,
      ChainLimits limits,
      InstantSource clock) {
    this.limits = limits;
    this.nanoTime = System::nanoTime;
    this.clock = clock;
    this.progress = new ChainProgress(chainedTo, limits.window());
    this.work =
        new ChainWork(
            new ChainContext(
                log,
                archive,
                tenants,
                target.store(),
                target.layout(),
                new ChainCatalog(target.store(), target.layout(), target.line()),
                new Deletions(target.store(), target.layout(), target.line()),
                new LogObjects(target.store(), target.layout(), target.line()),
                backups,
                new ArchivedSnapshots(
                    target.store(),
                    target.layout(),
                    (line, of) -> {
                      if (line.equals(target.line())) {
                        released(of);
                      }
                    }),
                new SnapshotUploader(backups, target.scratch()),
                target.scratch(),
                target.pageBytes(),
                limits,
                clock,
                nanoTime,
                new PutRate(limits.putsPerSecond(), nanoTime, this::pause),
                progress));
  }

  public void start() {
    thread.start();
  }

  /** All commits before it are in chains. Never goes back. Any thread. */
  public LogPosition chainedTo() {
    return progress.chainedTo();
  }

  /** Any thread. */
  public ChainStatus status() {
    return progress.status();
  }

  /** Backups no longer need snapshots of these tenants. Any thread. */
  void released(Set<String> tenants) {
    work.released(tenants);
  }

  private void run() {
    long due = nanoTime.getAsLong() + FIRST_ROUND_AFTER.toNanos();
    while (!isClosed()) {
      long begun = nanoTime.getAsLong();
      if (begun - due >= 0) {
        boolean isMore = attempt(work::round);
        long took = nanoTime.getAsLong() - begun;
        due = begun + (isMore ? 0 : limits.interval().toNanos());
        due = Math.max(due, nanoTime.getAsLong() + took / UPKEEP_SHARE);
      }
      if (!attempt(work::upkeep)) {
        waitUntil(Math.min(due, nanoTime.getAsLong() + limits.retryAfter().toNanos()));
      }
    }
  }

  private interface Task {
    boolean run() throws IOException;
  }

  private boolean attempt(Task task) {
    try {
      return task.run();
    } catch (DosqlException | IOException failure) {
      failed(failure);
      return false;
    } catch (RuntimeException unexpected) {
      LOG.error("building chains failed; it goes on", unexpected);
      failed(unexpected);
      return false;
    }
  }

  private void failed(Exception failure) {
    if (isClosed()) {
      return;
    }
    LOG.warn("building chains failed, and will be tried again: {}", failure.toString());
    progress.failed(ChainFailure.of(null, failure, clock.instant()));
    waitUntil(nanoTime.getAsLong() + limits.retryAfter().toNanos());
  }

  private void waitUntil(long nanos) {
    try {
      pause(Duration.ofNanos(Math.max(0, nanos - nanoTime.getAsLong())));
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  /** For so long, or until it is closed. */
  private void pause(Duration duration) throws InterruptedException {
    if (closed.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new InterruptedException("chains are closed");
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Stops, within seconds; what is under way is done again by the next process. */
  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    try {
      if (thread.isAlive() && !thread.join(CLOSE_MAX)) {
        LOG.warn("building chains did not stop within {} s", CLOSE_MAX.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
