package io.dosql.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.OperatingSystemMXBean;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in migrations: how it is split, what it must not contain, where it fails. */
class MigrationTextTest {

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  @TempDir Path folder;
  private TestEngine engine;
  private Tenant tenant;
  private final TenantMigrator migrator = new TenantMigrator(Clock.systemUTC());

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder);
    tenant = engine.tenants().get(TenantName.MAIN);
    assertThat(
            run(
                    "001_base",
                    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
                        + "CREATE TABLE posts (author REFERENCES users (id) ON DELETE CASCADE);"
                        + "INSERT INTO users VALUES (1, 'a'); INSERT INTO posts VALUES (1);")
                .failure())
        .isNull();
  }

  @AfterEach
  void stop() throws Exception {
    engine.close();
  }

  private MigrationReport run(String id, String sql) {
    return migrator.run(tenant, List.of(new Migration(id, sql)));
  }

  private List<List<String>> rows(String sql) {
    return engine.rows("main", sql);
  }

  /** Runs a migration that must fail; nothing of it may be left. */
  private MigrationFailure failing(String sql) {
    List<List<String>> schema = rows("SELECT * FROM sqlite_schema");
    List<List<String>> records = rows("SELECT * FROM __dosql_migrations");
    long lsn = tenant.summary().lsn();
    MigrationReport report = run("002_bad", sql);
    assertThat(report.code()).isEqualTo(ErrorCode.MIGRATION_FAILED);
    assertThat(report.applied()).isEmpty();
    assertThat(report.pending()).containsExactly("002_bad");
    assertThat(rows("SELECT * FROM sqlite_schema")).isEqualTo(schema);
    assertThat(rows("SELECT * FROM __dosql_migrations")).isEqualTo(records);
    assertThat(rows("SELECT count(*) FROM posts")).containsExactly(List.of("1"));
    assertThat(tenant.summary().lsn()).isEqualTo(lsn);
    assertThat(rows("PRAGMA foreign_keys")).containsExactly(List.of("1"));
    MigrationFailure failure = Objects.requireNonNull(report.failure());
    assertThat(failure.migration()).isEqualTo("002_bad");
    return failure;
  }

  @Test
  void migrationAndRecordAreOneCommit() {
    long before = tenant.summary().lsn();
    run("002_x", "CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO a VALUES (1);");
    assertThat(tenant.summary().lsn()).isEqualTo(before + 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN",
        "BEGIN IMMEDIATE TRANSACTION",
        "COMMIT",
        "END",
        "ROLLBACK",
        "SAVEPOINT s",
        "RELEASE s",
        "VACUUM",
        "  -- why\n /* not */ ; commit",
      })
  void transactionsAreNotAMigrationsBusiness(String statement) {
    MigrationFailure failure = failing("CREATE TABLE a (x);\n" + statement + ";");
    assertThat(failure.statement()).isEqualTo(2);
    assertThat(failure.line()).isGreaterThanOrEqualTo(2);
    assertThat(failure.message()).contains("one transaction");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ATTACH 'x.db' AS x",
        "DETACH x",
        "VACUUM INTO 'x.db'",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA synchronous = FULL",
        "PRAGMA writable_schema = ON",
        "PRAGMA wal_checkpoint",
        "CREATE TEMP TABLE x (a)",
        "DELETE FROM __dosql_migrations",
        "SELECT load_extension('x')",
      })
  void whatClientsMayNotDoMigrationsMayNotDo(String statement) {
    MigrationFailure failure = failing("CREATE TABLE a (x);\n\n  " + statement + ";\nSELECT 1;");
    assertThat(failure.statement()).isEqualTo(2);
    assertThat(failure.line()).isEqualTo(3);
    assertThat(failure.column()).isEqualTo(3);
    assertThat(failure.sql()).startsWith(statement);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE n (id); PRAGMA foreign_keys = OFF; DROP TABLE users;",
        "CREATE TABLE n (id); PRAGMA main.foreign_keys(0); DROP TABLE users;",
        "CREATE TABLE n (id); /* x */ PRAGMA /* y */ foreign_keys = off; DROP TABLE users;",
      })
  void foreignKeysTurnedOffTooLateAreAnErrorBecauseTheyWouldStayOn(String sql) {
    MigrationFailure failure = failing(sql);
    assertThat(failure.statement()).isEqualTo(2);
    assertThat(failure.message()).contains("foreign_keys").contains("first");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRAGMA foreign_keys = OFF;",
        "-- rebuild\nPRAGMA main.foreign_keys(0);",
        "PRAGMA defer_foreign_keys = ON;\nPRAGMA foreign_keys=off;",
        "PRAGMA /* with a comment */ foreign_keys = 'off';",
      })
  void foreignKeysTurnedOffFirstStayOffToTheEnd(String pragma) {
    MigrationReport report =
        run(
            "002_rebuild",
            pragma
                + " CREATE TABLE n (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
                + " INSERT INTO n SELECT * FROM users; DROP TABLE users;"
                + " ALTER TABLE n RENAME TO users; PRAGMA foreign_keys = ON;");
    assertThat(report.failure()).isNull();
    assertThat(rows("SELECT count(*) FROM posts")).containsExactly(List.of("1"));
    assertThatThrownBy(() -> engine.write("main", "INSERT INTO posts VALUES (99)"))
        .hasMessageContaining("FOREIGN KEY");
  }

  @Test
  void theParserSplitsWhatOnlyItCanSplit() {
    MigrationReport report =
        run(
            "002_split",
            """
            CREATE TABLE log (x TEXT); -- one; two
            /* three; four */
            CREATE TRIGGER tr AFTER INSERT ON users BEGIN
              INSERT INTO log VALUES ('a;b');
              INSERT INTO log SELECT CASE WHEN new.id > 0 THEN new.name ELSE ';' END;
            END;
            ;;
            INSERT INTO users VALUES (2, 'it''s; "quoted"'), (3, 'ünï;😀');
            INSERT INTO log VALUES ("x;y") -- the last one needs no semicolon
            """
                .replace("\"x;y\"", "'x;y'"));
    assertThat(report.failure()).isNull();
    assertThat(rows("SELECT x FROM log ORDER BY rowid"))
        .containsExactly(
            List.of("a;b"),
            List.of("it's; \"quoted\""),
            List.of("a;b"),
            List.of("ünï;😀"),
            List.of("x;y"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          CREATE TABLE a (x); SELEC 1;                                   | 2 | 1 | 21 | syntax error
          CREATE TABLE a (x);⏎⏎SELECT nowhere FROM a;                    | 2 | 3 |  8 | no such column
          CREATE TABLE a (x);⏎INSERT INTO users VALUES (1, 'b');         | 2 | 2 |  1 | UNIQUE constraint failed
          -- why⏎/* how⏎so */ INSERT INTO users VALUES (1, 'b');         | 1 | 3 |  7 | UNIQUE constraint failed
          SELECT 'ü😀'; SELECT 'unterminated                              | 2 | 1 | 21 | unrecognized token
          CREATE TABLE a (x);⏎CREATE TRIGGER t AFTER INSERT ON a BEGIN;  | 2 | 2 | 41 | syntax error
          SELECT ?1;                                                     | 1 | 1 |  1 | parameters
          INSERT INTO posts VALUES (77);                                 | 1 | 1 |  1 | FOREIGN KEY
          """)
  void aFailureHasStatementLineColumnAndMessage(
      String sql, int statement, int line, int column, String message) {
    MigrationFailure failure = failing(sql.replace('⏎', '\n'));
    assertThat(failure.message()).contains(message);
    assertThat(List.of(failure.statement(), failure.line(), failure.column()))
        .containsExactly(statement, line, column);
  }

  @Test
  void lineAndColumnCountAfterCrLfAsAfterLf() {
    MigrationFailure failure = failing("CREATE TABLE a (x);\r\n\r\n  SELECT nowhere;");
    assertThat(failure.line()).isEqualTo(3);
    assertThat(failure.column()).isEqualTo(10);
  }

  @Test
  void aDeferredConstraintFailsTheMigrationAtItsEnd() {
    MigrationFailure failure =
        failing("PRAGMA defer_foreign_keys = ON; INSERT INTO posts VALUES (77);");
    assertThat(failure.message()).contains("FOREIGN KEY");
  }

  @Test
  void aLongCommentInFrontIsNoProblem() {
    String banner = "-- a line of a licence that every file begins with\n".repeat(20_000);
    assertThat(run("002_x", banner + " \n".repeat(20_000) + "CREATE TABLE a (x)").failure())
        .isNull();
    assertThat(rows("SELECT count(*) FROM a")).hasSize(1);
  }

  @Test
  void aHugeMigrationTakesTimeInProportion() {
    assertThat(run("002_table", "CREATE TABLE a (x)").failure()).isNull();
    long _ = cpuNanosOfInserts("003_warm", 5_000);
    long some = cpuNanosOfInserts("004_some", 5_000);
    long huge = cpuNanosOfInserts("005_huge", 40_000);
    // Eight times as much would be in proportion, and 64 times what goes by the square.
    assertThat(huge).isLessThan(24 * some);
    assertThat(rows("SELECT count(*) FROM a")).containsExactly(List.of("50000"));
  }

  /** CPU time, to which a machine that is busy with something else adds nothing. */
  private long cpuNanosOfInserts(String id, int statements) {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < statements; i++) {
      sql.append("INSERT INTO a VALUES ('").append("v".repeat(60)).append(i).append("');\n");
    }
    long before = PROCESS.getProcessCpuTime();
    assertThat(run(id, sql.toString()).failure()).isNull();
    return PROCESS.getProcessCpuTime() - before;
  }

  @Test
  void aStatementOfMegabytesIsRefusedWithItsPlace() {
    MigrationFailure failure =
        failing("CREATE TABLE a (x);\nINSERT INTO a VALUES ('" + "x".repeat(3_000_000) + "');");
    assertThat(failure.statement()).isEqualTo(2);
    assertThat(failure.line()).isEqualTo(2);
    assertThat(failure.message()).contains("too big");
    assertThat(failure.sql().length()).isLessThan(2_000);
  }

  @Test
  void aStatementThatRunsTooLongFailsTheMigration() {
    TenantMigrator hasty = new TenantMigrator(Clock.systemUTC(), Duration.ofMillis(50));
    String endless =
        "INSERT INTO a WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            + " SELECT i FROM n;";
    MigrationReport report =
        hasty.run(
            tenant,
            List.of(
                new Migration("002_slow", "CREATE TABLE a (x);\n  " + endless + "\nSELECT 1;")));
    assertThat(report.code()).isEqualTo(ErrorCode.MIGRATION_FAILED);
    MigrationFailure failure = Objects.requireNonNull(report.failure());
    assertThat(failure.message()).contains("longer than 50 ms");
    assertThat(List.of(failure.statement(), failure.line(), failure.column()))
        .containsExactly(2, 2, 3);
    assertThat(rows("SELECT name FROM sqlite_schema WHERE name = 'a'")).isEmpty();
    // The writer is free again.
    assertThat(run("003_x", "CREATE TABLE b (x)").applied()).containsExactly("003_x");
  }

  @Test
  void anEmptyMigrationIsRecorded() {
    assertThat(run("002_x", "-- nothing to do\n").applied()).containsExactly("002_x");
    assertThat(run("002_x", "-- nothing to do\n").applied()).isEmpty();
    assertThat(run("003_x", "").applied()).containsExactly("003_x");
  }

  @Test
  void aNulCharacterIsRefusedWithItsPlace() {
    MigrationFailure failure = failing("CREATE TABLE a (x);\nSELECT '\u0000';");
    assertThat(failure.message()).contains("U+0000");
    assertThat(failure.line()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1", "1_", "_x", "1x", "1_a b", "1_ü", "-1_x", "1_a/b"})
  void idsThatAreNone(String id) {
    assertThatThrownBy(() -> new Migration(id, "SELECT 1"))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
  }

  @Test
  void theNumberGivesTheOrderHoweverItIsWritten() {
    List<Migration> ordered =
        List.of("10_a", "9_b", "0009_a", "009_c", "100000000000000000_z", "2_x").stream()
            .map(id -> new Migration(id, ""))
            .sorted(Migration.ORDER)
            .toList();
    assertThat(ordered)
        .extracting(Migration::id)
        .containsExactly("2_x", "0009_a", "009_c", "9_b", "10_a", "100000000000000000_z");
  }

  @Test
  void theChecksumIsThatOfTheTextWithLfLineEnds() {
    // printf 'SELECT 1;\nSELECT 2;\n' | sha256sum
    assertThat(new Migration("1_a", "SELECT 1;\r\nSELECT 2;\r\n").checksum())
        .isEqualTo(new Migration("1_a", "SELECT 1;\nSELECT 2;\n").checksum())
        .isEqualTo(new Migration("1_a", "SELECT 1;\rSELECT 2;\r").checksum())
        .isEqualTo("82efb67f3010c6eb7ead02e4f6d9550633dbc1407f99aa487468e7b2567aebbc");
    assertThat(new Migration("1_a", "SELECT 1;\nSELECT 2;").checksum())
        .isNotEqualTo("82efb67f3010c6eb7ead02e4f6d9550633dbc1407f99aa487468e7b2567aebbc");
  }
}
