package io.dosql.engine.simulation;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.simulation.TenantModel.Datum;
import io.dosql.engine.simulation.TenantModel.Row;
import io.dosql.engine.simulation.TenantModel.State;
import io.dosql.engine.simulation.TenantModel.Transaction;
import io.dosql.engine.simulation.TenantModel.View;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.Value;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A client: does what clients do, tells the model what it asks for before it asks, and what it was
 * answered when the answer would have left the process.
 */
final class Client {

  static final SessionOptions OPTIONS =
      new SessionOptions(
          true, Duration.ofMinutes(30), Duration.ofMinutes(30), Duration.ofMinutes(30));

  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE IF NOT EXISTS h (place INTEGER PRIMARY KEY, txn INTEGER NOT NULL)",
          "CREATE TABLE IF NOT EXISTS d"
              + " (k INTEGER PRIMARY KEY, v BLOB NOT NULL, n INTEGER NOT NULL)",
          "CREATE INDEX IF NOT EXISTS d_n ON d (n)");
  private static final String RECORD = "INSERT INTO h (txn) VALUES (?) RETURNING place";
  private static final String PUT = "INSERT OR REPLACE INTO d (k, v, n) VALUES (?, ?, ?)";
  private static final String HISTORY = "SELECT place, txn FROM h ORDER BY place";
  private static final String DATA = "SELECT k, v, n FROM d ORDER BY k";

  /** By these a client is told that nothing was written. */
  private static final Set<ErrorCode> NOTHING_WRITTEN =
      Set.of(
          ErrorCode.TXN_ABORTED,
          ErrorCode.TXN_LOCK_TIMEOUT,
          ErrorCode.TXN_SERIALIZATION_FAILURE,
          ErrorCode.TXN_TIMEOUT,
          ErrorCode.CONSTRAINT_VIOLATION,
          ErrorCode.RESOURCE_EXHAUSTED,
          ErrorCode.TENANT_UNAVAILABLE);

  private final Life life;
  private final Random random;

  Client(Life life, Random random) {
    this.life = life;
    this.random = random;
  }

  /** Does one thing. */
  void act() {
    TenantModel model = life.model(life.anyTenant());
    if (life.sharesWrites() && !model.isEmpty() && random.nextInt(4) == 0) {
      life.allAtOnce(2 + random.nextInt(5), () -> inSession(model, this::recordShared));
    } else {
      inSession(model, this::act);
    }
  }

  private void inSession(TenantModel model, BiConsumer<SqlSession, TenantModel> work) {
    try (SqlSession session = life.process().sessions().open(model.name(), OPTIONS)) {
      work.accept(session, model);
    } catch (DosqlException told) {
      life.told(told);
    } catch (UncheckedIOException | IllegalStateException | SqliteException failed) {
      // The next layer tells the client no more than that it failed.
      life.told(new DosqlException(ErrorCode.INTERNAL, "failed", failed));
    }
  }

  private void act(SqlSession session, TenantModel model) {
    boolean hasTables = !model.isEmpty();
    try {
      int dice = random.nextInt(100);
      if (model.isEmpty() || dice < 30) {
        writeAtOnce(session, model);
      } else if (dice < 55) {
        writeInteractively(session, model);
      } else if (dice < 60) {
        recordAlone(session, model);
      } else if (dice < 75) {
        readHistory(session, model);
      } else if (dice < 92) {
        readInTransaction(session, model);
      } else if (dice < 95) {
        vacuum(session, model);
      } else {
        failByConstraint(session, model);
      }
    } catch (DosqlException told) {
      if (hasTables && told.code() == ErrorCode.TABLE_NOT_FOUND && answers(session, model)) {
        throw new Violation("a client was told that its table is not there", told);
      }
      throw told;
    }
  }

  private static SqlStatement sql(String text, Value... values) {
    return new SqlStatement(text, new Parameters(List.of(values), Map.of()));
  }

  private static Value number(long value) {
    return new Value.Int(value);
  }

  // ---- Reads

  /** Takes the rows of a result as pairs of numbers. */
  private static final class Rows implements RowSink {
    private final List<Long> first = new ArrayList<>();
    private final List<Long> second = new ArrayList<>();

    @Override
    public void columns(List<Column> columns) {}

    @Override
    public void row(io.dosql.engine.sqlite.Row row) {
      first.add(row.integer(0));
      second.add(row.columnCount() > 1 ? row.integer(1) : 0L);
    }
  }

  private static final class DataRows implements RowSink {
    private final List<Row> rows = new ArrayList<>();

    @Override
    public void columns(List<Column> columns) {}

    @Override
    public void row(io.dosql.engine.sqlite.Row row) {
      rows.add(new Row(row.integer(0), row.blob(1), row.integer(2)));
    }
  }

  private static List<Long> history(SqlSession session, TenantModel model) {
    Rows rows = new Rows();
    Outcome _ = session.execute(sql(HISTORY), rows);
    for (int i = 0; i < rows.first.size(); i++) {
      if (rows.first.get(i) != i + 1) {
        throw model.violation("the history has places " + rows.first);
      }
    }
    return rows.second;
  }

  private static List<Row> data(SqlSession session) {
    DataRows sink = new DataRows();
    Outcome _ = session.execute(sql(DATA), sink);
    return sink.rows;
  }

  /** The answer leaves; false if the process has ended before. */
  private boolean answers(SqlSession session, TenantModel model) {
    life.settle(session, model.name());
    return life.isRunning();
  }

  private void readHistory(SqlSession session, TenantModel model) {
    int floor = model.floor();
    List<Long> history = history(session, model);
    if (answers(session, model)) {
      model.show(new View(history, null), floor);
    }
  }

  private void readInTransaction(SqlSession session, TenantModel model) {
    int floor = model.floor();
    Outcome _ = session.execute(sql("BEGIN TRANSACTION READONLY"), RowSink.NONE);
    List<Long> history = history(session, model);
    think();
    List<Row> rows = data(session);
    if (random.nextInt(4) == 0) {
      think();
      if (!rows.equals(data(session)) || !history.equals(history(session, model))) {
        throw model.violation("a snapshot has changed");
      }
    }
    Outcome _ = session.execute(sql("COMMIT"), RowSink.NONE);
    if (answers(session, model)) {
      model.show(new View(history, rows), floor);
    }
  }

  private void think() {
    if (random.nextInt(3) == 0) {
      life.rest(Duration.ofMillis(random.nextInt(random.nextInt(20) == 0 ? 20_000 : 50)));
    }
  }

  // ---- Writes

  private List<SqlStatement> changes(Transaction transaction) {
    List<SqlStatement> statements = new ArrayList<>();
    if (random.nextInt(25) == 0) {
      transaction.clear();
      statements.add(sql("DELETE FROM d"));
    }
    int count = random.nextInt(4);
    int largest = random.nextInt(15) == 0 ? 60_000 : 2_000;
    for (int i = 0; i < count; i++) {
      long key = random.nextInt(30);
      Datum datum = new Datum(random.nextInt(largest), life.nextNumber());
      transaction.put(key, datum);
      statements.add(
          sql(PUT, number(key), new Value.Blob(datum.content()), number(datum.number())));
    }
    return statements;
  }

  private void writeAtOnce(SqlSession session, TenantModel model) {
    Transaction transaction = model.begin(life.nextNumber());
    List<SqlStatement> statements = new ArrayList<>();
    if (model.isEmpty()) {
      SCHEMA.forEach(text -> statements.add(sql(text)));
    }
    int place = statements.size();
    statements.add(sql(RECORD, number(transaction.id())));
    statements.addAll(changes(transaction));
    List<Rows> sinks = statements.stream().map(statement -> new Rows()).toList();
    transaction.committing();
    List<Outcome> outcomes =
        unlessFailing(transaction, () -> session.executeAtomically(statements, sinks));
    if (answers(session, model)) {
      model.committed(
          transaction,
          Math.toIntExact(sinks.get(place).first.getFirst()),
          outcomes.getLast().lsn());
    }
  }

  /** What a client's call to commit throws may say that it came to nothing. */
  private <T> T unlessFailing(Transaction transaction, java.util.function.Supplier<T> call) {
    try {
      return call.get();
    } catch (DosqlException told) {
      if (NOTHING_WRITTEN.contains(told.code()) && life.isRunning()) {
        transaction.dead();
      }
      throw told;
    }
  }

  private void recordAlone(SqlSession session, TenantModel model) {
    Transaction transaction = model.begin(life.nextNumber());
    Rows rows = new Rows();
    transaction.committing();
    Outcome outcome =
        unlessFailing(
            transaction, () -> session.execute(sql(RECORD, number(transaction.id())), rows));
    if (answers(session, model)) {
      model.committed(transaction, Math.toIntExact(rows.first.getFirst()), outcome.lsn());
    }
  }

  /** A write that may have its commit together with others. */
  private void recordShared(SqlSession session, TenantModel model) {
    Transaction transaction = model.begin(life.nextNumber());
    boolean isBad = random.nextInt(5) == 0;
    SqlStatement statement =
        isBad
            ? sql("INSERT INTO h (place, txn) VALUES (1, ?)", number(transaction.id()))
            : sql("INSERT INTO h (txn) VALUES (?)", number(transaction.id()));
    if (isBad) {
      transaction.dead();
    } else {
      model.sharedBegins();
      transaction.committing();
    }
    Outcome outcome;
    try {
      outcome = unlessFailing(transaction, () -> session.execute(statement, RowSink.NONE));
    } catch (DosqlException told) {
      if (isBad && told.code() == ErrorCode.CONSTRAINT_VIOLATION) {
        return;
      }
      throw told;
    }
    if (answers(session, model)) {
      model.committed(
          transaction, Math.toIntExact(outcome.lastInsertRowid().orElseThrow()), outcome.lsn());
    }
  }

  private void writeInteractively(SqlSession session, TenantModel model) {
    Transaction transaction = model.begin(life.nextNumber());
    try {
      Outcome _ =
          session.execute(sql(random.nextBoolean() ? "BEGIN IMMEDIATE" : "BEGIN"), RowSink.NONE);
      if (random.nextInt(3) == 0) {
        List<Long> _ = history(session, model);
        think();
      }
      Rows rows = new Rows();
      Outcome _ = session.execute(sql(RECORD, number(transaction.id())), rows);
      int rounds = 1 + random.nextInt(3);
      for (int i = 0; i < rounds; i++) {
        think();
        changeInSavepoint(session, transaction);
      }
      if (random.nextInt(8) == 0) {
        // Its session ends with the transaction open.
        return;
      }
      if (random.nextInt(8) == 0) {
        Outcome _ = session.execute(sql("ROLLBACK"), RowSink.NONE);
        return;
      }
      transaction.committing();
      Outcome outcome =
          unlessFailing(transaction, () -> session.execute(sql("COMMIT"), RowSink.NONE));
      if (answers(session, model)) {
        model.committed(transaction, Math.toIntExact(rows.first.getFirst()), outcome.lsn());
      }
    } finally {
      if (transaction.state() == State.OPEN) {
        transaction.dead();
      }
    }
  }

  private void changeInSavepoint(SqlSession session, Transaction transaction) {
    boolean isUndone = random.nextInt(4) == 0;
    int mark = transaction.mark();
    if (isUndone) {
      Outcome _ = session.execute(sql("SAVEPOINT s"), RowSink.NONE);
    }
    for (SqlStatement statement : changes(transaction)) {
      Outcome _ = session.execute(statement, RowSink.NONE);
    }
    if (isUndone) {
      Outcome _ = session.execute(sql("ROLLBACK TO s"), RowSink.NONE);
      Outcome _ = session.execute(sql("RELEASE s"), RowSink.NONE);
      transaction.undoTo(mark);
    }
  }

  private void vacuum(SqlSession session, TenantModel model) {
    model.unrecordedBegins();
    Outcome outcome = session.execute(sql("VACUUM"), RowSink.NONE);
    if (answers(session, model)) {
      model.unrecordedCommitted(outcome.lsn());
    }
  }

  /** All or nothing: a statement that fails takes those before it with it. */
  private void failByConstraint(SqlSession session, TenantModel model) {
    Transaction transaction = model.begin(life.nextNumber());
    List<SqlStatement> statements = new ArrayList<>();
    statements.add(sql(RECORD, number(transaction.id())));
    statements.addAll(changes(transaction));
    statements.add(sql("INSERT INTO h (place, txn) VALUES (1, ?)", number(transaction.id())));
    transaction.dead();
    try {
      List<Outcome> _ =
          session.executeAtomically(
              statements, statements.stream().map(statement -> RowSink.NONE).toList());
    } catch (DosqlException told) {
      if (told.code() == ErrorCode.CONSTRAINT_VIOLATION) {
        return;
      }
      throw told;
    }
    if (life.isRunning()) {
      throw model.violation("a constraint did not hold");
    }
  }
}
