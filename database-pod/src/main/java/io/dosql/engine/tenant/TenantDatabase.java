package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.sqlite.CheckpointMode;
import io.dosql.engine.sqlite.CheckpointResult;
import io.dosql.engine.sqlite.ResultCode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tenant that is awake: its connections, and the way of each commit into the log.
 *
 * <p>Everything that writes runs on the tenant's strand, so between two jobs no commit is under
 * way. Methods say where they run; the others are for any (virtual) thread.
 */
public final class TenantDatabase {

  /** Bytes of a page, in every tenant. */
  public static final int PAGE_SIZE_BYTES = Connections.PAGE_SIZE;

  private static final Logger LOG = LoggerFactory.getLogger(TenantDatabase.class);
  private static final Duration CHECKPOINT_AGAIN = Duration.ofSeconds(2);
  private static final Duration SETTLE_MAX = Duration.ofSeconds(30);

  private final TenantName name;
  private final TenantFiles files;
  private final TenantLimits limits;
  private final CommitLog log;
  private final DiskGuard disk;
  private final Jobs jobs;
  private final CommitGate gate;
  private final CommitWriter commits;
  private final CommitCapture capture;
  private final TenantConnection writer;
  private final WalReader wal;
  private final ReaderPool readers;
  private final WriterQueue queue;

  // On the strand only.
  private boolean fileIsNew;

  private volatile long nextCheckpointNanos = System.nanoTime();
  private volatile @Nullable WriterLease lease;
  private volatile @Nullable Throwable broken;

  /** On the strand, with the database file recovered. */
  TenantDatabase(
      TenantName name,
      TenantFiles files,
      TenantFiles.State state,
      Strand strand,
      TenantEnvironment environment)
      throws IOException {
    this.name = name;
    this.files = files;
    this.jobs = new Jobs(name, strand, environment.pools().readers());
    this.limits = environment.limits();
    this.log = environment.log();
    this.disk = environment.disk();
    this.gate = new CommitGate(new CommitGate.Commit(state.checkpointedLsn(), LogPosition.START));
    this.wal = new WalReader(files.wal(), Connections.PAGE_SIZE);
    this.commits = new CommitWriter(name, log, wal, gate, environment.commits());
    this.capture = new CommitCapture(wal, gate, commits, limits, disk);
    this.readers = new ReaderPool(name, limits.maxReaders(), this::openReader);
    this.queue = new WriterQueue(limits.maxWaitingWriters());
    this.fileIsNew = state.checkpointedLsn() == 0;
    this.writer =
        Connections.openWriter(
            files.database(),
            limits,
            capture::whyToStop,
            capture::admitsCommit,
            capture::committed);
  }

  private TenantConnection openReader() {
    return Connections.openReader(files.database(), limits);
  }

  CommitGate gate() {
    return gate;
  }

  boolean isBroken() {
    return broken != null;
  }

  /** LSN of the newest commit, durable or not. */
  public long lastLsn() {
    return gate.last().lsn();
  }

  /** Waits for the right to write. */
  public WriterLease writer(Duration lockTimeout, Duration lifetime) {
    queue.acquire(name, lockTimeout);
    WriterLease granted = new WriterLease(this, lifetime);
    lease = granted;
    return granted;
  }

  /** Waits for a reader connection. */
  public ReaderLease reader(Duration timeout) {
    readers.acquire(timeout);
    try {
      return new ReaderLease(this, jobs.onReader(readers::take));
    } catch (RuntimeException failure) {
      readers.releaseRight();
      throw failure;
    }
  }

  /**
   * Runs {@code work} with the writer connection, in its turn, as one job: what it leaves open is
   * rolled back. Commits that it made are in the log, not yet durable, when this returns.
   */
  public <T> WriterLease.Written<T> writeOnce(
      Duration lockTimeout, Function<TenantConnection, T> work) {
    queue.acquire(name, lockTimeout);
    try {
      return jobs.onStrand(
          () -> {
            try {
              return write(null, work);
            } finally {
              rollBackOpen();
            }
          });
    } finally {
      queue.release();
    }
  }

  /** Runs {@code work} with a reader connection, as one job: what it leaves open is ended. */
  public <T> T readOnce(Duration timeout, Function<TenantConnection, T> work) {
    readers.acquire(timeout);
    boolean[] taken = new boolean[1];
    try {
      return jobs.onReader(
          () -> {
            TenantConnection connection = readers.take();
            taken[0] = true;
            try {
              return connection.use(work);
            } finally {
              giveBack(connection);
            }
          });
    } finally {
      if (!taken[0]) {
        readers.releaseRight();
      }
    }
  }

  /** After a read: the newest commit that it could have seen. */
  public long newestVisibleLsn() {
    return gate.newestVisible();
  }

  /** Returns when all commits so far are durable. */
  public void settle() {
    settle(gate.last().position(), SETTLE_MAX);
  }

  /**
   * On the strand.
   *
   * @param owner whose statements these are, for {@link #cancelWriter}; null if nobody may cancel
   */
  <T> WriterLease.Written<T> write(@Nullable Object owner, Function<TenantConnection, T> work) {
    checkUsable();
    long before = gate.last().lsn();
    T value;
    writer.setOwner(owner);
    try {
      if (writer.sqlite().isAutocommit()) {
        capture.transactionBegins();
      }
      value = work.apply(writer);
    } catch (SqliteException failure) {
      throw SqlFailures.explain(failure, "");
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } finally {
      writer.setOwner(null);
      // Whatever was thrown: what SQLite has committed must go into the log.
      capture();
    }
    long after = gate.last().lsn();
    return new WriterLease.Written<>(value, after == before ? null : after);
  }

  /** Puts what SQLite committed into the log. A commit that cannot get there never happened. */
  private void capture() {
    if (isBroken()) {
      return;
    }
    try {
      capture.capture(writer.sqlite());
    } catch (Throwable failure) {
      breakDown(failure);
      throw unavailable(failure);
    }
  }

  /**
   * A commit is in SQLite but not in the log: nobody may see it. The tenant closes, and is
   * recovered from the log when it is next used.
   */
  private void breakDown(Throwable failure) {
    LOG.error("tenant {} leaves service until it is recovered from the log", name, failure);
    broken = failure;
    gate.fail(failure);
  }

  private void checkUsable() {
    Throwable failure = broken;
    if (failure != null) {
      throw unavailable(failure);
    }
  }

  private DosqlException unavailable(Throwable failure) {
    return new DosqlException(
        ErrorCode.TXN_ABORTED,
        "tenant " + name + " is being recovered; nothing was written",
        failure);
  }

  /** On the strand: rolls back and hands the writer on. */
  void endLease(WriterLease ended) {
    rollBackOpen();
    if (lease == ended) {
      lease = null;
    }
    queue.release();
  }

  /** On the strand: a transaction that nobody will end. */
  private void rollBackOpen() {
    try {
      if (!isBroken() && !writer.sqlite().isAutocommit()) {
        writer.sqlite().execute("ROLLBACK");
      }
    } catch (RuntimeException failure) {
      breakDown(failure);
    }
  }

  /** On any thread: a reader connection comes back. */
  void endReader(TenantConnection connection) {
    boolean _ =
        jobs.onReader(
            () -> {
              giveBack(connection);
              return true;
            });
  }

  /** On a reader thread. A connection whose transaction cannot be ended is not used again. */
  private void giveBack(TenantConnection connection) {
    try {
      if (!connection.sqlite().isAutocommit()) {
        connection.sqlite().execute("ROLLBACK");
      }
    } catch (RuntimeException failure) {
      LOG.warn("tenant {}: a reader connection is given up", name, failure);
      readers.giveUp(connection);
      return;
    }
    readers.release(connection);
  }

  /** On any thread: stops the statement that runs if it is this lease's. */
  void cancelWriter(WriterLease owner) {
    writer.cancel(owner);
  }

  /**
   * The log position that must be settled before an answer may leave that could have seen {@code
   * lsn}; waits while that commit is under way.
   */
  public LogPosition positionOf(long lsn, Duration timeout) {
    return gate.positionOf(lsn, timeout);
  }

  /**
   * Copies the tenant, as of one commit, into a new file, without stopping writers.
   *
   * @param target must not exist
   */
  public TenantSnapshot snapshotTo(Path target, Duration timeout) {
    try (ReaderLease reader = reader(timeout)) {
      CommitGate.Commit commit =
          jobs.onStrand(
              () -> {
                checkUsable();
                reader.beginSnapshot();
                return gate.last();
              });
      long databasePages = reader.call(connection -> Connections.copy(connection.sqlite(), target));
      String schemaVersion = reader.call(connection -> SchemaVersion.read(connection.sqlite()));
      settle(commit.position(), timeout);
      return new TenantSnapshot(commit.lsn(), Connections.PAGE_SIZE, databasePages, schemaVersion);
    }
  }

  /**
   * Replaces the tenant's whole content by that of a database file, as one commit.
   *
   * <p>When it fails the tenant is as it was.
   *
   * @param source a database of the page size {@link #PAGE_SIZE_BYTES}, used by nobody meanwhile
   * @param save runs just before: no commit comes between what it sees and the replacement, for
   *     other writers wait. If it throws, nothing is replaced
   * @return the LSN of that commit; durable when this returns
   */
  public long replaceWith(SqliteConnection source, Duration timeout, Runnable save) {
    queue.acquire(name, timeout);
    // Not told to maintenance, which would take it away from a save that lasts.
    try (WriterLease writing = new WriterLease(this, timeout)) {
      save.run();
      WriterLease.Written<Boolean> written =
          writing.call(
              connection -> {
                long pages = Connections.requireContent(source);
                // The WAL, and the log until the next checkpoint.
                disk.checkRoomFor(2 * pages * PAGE_SIZE_BYTES);
                capture.attempt();
                Connections.replace(source, connection.sqlite());
                return true;
              });
      Long lsn = written.committedLsn();
      if (lsn == null) {
        throw new DosqlException(
            ErrorCode.RESTORE_FAILED, "the copy into tenant " + name + " changed nothing");
      }
      settle(gate.last().position(), timeout);
      return lsn;
    }
  }

  private void settle(LogPosition position, Duration timeout) {
    Settling.await(log, position, timeout);
  }

  /** Whether the WAL has grown enough. */
  boolean wantsCheckpoint() {
    return mayCheckpoint() && commits.bytesSinceCheckpoint() >= limits.checkpointBytes();
  }

  /** After a failure the next one waits a little. */
  private boolean mayCheckpoint() {
    return System.nanoTime() - nextCheckpointNanos >= 0;
  }

  /** Whether a checkpoint would let the log go of commits that it holds for this tenant. */
  boolean pinsLog() {
    return mayCheckpoint() && commits.bytesSinceCheckpoint() > 0;
  }

  /**
   * On the strand: copies the WAL into the database file, once the log is durable that far (rule
   * 2), and moves the redo point if that was complete.
   */
  boolean checkpoint(CheckpointMode mode) throws IOException {
    if (isBroken() || !writer.sqlite().isAutocommit()) {
      return false;
    }
    nextCheckpointNanos = System.nanoTime() + CHECKPOINT_AGAIN.toNanos();
    boolean complete = checkpointSettled(mode);
    nextCheckpointNanos = System.nanoTime();
    return complete;
  }

  private boolean checkpointSettled(CheckpointMode mode) throws IOException {
    CommitGate.Commit last = gate.last();
    settle(last.position(), Duration.ofSeconds(10));
    CheckpointResult result;
    try {
      result = Connections.checkpointAndSync(writer.sqlite(), mode);
    } catch (SqliteException failure) {
      if (failure.code() == ResultCode.IOERR_FSYNC) {
        // What the kernel has dropped now, the next sync would not miss: only redo writes it again.
        breakDown(failure);
      }
      throw failure;
    }
    if (!result.isComplete()) {
      return false;
    }
    if (commits.bytesSinceCheckpoint() > 0) {
      if (fileIsNew) {
        files.syncNames();
        fileIsNew = false;
      }
      files.writeState(
          new TenantFiles.State(
              last.lsn(), commits.databasePages(), SchemaVersion.read(writer.sqlite())));
      commits.checkpointed();
    }
    return true;
  }

  /** Called from time to time by maintenance. */
  void expireLease(long nowNanos, Duration idleMax) {
    WriterLease current = lease;
    if (current != null) {
      current.expireIfOverdue(nowNanos, queue.hasWaiters(), idleMax);
    }
  }

  /** On the strand: gives memory back that makes the next statements quicker, and nothing else. */
  void shedCaches() {
    readers.closeIdle();
    if (!isBroken() && writer.sqlite().isAutocommit()) {
      writer.shed();
    }
  }

  /**
   * On the strand, when nobody uses the tenant or it is broken: checkpoints if it can, and closes.
   *
   * @throws IllegalStateException if a reader is still at work; repeat it then, and leave the files
   *     alone until it has succeeded
   */
  void close() {
    try {
      if (!isBroken()) {
        checkpoint(CheckpointMode.TRUNCATE);
      }
    } catch (IOException | RuntimeException failure) {
      LOG.warn("tenant {} sleeps without a checkpoint; it is redone from the log", name, failure);
    }
    readers.close(isBroken());
    writer.close();
    try {
      wal.close();
    } catch (IOException failure) {
      LOG.warn("tenant {}: closing the WAL failed", name, failure);
    }
  }

  /** What leases and sessions run their work on. */
  Jobs jobs() {
    return jobs;
  }
}
