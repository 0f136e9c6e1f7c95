package io.dosql.quickstart.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLRestore;
import io.fabric8.kubernetes.api.model.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a database's resource says of its archive, and restores to any moment. */
class ArchiveOfADatabaseTest {

  @TempDir Path folder;
  private Cluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new Cluster(folder);
    cluster.startOperator();
    cluster.apply(Examples.S3_SECRET);
    cluster.apply(Examples.DATABASE);
    cluster.runPod("orders");
    cluster.awaitReady(DoSQLDatabase.class, "orders");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private DoSQLDatabase awaitArchiving(String expected) {
    // The engine is asked every few seconds; a change of the cluster asks at once.
    return await()
        .atMost(Cluster.PATIENCE)
        .until(
            () -> {
              cluster.touch("orders");
              return cluster.get(DoSQLDatabase.class, "orders");
            },
            database -> Conditions.brief(database, "Archiving").equals(expected));
  }

  private List<String> events() {
    return cluster.client.v1().events().inNamespace("default").list().getItems().stream()
        .map(Event::getReason)
        .toList();
  }

  @Test
  void archiveThatStalls_isACondition_anEvent_andAdvice_untilItRecovers() {
    DoSQLDatabase well = awaitArchiving("True/Archiving");
    assertThat(well.getStatus().phase()).isEqualTo("Ready");
    assertThat(Objects.requireNonNull(well.getStatus().backup()))
        .satisfies(
            backup -> {
              assertThat(backup.line()).isEqualTo("l1");
              assertThat(backup.oldestRestorable()).isEqualTo("2026-11-17T10:00:00Z");
              assertThat(backup.newestRestorable()).isEqualTo("2026-11-24T10:00:00Z");
            });
    cluster.engine.archive("stalled", "STORAGE_TIMEOUT");
    DoSQLDatabase stalled = awaitArchiving("False/Stalled");
    assertThat(stalled.getStatus().phase()).isEqualTo("Degraded");
    assertThat(Conditions.message(stalled, "Archiving"))
        .contains("STORAGE_TIMEOUT: It cannot be stored. Mend the store.");
    assertThat(Conditions.brief(stalled, "Ready")).isEqualTo("True/Serving");
    await().atMost(Cluster.PATIENCE).until(() -> events().contains("ArchiveStalled"));

    cluster.engine.archive("ok", "");
    assertThat(awaitArchiving("True/Archiving").getStatus().phase()).isEqualTo("Ready");
    await().atMost(Cluster.PATIENCE).until(() -> events().contains("ArchiveRecovered"));
  }

  @Test
  void newLineOfTheArchive_isTold() {
    awaitArchiving("True/Archiving");
    cluster.engine.newLine("l2", "ArchiveAhead");
    await()
        .atMost(Cluster.PATIENCE)
        .until(
            () -> {
              cluster.touch("orders");
              return events().contains("NewArchiveLine");
            });
    assertThat(
            Objects.requireNonNull(cluster.get(DoSQLDatabase.class, "orders").getStatus().backup())
                .lineReason())
        .isEqualTo("ArchiveAhead");
  }

  @Test
  void policyOfTheArchive_isThePodsEnvironment() {
    cluster.apply(Examples.DATABASE + "    tier: High\n    retention: {window: 3d}\n");
    await()
        .atMost(Cluster.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        cluster
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
                            .getFirst()
                            .getEnv()
                            .stream()
                            .map(variable -> variable.getName() + "=" + variable.getValue()))
                    .contains(
                        "DOSQL_ARCHIVE=continuous",
                        "DOSQL_ARCHIVE_INTERVAL=1h",
                        "DOSQL_ARCHIVE_WINDOW=72h"));
  }

  private static String restore(String name, String spec) {
    return """
    apiVersion: dosql.io/v1alpha1
    kind: DoSQLRestore
    metadata: {name: %s}
    spec: {databaseRef: {name: orders}, %s}
    """
        .formatted(name, spec);
  }

  @Test
  void dryRun_thenRestoreToTheMoment_saysWhatWasReached() {
    cluster.apply(restore("plan", "targetTime: '2026-11-24T10:00:00Z', dryRun: true"));
    cluster.awaitReady(DoSQLRestore.class, "plan");
    DoSQLRestore plan = cluster.get(DoSQLRestore.class, "plan");
    assertThat(plan.getStatus().plan()).hasSize(1);
    assertThat(plan.getStatus().plan().getFirst().lsn()).isEqualTo("5");
    assertThat(plan.getStatus().estimatedSeconds()).isEqualTo(2);
    assertThat(plan.getStatus().preRestoreLocation()).isNull();

    cluster.apply(restore("undo", "targetTime: '2026-11-24T10:00:00Z'"));
    cluster.awaitReady(DoSQLRestore.class, "undo");
    DoSQLRestore undo = cluster.get(DoSQLRestore.class, "undo");
    assertThat(Objects.requireNonNull(undo.getStatus().targetReached()).lsn()).isEqualTo("5");
    assertThat(undo.getStatus().preRestoreLocation()).isNotNull();
    assertThat(cluster.engine.requests())
        .extracting(request -> request.path("targetTime").asText() + request.has("dryRun"))
        .containsExactly("2026-11-24T10:00:00Ztrue", "2026-11-24T10:00:00Zfalse");
  }

  @Test
  void progressOfARestore_isInBytesAndPercent() {
    cluster.engine.hold();
    cluster.apply(restore("undo", "targetLsn: 5, tenants: [main]"));
    cluster.await(DoSQLRestore.class, "undo", found -> found.getStatus().progress() != null);
    cluster.engine.restoreHasRead(42);
    DoSQLRestore halfWay =
        cluster.await(
            DoSQLRestore.class,
            "undo",
            found ->
                found.getStatus().progress() != null
                    && Integer.valueOf(42).equals(found.getStatus().progress().percent()));
    assertThat(Objects.requireNonNull(halfWay.getStatus().progress()).bytesTotal()).isEqualTo(100);
    cluster.engine.finish();
    cluster.awaitReady(DoSQLRestore.class, "undo");
  }
}
