package io.dosql.quickstart.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.Container;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that begins with what another one stored. */
class BootstrapTest {

  private static final String COPY =
      Examples.DATABASE
          + """
            bootstrap:
              restore:
                from:
                  store:
                    s3: {endpoint: "http://127.0.0.1:9000", bucket: old, secretRef: {name: old-access}}
                  database: {name: orders, namespace: prod}
                targetTime: "2026-11-24T10:00:00Z"
          """;

  @TempDir Path folder;
  private Cluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new Cluster(folder);
    cluster.startOperator();
    cluster.apply(Examples.S3_SECRET);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void create() {
    cluster.apply(COPY);
    cluster.startPod("orders");
  }

  private DoSQLDatabase awaitBootstrap(String expected) {
    return cluster.await(
        DoSQLDatabase.class,
        "orders",
        found -> Conditions.brief(found, "BootstrapRestored").equals(expected));
  }

  private Container container() {
    return cluster
        .client
        .apps()
        .statefulSets()
        .inNamespace("default")
        .withName("orders")
        .get()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst();
  }

  private @Nullable String mark() {
    Map<String, String> annotations =
        cluster
            .client
            .persistentVolumeClaims()
            .inNamespace("default")
            .withName("data-orders-0")
            .get()
            .getMetadata()
            .getAnnotations();
    return annotations == null ? null : annotations.get("dosql.io/bootstrap");
  }

  private List<String> restores() {
    return cluster.engine.begun().stream().filter(begun -> begun.startsWith("restore ")).toList();
  }

  /** The pod of the new template is there, and serves. */
  private void rollOut() {
    await()
        .atMost(Cluster.PATIENCE)
        .until(
            () -> container().getReadinessProbe().getHttpGet().getPath().equals("/health/ready"));
    cluster.podReady("orders", 1);
    cluster.awaitReady(DoSQLDatabase.class, "orders");
  }

  @Test
  void database_isNotReadyBeforeItHasItsData_andForgetsTheSourceThen() throws IOException {
    cluster.engine.hold();
    create();
    DoSQLDatabase restoring = awaitBootstrap("False/Restoring");
    assertThat(Conditions.brief(restoring, "Ready")).isEqualTo("False/Restoring");
    assertThat(container().getReadinessProbe().getHttpGet().getPath())
        .isEqualTo("/health/bootstrap-pending");
    assertThat(container().getEnv())
        .anyMatch(variable -> variable.getName().equals("DOSQL_SOURCE_STORE_PREFIX"));
    await().atMost(Cluster.PATIENCE).until(() -> !restores().isEmpty());
    JsonNode request = cluster.engine.requests().getLast();
    assertThat(request.path("source").asBoolean()).isTrue();
    assertThat(request.path("targetTime").asText()).isEqualTo("2026-11-24T10:00:00Z");
    cluster.engine.restoreHasRead(50);
    cluster.await(
        DoSQLDatabase.class,
        "orders",
        found ->
            found.getStatus().bootstrap() != null
                && found.getStatus().bootstrap().progress() != null
                && Integer.valueOf(50).equals(found.getStatus().bootstrap().progress().percent()));

    cluster.engine.finish();
    DoSQLDatabase restored = awaitBootstrap("True/Restored");
    assertThat(Objects.requireNonNull(restored.getStatus().bootstrap()).restored()).hasSize(1);
    rollOut();
    assertThat(container().getEnv())
        .noneMatch(variable -> variable.getName().startsWith("DOSQL_SOURCE_STORE"));
    assertThat(mark()).isEqualTo("done");
    assertThat(restores()).hasSize(1);
    assertThat(ChartRules.granted()).containsAll(cluster.requests.rights());
  }

  @Test
  void operatorThatRestartsInTheMiddle_goesOn_withTheSameOperation() {
    cluster.engine.hold();
    create();
    awaitBootstrap("False/Restoring");
    await().atMost(Cluster.PATIENCE).until(() -> !restores().isEmpty());
    cluster.stopOperator();
    cluster.startOperator();
    await().atMost(Cluster.PATIENCE).until(() -> cluster.passes("DoSQLDatabase") > 0);
    cluster.engine.finish();
    awaitBootstrap("True/Restored");
    rollOut();
    assertThat(restores()).hasSize(1);
  }

  @Test
  void podThatRestartsInTheMiddle_isAskedAgain_underTheSameId() {
    cluster.engine.hold();
    create();
    await().atMost(Cluster.PATIENCE).until(() -> !restores().isEmpty());
    // It comes back with what it had restored, and without a memory of operations.
    cluster.engine.write("main");
    cluster.engine.restart();
    await().atMost(Cluster.PATIENCE).until(() -> restores().size() == 2);
    assertThat(restores().getFirst()).isEqualTo(restores().getLast());
    cluster.engine.finish();
    awaitBootstrap("True/Restored");
  }

  @Test
  void volumeThatHoldsData_isLeftAlone_andSaysSo() {
    cluster.engine.write("main");
    create();
    DoSQLDatabase refused = awaitBootstrap("False/DataVolumeNotEmpty");
    assertThat(Conditions.brief(refused, "Stalled")).isEqualTo("True/DataVolumeNotEmpty");
    assertThat(restores()).isEmpty();
  }

  @Test
  void databaseThatIsMadeAgainOverItsVolume_keepsWhatItFinds() {
    create();
    awaitBootstrap("True/Restored");
    rollOut();
    await().atMost(Cluster.PATIENCE).until(() -> "done".equals(mark()));
    cluster
        .client
        .resources(DoSQLDatabase.class)
        .inNamespace("default")
        .withName("orders")
        .delete();
    await()
        .atMost(Cluster.PATIENCE)
        .until(
            () ->
                cluster.client.apps().statefulSets().inNamespace("default").withName("orders").get()
                    == null);
    create();
    awaitBootstrap("True/DataKept");
    assertThat(restores()).hasSize(1);
  }

  @Test
  void storeThatIsAway_isWaitedFor() {
    cluster.engine.store("STORAGE_PERMISSION_DENIED");
    create();
    DoSQLDatabase failing = awaitBootstrap("False/StorePermissionDenied");
    assertThat(Conditions.brief(failing, "Stalled")).isEqualTo("False/NoProblem");
    cluster.engine.store("");
    awaitBootstrap("True/Restored");
    assertThat(restores().getLast()).endsWith("-r2");
  }

  @Test
  void secondLook_writesNothing() {
    create();
    awaitBootstrap("True/Restored");
    rollOut();
    await().atMost(Cluster.PATIENCE).until(() -> "done".equals(mark()));
    cluster.stopOperator();
    Map<String, String> before = cluster.versions();
    cluster.requests.clear();
    cluster.startOperator();
    await().atMost(Cluster.PATIENCE).until(() -> cluster.passes("DoSQLDatabase") > 1);
    assertThat(cluster.requests.writes()).isEmpty();
    assertThat(cluster.versions()).isEqualTo(before);
    assertThat(cluster.failedPasses()).isZero();
  }
}
