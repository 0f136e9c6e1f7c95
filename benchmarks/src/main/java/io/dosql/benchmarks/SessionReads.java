package io.dosql.benchmarks;

import io.dosql.engine.main.ConfigurationReader;
import io.dosql.engine.main.Engine;
import io.dosql.engine.main.InvalidConfigurationException;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.List;

/**
 * Reads a whole table of the tenant {@code bench} again and again through the engine's sessions,
 * but without HTTP: ROWS SECONDS. The environment is a pod's.
 */
final class SessionReads {

  private static final int WARM_UP_SECONDS = 4;

  private SessionReads() {}

  public static void main(String[] arguments)
      throws InterruptedException, InvalidConfigurationException {
    long rows = Long.parseLong(arguments[0]);
    long seconds = Long.parseLong(arguments[1]);
    try (Engine engine = Engine.start(ConfigurationReader.read(System.getenv()))) {
      Sessions sessions = engine.part(Sessions.class);
      long _ = run(sessions, rows, WARM_UP_SECONDS);
      long start = System.nanoTime();
      long count = run(sessions, rows, seconds);
      System.out.printf("RESULT %d %d%n", count, (System.nanoTime() - start) / 1000);
    }
  }

  /** Returns how many rows were read. */
  private static long run(Sessions sessions, long rows, long seconds) {
    SqlStatement select = new SqlStatement("SELECT id, v FROM p", Parameters.NONE);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long count = 0;
    while (System.nanoTime() - end < 0) {
      Values values = new Values();
      try (SqlSession session = sessions.open("bench", SessionOptions.DEFAULT)) {
        Outcome _ = session.execute(select, values);
        session.settle();
      }
      if (values.rows != rows || values.characters < rows) {
        throw new IllegalStateException("there are not " + rows + " rows with text");
      }
      count += rows;
    }
    return count;
  }

  /** Takes each value as Java has it. */
  private static final class Values implements RowSink {
    private long rows;
    private long characters;

    @Override
    public void columns(List<Column> columns) {}

    @Override
    public void row(Row row) {
      rows++;
      characters += row.integer(0) > 0 ? row.text(1).length() : 0;
    }
  }
}
