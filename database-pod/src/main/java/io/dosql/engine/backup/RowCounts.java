package io.dosql.engine.backup;

import io.dosql.engine.archive.TableRows;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqlNames;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts the rows of a database's tables: what a backup records, and a verification compares. Of
 * copies, never of a tenant that is served: it reads every table.
 */
final class RowCounts {

  /** Tables that are counted, the first by name; a manifest stays small. */
  static final int TABLES_MAX = 500;

  /** Longer names, in bytes, are left out. */
  static final int NAME_BYTES_MAX = 64;

  /** Virtual tables have no root page: what they keep is in tables of their own. */
  private static final String TABLES =
      """
      SELECT name FROM sqlite_schema
      WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%%' ESCAPE '\\'
        AND length(CAST(name AS BLOB)) <= %d
      ORDER BY name LIMIT %d"""
          .formatted(NAME_BYTES_MAX, TABLES_MAX);

  private RowCounts() {}

  /** Of a database in one file that nobody writes. */
  static List<TableRows> ofFile(Path database) {
    try (SqliteConnection sqlite = SqliteConnection.open(database, OpenMode.READ_ONLY)) {
      return of(sqlite);
    }
  }

  static List<TableRows> of(SqliteConnection sqlite) {
    List<String> names = new ArrayList<>();
    try (SqliteStatement tables = sqlite.prepare(TABLES)) {
      while (tables.step()) {
        names.add(tables.text(0));
      }
    }
    List<TableRows> counts = new ArrayList<>();
    for (String name : names) {
      counts.add(new TableRows(name, count(sqlite, name)));
    }
    return counts;
  }

  private static long count(SqliteConnection sqlite, String table) {
    String sql = "SELECT count(*) FROM " + SqlNames.quote(table);
    try (SqliteStatement count = sqlite.prepare(sql)) {
      if (!count.step()) {
        throw new IllegalStateException("count(*) returned no row");
      }
      return count.integer(0);
    }
  }
}
