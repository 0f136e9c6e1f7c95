package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.DbConfig;
import io.dosql.engine.sqlite.Limit;
import io.dosql.engine.sqlite.ResultCode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.SqliteStatement;
import java.util.List;

/** Makes an empty database in memory with the schema of another. */
final class SchemaCopy {

  /** Each table and index takes a page at least, so small pages. */
  private static final String SMALL_PAGES = "PRAGMA page_size = 512";

  /** 8 MiB: some ten thousand tables and indexes. */
  private static final String FEW_PAGES = "PRAGMA max_page_count = 16384";

  private static final List<Limit> LIMITS =
      List.of(Limit.LENGTH, Limit.SQL_LENGTH, Limit.LIKE_PATTERN_LENGTH, Limit.TRIGGER_DEPTH);

  /** Virtual tables first, because they make their own shadow tables, which then are there. */
  private static final String DEFINITIONS =
      """
      SELECT sql FROM main.sqlite_schema
      WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      ORDER BY sql LIKE 'CREATE VIRTUAL %' DESC, type = 'table' DESC, type = 'view' DESC, rowid""";

  private SchemaCopy() {}

  static SqliteConnection of(SqliteConnection source) {
    SqliteConnection copy = SqliteConnection.openInMemory();
    boolean isMade = false;
    try {
      copy.configure(DbConfig.DEFENSIVE, true);
      copy.configure(DbConfig.TRUSTED_SCHEMA, false);
      copy.configure(DbConfig.ENABLE_FOREIGN_KEYS, true);
      for (Limit limit : LIMITS) {
        int _ = copy.limit(limit, source.limit(limit));
      }
      copy.execute(SMALL_PAGES);
      copy.execute(FEW_PAGES);
      copyDefinitions(source, copy);
      isMade = true;
      return copy;
    } finally {
      if (!isMade) {
        copy.close();
      }
    }
  }

  private static void copyDefinitions(SqliteConnection source, SqliteConnection copy) {
    copy.execute("BEGIN");
    try (SqliteStatement definitions = source.prepare(DEFINITIONS)) {
      while (definitions.step()) {
        try {
          copy.execute(definitions.text(0));
        } catch (SqliteException failure) {
          // A shadow table is there already, and what refers to something that is no more there
          // cannot be used in the source either.
          if (failure.code().base() != ResultCode.ERROR) {
            throw failure.code().base() == ResultCode.FULL
                ? full()
                : SqlFailures.explain(failure, "");
          }
        }
      }
    }
    copy.execute("COMMIT");
  }

  static DosqlException full() {
    return new DosqlException(
            ErrorCode.RESOURCE_EXHAUSTED,
            "the schema is too large for a copy in memory, on which statements are tried out")
        .withSuggestion("Check fewer statements at a time.")
        .withSqliteCode("SQLITE_FULL");
  }
}
