package io.dosql.operator.backup;

import static io.dosql.operator.testing.Conditions.find;
import static io.dosql.operator.testing.Operations.failed;
import static io.dosql.operator.testing.Operations.operation;
import static io.dosql.operator.testing.Operations.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.BackupSpec.DeletionPolicy;
import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.backup.BackupDeletion.Decision;
import io.dosql.operator.backup.BackupDeletion.Observation;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Step;
import io.dosql.operator.testing.Databases;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackupDeletionTest {

  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final String LOCATION = "s3://backups/shop/orders/backups/nightly";
  private static final DatabaseAvailability READY =
      new DatabaseAvailability.Available(Databases.ready());

  private static DoSQLBackup deleted(@Nullable BackupStatus status) {
    return Backups.with(Backups.backup("nightly", status), DeletionPolicy.Delete, null);
  }

  private static DoSQLBackup complete() {
    return deleted(Backups.completed("2026-11-24T02:00:00Z", LOCATION));
  }

  private static Decision decide(
      DoSQLBackup backup, DatabaseAvailability database, @Nullable OperationView deleting) {
    return BackupDeletion.decide(
        backup,
        new Observation(database, false, Optional.empty(), Optional.ofNullable(deleting)),
        NOW);
  }

  private static Decision decideAt(Instant now, DoSQLBackup backup, OperationView deleting) {
    return BackupDeletion.decide(
        backup, new Observation(READY, false, Optional.empty(), Optional.of(deleting)), now);
  }

  private static Step<BackupStatus> kept(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Keep.class);
    return ((Decision.Keep) decision).step();
  }

  private static String message(Decision decision) {
    return find(kept(decision).status().conditions(), "Ready").message();
  }

  @Test
  void storedBackup_isPruned_thenReleased() {
    Step<BackupStatus> step = kept(decide(complete(), READY, new OperationView.Unknown()));
    assertThat(step.status().phase()).isEqualTo("Deleting");
    assertThat(step.start())
        .contains(
            new Step.Start(
                "delete-%s-%d".formatted(complete().getMetadata().getUid(), NOW.getEpochSecond()),
                new OperationRequest.Prune(List.of("nightly"))));
    assertThat(BackupDeletion.operationId(complete())).isEmpty();
    DoSQLBackup begun = deleted(step.status());
    assertThat(BackupDeletion.operationId(begun))
        .contains(step.start().orElseThrow().id())
        .hasValueSatisfying(id -> assertThat(id).hasSizeLessThanOrEqualTo(63));
    Step<BackupStatus> running =
        kept(
            decide(
                begun,
                READY,
                new OperationView.Running(operation(Operation.State.RUNNING, 0, 1).progress())));
    assertThat(running.start()).isEmpty();
    assertThat(running.requeue()).contains(Step.POLL);
    Decision done = decide(begun, READY, new OperationView.Succeeded(succeeded("{}")));
    assertThat(((Decision.Release) done).events())
        .extracting(EventNote::reason)
        .containsExactly("BackupDeleted");
  }

  @Test
  void whatItHeld_staysInTheStatusMeanwhile() {
    BackupStatus status = kept(decide(complete(), READY, new OperationView.Unknown())).status();
    assertThat(status.location()).isEqualTo(LOCATION);
    assertThat(status.bytes()).isEqualTo(10);
  }

  @Test
  void resourceThatStoredNothing_isReleasedAtOnce() {
    for (DoSQLBackup backup :
        List.of(
            deleted(null),
            deleted(Backups.status("Pending", null, null)),
            // Its name was taken: what is stored under it is another's, and must stay.
            deleted(Backups.failed("2026-11-24T02:00:00Z", "STORAGE_CONFLICT")))) {
      assertThat(decide(backup, READY, new OperationView.Unknown()))
          .isEqualTo(new Decision.Release(List.of()));
    }
  }

  @Test
  void backupThatFailedHalfWay_isPrunedToo() {
    assertThat(
            kept(decide(
                    deleted(Backups.failed("2026-11-24T02:00:00Z")),
                    READY,
                    new OperationView.Unknown()))
                .start())
        .isPresent();
  }

  @Test
  void policyThatWasSetToRetain_letsTheResourceGo() {
    DoSQLBackup backup = Backups.with(complete(), DeletionPolicy.Retain, null);
    assertThat(decide(backup, READY, null)).isEqualTo(new Decision.Release(List.of()));
  }

  @Test
  void withoutADatabase_itWaits_andSaysForWhat_andHowToGiveUp() {
    var waiting = new DatabaseAvailability.Waiting("DatabaseNotFound", "There is none.");
    Decision decision = decide(complete(), waiting, null);
    assertThat(message(decision))
        .contains("There is none.")
        .endsWith("set spec.deletionPolicy to Retain.");
    assertThat(kept(decision).requeue()).contains(Step.WAIT);
    assertThat(kept(decision).events())
        .extracting(EventNote::reason)
        .containsExactly("DatabaseNotFound");
    DoSQLBackup told = deleted(kept(decision).status());
    assertThat(kept(decide(told, waiting, null)).events()).isEmpty();
    assertThat(kept(decide(told, waiting, null)).status()).isEqualTo(told.getStatus());
  }

  @Test
  void otherStore_isNotAskedToDeleteWhatItDoesNotHold() {
    DoSQLBackup elsewhere =
        deleted(Backups.completed("2026-11-24T02:00:00Z", "s3://old/x/backups/nightly"));
    Decision decision = decide(elsewhere, READY, new OperationView.Unknown());
    assertThat(kept(decision).start()).isEmpty();
    assertThat(message(decision))
        .contains("s3://old/x/backups/nightly", "s3://backups/shop/orders");
  }

  @Test
  void databaseWithoutAStore_isWaitedFor() {
    var database =
        new DatabaseAvailability.Available(
            Databases.database().status(Databases.readyStatus(1)).build());
    assertThat(message(decide(complete(), database, null))).contains("add spec.backup.store");
  }

  @Test
  void backupThatIsBeingRestoredOrTaken_isNotDeletedBefore() {
    Decision restoring =
        BackupDeletion.decide(
            complete(),
            new Observation(
                READY, true, Optional.empty(), Optional.of(new OperationView.Unknown())),
            NOW);
    assertThat(kept(restoring).start()).isEmpty();
    Decision taking =
        BackupDeletion.decide(
            deleted(Backups.running("id", "2026-11-24T02:00:00Z")),
            new Observation(
                READY,
                false,
                Optional.of(new OperationView.Running(Operation.Progress.ofTenants(1, 2))),
                Optional.of(new OperationView.Unknown())),
            NOW);
    assertThat(kept(taking).start()).isEmpty();
  }

  @Test
  void operationThatThePodDoesNotKnowAnyMore_isAskedForUnderItsId() {
    BackupStatus status = kept(decide(complete(), READY, new OperationView.Unknown())).status();
    Decision later =
        decideAt(NOW.plus(Duration.ofHours(1)), deleted(status), new OperationView.Unknown());
    assertThat(kept(later).start().orElseThrow().id()).isEqualTo(status.operationId());
  }

  @Test
  void failure_isAConditionAndAnEvent_andTriedAgainUnderAnotherId() {
    DoSQLBackup begun =
        deleted(kept(decide(complete(), READY, new OperationView.Unknown())).status());
    OperationView refused = failed("STORAGE_PERMISSION_DENIED", false);
    Decision decision = decide(begun, READY, refused);
    assertThat(message(decision))
        .startsWith("The stored backup cannot be deleted, and that is tried again: It failed.");
    assertThat(kept(decision).events())
        .extracting(EventNote::reason)
        .containsExactly("StorePermissionDenied");
    assertThat(kept(decideAt(NOW.plusSeconds(119), begun, refused)).start()).isEmpty();
    Step<BackupStatus> again = kept(decideAt(NOW.plusSeconds(120), begun, refused));
    assertThat(again.start().orElseThrow().id())
        .isEqualTo(again.status().operationId())
        .isNotEqualTo(begun.getStatus().operationId());
  }
}
