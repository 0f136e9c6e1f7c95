package io.dosql.engine.tenant;

import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;

/** The newest migration that a database has: kept beside it, so that lists need not wake it. */
final class SchemaVersion {

  private static final String TABLE_EXISTS =
      "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '__dosql_migrations'";

  // Ids begin with their number; as a number 9 comes before 10.
  private static final String NEWEST =
      "SELECT id FROM __dosql_migrations WHERE success = 1"
          + " ORDER BY CAST(id AS INTEGER) DESC, id DESC LIMIT 1";

  private SchemaVersion() {}

  /** The id, or "" where no migration was applied. */
  static String read(SqliteConnection sqlite) {
    return first(sqlite, TABLE_EXISTS).isEmpty() ? "" : first(sqlite, NEWEST);
  }

  private static String first(SqliteConnection sqlite, String query) {
    try (SqliteStatement statement = sqlite.prepare(query)) {
      return statement.step() ? statement.text(0) : "";
    }
  }
}
