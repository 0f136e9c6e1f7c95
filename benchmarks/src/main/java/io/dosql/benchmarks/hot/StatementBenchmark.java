package io.dosql.benchmarks.hot;

import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** SQLite through the foreign function interface. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class StatementBenchmark {

  private static final int ROWS = 1_000;

  private final SqliteConnection connection = SqliteConnection.openInMemory();
  private final SqliteStatement point;
  private final SqliteStatement scan;
  private long number;

  public StatementBenchmark() {
    connection.execute("CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT)");
    connection.execute(
        "INSERT INTO p WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<"
            + ROWS
            + ") SELECT i, printf('value-%08d-abcdefghijklmnopqrstuvwxyz', i) FROM c");
    point = connection.preparePersistent("SELECT v FROM p WHERE id = ?");
    scan = connection.preparePersistent("SELECT id, v FROM p");
  }

  @TearDown(Level.Trial)
  public void close() {
    connection.close();
  }

  @Benchmark
  public Object pointRead() {
    point.bindInteger(1, number++ % ROWS + 1);
    boolean _ = point.step();
    String value = point.text(0);
    point.reset();
    return value;
  }

  /** A thousand rows of two columns. */
  @Benchmark
  public long scan() {
    long sum = 0;
    while (scan.step()) {
      sum += scan.integer(0) + scan.text(1).length();
    }
    scan.reset();
    return sum;
  }
}
