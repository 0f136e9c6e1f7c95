package io.dosql.quickstart.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.DoSQLRestore;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterruptedWorkTest {

  private static final Duration HEARD = Duration.ofMillis(300);

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

  private List<String> begun(String kind) {
    return cluster.engine.begun().stream().filter(begun -> begun.startsWith(kind + " ")).toList();
  }

  private void startRestore() {
    cluster.engine.hold();
    cluster.apply(Examples.RESTORE);
    cluster.await(
        DoSQLRestore.class,
        "undo",
        restore -> "Running".equals(restore.getStatus().phase()) && !begun("restore").isEmpty());
  }

  @Test
  void operatorThatRestartsInTheMiddleOfARestore_continuesIt_exactlyOnce() {
    startRestore();
    String id = cluster.get(DoSQLRestore.class, "undo").getStatus().operationId();
    cluster.stopOperator();
    cluster.startOperator();
    await().atMost(Cluster.PATIENCE).until(() -> cluster.passes("DoSQLRestore") > 0);
    cluster.engine.finish();
    cluster.awaitReady(DoSQLRestore.class, "undo");
    assertThat(begun("restore")).containsExactly("restore " + id);
  }

  @Test
  void restoreThatEndsWhileNoOperatorRuns_isSeenToBeComplete() {
    startRestore();
    cluster.stopOperator();
    cluster.engine.finish();
    cluster.startOperator();
    cluster.awaitReady(DoSQLRestore.class, "undo");
    assertThat(begun("restore")).hasSize(1);
  }

  @Test
  void operatorThatDiedBeforeItAskedTheEngine_asksUnderTheIdThatItWroteDown() {
    startRestore();
    String id = cluster.get(DoSQLRestore.class, "undo").getStatus().operationId();
    cluster.stopOperator();
    // The engine was never asked, or does not know of it any more: both look so.
    cluster.engine.restart();
    cluster.startOperator();
    await().atMost(Cluster.PATIENCE).until(() -> begun("restore").size() == 2);
    cluster.engine.finish();
    cluster.awaitReady(DoSQLRestore.class, "undo");
    assertThat(begun("restore")).containsExactly("restore " + id, "restore " + id);
  }

  @Test
  void finishedRestore_neverRunsAgain_alsoWhenEverybodyRestarts() {
    cluster.apply(Examples.RESTORE);
    cluster.awaitReady(DoSQLRestore.class, "undo");
    cluster.stopOperator();
    cluster.engine.restart();
    cluster.startOperator();
    await().atMost(Cluster.PATIENCE).until(() -> cluster.passes("DoSQLRestore") > 0);
    assertThat(begun("restore")).hasSize(1);
  }

  @Test
  void restoreThatIsMadeAgainUnderItsName_runs_andNeverHasTheStatusOfTheFirst()
      throws InterruptedException {
    startRestore();
    String first = cluster.get(DoSQLRestore.class, "undo").getMetadata().getUid();
    CountDownLatch answer = new CountDownLatch(1);
    CountDownLatch asked = cluster.engine.blockNextLook(answer);
    asked.await();
    // The pass over the first one hangs in its look; then it hears that the restore is done.
    cluster.engine.finish();
    makeAgain();
    String second = cluster.get(DoSQLRestore.class, "undo").getMetadata().getUid();
    List<String> operations = new CopyOnWriteArrayList<>();
    try (var _ =
        cluster
            .client
            .resources(DoSQLRestore.class)
            .inNamespace("default")
            .inform(new OperationsOf(second, operations))) {
      cluster.awaitReady(DoSQLRestore.class, "undo");
      int before = cluster.passes("DoSQLRestore");
      answer.countDown();
      await().atMost(Cluster.PATIENCE).until(() -> cluster.passes("DoSQLRestore") > before);
      await().atMost(Cluster.PATIENCE).until(() -> operations.contains(second));
    }
    assertThat(operations).containsOnly(second);
    assertThat(cluster.get(DoSQLRestore.class, "undo").getStatus().operationId()).isEqualTo(second);
    assertThat(begun("restore")).containsExactly("restore " + first, "restore " + second);
  }

  @Test
  void restoreThatIsMadeAgain_whileAPassOverTheFirstRuns_isFollowedToItsEnd()
      throws InterruptedException {
    startRestore();
    CountDownLatch answer = new CountDownLatch(1);
    CountDownLatch asked = cluster.engine.blockNextLook(answer);
    asked.await();
    cluster.engine.finish();
    cluster.engine.hold();
    makeAgain();
    await().atMost(Cluster.PATIENCE).until(() -> begun("restore").size() == 2);
    answer.countDown();
    // Nothing tells when the pass over the first one has ended; that it has is what could be wrong.
    await().pollDelay(HEARD).until(() -> true);
    cluster.engine.finish();
    cluster.awaitReady(DoSQLRestore.class, "undo");
  }

  @Test
  void restoreThatIsMadeAgain_whileTheFirstOnesLastStatusIsWritten_runs()
      throws InterruptedException {
    startRestore();
    whileTheEndIsWritten("dosqlrestores", this::makeAgain);
    await().atMost(Cluster.PATIENCE).until(() -> begun("restore").size() == 2);
    cluster.awaitReady(DoSQLRestore.class, "undo");
    DoSQLRestore second = cluster.get(DoSQLRestore.class, "undo");
    assertThat(second.getStatus().operationId()).contains(second.getMetadata().getUid());
  }

  private void makeAgain() {
    cluster.client.resources(DoSQLRestore.class).inNamespace("default").withName("undo").delete();
    cluster.apply(Examples.RESTORE);
  }

  /** Collects the operations that one restore's status has named. */
  private record OperationsOf(String uid, List<String> operations)
      implements ResourceEventHandler<DoSQLRestore> {

    @Override
    public void onAdd(DoSQLRestore restore) {
      if (restore.getMetadata().getUid().equals(uid)
          && restore.getStatus() != null
          && restore.getStatus().operationId() != null) {
        operations.add(restore.getStatus().operationId());
      }
    }

    @Override
    public void onUpdate(DoSQLRestore before, DoSQLRestore after) {
      onAdd(after);
    }

    @Override
    public void onDelete(DoSQLRestore restore, boolean finalStateUnknown) {
      // Nobody deletes the second one.
    }
  }

  @Test
  void onDemandBackupWhileThePodIsDown_waits_andIsTakenWhenItIsBack() {
    cluster.podReady("orders", 0);
    cluster.await(
        DoSQLDatabase.class, "orders", found -> "NotReady".equals(found.getStatus().phase()));
    // What looks after backups hears of it later than this test, but begins with what is there.
    cluster.stopOperator();
    cluster.startOperator();
    cluster.apply(Examples.BACKUP);
    DoSQLBackup waiting =
        cluster.await(
            DoSQLBackup.class, "nightly", found -> "Pending".equals(found.getStatus().phase()));
    assertThat(Conditions.brief(waiting, "Reconciling")).isEqualTo("True/DatabaseNotReady");
    assertThat(begun("backup")).isEmpty();
    cluster.podReady("orders", 1);
    cluster.awaitReady(DoSQLBackup.class, "nightly");
    assertThat(begun("backup")).hasSize(1);
  }

  @Test
  void backupMadeAgainUnderAStoredName_failsInsteadOfPassingForANewOne() {
    cluster.apply(Examples.BACKUP);
    cluster.awaitReady(DoSQLBackup.class, "nightly");
    cluster.client.resources(DoSQLBackup.class).inNamespace("default").withName("nightly").delete();
    cluster.apply(Examples.BACKUP);
    DoSQLBackup failed =
        cluster.await(
            DoSQLBackup.class, "nightly", found -> "Failed".equals(found.getStatus().phase()));
    assertThat(Conditions.message(failed, "Stalled"))
        .contains("give this DoSQLBackup another name");
    assertThat(begun("backup")).hasSize(1);
  }

  @Test
  void backupThatIsMadeAgain_whileAPassOverTheFirstRuns_isSeen() throws InterruptedException {
    cluster.engine.hold();
    cluster.apply(Examples.BACKUP);
    cluster.await(
        DoSQLBackup.class, "nightly", found -> "Running".equals(found.getStatus().phase()));
    CountDownLatch answer = new CountDownLatch(1);
    CountDownLatch asked = cluster.engine.blockNextLook(answer);
    asked.await();
    cluster.engine.finish();
    cluster.client.resources(DoSQLBackup.class).inNamespace("default").withName("nightly").delete();
    cluster.apply(Examples.BACKUP);
    String second = cluster.get(DoSQLBackup.class, "nightly").getMetadata().getUid();
    // Nothing tells that the operator has heard of it; that it has by now is what could be wrong.
    await().pollDelay(HEARD).until(() -> true);
    answer.countDown();
    DoSQLBackup seen =
        cluster.await(
            DoSQLBackup.class, "nightly", found -> "Failed".equals(found.getStatus().phase()));
    assertThat(seen.getMetadata().getUid()).isEqualTo(second);
  }

  /** Lets something happen while the status that says how an operation ended is written. */
  private void whileTheEndIsWritten(String resources, Runnable change) throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    CountDownLatch asked = cluster.engine.blockNextLook(answer);
    asked.await();
    cluster.requests.beforeNext("dosql.io/" + resources + "/status patch", change);
    cluster.engine.finish();
    answer.countDown();
  }

  @Test
  void backupThatIsDeletedWhileItsLastStatusIsWritten_isDeleted() throws InterruptedException {
    cluster.engine.hold();
    cluster.apply(Examples.BACKUP.replace("orders}", "orders}, deletionPolicy: Delete"));
    cluster.await(
        DoSQLBackup.class, "nightly", found -> "Running".equals(found.getStatus().phase()));
    var nightly =
        cluster.client.resources(DoSQLBackup.class).inNamespace("default").withName("nightly");
    whileTheEndIsWritten("dosqlbackups", nightly::delete);
    await().atMost(Cluster.PATIENCE).until(() -> nightly.get() == null);
    assertThat(begun("prune")).hasSize(1);
  }

  @Test
  void migrationThatIsEditedWhileItsLastStatusIsWritten_runsAgainAsEdited()
      throws InterruptedException {
    cluster.engine.hold();
    cluster.apply(Examples.MIGRATION);
    cluster.await(
        DoSQLMigration.class, "schema", found -> "Running".equals(found.getStatus().phase()));
    String edited =
        Examples.MIGRATION + "    - {id: 002_more, sql: \"CREATE TABLE more (id INTEGER)\"}\n";
    whileTheEndIsWritten("dosqlmigrations", () -> cluster.apply(edited));
    cluster.await(
        DoSQLMigration.class, "schema", found -> "002_more".equals(found.getStatus().current()));
  }

  @Test
  void migrationEditedWhileItRuns_runsAgainAsEdited() {
    cluster.engine.hold();
    cluster.apply(Examples.MIGRATION);
    cluster.await(
        DoSQLMigration.class, "schema", found -> "Running".equals(found.getStatus().phase()));
    cluster.apply(
        Examples.MIGRATION + "    - {id: 002_more, sql: \"CREATE TABLE more (id INTEGER)\"}\n");
    await().atMost(Cluster.PATIENCE).until(() -> begun("migrate").size() == 2);
    cluster.engine.finish();
    cluster.awaitReady(DoSQLMigration.class, "schema");
    DoSQLMigration done = cluster.get(DoSQLMigration.class, "schema");
    assertThat(done.getStatus().current()).isEqualTo("002_more");
    assertThat(done.getStatus().observedGeneration()).isEqualTo(2);
  }
}
