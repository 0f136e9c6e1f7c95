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
import io.dosql.engine.sqlite.SqliteStatement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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
  private static final Duration DAMAGE_CHECK_AGAIN = Duration.ofMinutes(1);

  private final TenantName name;

  /** Leases that clients hold between their calls. */
  private final Set<ReaderLease> heldReaders = ConcurrentHashMap.newKeySet();

  /** Connections that were taken from clients, and are not there yet for who waits. */
  private final AtomicInteger returning = new AtomicInteger();

  private final TenantFiles files;
  private final TenantLimits limits;
  private final CommitLog log;
  private final DiskGuard disk;
  private final LongSupplier nanoTime;
  private final Consumer<RuntimeException> damageListener;
  private final Jobs jobs;
  private final CommitGate gate;
  private final CommitWriter commits;
  private final CommitCapture capture;
  private final RowCapture rows;
  private final TenantConnection writer;
  private final WalReader wal;
  private final ReaderPool readers;
  private final WriterQueue queue;
  private final WriteTurns turns;

  // On the strand only.
  private boolean fileIsNew;

  private volatile long nextCheckpointNanos;
  private volatile @Nullable WriterLease lease;
  private volatile @Nullable Throwable broken;
  private volatile @Nullable String damage;
  private volatile long nextDamageCheckNanos;

  /**
   * On the strand, with the database file recovered.
   *
   * @param damageListener told, now and then, that SQLite said that the database is damaged
   */
  TenantDatabase(
      TenantName name,
      TenantFiles files,
      TenantFiles.State state,
      Strand strand,
      TenantEnvironment environment,
      Consumer<RuntimeException> damageListener)
      throws IOException {
    this.name = name;
    this.files = files;
    this.jobs = new Jobs(name, strand, environment.pools().readersOf(name));
    this.limits = environment.limits();
    this.log = environment.log();
    this.disk = environment.disk();
    this.nanoTime = environment.nanoTime();
    this.nextCheckpointNanos = nanoTime.getAsLong();
    this.nextDamageCheckNanos = nextCheckpointNanos;
    this.damageListener = damageListener;
    this.gate = new CommitGate(new CommitGate.Commit(state.checkpointedLsn(), LogPosition.START));
    this.wal = new WalReader(files.wal(), Connections.PAGE_SIZE);
    this.commits = new CommitWriter(name, log, wal, gate, environment.commits());
    this.rows = new RowCapture(environment.rowChanges(), files.rowChanges());
    this.capture =
        new CommitCapture(wal, gate, commits, limits, disk, environment.writeStop(), rows);
    Alarms alarms = environment.pools().alarms();
    this.readers = new ReaderPool(name, limits.maxReaders(), this::openReader, alarms);
    this.queue = new WriterQueue(limits.maxWaitingWriters());
    this.turns = new WriteTurns(name, queue, strand, new SharedTransaction(), alarms, nanoTime);
    this.fileIsNew = state.databasePages() == 0;
    this.writer =
        Connections.openWriter(
            files.database(),
            limits,
            nanoTime,
            capture::whyToStop,
            capture::admitsCommit,
            capture::committed,
            capture::whyFull);
    rows.attach(writer.sqlite());
  }

  private TenantConnection openReader() {
    return Connections.openReader(files.database(), limits, nanoTime);
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

  /** Waits for the right to write, until its lifetime has passed. */
  public WriterLease writer(Duration lockTimeout, Duration lifetime) {
    return writer(lockTimeout, lifetime, new Cancellation());
  }

  /**
   * As {@link #writer(Duration, Duration)}; {@code cancellation} stops what runs under the lease.
   */
  public WriterLease writer(Duration lockTimeout, Duration lifetime, Cancellation cancellation) {
    return writer(lockTimeout, lifetime, Duration.ZERO, cancellation);
  }

  /** The same for a transaction that has gone on for {@code age} already. */
  public WriterLease writer(
      Duration lockTimeout, Duration lifetime, Duration age, Cancellation cancellation) {
    queue.acquire(name, lockTimeout);
    WriterLease granted = new WriterLease(this, lifetime, age, nanoTime, cancellation);
    lease = granted;
    return granted;
  }

  /** Waits for a reader connection. */
  public ReaderLease reader(Duration timeout) {
    return reader(timeout, new Cancellation());
  }

  /** As {@link #reader(Duration)}; {@code cancellation} stops what runs under the lease. */
  public ReaderLease reader(Duration timeout, Cancellation cancellation) {
    readers.acquire(timeout);
    try {
      return new ReaderLease(this, jobs.onReader(readers::take), cancellation);
    } catch (RuntimeException failure) {
      readers.releaseRight();
      throw failure;
    }
  }

  /** As {@link #writeOnce(Duration, Cancellation, Function)}; nothing can cancel it. */
  public <T> WriterLease.Written<T> writeOnce(
      Duration lockTimeout, Function<TenantConnection, T> work) {
    return writeOnce(lockTimeout, new Cancellation(), work);
  }

  /**
   * Runs {@code work} with the writer connection, in its turn, as one job: what it leaves open is
   * rolled back. Commits that it made are in the log, not yet durable, when this returns.
   */
  public <T> WriterLease.Written<T> writeOnce(
      Duration lockTimeout, Cancellation cancellation, Function<TenantConnection, T> work) {
    return turns.run(() -> writeAlone(cancellation, work), lockTimeout);
  }

  /**
   * As {@link #writeOnce}, but the write may share its commit with others that wait.
   *
   * @param isDurable return when the commit is durable, if that does not take longer than the lock
   *     timeout: who has to wait for that anyway is woken once instead of twice. It is no promise:
   *     answers still go through the gate
   */
  public <T> WriterLease.Written<T> writeOnce(
      Duration lockTimeout, Cancellation cancellation, SharedWrite<T> write, boolean isDurable) {
    var together = write.together();
    return turns.run(
        new QueuedWrite<>(
            () -> writeAlone(cancellation, write.alone()),
            together == null ? null : () -> writeTogether(cancellation, together),
            isDurable ? this::tellWhenSettled : (written, tell) -> tell.run()),
        lockTimeout);
  }

  /** On the strand, inside a {@link SharedTransaction}. */
  private <T> Supplier<WriterLease.Written<T>> writeTogether(
      Cancellation cancellation, Function<TenantConnection, SharedWrite.Together<T>> work) {
    cancellation.check();
    writer.setCancellation(cancellation);
    try {
      SharedWrite.Together<T> done = noticingDamage(() -> work.apply(writer));
      return () -> new WriterLease.Written<>(done.told(), gate.last().lsn());
    } catch (SqliteException failure) {
      throw SqlFailures.explain(failure, "");
    } finally {
      writer.setCancellation(null);
    }
  }

  /** Of several clients' writes. On the strand. */
  private final class SharedTransaction implements WriteGroup.Transaction {
    @Override
    public void begin() {
      checkUsable();
      try {
        capture.transactionBegins();
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
      writer.sqlite().execute("BEGIN IMMEDIATE");
    }

    @Override
    public boolean isOpen() {
      return !writer.sqlite().isAutocommit();
    }

    @Override
    public boolean commit() {
      try {
        writer.sqlite().execute("COMMIT");
      } catch (SqliteException refused) {
        return false;
      } finally {
        // Whatever was thrown: what SQLite has committed must go into the log.
        capture();
      }
      return !isBroken();
    }

    @Override
    public void rollBack() {
      rollBackOpen();
      capture();
    }
  }

  private void tellWhenSettled(WriterLease.Written<?> written, Runnable tell) {
    if (written.committedLsn() == null) {
      tell.run();
    } else {
      log.whenSettled(gate.last().position(), tell);
    }
  }

  /** On the strand. */
  private <T> WriterLease.Written<T> writeAlone(
      Cancellation cancellation, Function<TenantConnection, T> work) {
    cancellation.check();
    try {
      return write(cancellation, work);
    } finally {
      rollBackOpen();
    }
  }

  /** As {@link #readOnce(Duration, Cancellation, Function)}; nothing can cancel it. */
  public <T> T readOnce(Duration timeout, Function<TenantConnection, T> work) {
    return readOnce(timeout, new Cancellation(), work);
  }

  /** Runs {@code work} with a reader connection, as one job: what it leaves open is ended. */
  public <T> T readOnce(
      Duration timeout, Cancellation cancellation, Function<TenantConnection, T> work) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    return readers.withRight(
        timeout,
        outcome,
        () -> {
          try {
            jobs.onReader(outcome, () -> read(cancellation, work));
          } catch (RejectedExecutionException poolHasEnded) {
            readers.releaseRight();
            outcome.completeExceptionally(poolHasEnded);
          }
        });
  }

  /** On a reader thread, with the right to a connection, which it gives back. */
  private <T> T read(Cancellation cancellation, Function<TenantConnection, T> work) {
    TenantConnection connection;
    try {
      cancellation.check();
      connection = readers.take();
    } catch (Throwable failure) {
      readers.releaseRight();
      throw failure;
    }
    connection.setCancellation(cancellation);
    try {
      return noticingDamage(() -> connection.use(work));
    } finally {
      connection.setCancellation(null);
      giveBack(connection);
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
   * @param cancellation stops the client's statement that runs
   */
  <T> WriterLease.Written<T> write(Cancellation cancellation, Function<TenantConnection, T> work) {
    checkUsable();
    long before = gate.last().lsn();
    T value;
    writer.setCancellation(cancellation);
    try {
      if (writer.sqlite().isAutocommit()) {
        capture.transactionBegins();
      }
      value = noticingDamage(() -> work.apply(writer));
    } catch (SqliteException failure) {
      throw SqlFailures.explain(failure, "");
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } finally {
      writer.setCancellation(null);
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
    if (failure instanceof DosqlException told) {
      return TenantLife.again(told);
    }
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
    turns.release();
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

  /**
   * On a reader thread. A connection whose transaction cannot be ended is not used again; one that
   * was evicted may be in the middle of being closed by another thread.
   */
  void giveBack(TenantConnection connection) {
    try {
      boolean _ = connection.use(TenantDatabase::endTransaction);
    } catch (RuntimeException failure) {
      if (readers.giveUp(connection)) {
        LOG.warn("tenant {}: a reader connection is given up", name, failure);
      }
      return;
    }
    readers.release(connection);
  }

  private static boolean endTransaction(TenantConnection connection) {
    connection.closeCursor();
    if (!connection.sqlite().isAutocommit()) {
      connection.sqlite().execute("ROLLBACK");
    }
    return true;
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
      return new TenantSnapshot(
          commit.lsn(), log.latestTime(), Connections.PAGE_SIZE, databasePages, schemaVersion);
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
    try (WriterLease writing =
        new WriterLease(this, timeout, Duration.ZERO, nanoTime, new Cancellation())) {
      save.run();
      WriterLease.Written<Boolean> written =
          writing.call(
              connection -> {
                long pages = Connections.requireContent(source);
                // The WAL, and the log until the next checkpoint.
                disk.checkRoomFor(2 * pages * PAGE_SIZE_BYTES);
                capture.attempt();
                Connections.replace(source, connection.sqlite(), limits);
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
    return nanoTime.getAsLong() - nextCheckpointNanos >= 0;
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
    nextCheckpointNanos = nanoTime.getAsLong() + CHECKPOINT_AGAIN.toNanos();
    boolean complete = checkpointSettled(mode);
    nextCheckpointNanos = nanoTime.getAsLong();
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

  /** Who waits for the writer. */
  int writersWaiting() {
    return queue.waiting();
  }

  TenantName name() {
    return name;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /** Who waits for a reader connection. */
  int readersWaiting() {
    return readers.waiting();
  }

  /** A client holds the lease between its calls. */
  void held(ReaderLease reader) {
    heldReaders.add(reader);
  }

  void heldNoLonger(ReaderLease reader) {
    heldReaders.remove(reader);
  }

  /** Called from time to time by maintenance. */
  void expireLeases(long nowNanos) {
    WriterLease current = lease;
    if (current != null) {
      current.expireIfOverdue(nowNanos, queue.hasWaiters());
    }
    if (heldReaders.isEmpty()) {
      return;
    }
    // Only as many as wait, those first that have been idle for longest. What returns is for them,
    // and is asked for first: what has come back meanwhile must not count for somebody else.
    int onTheirWay = returning.get();
    int waiting = readers.waiting() - onTheirWay;
    List<HeldReader> idlest =
        heldReaders.stream()
            .map(held -> new HeldReader(held, nowNanos - held.idleSinceNanos()))
            .sorted(Comparator.comparingLong(HeldReader::idleNanos).reversed())
            .toList();
    for (HeldReader held : idlest) {
      waiting -= held.lease().expireIfOverdue(nowNanos, waiting > 0) ? 1 : 0;
    }
  }

  /** What is sorted by must not change meanwhile. */
  private record HeldReader(ReaderLease lease, long idleNanos) {}

  /** Has a reader thread give back the connection of a lease that was taken away. */
  void takeBack(ReaderLease reader, Runnable whenDone) {
    heldReaders.remove(reader);
    int _ = returning.incrementAndGet();
    var _ =
        jobs.onReaderLater(
                () -> {
                  reader.giveBackTakenAway();
                  whenDone.run();
                })
            .whenComplete((done, failure) -> returning.decrementAndGet());
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
    Throwable failed = broken;
    readers.close(
        failed == null
            ? null
            : failed instanceof DosqlException told && told.getMessage() != null
                ? told.getMessage()
                : "the tenant is being recovered");
    writer.close();
    rows.close();
    try {
      wal.close();
    } catch (IOException failure) {
      LOG.warn("tenant {}: closing the WAL failed", name, failure);
    }
  }

  // ---- Damage, and the end

  /** Runs {@code work}, and tells the listener if SQLite says that the database is damaged. */
  <T> T noticingDamage(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException failure) {
      long now = nanoTime.getAsLong();
      if (SqlFailures.tellsOfDamage(failure) && now - nextDamageCheckNanos >= 0 && !isBroken()) {
        nextDamageCheckNanos = now + DAMAGE_CHECK_AGAIN.toNanos();
        damageListener.accept(failure);
      }
      throw failure;
    }
  }

  /** What SQLite's own check finds wrong first; null if it finds nothing. Reads all pages. */
  static @Nullable String findDamage(TenantConnection connection) {
    try (SqliteStatement check = connection.sqlite().prepare("PRAGMA quick_check(1)")) {
      String found = check.step() ? check.text(0) : "PRAGMA quick_check says nothing";
      return found.equals("ok") ? null : found;
    } catch (SqliteException unreadable) {
      return unreadable.getMessage();
    }
  }

  /** On the strand. */
  @Nullable String findDamage() {
    return findDamage(writer);
  }

  /** On the strand: the files are damaged, and nobody may go on with them. */
  void damaged(String found) {
    damage = found;
    leaveService("the tenant's files are damaged");
  }

  /** What {@link #damaged} was told; null if nothing is wrong. */
  @Nullable String damage() {
    return damage;
  }

  /** On the strand: whoever uses the tenant is told that his transaction is lost, and why. */
  void leaveService(String reason) {
    if (!isBroken()) {
      DosqlException told = new DosqlException(ErrorCode.TXN_ABORTED, reason);
      broken = told;
      gate.fail(told);
    }
  }

  /** On any thread: stops the statement that the writer may be at. */
  void interruptWriter(String reason) {
    writer.interrupt(reason);
  }

  /** What leases and sessions run their work on. */
  Jobs jobs() {
    return jobs;
  }
}
