package io.dosql.operator.restore;

import static io.dosql.operator.testing.Conditions.brief;
import static io.dosql.operator.testing.Conditions.find;
import static io.dosql.operator.testing.Conditions.verdict;
import static io.dosql.operator.testing.Operations.failed;
import static io.dosql.operator.testing.Operations.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DatabaseRef;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLRestore;
import io.dosql.crds.RestoreSpec;
import io.dosql.crds.RestoreStatus;
import io.dosql.operator.backup.Backups;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Step;
import io.dosql.operator.testing.Databases;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RestoreDeciderTest {

  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final String UID = "9f2c7d54-6d7b-4a46-9a55-1f3d6b1f0c22";
  private static final String SAVED = "s3://backups/shop/orders/pre-restore-backups/" + UID;
  private static final DatabaseAvailability READY =
      new DatabaseAvailability.Available(Databases.ready());

  private static DoSQLRestore restore(@Nullable RestoreStatus status, String... tenants) {
    DoSQLRestore restore = new DoSQLRestore();
    restore.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("shop")
            .withName("undo")
            .withUid(UID)
            .withGeneration(1L)
            .build());
    restore.setSpec(
        new RestoreSpec(
            new DatabaseRef("orders"), new RestoreSpec.BackupRef("nightly"), List.of(tenants)));
    restore.setStatus(status);
    return restore;
  }

  private static RestoreStatus running(RestoreStatus.@Nullable Progress progress, String id) {
    return new RestoreStatus(
        1L, "Running", List.of(), "2026-11-24T09:59:00Z", null, progress, null, null, id);
  }

  private static Step<RestoreStatus> decide(
      DoSQLRestore restore,
      DatabaseAvailability database,
      @Nullable DoSQLBackup backup,
      @Nullable OperationView operation) {
    return RestoreDecider.decide(
        restore,
        new RestoreObservation(database, Optional.ofNullable(backup)),
        Optional.ofNullable(operation),
        NOW);
  }

  private static Step<RestoreStatus> follow(OperationView operation) {
    return decide(restore(running(null, UID)), READY, null, operation);
  }

  @Test
  void newRestore_isWrittenDownBeforeItStarts_underItsUid() {
    Step<RestoreStatus> step = decide(restore(null, "a"), READY, null, null);
    assertThat(step.status().operationId()).isEqualTo(UID);
    assertThat(step.status().phase()).isEqualTo("Running");
    assertThat(step.status().startTime()).isEqualTo("2026-11-24T10:00:00Z");
    assertThat(verdict(step.status().conditions())).isEqualTo("FTF");
    assertThat(step.start())
        .contains(new Step.Start(UID, new OperationRequest.Restore("nightly", List.of("a"))));
  }

  @Test
  void databaseThatIsNotReady_isWaitedFor() {
    var waiting = new DatabaseAvailability.Waiting("DatabaseNotReady", "It is not ready.");
    Step<RestoreStatus> step = decide(restore(null), waiting, null, null);
    assertThat(step.status().phase()).isEqualTo("Pending");
    assertThat(brief(step.status().conditions(), "Reconciling")).isEqualTo("True/DatabaseNotReady");
    assertThat(step.requeue()).contains(Step.WAIT);
  }

  @Test
  void databaseWithoutStore_isAConditionWithAdvice() {
    var database =
        new DatabaseAvailability.Available(
            Databases.database().status(Databases.readyStatus(1)).build());
    Step<RestoreStatus> step = decide(restore(null), database, null, null);
    assertThat(find(step.status().conditions(), "Ready").reason()).isEqualTo("NoBackupStore");
  }

  @Test
  void backupThatIsStillBeingTaken_isWaitedFor() {
    DoSQLBackup backup = Backups.backup("nightly", Backups.running("id", "2026-11-24T09:00:00Z"));
    Step<RestoreStatus> step = decide(restore(null), READY, backup, null);
    assertThat(step.start()).isEmpty();
    assertThat(brief(step.status().conditions(), "Ready")).isEqualTo("False/BackupNotCompleted");
    assertThat(decide(restore(null), READY, Backups.backup("nightly", null), null).start())
        .isEmpty();
  }

  @Test
  void backupThatFailed_failsTheRestoreAtOnce_andNothingWasChanged() {
    Step<RestoreStatus> step =
        decide(
            restore(null),
            READY,
            Backups.backup("nightly", Backups.failed("2026-11-24T09:00:00Z")),
            null);
    assertThat(step.start()).isEmpty();
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(verdict(step.status().conditions())).isEqualTo("FFT");
    assertThat(find(step.status().conditions(), "Stalled").message())
        .isEqualTo("Nothing was changed. The backup nightly failed.");
  }

  @Test
  void completeBackup_andOneWhoseResourceIsGone_areRestored() {
    DoSQLBackup complete =
        Backups.backup("nightly", Backups.completed("2026-11-24T09:00:00Z", "s3://x"));
    assertThat(decide(restore(null), READY, complete, null).start()).isPresent();
    assertThat(decide(restore(null), READY, null, null).start()).isPresent();
  }

  @Test
  void operationThatThePodDoesNotKnow_isAskedForAgainUnderItsId() {
    Step<RestoreStatus> step = follow(new OperationView.Unknown());
    assertThat(step.start().orElseThrow().id()).isEqualTo(UID);
    assertThat(step.status()).isEqualTo(running(null, UID));
  }

  @Test
  void progress_neverGoesBack_whenThePodStartsAgain() {
    RestoreStatus twoDone = running(new RestoreStatus.Progress(2, 3), UID);
    Step<RestoreStatus> step =
        decide(
            restore(twoDone), READY, null, new OperationView.Running(new Operation.Progress(0, 3)));
    assertThat(step.status().progress()).isEqualTo(new RestoreStatus.Progress(2, 3));
  }

  @Test
  void succeededOperation_completesTheRestore() {
    Step<RestoreStatus> step =
        follow(
            new OperationView.Succeeded(
                succeeded("{\"tenants\":[{\"tenant\":\"a\"},{\"tenant\":\"main\"}]}")));
    assertThat(step.status().phase()).isEqualTo("Completed");
    assertThat(verdict(step.status().conditions())).isEqualTo("TFF");
    assertThat(step.status().progress()).isEqualTo(new RestoreStatus.Progress(2, 2));
    assertThat(step.status().preRestoreLocation()).isEqualTo(SAVED);
    assertThat(step.requeue()).isEmpty();
    assertThat(step.events()).extracting(EventNote::reason).containsExactly("RestoreCompleted");
  }

  @Test
  void storeTroubleBeforeAnyTenantIsRestored_isTriedAgainUnderAnotherId() {
    Step<RestoreStatus> step = follow(failed("STORAGE_UNAVAILABLE", true));
    assertThat(step.status().operationId()).isEqualTo(UID + "-r2");
    assertThat(step.status().phase()).isEqualTo("Running");
    assertThat(step.requeue()).contains(Step.RETRY);
  }

  @Test
  void failureAfterATenantIsRestored_isFinal() {
    Step<RestoreStatus> step = follow(failed("STORAGE_UNAVAILABLE", true, 1, 3, null));
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(step.status().preRestoreLocation()).isEqualTo(SAVED);
    assertThat(find(step.status().conditions(), "Stalled").message())
        .startsWith("1 of 3 tenants are restored, the others are as they were.");
  }

  @Test
  void failureAfterThePodRestarted_isFinalToo_whenATenantWasRestoredBefore() {
    RestoreStatus oneDone = running(new RestoreStatus.Progress(1, 3), UID);
    Step<RestoreStatus> step =
        decide(restore(oneDone), READY, null, failed("STORAGE_UNAVAILABLE", true));
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(step.status().progress()).isEqualTo(new RestoreStatus.Progress(1, 1));
  }

  @Test
  void backupThatIsNotInTheStore_failsAtOnce() {
    Step<RestoreStatus> step = follow(failed("STORAGE_NOT_FOUND", false));
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(step.status().error()).isNotNull();
    assertThat(find(step.status().conditions(), "Stalled").message())
        .isEqualTo("Nothing was changed. It failed. Mend it.");
  }

  @Test
  void unreachableEngine_isWaitedFor() {
    Step<RestoreStatus> step = follow(new OperationView.Unreachable("no answer"));
    assertThat(brief(step.status().conditions(), "Ready")).isEqualTo("False/EngineUnreachable");
    assertThat(step.requeue()).contains(Step.RECONNECT);
  }

  @Test
  void finishedRestore_isLeftAlone_whateverHappens() {
    RestoreStatus done =
        new RestoreStatus(1L, "Completed", List.of(), null, null, null, null, null, UID);
    assertThat(decide(restore(done), READY, null, new OperationView.Unknown()))
        .isEqualTo(Step.end(done));
  }
}
