package io.dosql.engine.archiver.chain;

import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A database file that others have made. */
final class RestoredDatabase {

  private RestoredDatabase() {}

  /** The first column of a query, once SQLite has found the whole file sound. */
  static List<String> rows(Path database, String sql) {
    try (SqliteConnection sqlite = SqliteConnection.open(database, OpenMode.READ_ONLY)) {
      List<String> integrity = query(sqlite, "PRAGMA integrity_check");
      if (!integrity.equals(List.of("ok"))) {
        throw new AssertionError(database + " is damaged: " + integrity);
      }
      return query(sqlite, sql);
    }
  }

  private static List<String> query(SqliteConnection sqlite, String sql) {
    List<String> rows = new ArrayList<>();
    try (SqliteStatement statement = sqlite.prepare(sql)) {
      while (statement.step()) {
        rows.add(statement.text(0));
      }
    }
    return rows;
  }
}
