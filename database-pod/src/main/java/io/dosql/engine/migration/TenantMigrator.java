package io.dosql.engine.migration;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.sqlite.Value;
import io.dosql.engine.tenant.SqlFailures;
import io.dosql.engine.tenant.SqlText;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantConnection;
import io.dosql.engine.tenant.TenantDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs migrations in one tenant. Each runs in one transaction together with its record in {@code
 * __dosql_migrations}: both are there, or neither is.
 *
 * <p>A migration that begins with {@code PRAGMA foreign_keys = OFF} runs without their enforcement,
 * as rebuilding a table needs it, and must pass {@code PRAGMA foreign_key_check} before it commits.
 * Further down that is refused: inside the transaction SQLite would pass over it, and a rebuild
 * would take the rows with it that refer to the table.
 */
public final class TenantMigrator {

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(10);
  private static final int SQL_CHARACTERS_MAX = 1_000;
  private static final Set<String> FORBIDDEN =
      Set.of("BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "VACUUM");

  private final Clock clock;
  private final Duration statementTimeout;

  public TenantMigrator(Clock clock) {
    this(clock, STATEMENT_TIMEOUT);
  }

  /**
   * @param statementTimeout longest run of one statement of a migration
   */
  public TenantMigrator(Clock clock, Duration statementTimeout) {
    this.clock = clock;
    this.statementTimeout = statementTimeout;
  }

  /** Says what is applied and what would run; changes nothing. */
  public MigrationReport plan(Tenant tenant, List<Migration> migrations) {
    List<Migration> ordered = ordered(migrations);
    try (Tenant.Use use = tenant.use()) {
      return compare(use.database(), ordered);
    }
  }

  /** Applies what is pending, in order, up to the first failure. Durable when this returns. */
  public MigrationReport run(Tenant tenant, List<Migration> migrations) {
    List<Migration> ordered = ordered(migrations);
    List<String> applied = new ArrayList<>();
    try (Tenant.Use use = tenant.use()) {
      MigrationReport plan = compare(use.database(), ordered);
      if (plan.code() != null) {
        return new MigrationReport(List.of(), plan.pending(), plan.code(), plan.failure());
      }
      Set<String> pending = new HashSet<>(plan.pending());
      List<String> left = new ArrayList<>(plan.pending());
      for (Migration migration : ordered) {
        if (!pending.contains(migration.id())) {
          continue;
        }
        try {
          use.database().writeOnce(LOCK_TIMEOUT, connection -> apply(connection, migration));
        } catch (MigrationFailure.Failed failed) {
          use.database().settle();
          return new MigrationReport(applied, left, ErrorCode.MIGRATION_FAILED, failed.failure());
        }
        applied.add(migration.id());
        left.remove(migration.id());
      }
      use.database().settle();
    }
    return new MigrationReport(applied, List.of(), null, null);
  }

  private static List<Migration> ordered(List<Migration> migrations) {
    Set<String> ids = new HashSet<>();
    for (Migration migration : migrations) {
      if (!ids.add(migration.id())) {
        throw new DosqlException(
            ErrorCode.INVALID_REQUEST, "the migration " + migration.id() + " is given twice");
      }
    }
    return migrations.stream().sorted(Migration.ORDER).toList();
  }

  /** What it tells is durable. */
  private static MigrationReport compare(TenantDatabase database, List<Migration> ordered) {
    MigrationReport report =
        database.readOnce(LOCK_TIMEOUT, connection -> compare(connection.sqlite(), ordered));
    database.settle();
    return report;
  }

  private static MigrationReport compare(SqliteConnection sqlite, List<Migration> ordered) {
    Map<String, String> recorded = recorded(sqlite);
    List<String> applied = new ArrayList<>();
    List<String> pending = new ArrayList<>();
    MigrationFailure mismatch = null;
    for (Migration migration : ordered) {
      String sum = recorded.get(migration.id());
      if (sum == null) {
        pending.add(migration.id());
        continue;
      }
      applied.add(migration.id());
      if (!sum.equals(migration.checksum()) && mismatch == null) {
        mismatch =
            new MigrationFailure(
                migration.id(),
                0,
                0,
                0,
                "",
                "the text of %s has changed since it was applied: its SHA-256 was %s, now it is %s"
                    .formatted(migration.id(), sum, migration.checksum()));
      }
    }
    return new MigrationReport(
        applied,
        pending,
        mismatch == null ? null : ErrorCode.MIGRATION_CHECKSUM_MISMATCH,
        mismatch);
  }

  private static Map<String, String> recorded(SqliteConnection sqlite) {
    Map<String, String> checksums = new LinkedHashMap<>();
    if (MigrationTable.exists(sqlite)) {
      try (SqliteStatement all = sqlite.prepare(MigrationTable.SELECT)) {
        while (all.step()) {
          checksums.put(all.text(0), all.text(1));
        }
      }
    }
    return checksums;
  }

  /** On the strand. */
  private boolean apply(TenantConnection connection, Migration migration) {
    boolean enforce = !turnsForeignKeysOff(connection, migration);
    connection.setForeignKeys(enforce);
    try {
      return applyInTransaction(connection, migration, enforce);
    } finally {
      // It cannot be changed inside a transaction.
      if (!connection.sqlite().isAutocommit()) {
        connection.sqlite().execute("ROLLBACK");
      }
      connection.setForeignKeys(true);
    }
  }

  private boolean applyInTransaction(
      TenantConnection connection, Migration migration, boolean enforce) {
    long startNanos = System.nanoTime();
    SqliteConnection sqlite = connection.sqlite();
    sqlite.execute("BEGIN IMMEDIATE");
    if (isRecorded(sqlite, migration)) {
      return false;
    }
    runStatements(connection, migration, enforce);
    if (!enforce) {
      checkForeignKeys(sqlite, migration);
    }
    record(sqlite, migration, Duration.ofNanos(System.nanoTime() - startNanos));
    commit(sqlite, migration);
    return true;
  }

  /** Whether one of the pragmas that the migration begins with turns them off. */
  private static boolean turnsForeignKeysOff(TenantConnection connection, Migration migration) {
    String text = migration.sql();
    int at = 0;
    while (SqlText.pragma(text, at).isPresent()) {
      if (SqlText.foreignKeysSet(text, at).filter(on -> !on).isPresent()) {
        return true;
      }
      try {
        at = connection.extentOfStatement(text, at).end();
      } catch (DosqlException told) {
        // It will be told again, with its place, when the statement's turn comes.
        return false;
      }
    }
    return false;
  }

  private static boolean isRecorded(SqliteConnection sqlite, Migration migration) {
    return recorded(sqlite).containsKey(migration.id());
  }

  private void runStatements(TenantConnection connection, Migration migration, boolean enforce) {
    String text = migration.sql();
    int number = 0;
    int at = SqlText.skipBlank(text, 0);
    while (at < text.length()) {
      number++;
      int end = at;
      try {
        TenantConnection.Extent extent = connection.extentOfStatement(text, at);
        end = extent.end();
        if (!extent.isEmpty()) {
          runStatement(connection, text.substring(at, end), enforce);
        }
      } catch (DosqlException failure) {
        throw failed(migration, number, at, end, failure);
      }
      at = SqlText.skipBlank(text, end);
    }
  }

  private void runStatement(TenantConnection connection, String sql, boolean enforce) {
    if (FORBIDDEN.contains(SqlText.word(sql, SqlText.skipBlank(sql, 0)))) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST,
          "a migration is one transaction: BEGIN, COMMIT, ROLLBACK, savepoints and VACUUM cannot be"
              + " part of it");
    }
    if (enforce && SqlText.foreignKeysSet(sql, 0).filter(on -> !on).isPresent()) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST,
          "PRAGMA foreign_keys = OFF must be the first statement of a migration: here it would"
              + " have no effect");
    }
    connection.run(
        sql,
        false,
        statementTimeout,
        statement -> {
          if (statement.parameterCount() > 0) {
            throw new DosqlException(
                ErrorCode.INVALID_REQUEST, "a migration's statements cannot have parameters");
          }
          while (statement.step()) {
            // A migration's rows go nowhere.
          }
          return true;
        });
  }

  private static void checkForeignKeys(SqliteConnection sqlite, Migration migration) {
    try (SqliteStatement check = sqlite.prepare("PRAGMA foreign_key_check")) {
      if (check.step()) {
        throw new MigrationFailure.Failed(
            new MigrationFailure(
                migration.id(),
                0,
                0,
                0,
                "PRAGMA foreign_key_check",
                "after the migration, rows of table %s refer to rows of %s that are not there"
                    .formatted(check.text(0), check.text(2))),
            null);
      }
    }
  }

  private void record(SqliteConnection sqlite, Migration migration, Duration duration) {
    sqlite.execute(MigrationTable.CREATE);
    try (SqliteStatement insert = sqlite.prepare(MigrationTable.INSERT)) {
      insert.bind(1, new Value.Text(migration.id()));
      insert.bind(2, new Value.Text(clock.instant().toString()));
      insert.bind(3, new Value.Text(migration.checksum()));
      insert.bind(4, new Value.Int(duration.toMillis()));
      boolean row = insert.step();
      if (row) {
        throw new IllegalStateException("INSERT returned a row");
      }
    }
  }

  private static void commit(SqliteConnection sqlite, Migration migration) {
    try {
      sqlite.execute("COMMIT");
    } catch (SqliteException deferred) {
      // A deferred constraint fails here.
      throw failed(migration, 0, 0, 0, SqlFailures.explain(deferred, "COMMIT"));
    }
  }

  private static MigrationFailure.Failed failed(
      Migration migration, int number, int start, int end, DosqlException failure) {
    DosqlException.Position inStatement = failure.position();
    DosqlException.Position where =
        number == 0 ? null : SqlFailures.positionIn(migration.sql(), start, inStatement);
    String sql = statement(migration.sql(), number, start, end);
    return new MigrationFailure.Failed(
        new MigrationFailure(
            migration.id(),
            number,
            where == null ? 0 : where.line(),
            where == null ? 0 : where.column(),
            sql.length() <= SQL_CHARACTERS_MAX ? sql : sql.substring(0, SQL_CHARACTERS_MAX) + "…",
            failure.getMessage()),
        failure);
  }

  /** The failing statement, without what stands before it; all that is left if it has no end. */
  private static String statement(String text, int number, int start, int end) {
    int from = SqlText.skipBlank(text, start);
    int to = end > from || number == 0 ? Math.max(from, end) : text.length();
    // The rest of a long text is not copied to be cut off.
    return text.substring(from, Math.min(to, from + SQL_CHARACTERS_MAX + 1)).strip();
  }
}
