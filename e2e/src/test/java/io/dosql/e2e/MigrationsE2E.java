package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.MigrationStatus;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One DoSQLMigration through its life: applied, extended, broken, repaired. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class MigrationsE2E {

  private static final String DATABASE = "shop";
  private static final String MIGRATION = "shop-schema";
  private static final String GOOD =
      """
      - id: 9_users
        sql: |
          CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
          CREATE TRIGGER users_name BEFORE INSERT ON users WHEN new.name = ';' BEGIN
            SELECT raise(ABORT, 'no; name');
          END;
      - id: 10_emails
        sql: ALTER TABLE users ADD COLUMN email TEXT;
      """;
  private static final String BAD =
      """
      - id: 11_orders
        sql: |
          CREATE TABLE orders (id INTEGER PRIMARY KEY);
          INSERT INTO missing VALUES (1);
      """;

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("migrations");

  @BeforeAll
  static void applyTheMigrationBeforeItsDatabase() {
    applyMigrations(GOOD);
    var _ =
        NAMESPACE.await(
            DoSQLMigration.class,
            MIGRATION,
            "to wait for its database",
            found -> found.getStatus() != null);
    var _ =
        NAMESPACE.apply(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLDatabase
            metadata:
              name: shop
            spec:
              storage:
                size: 200Mi
            """);
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
  }

  private static void applyMigrations(String migrations) {
    var _ =
        NAMESPACE.apply(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLMigration
            metadata:
              name: shop-schema
            spec:
              databaseRef:
                name: shop
              migrations:
            %s
            """
                .formatted(migrations.indent(4)));
  }

  private static List<String> applied(SqlClient sql, String tenant) {
    return sql.column(tenant, "SELECT id FROM __dosql_migrations WHERE success ORDER BY rowid");
  }

  @Test
  @Order(1)
  void migrationsRunInTheOrderOfTheirNumbersOnEveryTenant() {
    SqlClient sql = NAMESPACE.sql(DATABASE);
    var _ = NAMESPACE.awaitReady(DoSQLMigration.class, MIGRATION);
    assertThat(applied(sql, "main")).containsExactly("9_users", "10_emails");

    var _ = sql.query("late", "SELECT 1");
    var _ =
        NAMESPACE.await(
            DoSQLMigration.class,
            MIGRATION,
            "to have migrated the new tenant",
            found -> Conditions.isTrue(found, "Ready") && tenants(found).done() == 2);
    assertThat(applied(sql, "late")).containsExactly("9_users", "10_emails");
  }

  private static MigrationStatus.TenantProgress tenants(DoSQLMigration migration) {
    return Objects.requireNonNull(
        Objects.requireNonNull(migration.getStatus()).tenants(), "no counts of tenants");
  }

  @Test
  @Order(2)
  void aBadMigrationSaysWhereItFailedAndLeavesNoTrace() {
    SqlClient sql = NAMESPACE.sql(DATABASE);
    var _ = sql.query("main", "INSERT INTO users (name) VALUES ('ann')");
    applyMigrations(GOOD + BAD);
    DoSQLMigration failed =
        NAMESPACE.await(
            DoSQLMigration.class,
            MIGRATION,
            "to be Stalled",
            found -> Conditions.isTrue(found, "Stalled"));
    MigrationStatus.Failure failure =
        Objects.requireNonNull(Objects.requireNonNull(failed.getStatus()).failure());
    assertThat(failure.migration()).isEqualTo("11_orders");
    assertThat(failure.statement()).isEqualTo(2);
    assertThat(failure.line()).isEqualTo(2);
    assertThat(failure.sql()).contains("INSERT INTO missing");
    assertThat(failure.message()).contains("no such table: missing");
    assertThat(applied(sql, "main")).containsExactly("9_users", "10_emails");
    assertThat(sql.column("main", "SELECT name FROM sqlite_schema WHERE name = 'orders'"))
        .isEmpty();
    assertThat(sql.column("main", "SELECT name FROM users")).containsExactly("ann");
  }

  @Test
  @Order(3)
  void itHealsWhenTheTextIsCorrected() {
    applyMigrations(GOOD + BAD.replace("missing", "orders"));
    var _ = NAMESPACE.awaitReady(DoSQLMigration.class, MIGRATION);
    assertThat(NAMESPACE.sql(DATABASE).column("main", "SELECT id FROM orders"))
        .containsExactly("1");
  }

  @Test
  @Order(4)
  void aChangedTextOfAnAppliedMigrationIsRefusedWithBothSums() {
    applyMigrations(GOOD.replace("email TEXT", "email BLOB") + BAD.replace("missing", "orders"));
    DoSQLMigration refused =
        NAMESPACE.await(
            DoSQLMigration.class,
            MIGRATION,
            "to be Stalled",
            found -> Conditions.isTrue(found, "Stalled"));
    MigrationStatus.Failure failure =
        Objects.requireNonNull(Objects.requireNonNull(refused.getStatus()).failure());
    assertThat(failure.code()).isEqualTo("MIGRATION_CHECKSUM_MISMATCH");
    assertThat(failure.message()).containsPattern("[0-9a-f]{64}.*[0-9a-f]{64}");
  }
}
