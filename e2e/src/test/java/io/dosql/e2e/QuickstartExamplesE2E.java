package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.DoSQLRestore;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the README tells a newcomer to do, in its order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class QuickstartExamplesE2E {

  private static final String DATABASE = "quickstart";
  private static final String TENANT = "main";
  private static final String BOOKS = "SELECT title || author || year FROM books ORDER BY id";

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("quickstart");

  @BeforeAll
  static void apply() throws Exception {
    NAMESPACE.applyFolder("examples/quickstart");
  }

  @Test
  @Order(1)
  void everyExampleBecomesReady() {
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    for (DoSQLMigration migration : list(DoSQLMigration.class)) {
      var _ = NAMESPACE.awaitReady(DoSQLMigration.class, migration.getMetadata().getName());
    }
    for (DoSQLBackup backup : list(DoSQLBackup.class)) {
      var _ = NAMESPACE.awaitReady(DoSQLBackup.class, backup.getMetadata().getName());
    }
    assertThat(list(DoSQLMigration.class)).isNotEmpty();
    assertThat(list(DoSQLBackup.class)).isNotEmpty();
  }

  private static <T extends HasMetadata> List<T> list(Class<T> type) {
    return NAMESPACE.client().resources(type).inNamespace(NAMESPACE.name()).list().getItems();
  }

  @Test
  @Order(2)
  void aPodReachesTheDatabaseWithWhatTheSecretSays() {
    String output =
        new ClusterPods(NAMESPACE)
            .runWithAppSecret(
                DATABASE,
                """
                wget -q -O - --header "Authorization: Bearer $token" \\
                  --header "Content-Type: application/json" \\
                  --post-data '{"sql":"SELECT 40 + 2 AS answer"}' "$url/db/main/query"
                """);
    assertThat(output).contains("\"rows\":[[42]]");
  }

  @Test
  @Order(2)
  void withoutATokenAPodIsRefused() {
    String output =
        new ClusterPods(NAMESPACE)
            .runWithAppSecret(
                DATABASE,
                """
                wget -S -O - --header "Content-Type: application/json" \\
                  --post-data '{"sql":"SELECT 1"}' "$url/db/main/query" 2>&1 || true
                """);
    assertThat(output).contains("401").doesNotContain("\"rows\"");
  }

  @Test
  @Order(2)
  void theLibsqlDriverWorksUnmodified() throws Exception {
    SqlClient sql = NAMESPACE.sql(DATABASE);
    String output =
        NodeDriver.run(
            "quickstart.mjs", sql.url() + "/db/driver/", NAMESPACE.appSecret(DATABASE).token());
    assertThat(output).contains("all is well");
  }

  @Test
  @Order(3)
  void aRestoreBringsBackWhatWasDropped() throws Exception {
    SqlClient sql = NAMESPACE.sql(DATABASE);
    List<String> books = sql.column(TENANT, BOOKS);
    assertThat(books).hasSize(3);
    var _ = sql.query(TENANT, "DROP TABLE books");
    Path restore =
        TestCluster.get().settings().repository().resolve("examples/restore/restore.yaml");
    String name = NAMESPACE.apply(Files.readString(restore)).getFirst().getMetadata().getName();
    var _ = NAMESPACE.awaitReady(DoSQLRestore.class, name);
    // The backup was applied together with the migration, and may hold the state before it, as the
    // example says: then the migration runs again.
    Awaitility.await("the books to be back")
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptionsInstanceOf(AssertionError.class)
        .until(() -> sql.column(TENANT, BOOKS).equals(books));
  }
}
