package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.sqlite.CheckpointMode;
import io.dosql.engine.sqlite.CheckpointResult;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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
  private static final Duration SETTLE_MAX = Duration.ofSeconds(30);

  private final TenantName name;
  private final TenantFiles files;
  private final TenantLimits limits;
  private final Pools pools;
  private final CommitLog log;
  private final DiskGuard disk;
  private final Strand strand;
  private final CommitGate gate;
  private final CommitWriter commits;
  private final TenantConnection writer;
  private final WalReader wal;
  private final ReaderPool readers;
  private final WriterQueue queue;

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
    this.strand = strand;
    this.limits = environment.limits();
    this.pools = environment.pools();
    this.log = environment.log();
    this.disk = environment.disk();
    this.gate = new CommitGate(new CommitGate.Commit(state.checkpointedLsn(), LogPosition.START));
    this.wal = new WalReader(files.wal(), Connections.PAGE_SIZE);
    this.commits = new CommitWriter(name, log, wal, gate, environment.commits());
    this.readers = new ReaderPool(name, limits.maxReaders(), this::openReader);
    this.queue = new WriterQueue(limits.maxWaitingWriters());
    this.writer = Connections.openWriter(files.database(), limits, this::admitsCommit);
  }

  private TenantConnection openReader() {
    return Connections.openReader(files.database(), limits);
  }

  /** From SQLite's commit hook, on the strand: false vetoes. */
  private boolean admitsCommit() {
    try {
      if (wal.uncommittedBytes() > limits.maxTransactionBytes()) {
        return false;
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    gate.attempt();
    return true;
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
      return new ReaderLease(this, onReader(readers::take));
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
      return onStrand(
          () -> {
            try {
              return write(work);
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
    return onReader(
        () -> {
          TenantConnection connection;
          try {
            connection = readers.take();
          } catch (RuntimeException failure) {
            readers.releaseRight();
            throw failure;
          }
          try {
            return work.apply(connection);
          } finally {
            giveBack(connection);
          }
        });
  }

  /** After a read: the newest commit that it could have seen. */
  public long newestVisibleLsn() {
    return gate.newestVisible();
  }

  /** Returns when all commits so far are durable. */
  public void settle() {
    settle(gate.last().position(), SETTLE_MAX);
  }

  /** On the strand. */
  <T> WriterLease.Written<T> write(Function<TenantConnection, T> work) {
    checkUsable();
    disk.check();
    long before = gate.last().lsn();
    T value;
    try {
      if (writer.sqlite().isAutocommit()) {
        wal.transactionBegins();
      }
      value = work.apply(writer);
    } catch (SqliteException failure) {
      capture();
      throw SqlFailures.explain(failure, "");
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } catch (RuntimeException failure) {
      capture();
      throw failure;
    }
    capture();
    long after = gate.last().lsn();
    return new WriterLease.Written<>(value, after == before ? null : after);
  }

  /** Puts what SQLite committed into the log. A commit that cannot get there never happened. */
  private void capture() {
    if (!gate.isAttempting()) {
      return;
    }
    try {
      commits.capture();
    } catch (IOException | RuntimeException failure) {
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
    boolean given =
        onReader(
            () -> {
              giveBack(connection);
              return true;
            });
    assert given;
  }

  /** On a reader thread. A connection whose transaction cannot be ended is not used again. */
  private void giveBack(TenantConnection connection) {
    try {
      if (!connection.sqlite().isAutocommit()) {
        connection.sqlite().execute("ROLLBACK");
      }
      readers.release(connection);
    } catch (RuntimeException failure) {
      LOG.warn("tenant {}: a reader connection is given up", name, failure);
      connection.close();
      readers.releaseRight();
    }
  }

  void cancelWriter() {
    writer.cancel();
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
          onStrand(
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
                gate.attempt();
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
    return commits.bytesSinceCheckpoint() >= limits.checkpointBytes();
  }

  /** Whether commits wait in the log that the database file does not hold durably. */
  boolean pinsLog() {
    return commits.bytesSinceCheckpoint() > 0;
  }

  /**
   * On the strand: copies the WAL into the database file, once the log is durable that far (rule
   * 2), and moves the redo point if that was complete.
   */
  boolean checkpoint(CheckpointMode mode) throws IOException {
    if (isBroken() || !writer.sqlite().isAutocommit()) {
      return false;
    }
    CommitGate.Commit last = gate.last();
    settle(last.position(), Duration.ofSeconds(10));
    CheckpointResult result = Connections.checkpointAndSync(writer.sqlite(), mode);
    if (!result.isComplete()) {
      return false;
    }
    if (commits.bytesSinceCheckpoint() > 0) {
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

  /** On the strand, when nobody uses the tenant: checkpoints if it can, and closes. */
  void close() {
    try {
      if (!isBroken()) {
        checkpoint(CheckpointMode.TRUNCATE);
      }
    } catch (IOException | RuntimeException failure) {
      LOG.warn("tenant {} sleeps without a checkpoint; it is redone from the log", name, failure);
    }
    readers.close();
    writer.close();
    try {
      wal.close();
    } catch (IOException failure) {
      LOG.warn("tenant {}: closing the WAL failed", name, failure);
    }
  }

  <T> T onStrand(Callable<T> job) {
    return join(strand.submit(job));
  }

  void onStrandLater(Runnable job) {
    strand
        .submit(
            () -> {
              job.run();
              return true;
            })
        .exceptionally(
            failure -> {
              LOG.error("tenant {}: a background job failed", name, failure);
              return false;
            });
  }

  <T> T onReader(Callable<T> job) {
    CompletableFuture<T> result = new CompletableFuture<>();
    pools
        .readers()
        .execute(
            () -> {
              try {
                result.complete(job.call());
              } catch (Throwable failure) {
                result.completeExceptionally(failure);
              }
            });
    return join(result);
  }

  /** Waits without giving up: the job's own deadline ends it, and its outcome must be known. */
  private static <T> T join(CompletableFuture<T> result) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException later) {
          interrupted = true;
        } catch (ExecutionException failure) {
          throw asUnchecked(failure.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException asUnchecked(@Nullable Throwable cause) {
    return switch (cause) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      case IOException disk -> new UncheckedIOException(disk);
      case null, default -> new IllegalStateException(cause);
    };
  }
}
