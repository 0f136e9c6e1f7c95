package io.dosql.engine.tenant;

import io.dosql.engine.changes.ChangeBuffer;
import io.dosql.engine.changes.ChangeStream;
import io.dosql.engine.changes.ChangesTooLargeException;
import io.dosql.engine.changes.Reset;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.ChangeObserver;
import io.dosql.engine.sqlite.PreupdateRow;
import io.dosql.engine.sqlite.RowOperation;
import io.dosql.engine.sqlite.SavepointOperation;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the rows that the writer connection changes, until a commit takes them into the log. On
 * the tenant's strand only.
 *
 * <pre>
 *   buffer:   | committed | the transaction that runs, or ran                  |
 *             0           committed      savepoint marks, a statement's mark   position
 * </pre>
 *
 * <p>SQLite tells of each row as it changes, and not that it was changed back. So what is undone is
 * cut off here: a transaction where the rollback hook says so, down to a savepoint when ROLLBACK TO
 * has succeeded, a statement when it has failed, unless it has kept what it did: see {@link
 * FailedStatement}. A commit of which the commit hook heard nothing has replaced everything, which
 * a {@link Reset} says; so does what cannot be found out. A commit whose changes could not be kept
 * is vetoed: none is silently without them.
 */
final class RowCapture implements ChangeObserver {

  private static final Logger LOG = LoggerFactory.getLogger(RowCapture.class);

  private record Savepoint(String name, long mark) {}

  private final RowChangeOptions options;
  private final ChangeBuffer buffer;
  private final RowEncoder encoder;
  private final CapturedTables tables = new CapturedTables();
  private final List<Savepoint> savepoints = new ArrayList<>();

  // Null while nothing is captured.
  private @Nullable SqliteConnection sqlite;

  /** Changes before this position are committed. */
  private long committed;

  /** The commit hook was asked, and it was not told yet whether there was a commit. */
  private boolean isCommitting;

  /** The observer's own statements run: nobody needs to follow them. */
  private boolean isAsking;

  private boolean isEncodingKnown;
  private boolean hasChangedSchema;
  private @Nullable SchemaSnapshot schemaBefore;

  /** Why the changes of this transaction are incomplete, so that it must not commit. */
  private @Nullable DosqlException failure;

  /** Where the change lies that could not be kept. */
  private long failedAt;

  RowCapture(RowChangeOptions options, Path spillFile) {
    this.options = options;
    this.buffer = new ChangeBuffer(options.maxTransactionChangeBytes(), spillFile);
    this.encoder = new RowEncoder(buffer);
  }

  /** Begins to capture, unless that is switched off, or the library cannot. */
  void attach(SqliteConnection writer) {
    if (options.areCaptured()) {
      writer.setChangeObserver(this);
      writer.setRollbackHook(this::rolledBack);
      sqlite = writer;
    }
  }

  // ---- From SQLite's hooks, with the connection shut

  @Override
  public void changing(PreupdateRow row) {
    if (failure != null) {
      return;
    }
    long start = buffer.position();
    try {
      CapturedTable table = tables.of(row, start);
      if (table == null) {
        return;
      }
      if (row.operation() == RowOperation.DELETE && row.isPartialWrite()) {
        buffer.reset(Reset.Reason.PARTIAL_WRITE);
      } else {
        encoder.encode(row, table);
      }
    } catch (Throwable incomplete) {
      DosqlException refused = refusal(incomplete);
      failure = refused;
      failedAt = start;
      throw refused;
    }
  }

  private DosqlException refusal(Throwable incomplete) {
    if (incomplete instanceof ChangesTooLargeException) {
      return new DosqlException(
              ErrorCode.RESOURCE_EXHAUSTED,
              "the transaction changes rows of more than %d bytes, the limit maxTransactionChangeBytes; nothing was written"
                  .formatted(options.maxTransactionChangeBytes()),
              incomplete)
          .withSuggestion("Write in several smaller transactions.")
          .withSqliteCode("SQLITE_FULL");
    }
    return new DosqlException(
            ErrorCode.RESOURCE_EXHAUSTED,
            "the rows that the transaction changes could not be kept; nothing was written",
            incomplete)
        .withSqliteCode("SQLITE_FULL");
  }

  /** Why the transaction that runs should go no further; null lets it go on. */
  @Nullable DosqlException whyToStop() {
    return failure;
  }

  /** From the commit hook; throws to veto. */
  void committing() {
    DosqlException incomplete = failure;
    if (incomplete != null) {
      throw incomplete;
    }
    isCommitting = true;
  }

  /** From the WAL hook: there was a commit. */
  void committed() {
    if (sqlite == null) {
      return;
    }
    if (!isCommitting) {
      buffer.reset(Reset.Reason.REWRITTEN);
      tables.forget();
      isEncodingKnown = false;
    }
    commitAll();
  }

  private void commitAll() {
    isCommitting = false;
    committed = buffer.position();
    savepoints.clear();
    hasChangedSchema = false;
  }

  private void rolledBack() {
    isCommitting = false;
    failure = null;
    savepoints.clear();
    undoTo(committed);
    hasChangedSchema = false;
  }

  private void undoTo(long position) {
    if (position < buffer.position()) {
      buffer.truncate(position);
      tables.truncated(position);
    }
    if (hasChangedSchema) {
      tables.forget();
    }
  }

  // ---- Between native calls

  @Override
  public long begins(SqliteStatement statement) {
    SqliteConnection connection = sqlite;
    if (isAsking || connection == null) {
      return buffer.position();
    }
    tables.statementBegins();
    if (!isEncodingKnown || isCommitting || !savepoints.isEmpty() || tables.areUndescribed()) {
      isAsking = true;
      try {
        catchUp(connection);
      } finally {
        isAsking = false;
      }
    }
    if (mayChangeSchema(statement.sql())) {
      schemaBegins(connection, statement.sql());
    }
    return buffer.position();
  }

  /** What an earlier statement has left to be found out. */
  private void catchUp(SqliteConnection connection) {
    if (!isEncodingKnown) {
      try (SqliteStatement encoding = connection.prepare("PRAGMA encoding")) {
        encoder.storesUtf8(encoding.step() && encoding.text(0).equals("UTF-8"));
      }
      isEncodingKnown = true;
    }
    describeTables(connection);
    if (connection.isAutocommit()) {
      savepoints.clear();
      if (isCommitting) {
        // Makes SQLite tell of a commit that came without the end of a statement.
        connection.execute("SELECT 1");
      }
      if (isCommitting) {
        // It wrote no page: the rows were left as they were.
        undoTo(committed);
      }
    }
    isCommitting = false;
  }

  @Override
  public void ended(SqliteStatement statement, long mark) {
    if (statement.savepoint().isEmpty() && schemaBefore == null && !tables.areUndescribed()) {
      return;
    }
    after(
        connection -> {
          SavepointOperation savepoint = statement.savepoint().orElse(null);
          if (savepoint != null) {
            apply(savepoint);
          }
          schemaEnded(connection, statement, mark);
          describeTables(connection);
        });
  }

  @Override
  public void failed(SqliteStatement statement, long mark) {
    after(
        connection -> {
          // Asked first: describing runs statements, and with them SQLite tells of the commit.
          boolean isOver = isCommitting && connection.isAutocommit();
          describeTables(connection);
          if (failure == null && !isOver && buffer.position() > mark) {
            settle(connection, mark);
          }
          schemaEnded(connection, statement, mark);
        });
  }

  private interface Afterwards {
    void run(SqliteConnection connection);
  }

  /** Never throws: the statement has happened. */
  private void after(Afterwards work) {
    SqliteConnection connection = sqlite;
    if (isAsking || connection == null) {
      return;
    }
    isAsking = true;
    long before = buffer.position();
    try {
      work.run(connection);
    } catch (RuntimeException unknown) {
      LOG.warn("what a statement did to rows could not be found out", unknown);
      schemaBefore = null;
      tables.forget();
      buffer.reset(Reset.Reason.UNDETERMINED);
    } finally {
      isAsking = false;
    }
    if (before == committed && buffer.position() > committed && connection.isAutocommit()) {
      // The commit was told of before this was found out about it.
      committed = isCommitting ? committed : buffer.position();
    }
  }

  private void describeTables(SqliteConnection connection) {
    if (tables.areUndescribed() && !tables.describe(connection)) {
      buffer.reset(Reset.Reason.UNDETERMINED);
    }
  }

  private void apply(SavepointOperation operation) {
    if (operation.action() == SavepointOperation.Action.BEGIN) {
      savepoints.add(new Savepoint(operation.name(), buffer.position()));
      return;
    }
    int index = savepoints.size() - 1;
    while (index >= 0 && !savepoints.get(index).name().equalsIgnoreCase(operation.name())) {
      index--;
    }
    if (index < 0) {
      // Released with its transaction, which has committed: the hook has told of that.
      return;
    }
    boolean isRollback = operation.action() == SavepointOperation.Action.ROLLBACK;
    if (isRollback) {
      if (savepoints.get(index).mark() <= failedAt) {
        failure = null;
      }
      undoTo(Math.max(committed, savepoints.get(index).mark()));
    }
    savepoints.subList(isRollback ? index + 1 : index, savepoints.size()).clear();
  }

  /** After a statement that failed, and did not take its transaction with it. */
  private void settle(SqliteConnection connection, long mark) {
    FailedStatement.Outcome outcome;
    try {
      outcome =
          FailedStatement.examine(
              connection,
              new ChangeStream(
                  tables.usedBefore(buffer.position()), buffer, mark, buffer.position()));
    } catch (IOException | RuntimeException unreadable) {
      LOG.warn("the changes of a statement that failed cannot be read", unreadable);
      outcome = FailedStatement.Outcome.UNKNOWN;
    }
    if (outcome != FailedStatement.Outcome.KEPT) {
      undoTo(mark);
    }
    if (outcome == FailedStatement.Outcome.UNKNOWN) {
      buffer.reset(Reset.Reason.UNDETERMINED);
    }
  }

  // ---- Definitions

  /** The first word tells for sure; only CREATE, DROP and ALTER can. Allocates nothing. */
  private static boolean mayChangeSchema(String sql) {
    int first = sql.charAt(0) | 0x20;
    if (first > 'd' && first <= 'z') {
      // Most statements: INSERT, UPDATE, SELECT, …
      return false;
    }
    int start = SqlText.skipBlank(sql, 0);
    return isAt(sql, start, "CREATE") || isAt(sql, start, "DROP") || isAt(sql, start, "ALTER");
  }

  private static boolean isAt(String sql, int start, String word) {
    return sql.regionMatches(true, start, word, 0, word.length());
  }

  private void schemaBegins(SqliteConnection connection, String statement) {
    hasChangedSchema = true;
    isAsking = true;
    try {
      SchemaSnapshot before = SchemaSnapshot.read(connection);
      // A table to which others refer is emptied, with cascades, before it is dropped; then there
      // is nobody left to ask for its columns.
      before.tablesNamedIn(statement).forEach(name -> tables.describe(connection, name));
      schemaBefore = before;
    } finally {
      isAsking = false;
    }
  }

  private void schemaEnded(SqliteConnection connection, SqliteStatement statement, long mark) {
    SchemaSnapshot before = schemaBefore;
    if (before == null) {
      return;
    }
    schemaBefore = null;
    tables.forget();
    try {
      new SchemaRecorder(connection, buffer, tables)
          .record(statement.sql(), before, SchemaSnapshot.read(connection));
    } catch (RuntimeException unknown) {
      LOG.warn("what a statement has defined cannot be told", unknown);
      undoTo(Math.max(mark, committed));
      buffer.reset(Reset.Reason.UNDETERMINED);
    }
  }

  // ---- For the commit

  /** What was committed since the last {@link #taken}; null if nothing is captured. */
  @Nullable ChangeStream take() {
    return sqlite == null
        ? null
        : new ChangeStream(tables.usedBefore(committed), buffer, 0, committed);
  }

  /** The log has what was committed, or nothing was. */
  void taken(boolean isAutocommit) {
    long position = buffer.position();
    if (isAutocommit) {
      isCommitting = false;
      committed = position;
    }
    if (position == 0) {
      return;
    }
    if (committed > 0) {
      for (int i = 0; i < savepoints.size(); i++) {
        Savepoint savepoint = savepoints.get(i);
        savepoints.set(i, new Savepoint(savepoint.name(), savepoint.mark() - committed));
      }
      buffer.dropUpTo(committed);
      tables.dropped(committed, committed == position);
      committed = 0;
    }
  }

  /** Gives the memory and the file back. */
  void close() {
    buffer.dropUpTo(buffer.position());
  }
}
