package io.dosql.operator.backup;

import static io.dosql.operator.testing.Conditions.brief;
import static io.dosql.operator.testing.Conditions.find;
import static io.dosql.operator.testing.Conditions.verdict;
import static io.dosql.operator.testing.Operations.failed;
import static io.dosql.operator.testing.Operations.operation;
import static io.dosql.operator.testing.Operations.refused;
import static io.dosql.operator.testing.Operations.succeeded;
import static io.dosql.operator.testing.Operations.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Step;
import io.dosql.operator.testing.Databases;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackupDeciderTest {

  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00.5Z");
  private static final String ID = "backup-" + Backups.UID;
  private static final String LOCATION = "s3://backups/shop/orders/backups/nightly";
  private static final DatabaseAvailability READY =
      new DatabaseAvailability.Available(Databases.ready());
  private static final Reply<Optional<StoredBackup>> NAME_IS_FREE =
      new Reply.Ok<>(Optional.empty());

  private static Step<BackupStatus> decide(
      DoSQLBackup backup, DatabaseAvailability database, @Nullable OperationView operation) {
    return BackupDecider.decide(
        backup,
        new BackupObservation(database, Optional.of(NAME_IS_FREE)),
        Optional.ofNullable(operation),
        NOW);
  }

  private static Step<BackupStatus> begin(Reply<Optional<StoredBackup>> sameName) {
    return BackupDecider.decide(
        Backups.backup("nightly", null),
        new BackupObservation(READY, Optional.of(sameName)),
        Optional.empty(),
        NOW);
  }

  private static Step<BackupStatus> follow(OperationView operation) {
    return decide(
        Backups.backup("nightly", Backups.running(ID, "2026-11-24T09:59:58Z")), READY, operation);
  }

  private static Reply<Optional<StoredBackup>> stored(String time) {
    return new Reply.Ok<>(
        Optional.of(new StoredBackup("nightly", Instant.parse(time), 77, 3, "003_x", null)));
  }

  @Test
  void newBackup_isWrittenDownBeforeItStarts() {
    Step<BackupStatus> step = decide(Backups.backup("nightly", null, "a", "b"), READY, null);
    assertThat(step.status().operationId()).isEqualTo(ID);
    assertThat(step.status().phase()).isEqualTo("Running");
    assertThat(step.status().startTime()).isEqualTo("2026-11-24T10:00:00Z");
    assertThat(step.status().observedGeneration()).isEqualTo(1);
    assertThat(verdict(step.status().conditions())).isEqualTo("FTF");
    assertThat(step.start())
        .contains(new Step.Start(ID, new OperationRequest.Backup("nightly", List.of("a", "b"))));
    assertThat(step.events()).extracting(EventNote::reason).containsExactly("BackupStarted");
  }

  @Test
  void databaseThatIsNotThere_isWaitedFor() {
    var waiting = new DatabaseAvailability.Waiting("DatabaseNotFound", "There is none.");
    Step<BackupStatus> step = decide(Backups.backup("nightly", null), waiting, null);
    assertThat(step.status().phase()).isEqualTo("Pending");
    assertThat(brief(step.status().conditions(), "Reconciling")).isEqualTo("True/DatabaseNotFound");
    assertThat(verdict(step.status().conditions())).isEqualTo("FTF");
    assertThat(step.start()).isEmpty();
    assertThat(step.requeue()).contains(Step.WAIT);
  }

  @Test
  void podThatWentAwayMeanwhile_leavesTheBackupRunning() {
    var waiting = new DatabaseAvailability.Waiting("DatabaseNotReady", "It is not ready.");
    BackupStatus before = Backups.running(ID, "2026-11-24T09:59:58Z");
    Step<BackupStatus> step = decide(Backups.backup("nightly", before), waiting, null);
    assertThat(step.status().phase()).isEqualTo("Running");
    assertThat(step.status().operationId()).isEqualTo(ID);
    assertThat(step.status().startTime()).isEqualTo(before.startTime());
  }

  @Test
  void databaseWithoutStore_isAConditionWithAdvice() {
    var database =
        new DatabaseAvailability.Available(
            Databases.database().status(Databases.readyStatus(1)).build());
    Step<BackupStatus> step = decide(Backups.backup("nightly", null), database, null);
    assertThat(find(step.status().conditions(), "Ready").reason()).isEqualTo("NoBackupStore");
    assertThat(find(step.status().conditions(), "Ready").message())
        .contains("add spec.backup.store");
  }

  @Test
  void nameOfABackupThatIsInTheStore_isRefusedBeforeTheEngineTakesItForTheSame() {
    Step<BackupStatus> step = begin(stored("2026-11-01T00:00:00Z"));
    assertThat(step.start()).isEmpty();
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(verdict(step.status().conditions())).isEqualTo("FFT");
    assertThat(find(step.status().conditions(), "Stalled").message())
        .isEqualTo(
            "A backup named nightly, taken at 2026-11-01T00:00:00Z, is in the store already; give"
                + " this DoSQLBackup another name.");
  }

  @Test
  void storeThatCannotBeUsed_isWaitedForBeforeTheStart() {
    Step<BackupStatus> step = begin(refused(403, "STORAGE_PERMISSION_DENIED"));
    assertThat(step.start()).isEmpty();
    assertThat(step.status().phase()).isEqualTo("Pending");
    assertThat(step.status().operationId()).isNull();
    assertThat(brief(step.status().conditions(), "Ready")).isEqualTo("False/StorePermissionDenied");
    assertThat(find(step.status().conditions(), "Ready").message())
        .contains("Check the access key");
    assertThat(step.requeue()).contains(Step.RETRY);
  }

  @Test
  void engineThatCannotBeReached_isWaitedForBeforeTheStart() {
    Step<BackupStatus> step = begin(unavailable());
    assertThat(step.start()).isEmpty();
    assertThat(brief(step.status().conditions(), "Ready")).isEqualTo("False/EngineUnreachable");
    assertThat(step.requeue()).contains(Step.RECONNECT);
  }

  @Test
  void operationThatThePodDoesNotKnow_isAskedForAgainUnderItsId() {
    Step<BackupStatus> step = follow(new OperationView.Unknown());
    assertThat(step.start().orElseThrow().id()).isEqualTo(ID);
    assertThat(step.status().startTime()).isEqualTo("2026-11-24T09:59:58Z");
    assertThat(step.events()).isEmpty();
  }

  @Test
  void runningOperation_tellsItsProgress() {
    Step<BackupStatus> step = follow(new OperationView.Running(Operation.Progress.ofTenants(2, 5)));
    assertThat(find(step.status().conditions(), "Reconciling").message())
        .isEqualTo("2 of 5 tenants are stored.");
    assertThat(step.requeue()).contains(Step.POLL);
  }

  @Test
  void succeededOperation_completesTheBackup() {
    Step<BackupStatus> step =
        follow(
            new OperationView.Succeeded(
                succeeded(
                    """
                    {"name":"nightly","bytes":81920,"tenants":[
                      {"tenant":"a","lsn":"7","schemaVersion":null},
                      {"tenant":"main","lsn":"42","schemaVersion":"003_index"}]}
                    """)));
    BackupStatus status = step.status();
    assertThat(status.phase()).isEqualTo("Completed");
    assertThat(verdict(status.conditions())).isEqualTo("TFF");
    assertThat(status.bytes()).isEqualTo(81920);
    assertThat(status.tenants()).isEqualTo(2);
    assertThat(status.lsn()).isEqualTo("42");
    assertThat(status.schemaVersion()).isEqualTo("003_index");
    assertThat(status.location()).isEqualTo(LOCATION);
    assertThat(status.completionTime()).isEqualTo("2026-11-24T10:00:00Z");
    assertThat(step.requeue()).isEmpty();
    assertThat(step.events()).extracting(EventNote::reason).containsExactly("BackupCompleted");
  }

  @Test
  void storeTroubleWhileItRuns_isTriedAgainUnderAnotherId_andToldOnce() {
    Step<BackupStatus> first = follow(failed("STORAGE_PERMISSION_DENIED", false));
    assertThat(first.status().operationId()).isEqualTo(ID + "-r2");
    assertThat(first.status().phase()).isEqualTo("Running");
    assertThat(first.events()).hasSize(1);
    assertThat(first.requeue()).contains(Step.RETRY);

    Step<BackupStatus> second =
        decide(
            Backups.backup("nightly", first.status()),
            READY,
            failed("STORAGE_PERMISSION_DENIED", false));
    assertThat(second.status().operationId()).isEqualTo(ID + "-r3");
    assertThat(second.events()).isEmpty();
  }

  @Test
  void patience_endsAfterAnHour() {
    BackupStatus old = Backups.running(ID + "-r9", "2026-11-24T09:00:00Z");
    Step<BackupStatus> step =
        decide(Backups.backup("nightly", old), READY, failed("STORAGE_UNAVAILABLE", true));
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(step.status().error()).isNotNull();
    assertThat(step.requeue()).isEmpty();
  }

  @Test
  void errorThatDoesNotPass_failsAtOnce() {
    Step<BackupStatus> step = follow(failed("INVALID_REQUEST", false));
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(find(step.status().conditions(), "Stalled").message())
        .isEqualTo("It failed. Mend it.");
    assertThat(step.events()).extracting(EventNote::reason).containsExactly("BackupFailed");
  }

  @Test
  void nameTakenByAnother_meanwhileOrBefore_fails() {
    assertThat(takenAt("2026-11-24T09:59:59Z").status().phase()).isEqualTo("Failed");
    Step<BackupStatus> step = takenAt("2026-11-20T00:00:00Z");
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(find(step.status().conditions(), "Stalled").reason()).isEqualTo("StoreConflict");
  }

  private static Step<BackupStatus> takenAt(String time) {
    return BackupDecider.decide(
        Backups.backup("nightly", Backups.running(ID, "2026-11-24T09:59:58Z")),
        new BackupObservation(READY, Optional.of(stored(time))),
        Optional.of(failed("STORAGE_CONFLICT", true)),
        NOW);
  }

  @Test
  void unreachableEngine_isAConditionAndNoFailure() {
    Step<BackupStatus> step = follow(new OperationView.Unreachable("the pod does not answer"));
    assertThat(brief(step.status().conditions(), "Reconciling"))
        .isEqualTo("True/EngineUnreachable");
    assertThat(step.status().operationId()).isEqualTo(ID);
  }

  @Test
  void secondLookAtTheSame_changesNothing() {
    OperationView running = new OperationView.Running(Operation.Progress.ofTenants(2, 5));
    BackupStatus once = follow(running).status();
    BackupStatus twice = decide(Backups.backup("nightly", once), READY, running).status();
    assertThat(twice).isEqualTo(once);
  }

  @Test
  void finishedBackup_isLeftAlone() {
    for (BackupStatus end :
        List.of(
            Backups.completed("2026-11-24T03:00:00Z", LOCATION),
            Backups.failed("2026-11-24T03:00:00Z"))) {
      Step<BackupStatus> step =
          decide(
              Backups.backup("nightly", end),
              new DatabaseAvailability.Waiting("DatabaseNotFound", "gone"),
              new OperationView.Running(operation(Operation.State.RUNNING, 0, 1).progress()));
      assertThat(step).isEqualTo(Step.end(end));
    }
  }
}
