package io.dosql.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantMigratorTest {

  private static final Migration USERS =
      new Migration("1_users", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);");

  @TempDir Path folder;
  private TestEngine engine;
  private Tenant tenant;
  private final TenantMigrator migrator = new TenantMigrator(Clock.systemUTC());

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder);
    tenant = engine.tenants().get(TenantName.MAIN);
  }

  @AfterEach
  void stop() throws Exception {
    engine.close();
  }

  private static MigrationFailure failureOf(MigrationReport report) {
    return Objects.requireNonNull(report.failure());
  }

  @Test
  void appliesInNumericOrderAndRecordsEach() {
    MigrationReport report =
        migrator.run(
            tenant,
            List.of(
                new Migration("10_last", "INSERT INTO users (name) VALUES ('x')"),
                new Migration("9_first", "ALTER TABLE users ADD COLUMN age INTEGER"),
                USERS));
    assertThat(report.failure()).isNull();
    assertThat(report.applied()).containsExactly("1_users", "9_first", "10_last");
    assertThat(engine.rows("main", "SELECT id FROM __dosql_migrations ORDER BY rowid"))
        .containsExactly(List.of("1_users"), List.of("9_first"), List.of("10_last"));
    assertThat(tenant.schemaVersion()).isEqualTo("10_last");
  }

  @Test
  void aSecondRunAppliesNothing() {
    migrator.run(tenant, List.of(USERS));
    assertThat(migrator.run(tenant, List.of(USERS)).applied()).isEmpty();
  }

  @Test
  void aPlanChangesNothing() {
    MigrationReport plan = migrator.plan(tenant, List.of(USERS));
    assertThat(plan.pending()).containsExactly("1_users");
    assertThat(engine.rows("main", "SELECT name FROM sqlite_schema")).isEmpty();
  }

  @Test
  void lineEndsDoNotChangeTheChecksum() {
    migrator.run(tenant, List.of(new Migration("1_a", "CREATE TABLE a (x);\n-- end\n")));
    MigrationReport again =
        migrator.run(tenant, List.of(new Migration("1_a", "CREATE TABLE a (x);\r\n-- end\r\n")));
    assertThat(again.failure()).isNull();
  }

  @Test
  void aChangedTextIsRefusedWithBothSums() {
    migrator.run(tenant, List.of(USERS));
    Migration changed = new Migration("1_users", "CREATE TABLE users (id INTEGER);");
    MigrationReport report =
        migrator.run(tenant, List.of(changed, new Migration("2_more", "CREATE TABLE m (x)")));
    assertThat(report.code()).isEqualTo(ErrorCode.MIGRATION_CHECKSUM_MISMATCH);
    assertThat(failureOf(report).message()).contains(USERS.checksum()).contains(changed.checksum());
    assertThat(report.pending()).containsExactly("2_more");
  }

  @Test
  void aFailureNamesThePlaceAndLeavesNoTrace() {
    MigrationReport report =
        migrator.run(
            tenant,
            List.of(
                USERS,
                new Migration(
                    "2_bad",
                    """
                    CREATE TABLE b (x); -- a; comment
                    INSERT INTO users (name) VALUES ('ö;');
                    INSERT INTO users
                      (nome) VALUES ('y');
                    """),
                new Migration("3_never", "CREATE TABLE never (x)")));
    assertThat(report.applied()).containsExactly("1_users");
    assertThat(report.pending()).containsExactly("2_bad", "3_never");
    assertThat(report.code()).isEqualTo(ErrorCode.MIGRATION_FAILED);
    MigrationFailure failure = failureOf(report);
    assertThat(failure.migration()).isEqualTo("2_bad");
    assertThat(failure.statement()).isEqualTo(3);
    assertThat(failure.message()).contains("nome");
    assertThat(failure.sql()).startsWith("INSERT INTO users");
    assertThat(failure.line()).isBetween(3, 4);
    assertThat(engine.rows("main", "SELECT name FROM users")).isEmpty();
    assertThat(engine.rows("main", "SELECT name FROM sqlite_schema WHERE name = 'b'")).isEmpty();
  }

  @Test
  void aSyntaxErrorHasLineAndColumn() {
    MigrationFailure failure =
        failureOf(
            migrator.run(
                tenant,
                List.of(new Migration("1_x", "CREATE TABLE a (x);\n\n  CREATE TABEL b (y)"))));
    assertThat(failure.statement()).isEqualTo(2);
    assertThat(failure.line()).isEqualTo(3);
    assertThat(failure.column()).isEqualTo(10);
  }

  @Test
  void transactionsAreTheMigratorsBusiness() {
    MigrationReport report =
        migrator.run(tenant, List.of(new Migration("1_x", "CREATE TABLE a (x); COMMIT;")));
    assertThat(report.code()).isEqualTo(ErrorCode.MIGRATION_FAILED);
    assertThat(engine.rows("main", "SELECT name FROM sqlite_schema")).isEmpty();
  }

  @Test
  void aTableCanBeRebuiltWithoutCascades() {
    migrator.run(
        tenant,
        List.of(
            USERS,
            new Migration(
                "2_orders",
                "CREATE TABLE o (u REFERENCES users (id) ON DELETE CASCADE);"
                    + "INSERT INTO users VALUES (1, 'a'); INSERT INTO o VALUES (1);")));
    MigrationReport report =
        migrator.run(
            tenant,
            List.of(
                new Migration(
                    "3_rebuild",
                    "PRAGMA foreign_keys = OFF; CREATE TABLE n (id INTEGER PRIMARY KEY, name TEXT"
                        + " NOT NULL); INSERT INTO n SELECT * FROM users; DROP TABLE users; ALTER"
                        + " TABLE n RENAME TO users;")));
    assertThat(report.failure()).isNull();
    assertThat(engine.rows("main", "SELECT * FROM o")).hasSize(1);
  }

  @Test
  void aRebuildThatBreaksReferencesIsRefused() {
    migrator.run(
        tenant,
        List.of(
            USERS,
            new Migration(
                "2_orders",
                "CREATE TABLE o (u REFERENCES users (id));"
                    + "INSERT INTO users VALUES (1, 'a'); INSERT INTO o VALUES (1);")));
    MigrationReport report =
        migrator.run(
            tenant, List.of(new Migration("3_x", "PRAGMA foreign_keys = OFF; DELETE FROM users;")));
    assertThat(report.code()).isEqualTo(ErrorCode.MIGRATION_FAILED);
    assertThat(engine.rows("main", "SELECT * FROM users")).hasSize(1);
  }

  @Test
  void badIdsAreRefused() {
    assertThatThrownBy(() -> new Migration("users", "SELECT 1")).hasMessageContaining("'users'");
    assertThatThrownBy(() -> migrator.run(tenant, List.of(USERS, USERS)))
        .hasMessageContaining("twice");
  }
}
