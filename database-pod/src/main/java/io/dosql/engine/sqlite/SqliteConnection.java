package io.dosql.engine.sqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one database. Any thread may use it, one at a time: it may migrate between calls,
 * but a second thread that calls while one is inside gets an IllegalStateException, as does a call
 * from one of the connection's own callbacks, and any call after {@link #close}. {@link
 * #interrupt}, {@link #isInterrupted} are for any thread at any time. Failures that SQLite reports
 * are {@link SqliteException}; what a callback throws comes out of the call that led to it.
 *
 * <p>Each call takes the connection for itself. A loop over rows is faster inside a {@link #claim}.
 *
 * <p>Durability is what the database's pragmas make it; this class sets none.
 */
public final class SqliteConnection implements AutoCloseable {

  private static final int BUSY = ResultCode.BUSY.value();

  private final OwnerGuard guard = new OwnerGuard();
  private final Object interruptLock = new Object();
  private final Hooks hooks = new Hooks(guard);
  private final StatementCompiler compiler;
  private final ColumnReader columnReader;
  private final NativeBuffer results = NativeBuffer.allocate(2L * Integer.BYTES);
  private final Set<ConnectionResource> resources =
      Collections.newSetFromMap(new IdentityHashMap<>());

  // Invariant: 0 once closed. Changed under guard and interruptLock, so either is enough to read
  // it.
  private long handle;

  private SqliteConnection(long handle) {
    this.handle = handle;
    this.compiler = new StatementCompiler(handle, hooks);
    this.columnReader = new ColumnReader(handle);
  }

  /**
   * Opens a database file. SQLite reads it only when a statement needs to, so a file that is no
   * database is found out then.
   *
   * @throws SqliteException SQLITE_CANTOPEN if the file is missing or may not be opened
   * @throws IllegalStateException if there is no libsqlite3 that can be used
   */
  public static SqliteConnection open(Path file, OpenMode mode) {
    SqliteLibrary.get();
    // Absolute, so that no name can be taken for a URI.
    return wrap(ConnectionOpener.open(file.toAbsolutePath().toString(), mode));
  }

  /** Opens a new, empty database in memory, of this connection alone. */
  public static SqliteConnection openInMemory() {
    SqliteLibrary.get();
    return wrap(ConnectionOpener.openInMemory());
  }

  private static SqliteConnection wrap(long handle) {
    try {
      return new SqliteConnection(handle);
    } catch (SqliteException e) {
      ConnectionCalls.close(handle);
      throw e;
    }
  }

  /** Holds a connection for one thread across calls; closed by the same thread. */
  public final class Claim implements AutoCloseable {

    private boolean outermost;

    private Claim(boolean outermost) {
      this.outermost = outermost;
    }

    /** Lets go. Idempotent. */
    @Override
    public void close() {
      if (outermost) {
        if (!guard.isHeldByCurrentThread()) {
          throw new IllegalStateException("a claim must be closed by the thread that made it");
        }
        outermost = false;
        guard.exit(true);
      }
    }
  }

  /** Takes the connection for the calling thread until the claim is closed. */
  public Claim claim() {
    return new Claim(enter());
  }

  /**
   * Prepares a text that is exactly one statement.
   *
   * @throws SqlTextException if it is none or more than one
   * @throws SqliteException if it does not compile
   */
  public SqliteStatement prepare(String sql) {
    return prepare(sql, 0);
  }

  /** As {@link #prepare}, for a statement that will be kept and run often. */
  public SqliteStatement preparePersistent(String sql) {
    return prepare(sql, StatementCompiler.PERSISTENT);
  }

  /** Makes a script, of which nothing is prepared yet. */
  public SqlScript script(String sql) {
    boolean outermost = enter();
    try {
      SqlScript script = new SqlScript(this, sql);
      adopt(script);
      return script;
    } finally {
      exit(outermost);
    }
  }

  /** Runs all statements of a text to their ends, dropping rows. Stops at the first failure. */
  public void execute(String sql) {
    try (Claim claim = claim();
        SqlScript script = script(sql)) {
      var next = script.next();
      while (next.isPresent()) {
        try (SqliteStatement statement = next.get().statement()) {
          while (statement.step()) {
            // Rows are dropped.
          }
        }
        next = script.next();
      }
    }
  }

  /** True while no transaction is open. */
  public boolean isAutocommit() {
    boolean outermost = enter();
    try {
      return ConnectionCalls.isAutocommit(handle) != 0;
    } finally {
      exit(outermost);
    }
  }

  /** The deepest state of a transaction, over the main and all other schemas. */
  public TransactionState transactionState() {
    boolean outermost = enter();
    try {
      return TransactionState.of(ConnectionCalls.transactionState(handle, 0));
    } finally {
      exit(outermost);
    }
  }

  /** Whether a snapshot of the main database is held, which later statements will see, too. */
  public boolean holdsSnapshot() {
    boolean outermost = enter();
    try {
      return ConnectionCalls.isAutocommit(handle) == 0
          && ConnectionCalls.transactionState(handle, Native.MAIN_SCHEMA) != 0;
    } finally {
      exit(outermost);
    }
  }

  /** Rows that the latest INSERT, UPDATE or DELETE changed itself. */
  public long changes() {
    boolean outermost = enter();
    try {
      return ConnectionCalls.changes(handle);
    } finally {
      exit(outermost);
    }
  }

  /** Rows changed since the connection was opened, including by triggers and cascades. */
  public long totalChanges() {
    boolean outermost = enter();
    try {
      return ConnectionCalls.totalChanges(handle);
    } finally {
      exit(outermost);
    }
  }

  /** Rowid of the latest row inserted, or as set; 0 before the first. */
  public long lastInsertRowid() {
    boolean outermost = enter();
    try {
      return ConnectionCalls.lastInsertRowid(handle);
    } finally {
      exit(outermost);
    }
  }

  /** Sets what {@link #lastInsertRowid} and the SQL function answer. */
  public void setLastInsertRowid(long rowid) {
    boolean outermost = enter();
    try {
      ConnectionCalls.setLastInsertRowid(handle, rowid);
    } finally {
      exit(outermost);
    }
  }

  /** Sets how long to wait for a lock of another connection; zero fails at once. */
  public void busyTimeout(Duration timeout) {
    int millis = Math.toIntExact(timeout.toMillis());
    if (millis < 0) {
      throw new IllegalArgumentException("negative busy timeout: " + timeout);
    }
    boolean outermost = enter();
    try {
      require(ConnectionCalls.busyTimeout(handle, millis));
    } finally {
      exit(outermost);
    }
  }

  /** Current value of a limit; -1 when the library does not know the limit. */
  public int limit(Limit limit) {
    boolean outermost = enter();
    try {
      return ConnectionCalls.limit(handle, limit.code(), -1);
    } finally {
      exit(outermost);
    }
  }

  /**
   * Sets a limit, cut to what the library was compiled with.
   *
   * @return the value until now; -1 when the library does not know the limit, which then changed
   *     nothing
   */
  public int limit(Limit limit, int value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative limit " + limit + ": " + value);
    }
    boolean outermost = enter();
    try {
      return ConnectionCalls.limit(handle, limit.code(), value);
    } finally {
      exit(outermost);
    }
  }

  /**
   * Turns a switch.
   *
   * @throws UnsupportedOperationException if this library does not have it
   */
  public void configure(DbConfig option, boolean on) {
    boolean outermost = enter();
    try {
      int code = ConnectionCalls.configure(handle, option.code(), on ? 1 : 0, results.address());
      if (code != Native.OK || (results.intAt(0) != 0) != on) {
        throw new UnsupportedOperationException(
            "libsqlite3 " + SqliteLibrary.get().version() + " does not have " + option);
      }
    } finally {
      exit(outermost);
    }
  }

  /**
   * Copies frames of the write-ahead log into the database file. The file is synced only as {@code
   * PRAGMA synchronous} says.
   *
   * @throws SqliteException SQLITE_LOCKED inside a transaction of this connection; I/O errors
   */
  public CheckpointResult checkpoint(CheckpointMode mode) {
    boolean outermost = enter();
    try {
      long logFrames = results.address();
      int code =
          ConnectionCalls.checkpoint(
              handle, Native.MAIN_SCHEMA, mode.code(), logFrames, logFrames + Integer.BYTES);
      hooks.throwIfFailed();
      boolean busy = ResultCode.of(code).base().value() == BUSY;
      if (code != Native.OK && !busy) {
        throw failure(code);
      }
      return new CheckpointResult(busy, results.intAt(0), results.intAt(Integer.BYTES));
    } finally {
      exit(outermost);
    }
  }

  /**
   * Copies this database over the main database of {@code destination}, as one transaction there:
   * its readers keep their snapshot until it ends, and a crash leaves it before or after. Callbacks
   * of the destination are not asked. Both connections are taken for the time it runs. A write to
   * the source by another connection makes it start over.
   *
   * @param pagesPerStep pages to copy between two calls of {@code progress}; negative for all
   * @return true when the copy is complete; false when {@code progress} gave up
   * @throws SqliteException if reading or writing fails; the destination is then as it was
   */
  public boolean backupTo(SqliteConnection destination, int pagesPerStep, BackupProgress progress) {
    if (destination == this || pagesPerStep == 0) {
      throw new IllegalArgumentException("a backup needs another connection, and pages per step");
    }
    try (Claim source = claim();
        Claim target = destination.claim()) {
      return new SqliteBackup(this, destination).run(pagesPerStep, progress);
    }
  }

  /** Sets who decides what statements may do; null for nobody. Statements are compiled again. */
  public void setAuthorizer(@Nullable Authorizer authorizer) {
    boolean outermost = enter();
    try {
      hooks.setAuthorizer(handle, authorizer);
    } finally {
      exit(outermost);
    }
  }

  /**
   * Sets what is asked now and then while a statement runs; null for nothing. False ends the
   * statement with SQLITE_INTERRUPT.
   *
   * @param instructions about how many instructions to run between two questions; at least 1
   */
  public void setProgressHandler(int instructions, @Nullable BooleanSupplier goOn) {
    if (instructions < 1) {
      throw new IllegalArgumentException("instructions between questions: " + instructions);
    }
    boolean outermost = enter();
    try {
      hooks.setProgressHandler(handle, instructions, goOn);
    } finally {
      exit(outermost);
    }
  }

  /**
   * Sets what is asked before a transaction that wrote commits; null for nothing. False turns the
   * COMMIT into a ROLLBACK, with SQLITE_CONSTRAINT_COMMITHOOK.
   */
  public void setCommitHook(@Nullable BooleanSupplier goOn) {
    boolean outermost = enter();
    try {
      hooks.setCommitHook(handle, goOn);
    } finally {
      exit(outermost);
    }
  }

  /** Sets what is told of each rollback, except of one by {@link #close}; null for nothing. */
  public void setRollbackHook(@Nullable Runnable rolledBack) {
    boolean outermost = enter();
    try {
      hooks.setRollbackHook(handle, rolledBack);
    } finally {
      exit(outermost);
    }
  }

  /**
   * Sets what is told, after each commit that wrote to the write-ahead log, how many frames the log
   * then holds; null for nothing. SQLite tells when the statement has run to its end. A commit that
   * came otherwise, by resetting a statement early or by a backup into this connection, is told
   * when the next statement outside a transaction ends. {@code PRAGMA wal_autocheckpoint} takes the
   * hook away.
   */
  public void setWalHook(@Nullable IntConsumer committedFrames) {
    boolean outermost = enter();
    try {
      hooks.setWalHook(handle, committedFrames);
    } finally {
      exit(outermost);
    }
  }

  /**
   * Sets who follows row changes, once and for all, before statements are prepared: a DELETE
   * without WHERE that was prepared earlier does not tell of its rows.
   *
   * <p>SQLite goes on with the change whatever {@link ChangeObserver#changing} throws. That comes
   * out of the call that led to it, but the change may have been committed by then: veto that in
   * the commit hook.
   *
   * @throws UnsupportedOperationException without {@link Capability#PREUPDATE_HOOK}
   * @throws IllegalStateException if there is one, or no authorizer, which tells of savepoints
   */
  public void setChangeObserver(ChangeObserver observer) {
    if (!SqliteLibrary.get().has(Capability.PREUPDATE_HOOK)) {
      throw new UnsupportedOperationException("this libsqlite3 lacks sqlite3_preupdate_hook");
    }
    boolean outermost = enter();
    try {
      hooks.setChangeObserver(handle, observer);
    } finally {
      exit(outermost);
    }
  }

  /**
   * Makes what runs on the connection end soon with SQLITE_INTERRUPT; does nothing when nothing
   * runs, or after close. Any thread, at any time.
   */
  public void interrupt() {
    synchronized (interruptLock) {
      if (handle != 0) {
        ConnectionCalls.interrupt(handle);
      }
    }
  }

  /**
   * Whether an interrupt is on its way. Any thread, at any time.
   *
   * @throws UnsupportedOperationException without {@link Capability#INTERRUPT_STATE}
   */
  public boolean isInterrupted() {
    synchronized (interruptLock) {
      return handle != 0 && ConnectionCalls.isInterrupted(handle) != 0;
    }
  }

  /**
   * Closes the connection and all its statements and scripts; an open transaction is rolled back.
   * Idempotent.
   *
   * @throws IllegalStateException if a thread is inside, or from a callback; it then stays open
   */
  @Override
  public void close() {
    boolean outermost = guard.enter();
    try {
      if (handle != 0) {
        closeHandle();
      }
    } finally {
      exit(outermost);
    }
  }

  private void closeHandle() {
    hooks.setRollbackHook(handle, null);
    for (ConnectionResource resource : List.copyOf(resources)) {
      resource.release();
    }
    resources.clear();
    long closing = handle;
    synchronized (interruptLock) {
      handle = 0;
    }
    int code = ConnectionCalls.close(closing);
    hooks.unregister();
    compiler.free();
    results.free();
    hooks.throwIfFailed();
    if (code != Native.OK) {
      throw new SqliteException(code, "closing the connection failed");
    }
  }

  private SqliteStatement prepare(String sql, int flags) {
    boolean outermost = enter();
    try {
      SqliteStatement statement =
          new SqliteStatement(this, compiler.compileOne(sql, flags), sql, 0, 0);
      adopt(statement);
      return statement;
    } finally {
      exit(outermost);
    }
  }

  /** Takes the connection; pass the result to {@link #exit}. */
  boolean enter() {
    boolean outermost = guard.enter();
    if (handle == 0) {
      guard.exit(outermost);
      throw new IllegalStateException("the connection is closed");
    }
    return outermost;
  }

  void exit(boolean outermost) {
    guard.exit(outermost);
  }

  // The rest is for this package's own classes, with the connection taken.

  OwnerGuard guard() {
    return guard;
  }

  long handle() {
    return handle;
  }

  Hooks hooks() {
    return hooks;
  }

  StatementCompiler compiler() {
    return compiler;
  }

  ColumnReader columnReader() {
    return columnReader;
  }

  void adopt(ConnectionResource resource) {
    resources.add(resource);
  }

  void forget(ConnectionResource resource) {
    resources.remove(resource);
  }

  /** The failure that SQLite has just reported. */
  SqliteException failure(int code) {
    return new SqliteException(code, Native.string(ConnectionCalls.errorMessage(handle)));
  }

  /** As {@link #failure(int)}, while running {@code sql}, which begins at these offsets. */
  SqliteException failure(int code, String sql, int startByte, int startChar) {
    int offset = ConnectionCalls.errorOffset(handle);
    if (offset < 0) {
      return failure(code);
    }
    return new SqliteException(
        code,
        Native.string(ConnectionCalls.errorMessage(handle)),
        startByte + offset,
        startChar + SqlScanner.charOffset(sql, offset));
  }

  private void require(int code) {
    if (code != Native.OK) {
      throw failure(code);
    }
  }
}
