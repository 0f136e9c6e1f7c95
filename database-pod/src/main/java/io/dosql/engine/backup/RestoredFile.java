package io.dosql.engine.backup;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.DbConfig;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.sqlite.Value;
import io.dosql.engine.tenant.TenantDatabase;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A database file that came back from the archive, before it replaces a tenant: checked by SQLite
 * itself, and marked with the restore that it belongs to.
 */
final class RestoredFile implements AutoCloseable {

  /** In each tenant: the restores that it has been through, so that none runs twice. */
  static final String RESTORES_TABLE =
      """
      CREATE TABLE IF NOT EXISTS __dosql_restores (
        id TEXT PRIMARY KEY NOT NULL,
        backup TEXT NOT NULL,
        backup_lsn INTEGER NOT NULL,
        restored_at TEXT NOT NULL
      )""";

  private static final String MARK =
      "INSERT INTO __dosql_restores (id, backup, backup_lsn, restored_at) VALUES (?1, ?2, ?3, ?4)";

  private final String tenant;
  private final SqliteConnection sqlite;

  RestoredFile(String tenant, Path file) {
    this.tenant = tenant;
    this.sqlite = SqliteConnection.open(file, OpenMode.READ_WRITE);
    sqlite.configure(DbConfig.TRUSTED_SCHEMA, false);
  }

  /** Throws RESTORE_FAILED unless SQLite finds the file sound and of the engine's page size. */
  void check() {
    try {
      String pageSize = single("PRAGMA page_size");
      if (!pageSize.equals(String.valueOf(TenantDatabase.PAGE_SIZE_BYTES))) {
        throw failed(
            "its pages have %s bytes, not %d".formatted(pageSize, TenantDatabase.PAGE_SIZE_BYTES));
      }
      String integrity = single("PRAGMA integrity_check(1)");
      if (!integrity.equals("ok")) {
        throw failed("PRAGMA integrity_check says: " + integrity);
      }
    } catch (SqliteException unreadable) {
      throw failed("SQLite cannot read it: " + unreadable.getMessage());
    }
  }

  private DosqlException failed(String reason) {
    return new DosqlException(
            ErrorCode.RESTORE_FAILED,
            "the backup of tenant %s cannot be restored: %s".formatted(tenant, reason))
        .withSuggestion("The tenant is as it was. Restore an older backup.");
  }

  private String single(String query) {
    try (SqliteStatement statement = sqlite.prepare(query)) {
      return statement.step() ? statement.text(0) : "";
    }
  }

  /**
   * Records the restore in the file: it becomes part of the tenant with the same commit. Throws
   * RESTORE_FAILED where the file has something else under the table's name.
   */
  void mark(String restoreId, String backup, long backupLsn, Instant now) {
    try {
      insertMark(restoreId, backup, backupLsn, now);
    } catch (SqliteException inTheWay) {
      throw failed("the table __dosql_restores cannot be written: " + inTheWay.getMessage());
    }
  }

  private void insertMark(String restoreId, String backup, long backupLsn, Instant now) {
    sqlite.execute("PRAGMA synchronous = OFF");
    sqlite.execute("BEGIN IMMEDIATE");
    sqlite.execute(RESTORES_TABLE);
    try (SqliteStatement insert = sqlite.prepare(MARK)) {
      insert.bind(1, new Value.Text(restoreId));
      insert.bind(2, new Value.Text(backup));
      insert.bind(3, new Value.Int(backupLsn));
      insert.bind(4, new Value.Text(now.toString()));
      if (insert.step()) {
        throw new IllegalStateException("INSERT returned a row");
      }
    }
    sqlite.execute("COMMIT");
  }

  SqliteConnection sqlite() {
    return sqlite;
  }

  @Override
  public void close() {
    sqlite.close();
  }
}
