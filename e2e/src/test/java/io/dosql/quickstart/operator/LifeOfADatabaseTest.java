package io.dosql.quickstart.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.DoSQLRestore;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifeOfADatabaseTest {

  @TempDir Path folder;
  private Cluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new Cluster(folder);
    cluster.startOperator();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void applyDatabase() {
    cluster.apply(Examples.S3_SECRET);
    cluster.apply(Examples.DATABASE);
    cluster.runPod("orders");
    cluster.awaitReady(DoSQLDatabase.class, "orders");
  }

  private void applyAll() {
    applyDatabase();
    cluster.apply(Examples.BACKUP);
    cluster.apply(Examples.MIGRATION);
    cluster.awaitReady(DoSQLBackup.class, "nightly");
    cluster.apply(Examples.RESTORE);
    cluster.awaitReady(DoSQLMigration.class, "schema");
    cluster.awaitReady(DoSQLRestore.class, "undo");
  }

  @Test
  void everyKind_becomesReady_inWhateverOrder_andASecondLookWritesNothing() {
    cluster.apply(Examples.RESTORE);
    cluster.apply(Examples.BACKUP);
    cluster.apply(Examples.MIGRATION);
    applyDatabase();
    cluster.awaitReady(DoSQLMigration.class, "schema");
    cluster.awaitReady(DoSQLBackup.class, "nightly");
    cluster.awaitReady(DoSQLRestore.class, "undo");
    assertThat(cluster.engine.begun())
        .extracting(operation -> operation.substring(0, operation.indexOf(' ')))
        .containsExactlyInAnyOrder("migrate", "backup", "restore");

    // The database tells of the backup when it has listed the store again.
    cluster.await(
        DoSQLDatabase.class,
        "orders",
        database ->
            Conditions.brief(database, "LastBackupSucceeded").equals("True/BackupCompleted"));
    cluster.stopOperator();
    Map<String, String> before = cluster.versions();
    cluster.requests.clear();
    cluster.startOperator();
    await()
        .atMost(Cluster.PATIENCE)
        .until(() -> Cluster.CRD_KINDS.stream().allMatch(kind -> cluster.passes(kind) > 0));
    int passes = cluster.passes("DoSQLDatabase");
    cluster.touch("orders");
    await().atMost(Cluster.PATIENCE).until(() -> cluster.passes("DoSQLDatabase") > passes);

    assertThat(cluster.requests.writes()).isEmpty();
    Map<String, String> after = cluster.versions();
    before.remove("Service/orders-rw");
    after.remove("Service/orders-rw");
    assertThat(after).isEqualTo(before);
    assertThat(cluster.failedPasses()).isZero();
  }

  @Test
  void rightsOfTheRole_areEnough_andNoneIsUnused() throws IOException {
    applyAll();
    cluster.engine.store("STORAGE_TIMEOUT");
    cluster.apply(Examples.DATABASE + "  storage: {size: 2Gi}\n");
    await()
        .atMost(Cluster.PATIENCE)
        .until(() -> size("data-orders-0"), new Quantity("2Gi")::equals);
    cluster.engine.store("");
    cluster.engine.addBackup("old", Instant.parse("2020-01-01T00:00:00Z"));
    cluster.apply(Examples.DATABASE + "    retention: {keepLast: 1}\n  storage: {size: 2Gi}\n");
    await()
        .atMost(Cluster.PATIENCE)
        .until(() -> cluster.requests.rights().contains("dosql.io/dosqlrestores list"));
    Set<String> used = cluster.requests.rights();
    assertThat(ChartRules.granted()).containsAll(used);

    Set<String> unused = new TreeSet<>(ChartRules.granted());
    unused.removeAll(used);
    // To apply what is not there yet is to create it, though the request is a patch.
    unused.removeIf(
        right ->
            right.endsWith(" create") && used.contains(right.replaceFirst("create$", "patch")));
    assertThat(unused)
        .as("what only a schedule, retention, verification and bootstrap need")
        .containsExactly(
            "batch/jobs create",
            "core/persistentvolumeclaims get",
            "dosql.io/dosqlbackups create",
            "dosql.io/dosqlbackups delete",
            "dosql.io/dosqlbackups patch");
  }

  private Quantity size(String claim) {
    return Objects.requireNonNull(
        cluster
            .client
            .persistentVolumeClaims()
            .inNamespace("default")
            .withName(claim)
            .get()
            .getSpec()
            .getResources()
            .getRequests()
            .get("storage"));
  }

  @Test
  void firstPass_writesTheConditionsOfKstatus_forEveryKind() {
    cluster.apply(Examples.RESTORE);
    cluster.apply(Examples.BACKUP);
    cluster.apply(Examples.MIGRATION);
    for (Class<? extends CustomResource<?, ?>> type :
        List.of(DoSQLMigration.class, DoSQLBackup.class, DoSQLRestore.class)) {
      String name =
          type == DoSQLMigration.class ? "schema" : type == DoSQLBackup.class ? "nightly" : "undo";
      var resource = cluster.await(type, name, found -> found.getStatus() != null);
      assertThat(Conditions.brief(resource, "Ready")).isEqualTo("False/DatabaseNotFound");
      assertThat(Conditions.brief(resource, "Reconciling")).isEqualTo("True/DatabaseNotFound");
      assertThat(Conditions.brief(resource, "Stalled")).isEqualTo("False/DatabaseNotFound");
    }
  }

  @Test
  void missingS3Secret_isACondition_andHealsWhenItAppears() {
    cluster.engine.store("STORAGE_PERMISSION_DENIED");
    cluster.apply(Examples.DATABASE);
    cluster.apply(Examples.BACKUP);
    cluster.runPod("orders");
    DoSQLDatabase database =
        cluster.await(
            DoSQLDatabase.class,
            "orders",
            found ->
                Conditions.isReady(found)
                    && Conditions.brief(found, "LastBackupSucceeded")
                        .equals("False/StoreSecretMissing"));
    assertThat(database.getStatus().phase()).isEqualTo("Degraded");
    assertThat(Conditions.message(database, "LastBackupSucceeded"))
        .contains("create it with the keys accessKeyId and secretAccessKey");
    cluster.await(
        DoSQLBackup.class,
        "nightly",
        backup -> Conditions.brief(backup, "Ready").equals("False/StorePermissionDenied"));

    cluster.apply(Examples.S3_SECRET);
    cluster.touch("orders");
    cluster.await(
        DoSQLDatabase.class,
        "orders",
        found ->
            Conditions.brief(found, "LastBackupSucceeded").equals("False/StorePermissionDenied"));
    cluster.engine.store("");
    // An edit also wakes the backup, which would look again by itself a little later.
    cluster.apply(Examples.DATABASE + "    retention: {keepLast: 5}\n");
    cluster.await(
        DoSQLDatabase.class, "orders", found -> "Ready".equals(found.getStatus().phase()));
    cluster.awaitReady(DoSQLBackup.class, "nightly");
  }

  @Test
  void deletedDatabase_leavesItsClaimAndBackups_andComesBackOverThem_withNewKeys() {
    applyAll();
    Secret oldKeys = secret("orders-keys");
    String oldToken = secret("orders-app").getData().get("token");
    String oldUid = cluster.get(DoSQLDatabase.class, "orders").getMetadata().getUid();
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
                cluster.client.secrets().inNamespace("default").withName("orders-keys").get()
                    == null);
    assertThat(cluster.client.apps().statefulSets().inNamespace("default").list().getItems())
        .isEmpty();
    assertThat(cluster.client.services().inNamespace("default").list().getItems()).isEmpty();
    assertThat(size("data-orders-0")).isEqualTo(new Quantity("1Gi"));
    assertThat(cluster.engine.backups()).containsExactly("nightly");
    assertThat(cluster.get(DoSQLBackup.class, "nightly").getStatus().phase())
        .isEqualTo("Completed");

    cluster.apply(Examples.DATABASE);
    cluster.runPod("orders");
    cluster.awaitReady(DoSQLDatabase.class, "orders");
    assertThat(cluster.get(DoSQLDatabase.class, "orders").getMetadata().getUid())
        .isNotEqualTo(oldUid);
    assertThat(secret("orders-keys").getData()).isNotEqualTo(oldKeys.getData());
    assertThat(secret("orders-app").getData().get("token")).isNotEqualTo(oldToken);
    cluster.await(
        DoSQLDatabase.class,
        "orders",
        found -> Conditions.brief(found, "LastBackupSucceeded").equals("True/BackupCompleted"));
  }

  private Secret secret(String name) {
    return cluster.client.secrets().inNamespace("default").withName(name).get();
  }

  @Test
  void databaseThatIsMadeAgainWhileItsPredecessorLeaves_waits_andIsNotReadyByItsPod() {
    applyDatabase();
    // A finalizer of somebody else's keeps the set, as a slow garbage collector does.
    hold("orders", List.of("test.dosql.io/hold"));
    cluster
        .client
        .resources(DoSQLDatabase.class)
        .inNamespace("default")
        .withName("orders")
        .delete();
    cluster.apply(Examples.DATABASE);
    DoSQLDatabase waiting =
        cluster.await(
            DoSQLDatabase.class,
            "orders",
            found -> Conditions.brief(found, "Ready").equals("False/PreviousDatabaseLeaving"));
    assertThat(Conditions.brief(waiting, "Stalled")).isEqualTo("False/NoProblem");

    hold("orders", List.of());
    await()
        .atMost(Cluster.PATIENCE)
        .until(
            () -> {
              StatefulSet set =
                  cluster
                      .client
                      .apps()
                      .statefulSets()
                      .inNamespace("default")
                      .withName("orders")
                      .get();
              return set != null
                  && set.getMetadata()
                      .getOwnerReferences()
                      .getFirst()
                      .getUid()
                      .equals(waiting.getMetadata().getUid());
            });
    cluster.runPod("orders");
    cluster.awaitReady(DoSQLDatabase.class, "orders");
  }

  private void hold(String name, List<String> finalizers) {
    cluster
        .client
        .apps()
        .statefulSets()
        .inNamespace("default")
        .withName(name)
        .edit(
            set -> {
              set.getMetadata().setFinalizers(finalizers);
              return set;
            });
  }

  @Test
  void editInTheMiddle_isRolledOut_andReadyOnlyThen() {
    applyDatabase();
    cluster.apply(Examples.DATABASE.replace("spec:", "spec:\n  image: engine:next"));
    DoSQLDatabase rolling =
        cluster.await(
            DoSQLDatabase.class,
            "orders",
            found ->
                Objects.equals(found.getStatus().observedGeneration(), 2L)
                    && Conditions.brief(found, "Ready").startsWith("False/"));
    assertThat(Conditions.brief(rolling, "Reconciling")).startsWith("True/");
    cluster.podReady("orders", 1);
    cluster.awaitReady(DoSQLDatabase.class, "orders");
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
                .getImage())
        .isEqualTo("engine:next");
  }

  @Test
  void whatSomebodyChanges_isSetRight_andWhatIsNotOurs_isLeftAlone() {
    applyDatabase();
    cluster
        .client
        .services()
        .inNamespace("default")
        .withName("orders-rw")
        .edit(
            service -> {
              service.getSpec().getPorts().getFirst().setPort(99);
              service.getMetadata().getAnnotations().put("somebody/else", "kept");
              service.getMetadata().getLabels().remove("dosql.io/database");
              return service;
            });
    await()
        .atMost(Cluster.PATIENCE)
        .until(
            () -> cluster.client.services().inNamespace("default").withName("orders-rw").get(),
            service ->
                service.getSpec().getPorts().size() == 1
                    && service.getSpec().getPorts().getFirst().getPort() == 8080
                    && service.getMetadata().getLabels().containsKey("dosql.io/database")
                    && service.getMetadata().getAnnotations().containsKey("somebody/else"));
    DoSQLDatabase database = cluster.get(DoSQLDatabase.class, "orders");
    assertThat(Conditions.brief(database, "Stalled")).isEqualTo("False/NoProblem");
    int passes = cluster.passes("DoSQLDatabase");
    cluster.requests.clear();
    cluster.touch("orders");
    await().atMost(Cluster.PATIENCE).until(() -> cluster.passes("DoSQLDatabase") > passes);
    assertThat(cluster.requests.writes()).isEmpty();
  }

  @Test
  void objectOfSomebodyElse_isNeverTaken_andIsNamed() {
    cluster.apply(
        """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: orders}
        """);
    cluster.apply(Examples.DATABASE);
    DoSQLDatabase stalled =
        cluster.await(
            DoSQLDatabase.class,
            "orders",
            found -> Conditions.brief(found, "Stalled").equals("True/NameTaken"));
    assertThat(Conditions.message(stalled, "Stalled"))
        .isEqualTo(
            "ServiceAccount orders exists and was not made by the operator; rename it or the"
                + " database.");
    assertThat(
            cluster
                .client
                .serviceAccounts()
                .inNamespace("default")
                .withName("orders")
                .get()
                .getMetadata()
                .getOwnerReferences())
        .isEmpty();
    cluster.client.serviceAccounts().inNamespace("default").withName("orders").delete();
    cluster.runPod("orders");
    cluster.awaitReady(DoSQLDatabase.class, "orders");
  }
}
