package io.dosql.quickstart.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.crds.BackupStatus.Verified;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup after it was taken: verified, expired, deleted. */
class LifeOfABackupTest {

  private static final String DELETED_WITH_IT =
      Examples.BACKUP.replace("orders}", "orders}, deletionPolicy: Delete");

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

  private List<String> events() {
    return cluster.client.v1().events().inNamespace("default").list().getItems().stream()
        .map(Event::getReason)
        .toList();
  }

  private boolean isGone(String backup) {
    return cluster.client.resources(DoSQLBackup.class).inNamespace("default").withName(backup).get()
        == null;
  }

  private void delete(String backup) {
    cluster.client.resources(DoSQLBackup.class).inNamespace("default").withName(backup).delete();
  }

  private void take(String yaml) {
    cluster.apply(yaml);
    cluster.awaitReady(DoSQLBackup.class, "nightly");
  }

  private List<String> finalizers() {
    return cluster.get(DoSQLBackup.class, "nightly").getMetadata().getFinalizers();
  }

  @Test
  void backupThatIsKept_hasNoFinalizer_andStaysInTheStore() {
    take(Examples.BACKUP);
    assertThat(finalizers()).isEmpty();
    delete("nightly");
    await().atMost(Cluster.PATIENCE).until(() -> isGone("nightly"));
    assertThat(cluster.engine.backups()).containsExactly("nightly");
    assertThat(cluster.engine.begun()).noneMatch(begun -> begun.startsWith("prune "));
  }

  @Test
  void backupWithPolicyDelete_goesFromTheStoreBeforeItsResourceGoes() throws IOException {
    take(DELETED_WITH_IT);
    assertThat(finalizers()).containsExactly("dosql.io/stored-backup");
    cluster.engine.hold();
    delete("nightly");
    cluster.await(
        DoSQLBackup.class, "nightly", found -> "Deleting".equals(found.getStatus().phase()));
    assertThat(cluster.engine.backups()).containsExactly("nightly");
    cluster.engine.finish();
    await().atMost(Cluster.PATIENCE).until(() -> isGone("nightly"));
    assertThat(cluster.engine.backups()).isEmpty();
    assertThat(events()).contains("BackupDeleted");
    assertThat(ChartRules.granted()).containsAll(cluster.requests.rights());
  }

  @Test
  void withoutItsDatabase_aDeletedBackupWaits_andSaysForWhat_untilItMayBeKept() {
    take(DELETED_WITH_IT);
    // The backup may be seen to be deleted before the database is.
    cluster.engine.hold();
    cluster
        .client
        .resources(DoSQLDatabase.class)
        .inNamespace("default")
        .withName("orders")
        .delete();
    delete("nightly");
    DoSQLBackup waiting =
        cluster.await(
            DoSQLBackup.class,
            "nightly",
            found -> Conditions.brief(found, "Ready").equals("False/DatabaseNotFound"));
    assertThat(Conditions.message(waiting, "Ready"))
        .contains("There is no DoSQLDatabase orders")
        .endsWith("set spec.deletionPolicy to Retain.");
    cluster.apply(DELETED_WITH_IT.replace("Delete", "Retain"));
    await().atMost(Cluster.PATIENCE).until(() -> isGone("nightly"));
    assertThat(cluster.engine.backups()).containsExactly("nightly");
  }

  @Test
  void policyThatChanges_bringsAndTakesTheFinalizer() {
    take(Examples.BACKUP);
    cluster.apply(DELETED_WITH_IT);
    await().atMost(Cluster.PATIENCE).until(() -> !finalizers().isEmpty());
    cluster.apply(DELETED_WITH_IT.replace("Delete", "Retain"));
    await().atMost(Cluster.PATIENCE).until(() -> finalizers().isEmpty());
  }

  @Test
  void backupWhoseTimeIsOver_isShown_thenGoes_unlessItIsTheNewest() {
    take(Examples.BACKUP.replace("orders}", "orders}, expire: 1h"));
    cluster.engine.addBackup("nightly", Instant.parse("2020-01-01T00:00:00Z"));
    cluster.engine.addBackup("other", Instant.parse("2020-01-02T00:00:00Z"));
    // The listing of the store is kept for some time; the operator's next life asks anew.
    cluster.stopOperator();
    cluster.startOperator();
    await()
        .atMost(Cluster.PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(cluster.engine.backups()).containsExactly("other");
              assertThat(isGone("nightly")).isTrue();
            });
  }

  private void ask(String value) {
    cluster
        .client
        .resources(DoSQLBackup.class)
        .inNamespace("default")
        .withName("nightly")
        .edit(
            backup -> {
              backup.getMetadata().setAnnotations(Map.of("dosql.io/verify", value));
              return backup;
            });
  }

  private List<Job> jobs() {
    return cluster.client.batch().v1().jobs().inNamespace("default").list().getItems();
  }

  private DoSQLBackup awaitVerified(Verified.Result result) {
    return cluster.await(
        DoSQLBackup.class,
        "nightly",
        found ->
            found.getStatus().verified() != null
                && found.getStatus().verified().result() == result);
  }

  @Test
  void annotation_hasABackupVerified_byAJob_onceForEachValue() {
    take(Examples.BACKUP);
    ask("now");
    cluster.endJob(true, "{\"ok\":true,\"message\":\"1 tenant is whole.\"}");
    DoSQLBackup passed = awaitVerified(Verified.Result.Passed);
    assertThat(Conditions.brief(passed, "Verified")).isEqualTo("True/Passed");
    assertThat(Conditions.isReady(passed)).isTrue();
    cluster.await(
        DoSQLDatabase.class,
        "orders",
        found -> Conditions.brief(found, "BackupsVerified").equals("True/Verified"));

    ask("again");
    cluster.endJob(
        false,
        "{\"ok\":false,\"message\":\"1 tenant is damaged.\",\"failures\":"
            + "[{\"tenant\":\"main\",\"lsn\":\"7\",\"message\":\"page 3\"}]}");
    DoSQLBackup failed = awaitVerified(Verified.Result.Failed);
    assertThat(Objects.requireNonNull(failed.getStatus().verified()).message())
        .isEqualTo("1 tenant is damaged. main at LSN 7: page 3");
    DoSQLDatabase database =
        cluster.await(
            DoSQLDatabase.class,
            "orders",
            found -> Conditions.brief(found, "BackupsVerified").equals("False/VerificationFailed"));
    assertThat(database.getStatus().phase()).isEqualTo("Degraded");
    await()
        .atMost(Cluster.PATIENCE)
        .untilAsserted(() -> assertThat(events()).contains("BackupVerified", "VerificationFailed"));
    assertThat(jobs()).hasSize(2);
  }

  @Test
  void operatorThatRestartsWhileAJobRuns_makesNoSecondOne() {
    take(Examples.BACKUP);
    ask("now");
    await().atMost(Cluster.PATIENCE).until(() -> jobs().size() == 1);
    cluster.stopOperator();
    cluster.startOperator();
    await().atMost(Cluster.PATIENCE).until(() -> cluster.passes("DoSQLBackup") > 0);
    cluster.endJob(true, "{\"ok\":true,\"message\":\"Whole.\"}");
    awaitVerified(Verified.Result.Passed);
    assertThat(jobs()).hasSize(1);
  }

  @Test
  void verificationThatCouldNotBeDone_isNoFailureOfTheBackup() {
    take(Examples.BACKUP);
    ask("now");
    cluster.endJob(false, "{\"ok\":false,\"retryable\":true,\"message\":\"The store is away.\"}");
    DoSQLBackup open =
        cluster.await(
            DoSQLBackup.class,
            "nightly",
            found -> Conditions.brief(found, "Verified").equals("Unknown/Inconclusive"));
    assertThat(open.getStatus().verified()).isNull();
    assertThat(Conditions.message(open, "Verified")).contains("The store is away.");
  }

  @Test
  void scheduleOfVerifications_asksForTheNewestBackup() throws IOException {
    take(Examples.BACKUP);
    cluster.apply(Examples.DATABASE + "    verify: {schedule: \"* * * * *\"}\n");
    await("the next minute")
        .atMost(Cluster.PATIENCE.multipliedBy(3))
        .until(() -> !jobs().isEmpty());
    cluster.endJob(true, "{\"ok\":true,\"message\":\"Whole.\"}");
    awaitVerified(Verified.Result.Passed);
    assertThat(ChartRules.granted()).containsAll(cluster.requests.rights());
  }
}
