package io.dosql.engine.backup;

import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.sqlite.Value;
import io.dosql.engine.tenant.TenantDatabase;
import java.time.Duration;
import java.util.Optional;

/**
 * That a tenant has been through a restore: a row that came into it with the very commit that
 * restored it, so that a restore which is repeated after a crash does not undo what was written
 * since.
 */
record RestoreMark(String backup, long backupLsn) {

  private static final Duration READ_MAX = Duration.ofSeconds(30);
  private static final String TABLE_EXISTS =
      "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '__dosql_restores'";
  private static final String FIND =
      "SELECT backup, backup_lsn FROM __dosql_restores WHERE id = ?1";

  static Optional<RestoreMark> find(TenantDatabase database, String restoreId) {
    return database.readOnce(READ_MAX, connection -> find(connection.sqlite(), restoreId));
  }

  private static Optional<RestoreMark> find(SqliteConnection sqlite, String restoreId) {
    try (SqliteStatement exists = sqlite.prepare(TABLE_EXISTS)) {
      if (!exists.step()) {
        return Optional.empty();
      }
    }
    try (SqliteStatement find = sqlite.prepare(FIND)) {
      find.bind(1, new Value.Text(restoreId));
      return find.step()
          ? Optional.of(new RestoreMark(find.text(0), find.integer(1)))
          : Optional.empty();
    }
  }
}
