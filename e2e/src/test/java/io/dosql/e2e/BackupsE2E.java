package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLRestore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Backups on demand to a real S3 server, and back. */
final class BackupsE2E {

  private static final String DATABASE = "orders";

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("backups");

  private static Bucket bucket;

  @BeforeAll
  static void createDatabase() throws Exception {
    bucket = NAMESPACE.createBucket();
    NAMESPACE.applyDatabase(DATABASE, bucket.name(), "");
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
  }

  @Test
  void aDroppedTableComesBackFromABackup() throws Exception {
    SqlClient sql = NAMESPACE.sql(DATABASE);
    for (String tenant : List.of("main", "north", "south")) {
      var _ = sql.query(tenant, "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)");
      var _ =
          sql.query(
              tenant,
              "INSERT INTO orders (item) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                  + " FROM n WHERE i < 1000) SELECT ? || i FROM n",
              tenant);
    }
    NAMESPACE.applyBackup("before-the-drop", DATABASE);
    DoSQLBackup backup = NAMESPACE.awaitReady(DoSQLBackup.class, "before-the-drop");
    assertThat(backup.getStatus().tenants()).isEqualTo(3);
    assertThat(bucket.keys(NAMESPACE.name() + "/" + DATABASE + "/backups/before-the-drop/"))
        .anyMatch(key -> key.endsWith("/backup.json"))
        .filteredOn(key -> key.contains("/tenants/"))
        .hasSize(3);

    List<String> rows = sql.column("north", "SELECT id || item FROM orders ORDER BY id");
    var _ = sql.query("north", "DROP TABLE orders");
    var _ = sql.query("main", "UPDATE orders SET item = 'spoilt'");
    NAMESPACE.applyRestore("undo-the-drop", DATABASE, "before-the-drop");
    var _ = NAMESPACE.awaitReady(DoSQLRestore.class, "undo-the-drop");
    assertThat(sql.column("north", "SELECT id || item FROM orders ORDER BY id")).isEqualTo(rows);
    assertThat(sql.column("main", "SELECT count(*) FROM orders WHERE item = 'spoilt'"))
        .containsExactly("0");
    assertThat(bucket.keys(NAMESPACE.name() + "/" + DATABASE + "/pre-restore-backups/"))
        .isNotEmpty();
  }

  @Test
  void aBackupUnderATakenNameIsRefusedAndOverwritesNothing() throws Exception {
    NAMESPACE.applyBackup("once", DATABASE);
    var _ = NAMESPACE.awaitReady(DoSQLBackup.class, "once");
    List<String> before = bucket.keys("");
    var _ = NAMESPACE.resource(DoSQLBackup.class, "once").delete();
    var _ =
        NAMESPACE
            .resource(DoSQLBackup.class, "once")
            .waitUntilCondition(found -> found == null, 30, TimeUnit.SECONDS);
    assertThat(bucket.keys("")).containsAll(before);

    NAMESPACE.applyBackup("once", DATABASE);
    DoSQLBackup refused =
        NAMESPACE.await(
            DoSQLBackup.class,
            "once",
            "to be Stalled",
            found -> Conditions.isTrue(found, "Stalled"));
    assertThat(Conditions.message(refused, "Stalled")).contains("another name");
    assertThat(bucket.keys("")).containsAll(before);
  }

  @Test
  void aRestoreOfABackupThatDoesNotExistSaysSoAndChangesNothing() {
    NAMESPACE.applyRestore("of-nothing", DATABASE, "no-such-backup");
    DoSQLRestore restore =
        NAMESPACE.await(
            DoSQLRestore.class,
            "of-nothing",
            "to name the backup",
            found ->
                found.getStatus() != null
                    && Conditions.message(found, "Ready").contains("no-such-backup"));
    assertThat(Conditions.isTrue(restore, "Ready")).isFalse();
  }
}
