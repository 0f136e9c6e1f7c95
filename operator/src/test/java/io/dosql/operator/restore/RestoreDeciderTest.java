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
import io.dosql.crds.LeftOutTenant;
import io.dosql.crds.RestoreProgress;
import io.dosql.crds.RestoreSpec;
import io.dosql.crds.RestoreStatus;
import io.dosql.crds.RestoredTenant;
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
            new DatabaseRef("orders"),
            new RestoreSpec.BackupRef("nightly"),
            null,
            null,
            null,
            null,
            null,
            List.of(tenants),
            false));
    restore.setStatus(status);
    return restore;
  }

  private static OperationRequest.Restore ofBackup(String name, String... tenants) {
    return new OperationRequest.Restore(
        name, null, null, null, false, List.of(tenants), false, false, null);
  }

  private static RestoreStatus running(@Nullable RestoreProgress progress, String id) {
    return RestoreStatus.ongoing(1L, "Running", List.of(), "2026-11-24T09:59:00Z", progress, id);
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
    assertThat(step.start()).contains(new Step.Start(UID, ofBackup("nightly", "a")));
  }

  private static DoSQLRestore to(
      @Nullable String time,
      @Nullable Long lsn,
      boolean latest,
      boolean dryRun,
      String... tenants) {
    DoSQLRestore restore = restore(null);
    restore.setSpec(
        new RestoreSpec(
            new DatabaseRef("orders"),
            null,
            null,
            time,
            lsn,
            latest ? Boolean.TRUE : null,
            "l1",
            List.of(tenants),
            dryRun));
    return restore;
  }

  private static OperationRequest requested(DoSQLRestore restore) {
    return decide(restore, READY, null, null).start().orElseThrow().request();
  }

  @Test
  void everyKindOfTarget_isPassedOnAsItIs() {
    assertThat(requested(to("2026-11-24T14:02:16.123456789Z", null, false, false)))
        .isEqualTo(
            new OperationRequest.Restore(
                null,
                null,
                "2026-11-24T14:02:16.123456789Z",
                null,
                false,
                List.of(),
                false,
                false,
                "l1"));
    assertThat(requested(to(null, 42L, false, false, "a")))
        .isEqualTo(
            new OperationRequest.Restore(
                null, null, null, "42", false, List.of("a"), false, false, "l1"));
    assertThat(requested(to(null, null, true, true)))
        .isEqualTo(
            new OperationRequest.Restore(
                null, null, null, null, true, List.of(), true, false, "l1"));
  }

  @Test
  void whatAnotherRestoreSaved_isAskedForByItsId_andNamed() {
    DoSQLRestore undo = restore(null);
    undo.setSpec(
        new RestoreSpec(
            new DatabaseRef("orders"), null, "r-1", null, null, null, null, List.of("a"), false));
    Step<RestoreStatus> step = decide(undo, READY, null, null);
    assertThat(step.start().orElseThrow().request())
        .isEqualTo(
            new OperationRequest.Restore(
                null, "r-1", null, null, false, List.of("a"), false, false, null));
    assertThat(step.events())
        .extracting(EventNote::message)
        .containsExactly("restoring to what the restore r-1 saved");
  }

  private static final String PLAN =
      """
      {"tenants":[
        {"tenant":"a","fromLine":"l1","fromLsn":"41","fromTime":"2026-11-24T14:02:16.25Z",
         "objects":3,"bytes":1000,"databaseBytes":8192},
        {"tenant":"main","fromLine":"l1","fromLsn":"7","fromTime":"2026-11-24T13:00:00Z",
         "objects":1,"bytes":24,"databaseBytes":4096}],
       "estimatedSeconds":1.2}
      """;

  private static DoSQLRestore dryRun() {
    DoSQLRestore dryRun = to("2026-11-24T14:02:17Z", null, false, true);
    dryRun.setStatus(running(null, UID));
    return dryRun;
  }

  @Test
  void dryRun_saysWhatWouldBeRestored_andThatNothingWas() {
    Step<RestoreStatus> step =
        decide(dryRun(), READY, null, new OperationView.Succeeded(succeeded(PLAN)));
    RestoreStatus status = step.status();
    assertThat(status.phase()).isEqualTo("Completed");
    assertThat(brief(status.conditions(), "Ready")).isEqualTo("True/Planned");
    assertThat(find(status.conditions(), "Ready").message())
        .isEqualTo(
            "2 tenants would be restored, from 4 objects with 1024 bytes, in about 2 s; see"
                + " status.plan. Nothing was changed.");
    assertThat(status.plan())
        .containsExactly(
            new RestoredTenant("a", "l1", "41", "2026-11-24T14:02:16.25Z", 3L, 1000L, 8192L, null),
            new RestoredTenant("main", "l1", "7", "2026-11-24T13:00:00Z", 1L, 24L, 4096L, null));
    assertThat(status.estimatedSeconds()).isEqualTo(2);
    assertThat(status.preRestoreLocation()).isNull();
    assertThat(status.targetReached())
        .isEqualTo(new RestoreStatus.TargetReached(null, "2026-11-24T14:02:16.250Z"));
    assertThat(step.events()).extracting(EventNote::reason).containsExactly("DryRunCompleted");
  }

  @Test
  void dryRunThatFailed_changedNothing_howeverFarItCame() {
    Step<RestoreStatus> step =
        decide(dryRun(), READY, null, failed("RESTORE_TARGET_NOT_AVAILABLE", false, 2, 3, null));
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(find(step.status().conditions(), "Stalled").message())
        .isEqualTo("Nothing was changed. It failed. Mend it.");
  }

  @Test
  void restoreOfOneTenant_saysWhichCommitWasReached() {
    Step<RestoreStatus> step =
        follow(
            new OperationView.Succeeded(
                succeeded(
                    "{\"tenants\":[{\"tenant\":\"a\",\"fromLsn\":\"41\",\"lsn\":\"58\","
                        + "\"fromTime\":\"2026-11-24T14:02:16Z\",\"bytes\":10}]}")));
    assertThat(step.status().plan()).extracting(RestoredTenant::newLsn).containsExactly("58");
    assertThat(step.status().targetReached())
        .isEqualTo(new RestoreStatus.TargetReached("41", "2026-11-24T14:02:16Z"));
    assertThat(step.status().progress()).isEqualTo(new RestoreProgress(1, 1, 10L, 10L, 100, 0L));
    assertThat(step.status().estimatedSeconds()).isNull();
  }

  @Test
  void tenantsThatHadBeenDeleted_areNamed_alsoByTheMessage() {
    StringBuilder leftOut = new StringBuilder();
    for (int i = 1; i <= 101; i++) {
      leftOut
          .append(i == 1 ? "" : ",")
          .append("{\"tenant\":\"t%d\",\"deletedTime\":\"2026-11-24T14:02:16Z\"}".formatted(i));
    }
    String tenants = "{\"tenants\":[{\"tenant\":\"a\"}],\"leftOut\":[%s]}";
    RestoreStatus many =
        follow(new OperationView.Succeeded(succeeded(tenants.formatted(leftOut)))).status();
    assertThat(many.leftOut()).hasSize(100);
    assertThat(find(many.conditions(), "Ready").message())
        .endsWith(
            ". Left out, because they had been deleted by then: t1, t2, t3, t4, t5 and 96 more;"
                + " to bring one back, name it in tenants, with latest.");

    String one = "{\"tenant\":\"b\",\"deletedTime\":\"2026-11-24T14:02:16Z\"}";
    RestoreStatus planned =
        decide(
                dryRun(),
                READY,
                null,
                new OperationView.Succeeded(succeeded(tenants.formatted(one))))
            .status();
    assertThat(planned.leftOut()).containsExactly(new LeftOutTenant("b", "2026-11-24T14:02:16Z"));
    assertThat(find(planned.conditions(), "Ready").message())
        .endsWith(
            " Left out, because they had been deleted by then: b; to bring one back, name it in tenants,"
                + " with latest. Nothing was changed.");
  }

  @Test
  void backupThatIsBeingDeleted_isNotRestored() {
    Step<RestoreStatus> step =
        decide(
            restore(null),
            READY,
            Backups.backup("nightly", Backups.status("Deleting", null, null)),
            null);
    assertThat(step.start()).isEmpty();
    assertThat(step.status().phase()).isEqualTo("Failed");
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
    RestoreStatus twoDone = running(RestoreProgress.ofTenants(2, 3), UID);
    Step<RestoreStatus> step =
        decide(
            restore(twoDone),
            READY,
            null,
            new OperationView.Running(Operation.Progress.ofTenants(0, 3)));
    assertThat(step.status().progress()).isEqualTo(RestoreProgress.ofTenants(2, 3));
  }

  @Test
  void succeededOperation_completesTheRestore() {
    Step<RestoreStatus> step =
        follow(
            new OperationView.Succeeded(
                succeeded("{\"tenants\":[{\"tenant\":\"a\"},{\"tenant\":\"main\"}]}")));
    assertThat(step.status().phase()).isEqualTo("Completed");
    assertThat(verdict(step.status().conditions())).isEqualTo("TFF");
    assertThat(step.status().progress()).isEqualTo(RestoreProgress.ofTenants(2, 2));
    assertThat(step.status().preRestoreLocation()).isEqualTo(SAVED);
    assertThat(step.requeue()).isEmpty();
    assertThat(step.events()).extracting(EventNote::reason).containsExactly("RestoreCompleted");
  }

  @Test
  void whatALaterAttemptSaved_liesUnderTheIdOfTheFirst() {
    OperationView done = new OperationView.Succeeded(succeeded("{\"tenants\":[]}"));
    Step<RestoreStatus> step = decide(restore(running(null, UID + "-r3")), READY, null, done);
    assertThat(step.status().preRestoreLocation()).isEqualTo(SAVED);
    assertThat(step.status().operationId()).isEqualTo(UID + "-r3");
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
    RestoreStatus oneDone = running(RestoreProgress.ofTenants(1, 3), UID);
    Step<RestoreStatus> step =
        decide(restore(oneDone), READY, null, failed("STORAGE_UNAVAILABLE", true));
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(step.status().progress()).isEqualTo(RestoreProgress.ofTenants(1, 1));
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
    RestoreStatus done = RestoreStatus.ongoing(1L, "Completed", List.of(), null, null, UID);
    assertThat(decide(restore(done), READY, null, new OperationView.Unknown()))
        .isEqualTo(Step.end(done));
  }
}
