package io.dosql.engine.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement, and the row that it stands on. Belongs to its connection, under the same
 * rules of use: any thread, one at a time, never from a callback. Closed with the connection at the
 * latest; after that every method but {@link #close} throws IllegalStateException.
 */
public final class SqliteStatement extends ConnectionResource implements Row, AutoCloseable {

  private enum State {
    /** Can be bound and stepped. */
    READY,
    /** Stands on a row. */
    ROW,
    /** Ended or failed; must be reset to run again. */
    ENDED
  }

  private final SqliteConnection connection;
  private final String sql;
  private final int startByte;
  private final int startChar;
  private final @Nullable SavepointOperation savepoint;

  // Invariant: 0 once closed. All fields below are used under the connection's guard.
  private long handle;
  private State state = State.READY;
  private int rowColumnCount;
  private @Nullable List<Column> columns;
  private int columnsReprepares;
  private long observerMark;

  SqliteStatement(
      SqliteConnection connection, long handle, String sql, int startByte, int startChar) {
    this.connection = connection;
    this.handle = handle;
    this.sql = sql;
    this.startByte = startByte;
    this.startChar = startChar;
    this.savepoint = connection.hooks().compiledSavepoint();
  }

  /** The text that the statement was prepared from. */
  public String sql() {
    return sql;
  }

  /** What the statement does to a savepoint; only where the connection has an authorizer. */
  public Optional<SavepointOperation> savepoint() {
    return Optional.ofNullable(savepoint);
  }

  /** The highest number of a parameter. */
  public int parameterCount() {
    boolean outermost = enter();
    try {
      return StatementCalls.parameterCount(handle);
    } finally {
      connection.exit(outermost);
    }
  }

  /** Name of parameter {@code index}, from 1, with its prefix; empty for {@code ?}. */
  public Optional<String> parameterName(int index) {
    boolean outermost = enter();
    try {
      return Optional.ofNullable(Native.stringOrNull(StatementCalls.parameterName(handle, index)));
    } finally {
      connection.exit(outermost);
    }
  }

  /** Index, from 1, of the parameter with this name, which includes its prefix. */
  public OptionalInt parameterIndex(String name) {
    boolean outermost = enter();
    try {
      if (name.indexOf('\0') >= 0) {
        return OptionalInt.empty();
      }
      int index = StatementCalls.parameterIndex(handle, connection.compiler().cString(name));
      return index == 0 ? OptionalInt.empty() : OptionalInt.of(index);
    } finally {
      connection.exit(outermost);
    }
  }

  /**
   * Sets parameter {@code index}, from 1. Bindings outlive {@link #reset}. An unpaired surrogate in
   * text becomes a question mark; NaN becomes NULL.
   *
   * @throws SqliteException SQLITE_RANGE for an index without a parameter, SQLITE_TOOBIG
   * @throws IllegalStateException if the statement has been stepped and not reset
   */
  public void bind(int index, Value value) {
    boolean outermost = enterReady();
    try {
      require(Binder.bind(handle, index, value));
    } finally {
      connection.exit(outermost);
    }
  }

  /** As {@link #bind(int, Value)}. */
  public void bindNull(int index) {
    bind(index, Value.NULL);
  }

  /** As {@link #bind(int, Value)}. */
  public void bindInteger(int index, long value) {
    boolean outermost = enterReady();
    try {
      require(BindCalls.bindInteger(handle, index, value));
    } finally {
      connection.exit(outermost);
    }
  }

  /** As {@link #bind(int, Value)}. */
  public void bindReal(int index, double value) {
    boolean outermost = enterReady();
    try {
      require(BindCalls.bindReal(handle, index, value));
    } finally {
      connection.exit(outermost);
    }
  }

  /** As {@link #bind(int, Value)}. */
  public void bindText(int index, String value) {
    boolean outermost = enterReady();
    try {
      require(Binder.bindText(handle, index, value));
    } finally {
      connection.exit(outermost);
    }
  }

  /** Text as SQLite has it, which may be malformed UTF-8. */
  public void bindUtf8(int index, byte[] utf8) {
    boolean outermost = enterReady();
    try {
      require(Binder.bindUtf8(handle, index, utf8));
    } finally {
      connection.exit(outermost);
    }
  }

  /** As {@link #bind(int, Value)}. */
  public void bindBlob(int index, byte[] value) {
    boolean outermost = enterReady();
    try {
      require(Binder.bindBlob(handle, index, value));
    } finally {
      connection.exit(outermost);
    }
  }

  /** Sets all parameters to NULL. */
  public void clearBindings() {
    boolean outermost = enterReady();
    try {
      require(BindCalls.clear(handle));
    } finally {
      connection.exit(outermost);
    }
  }

  /**
   * Runs to the next row, or to the end. What a callback throws meanwhile ends the statement and
   * comes out here. After a failure SQLite has let go of the statement's locks; {@link #reset} it
   * to use it again.
   *
   * @return whether the statement stands on a row; false when it has ended
   * @throws IllegalStateException if it has ended already and was not reset
   */
  public boolean step() {
    boolean outermost = enter();
    try {
      if (state == State.ENDED) {
        throw new IllegalStateException("the statement has ended: reset it first");
      }
      ChangeObserver observer = connection.hooks().changeObserver();
      if (observer != null && state == State.READY) {
        observerMark = observer.begins(this);
      }
      int code = StatementCalls.step(handle);
      if (connection.hooks().hasFailed() || (code != Native.ROW && code != Native.DONE)) {
        throw endFailed(code);
      }
      if (code == Native.DONE) {
        state = State.ENDED;
        tellObserver(true);
        return false;
      }
      if (state == State.READY) {
        rowColumnCount = StatementCalls.columnCount(handle);
        state = State.ROW;
      }
      return true;
    } finally {
      connection.exit(outermost);
    }
  }

  /**
   * Makes the statement ready to run again, with its bindings.
   *
   * @throws SqliteException if ending the run early failed, as a statement that writes and returns
   *     rows can; its changes are then undone
   */
  public void reset() {
    boolean outermost = enter();
    try {
      State before = state;
      if (before == State.READY) {
        return;
      }
      state = State.READY;
      int code = StatementCalls.reset(handle);
      // The code repeats the failure of the last step, if it failed, which was reported then.
      endRun(before, code);
    } finally {
      connection.exit(outermost);
    }
  }

  /**
   * Ends the run, if there is one, as a failure: what the statement has written is undone, and with
   * it the transaction that it is part of. {@link #reset} would keep it, and commit it where no
   * transaction is open. A statement that only reads is reset. Must be reset to run again.
   */
  public void abort() {
    boolean outermost = enter();
    try {
      State before = state;
      if (before == State.ROW && StatementCalls.isReadOnly(handle) == 0) {
        // Another step of a statement that is interrupted does nothing but fail.
        ConnectionCalls.interrupt(connection.handle());
        int _ = StatementCalls.step(handle);
      }
      state = State.ENDED;
      int code = StatementCalls.reset(handle);
      Throwable thrown = connection.hooks().takeFailure();
      if (before == State.ROW) {
        tellObserver(code == Native.OK);
      }
      if (thrown != null) {
        throw Native.unexpected(thrown);
      }
    } finally {
      connection.exit(outermost);
    }
  }

  /**
   * The result's columns; empty for statements without a result. A change of the schema can change
   * them at the first step: ask after it.
   */
  public List<Column> columns() {
    boolean outermost = enter();
    try {
      int reprepares = StatementCalls.status(handle, StatementCounter.REPREPARES.code(), 0);
      List<Column> known = columns;
      if (known == null || reprepares != columnsReprepares) {
        known = readColumns();
        columns = known;
        columnsReprepares = reprepares;
      }
      return known;
    } finally {
      connection.exit(outermost);
    }
  }

  /** Whether the statement leaves the database file as it is; true for BEGIN and COMMIT. */
  public boolean isReadOnly() {
    boolean outermost = enter();
    try {
      return StatementCalls.isReadOnly(handle) != 0;
    } finally {
      connection.exit(outermost);
    }
  }

  /** 0 for a plain statement, 1 for EXPLAIN, 2 for EXPLAIN QUERY PLAN. */
  public int explainMode() {
    boolean outermost = enter();
    try {
      return StatementCalls.explainMode(handle);
    } finally {
      connection.exit(outermost);
    }
  }

  /** Value of a counter; with {@code reset} it starts again from 0. It wraps beyond 32 bits. */
  public long status(StatementCounter counter, boolean reset) {
    boolean outermost = enter();
    try {
      return Integer.toUnsignedLong(StatementCalls.status(handle, counter.code(), reset ? 1 : 0));
    } finally {
      connection.exit(outermost);
    }
  }

  @Override
  public int columnCount() {
    boolean outermost = enter();
    try {
      return state == State.ROW ? rowColumnCount : StatementCalls.columnCount(handle);
    } finally {
      connection.exit(outermost);
    }
  }

  @Override
  public ColumnType type(int column) {
    boolean outermost = enterRow(column);
    try {
      return ColumnReader.type(handle, column);
    } finally {
      connection.exit(outermost);
    }
  }

  @Override
  public long integer(int column) {
    boolean outermost = enterRow(column);
    try {
      return ColumnCalls.integer(handle, column);
    } finally {
      connection.exit(outermost);
    }
  }

  @Override
  public double real(int column) {
    boolean outermost = enterRow(column);
    try {
      return ColumnCalls.real(handle, column);
    } finally {
      connection.exit(outermost);
    }
  }

  /** {@inheritDoc} NULL reads as the empty string. */
  @Override
  public String text(int column) {
    boolean outermost = enterRow(column);
    try {
      return connection.columnReader().text(handle, column);
    } finally {
      connection.exit(outermost);
    }
  }

  @Override
  public Utf8Text utf8(int column) {
    boolean outermost = enterRow(column);
    try {
      return connection.columnReader().utf8(handle, column);
    } finally {
      connection.exit(outermost);
    }
  }

  @Override
  public byte[] blob(int column) {
    boolean outermost = enterRow(column);
    try {
      return connection.columnReader().blob(handle, column);
    } finally {
      connection.exit(outermost);
    }
  }

  /**
   * Frees the statement; a run that has not ended is ended as by {@link #reset}. Idempotent.
   *
   * @throws SqliteException as {@link #reset}; the statement is closed all the same
   */
  @Override
  public void close() {
    boolean outermost = connection.guard().enter();
    try {
      if (handle == 0) {
        return;
      }
      State before = state;
      connection.forget(this);
      endRun(before, finish());
    } finally {
      connection.exit(outermost);
    }
  }

  @Override
  void release() {
    finish();
  }

  private int finish() {
    long finished = handle;
    handle = 0;
    return StatementCalls.finish(finished);
  }

  /** Ends a run that failed, and returns what to throw unless a callback's failure goes first. */
  private SqliteException endFailed(int code) {
    SqliteException failure = connection.failure(code, sql, startByte, startChar);
    state = State.ENDED;
    int ended = StatementCalls.reset(handle);
    Throwable thrown = connection.hooks().takeFailure();
    // When only a callback failed, the statement itself may have succeeded.
    tellObserver(ended == Native.OK);
    if (thrown != null) {
      throw Native.unexpected(thrown);
    }
    return failure;
  }

  /** After the native end of a run that had not ended by itself if it stood on a row. */
  private void endRun(State before, int code) {
    SqliteException failure =
        before == State.ROW && code != Native.OK ? connection.failure(code) : null;
    Throwable thrown = connection.hooks().takeFailure();
    if (before == State.ROW) {
      tellObserver(code == Native.OK);
    }
    if (thrown != null) {
      throw Native.unexpected(thrown);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void tellObserver(boolean succeeded) {
    ChangeObserver observer = connection.hooks().changeObserver();
    if (observer == null) {
      return;
    }
    if (succeeded) {
      observer.ended(this, observerMark);
    } else {
      observer.failed(this, observerMark);
    }
  }

  private List<Column> readColumns() {
    int count = StatementCalls.columnCount(handle);
    List<Column> read = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String name = Native.stringOrNull(StatementCalls.columnName(handle, i));
      if (name == null) {
        throw new SqliteException(Native.NOMEM, "out of memory for a column's name");
      }
      read.add(new Column(name, Native.stringOrNull(StatementCalls.columnDeclaredType(handle, i))));
    }
    return List.copyOf(read);
  }

  private void require(int code) {
    if (code != Native.OK) {
      throw connection.failure(code);
    }
  }

  private boolean enter() {
    boolean outermost = connection.guard().enter();
    if (handle == 0) {
      connection.exit(outermost);
      throw new IllegalStateException("the statement is closed");
    }
    return outermost;
  }

  private boolean enterReady() {
    boolean outermost = enter();
    if (state != State.READY) {
      connection.exit(outermost);
      throw new IllegalStateException("the statement is running: reset it before binding");
    }
    return outermost;
  }

  private boolean enterRow(int column) {
    boolean outermost = enter();
    if (state != State.ROW) {
      connection.exit(outermost);
      throw new IllegalStateException("the statement does not stand on a row");
    }
    if (column < 0 || column >= rowColumnCount) {
      connection.exit(outermost);
      Objects.checkIndex(column, rowColumnCount);
    }
    return outermost;
  }
}
