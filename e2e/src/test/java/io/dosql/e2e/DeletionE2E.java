package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes with a database and what stays. */
final class DeletionE2E {

  private static final List<Class<? extends HasMetadata>> MADE =
      List.of(
          StatefulSet.class,
          Pod.class,
          Service.class,
          Secret.class,
          ServiceAccount.class,
          PodDisruptionBudget.class);

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("deletion");

  private static void create(String database, String reclaimPolicy) {
    var _ =
        NAMESPACE.apply(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLDatabase
            metadata:
              name: %s
            spec:
              storage:
                size: 200Mi
                reclaimPolicy: %s
            """
                .formatted(database, reclaimPolicy));
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, database);
  }

  private static void delete(String database) {
    var _ = NAMESPACE.resource(DoSQLDatabase.class, database).delete();
    Awaitility.await("all that the operator made for " + database + " to be gone")
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> assertThat(leftOf(database)).isEmpty());
  }

  private static List<String> leftOf(String database) {
    List<String> left = new ArrayList<>();
    for (Class<? extends HasMetadata> kind : MADE) {
      NAMESPACE
          .client()
          .resources(kind)
          .inNamespace(NAMESPACE.name())
          .withLabel("dosql.io/database", database)
          .list()
          .getItems()
          .forEach(found -> left.add(found.getKind() + " " + found.getMetadata().getName()));
    }
    return left;
  }

  @Test
  void aDatabaseMadeAgainOverTheKeptClaimFindsItsData() throws Exception {
    create("kept", "Retain");
    String token;
    try (SqlClient sql = connect("kept")) {
      var _ = sql.query("main", "CREATE TABLE t AS SELECT 'still here' AS word");
      var _ = sql.query("other", "CREATE TABLE t AS SELECT 'this too' AS word");
      token = NAMESPACE.appSecret("kept").token();
    }
    delete("kept");
    assertThat(NAMESPACE.resource(PersistentVolumeClaim.class, "data-kept-0").get()).isNotNull();

    create("kept", "Retain");
    try (SqlClient sql = connect("kept")) {
      assertThat(sql.column("main", "SELECT word FROM t")).containsExactly("still here");
      assertThat(sql.column("other", "SELECT word FROM t")).containsExactly("this too");
    }
    try (SqlClient old = SqlClient.connect(NAMESPACE.client(), NAMESPACE.name(), "kept", token)) {
      assertThat(old.tryQuery("main", "SELECT 1").status())
          .as("a token of the deleted database")
          .isEqualTo(401);
    }
  }

  private static SqlClient connect(String database) {
    return SqlClient.connect(
        NAMESPACE.client(), NAMESPACE.name(), database, NAMESPACE.appSecret(database).token());
  }

  @Test
  void theClaimGoesWithTheDatabaseWhenAskedFor() {
    create("gone", "Delete");
    delete("gone");
    Awaitility.await("the claim to be gone")
        .atMost(Duration.ofMinutes(1))
        .until(() -> NAMESPACE.resource(PersistentVolumeClaim.class, "data-gone-0").get() == null);
  }
}
