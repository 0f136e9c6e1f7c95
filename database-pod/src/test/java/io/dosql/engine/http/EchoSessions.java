package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.session.CheckedStatement;
import io.dosql.engine.session.Description;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.PlanStep;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.RowStream;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.ColumnType;
import io.dosql.engine.sqlite.Row;
import io.dosql.engine.sqlite.Utf8Text;
import io.dosql.engine.sqlite.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Sessions without a database, for tests of the protocols around them. A statement yields its
 * parameters as one row, unless its first word says otherwise: FAIL, BUG, ROWS n, BLOCK, WRITE,
 * BEGIN, COMMIT, NOTHING.
 */
public final class EchoSessions implements Sessions {

  /** What was executed, in order. */
  public final List<String> executed = new CopyOnWriteArrayList<>();

  public final AtomicInteger open = new AtomicInteger();
  public final AtomicInteger settled = new AtomicInteger();
  public final AtomicInteger cancelled = new AtomicInteger();

  /** What the latest answer waited for. */
  public volatile Durability lastSettled = Durability.STRICT;

  /** BLOCK counts this down, then waits for {@link #release}. */
  public volatile CountDownLatch blocked = new CountDownLatch(1);

  public volatile CountDownLatch release = new CountDownLatch(1);

  /** BEGIN fails then. */
  public volatile boolean beginFails;

  private final AtomicLong lsn = new AtomicLong(41);

  @Override
  public SqlSession open(String tenant, SessionOptions options) {
    if (!tenant.matches("[a-z0-9][a-z0-9-]{0,62}")) {
      throw new DosqlException(ErrorCode.INVALID_REQUEST, "Not a tenant's name.");
    }
    open.incrementAndGet();
    return new EchoSession(options);
  }

  private final class EchoSession implements SqlSession {
    private final SessionOptions options;
    private boolean autocommit = true;
    private boolean closed;
    private volatile boolean isCancelled;

    private EchoSession(SessionOptions options) {
      this.options = options;
    }

    @Override
    public Outcome execute(SqlStatement statement, RowSink sink) {
      String[] words = statement.sql().strip().split("\\s+", -1);
      executed.add(statement.sql());
      switch (words[0].toUpperCase(Locale.ROOT)) {
        case "FAIL" ->
            throw new DosqlException(
                    ErrorCode.CONSTRAINT_VIOLATION, "UNIQUE constraint failed: t.c")
                .withSqliteCode("SQLITE_CONSTRAINT")
                .withPosition(new DosqlException.Position(1, 6));
        case "BUG" -> throw new IllegalStateException("secret inside");
        case "ROWS" -> rows(sink, Integer.parseInt(words[1]));
        case "BLOCK" -> block();
        case "WRITE" -> write(statement.parameters(), sink);
        case "BEGIN" -> {
          if (beginFails) {
            throw new DosqlException(ErrorCode.TIMEOUT, "No reader was free.");
          }
          autocommit = false;
        }
        case "COMMIT" -> autocommit = true;
        case "NOTHING" -> sink.columns(List.of());
        default -> echo(statement.parameters(), sink);
      }
      return new Outcome(
          1, 2, 3, 4, OptionalLong.of(Long.MAX_VALUE), Duration.ofMillis(5), lsn.incrementAndGet());
    }

    @Override
    public Optional<RowStream> stream(SqlStatement statement) {
      return Optional.empty();
    }

    private void write(Parameters parameters, RowSink sink) {
      if (!options.mayWrite()) {
        throw new DosqlException(ErrorCode.TXN_READ_ONLY_VIOLATION, "This token may only read.");
      }
      echo(parameters, sink);
    }

    @Override
    public List<Outcome> executeAtomically(
        List<SqlStatement> statements, List<? extends RowSink> sinks) {
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = 0; i < statements.size(); i++) {
        try {
          outcomes.add(execute(statements.get(i), sinks.get(i)));
        } catch (DosqlException failure) {
          throw failure.withStatementIndex(i);
        }
      }
      return outcomes;
    }

    @Override
    public void executeScript(String sql) {
      executed.add(sql);
    }

    @Override
    public Description describe(String sql) {
      return new Description(
          List.of(Optional.of(":a"), Optional.empty()),
          List.of(new Column("x", "INT")),
          false,
          true);
    }

    @Override
    public void check(String sql, Consumer<CheckedStatement> found) {
      found.accept(
          new CheckedStatement(
              new DosqlException.Position(1, 1), CheckedStatement.Kind.QUERY, describe(sql), null));
    }

    @Override
    public List<PlanStep> explain(SqlStatement statement) {
      return List.of(new PlanStep(1, 0, "SCAN t"));
    }

    @Override
    public boolean isAutocommit() {
      return autocommit;
    }

    @Override
    public void settle() {
      settle(Durability.STRICT);
    }

    @Override
    public void settle(Durability level) {
      if (isCancelled) {
        throw new DosqlException(ErrorCode.CONNECTION_ERROR, "The client has gone.");
      }
      settled.incrementAndGet();
      lastSettled = level;
    }

    @Override
    public void cancel() {
      isCancelled = true;
      cancelled.incrementAndGet();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open.decrementAndGet();
      }
    }
  }

  private void block() {
    blocked.countDown();
    try {
      if (!release.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("Nobody released the statement");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rows(RowSink sink, int count) {
    sink.columns(List.of(new Column("x", "TEXT")));
    Row row = new ValueRow(List.of(new Value.Text("x".repeat(100))));
    for (int i = 0; i < count; i++) {
      sink.row(row);
    }
  }

  private static void echo(Parameters parameters, RowSink sink) {
    List<Column> columns = new ArrayList<>();
    List<Value> values = new ArrayList<>();
    for (Value value : parameters.positional()) {
      columns.add(new Column("c" + columns.size(), null));
      values.add(value);
    }
    parameters.named().entrySet().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(
            entry -> {
              columns.add(new Column(entry.getKey(), "ANY"));
              values.add(entry.getValue());
            });
    sink.columns(columns);
    sink.row(new ValueRow(values));
  }

  private record ValueRow(List<Value> values) implements Row {
    @Override
    public int columnCount() {
      return values.size();
    }

    @Override
    public ColumnType type(int column) {
      return switch (values.get(column)) {
        case Value.Null none -> ColumnType.NULL;
        case Value.Int integer -> ColumnType.INTEGER;
        case Value.Real real -> ColumnType.REAL;
        case Value.Text text -> ColumnType.TEXT;
        case Value.Blob blob -> ColumnType.BLOB;
      };
    }

    @Override
    public long integer(int column) {
      return ((Value.Int) values.get(column)).value();
    }

    @Override
    public double real(int column) {
      return ((Value.Real) values.get(column)).value();
    }

    @Override
    public String text(int column) {
      return ((Value.Text) values.get(column)).value();
    }

    @Override
    public Utf8Text utf8(int column) {
      return new Utf8Text(text(column).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] blob(int column) {
      return ((Value.Blob) values.get(column)).value();
    }
  }
}
