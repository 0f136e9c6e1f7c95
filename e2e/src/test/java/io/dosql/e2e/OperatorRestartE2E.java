package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLRestore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Operator and engine go away in the middle of a restore, and it is carried out all the same. */
final class OperatorRestartE2E {

  private static final String DATABASE = "many";
  private static final List<String> TENANTS =
      IntStream.range(0, 40).mapToObj(i -> "tenant-" + i).toList();

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("restart");

  @Test
  void aRestoreGoesOnWhenTheOperatorAndTheEngineAreKilled() throws Exception {
    Bucket bucket = NAMESPACE.createBucket();
    NAMESPACE.applyDatabase(DATABASE, bucket.name(), "");
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    try (SqlClient sql = connect()) {
      for (String tenant : TENANTS) {
        var _ =
            sql.query(
                tenant,
                "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                    + " WHERE i < 500) SELECT i, hex(randomblob(500)) AS word FROM n");
      }
      NAMESPACE.applyBackup("all", DATABASE);
      var _ = NAMESPACE.awaitReady(DoSQLBackup.class, "all");
      for (String tenant : TENANTS) {
        var _ = sql.query(tenant, "DELETE FROM t");
      }
    }

    NAMESPACE.applyRestore("all-back", DATABASE, "all");
    var _ =
        NAMESPACE.await(
            DoSQLRestore.class,
            "all-back",
            "to be running",
            found -> found.getStatus() != null && found.getStatus().operationId() != null);
    killOperator();
    new ClusterPods(NAMESPACE).killEngine(DATABASE);
    var _ = NAMESPACE.awaitReady(DoSQLRestore.class, "all-back");
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    try (SqlClient sql = connect()) {
      for (String tenant : TENANTS) {
        assertThat(sql.column(tenant, "SELECT count(*) FROM t")).containsExactly("500");
        assertThat(sql.column(tenant, "SELECT count(*) FROM __dosql_restores"))
            .as("restores of " + tenant)
            .containsExactly("1");
      }
    }
  }

  private static SqlClient connect() {
    return SqlClient.connect(
        NAMESPACE.client(), NAMESPACE.name(), DATABASE, NAMESPACE.appSecret(DATABASE).token());
  }

  private static void killOperator() {
    String old = TestCluster.get().operatorPod().orElseThrow();
    var _ =
        NAMESPACE
            .client()
            .pods()
            .inNamespace(TestCluster.OPERATOR_NAMESPACE)
            .withName(old)
            .withGracePeriod(0)
            .delete();
    Awaitility.await("another operator's pod")
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              Optional<String> now = TestCluster.get().operatorPod();
              return now.isPresent() && !now.get().equals(old);
            });
  }
}
