package io.dosql.engine.migration;

import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;

/** The table in each tenant that records what was applied to it. */
final class MigrationTable {

  static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS __dosql_migrations (
        id TEXT PRIMARY KEY NOT NULL,
        applied_at TEXT NOT NULL,
        checksum TEXT NOT NULL,
        duration_ms INTEGER NOT NULL,
        success INTEGER NOT NULL
      )""";

  static final String SELECT = "SELECT id, checksum FROM __dosql_migrations WHERE success = 1";

  static final String INSERT =
      "INSERT INTO __dosql_migrations (id, applied_at, checksum, duration_ms, success)"
          + " VALUES (?1, ?2, ?3, ?4, 1)";

  private MigrationTable() {}

  static boolean exists(SqliteConnection sqlite) {
    try (SqliteStatement find =
        sqlite.prepare(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '__dosql_migrations'")) {
      return find.step();
    }
  }
}
