package io.dosql.benchmarks;

import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.nio.file.Path;

/** What {@code reads.c} does, through the engine's binding: FILE ROWS SECONDS. */
final class PointReads {

  private static final int WARM_UP_SECONDS = 2;

  private PointReads() {}

  public static void main(String[] arguments) {
    long rows = Long.parseLong(arguments[1]);
    long seconds = Long.parseLong(arguments[2]);
    try (SqliteConnection connection =
            SqliteConnection.open(Path.of(arguments[0]), OpenMode.READ_WRITE);
        SqliteStatement select = connection.preparePersistent("SELECT v FROM p WHERE id = ?")) {
      long _ = run(select, rows, WARM_UP_SECONDS);
      long start = System.nanoTime();
      long count = run(select, rows, seconds);
      System.out.printf("RESULT %d %d%n", count, (System.nanoTime() - start) / 1000);
    }
  }

  private static long run(SqliteStatement select, long rows, long seconds) {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long count = 0;
    long characters = 0;
    while (count % 64 != 0 || System.nanoTime() - end < 0) {
      select.bindInteger(1, count * 7919 % rows + 1);
      if (!select.step()) {
        throw new IllegalStateException("a row is missing");
      }
      characters += select.text(0).length();
      if (select.step()) {
        throw new IllegalStateException("there is one row too many");
      }
      select.reset();
      count++;
    }
    if (characters < count) {
      throw new IllegalStateException("the rows are empty");
    }
    return count;
  }
}
