package io.dosql.benchmarks;

import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.nio.file.Path;

/** Reads a whole table again and again through the engine's binding: FILE ROWS SECONDS. */
final class TableReads {

  private static final int WARM_UP_SECONDS = 2;

  private TableReads() {}

  public static void main(String[] arguments) {
    long rows = Long.parseLong(arguments[1]);
    long seconds = Long.parseLong(arguments[2]);
    try (SqliteConnection connection =
            SqliteConnection.open(Path.of(arguments[0]), OpenMode.READ_WRITE);
        SqliteStatement select = connection.preparePersistent("SELECT id, v FROM p")) {
      long _ = run(select, rows, WARM_UP_SECONDS);
      long start = System.nanoTime();
      long count = run(select, rows, seconds);
      System.out.printf("RESULT %d %d%n", count, (System.nanoTime() - start) / 1000);
    }
  }

  /** Returns how many rows were read. */
  private static long run(SqliteStatement select, long rows, long seconds) {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long count = 0;
    long characters = 0;
    while (System.nanoTime() - end < 0) {
      long before = count;
      while (select.step()) {
        characters += select.integer(0) > 0 ? select.text(1).length() : 0;
        count++;
      }
      select.reset();
      if (count - before != rows) {
        throw new IllegalStateException("there are not " + rows + " rows");
      }
    }
    if (characters < count) {
      throw new IllegalStateException("the rows are empty");
    }
    return count;
  }
}
