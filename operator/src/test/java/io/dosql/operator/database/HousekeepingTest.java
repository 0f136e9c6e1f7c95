package io.dosql.operator.database;

import static io.dosql.operator.database.Observations.serving;
import static io.dosql.operator.testing.Databases.database;
import static io.dosql.operator.testing.Databases.keeping;
import static io.dosql.operator.testing.Operations.error;
import static io.dosql.operator.testing.Operations.operation;
import static io.dosql.operator.testing.Operations.refused;
import static io.dosql.operator.testing.Operations.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.backup.Backups;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.status.EventNote;
import java.util.List;
import org.junit.jupiter.api.Test;

class HousekeepingTest {

  private static final DoSQLDatabase KEEPING = database().backup(keeping(2, null)).build();
  private static final String HERE = "s3://backups/shop/orders/backups/";

  private static String condition(Housekeeping housekeeping) {
    return housekeeping.condition().status() + "/" + housekeeping.condition().reason();
  }

  @Test
  void nothingToDelete_isApplied() {
    Housekeeping found = Housekeeping.of(serving().build());
    assertThat(condition(found)).isEqualTo("True/Applied");
    assertThat(found.actions()).isEmpty();
    assertThat(found.underway()).isFalse();
  }

  @Test
  void storeThatWasNotListed_isUnknown() {
    assertThat(condition(Housekeeping.of(serving().store("STORAGE_TIMEOUT", "x").build())))
        .isEqualTo("Unknown/NotCheckedYet");
    assertThat(condition(Housekeeping.of(serving().stored(unavailable()).build())))
        .isEqualTo("Unknown/EngineUnreachable");
    assertThat(
            condition(
                Housekeeping.of(serving().stored(refused(503, "STORAGE_UNAVAILABLE")).build())))
        .isEqualTo("False/StoreUnavailable");
  }

  @Test
  void pruningThatThePodDoesNotKnow_isStarted() {
    Housekeeping found =
        Housekeeping.of(serving().pruning(refused(404, "NOT_FOUND"), "one", "two").build());
    assertThat(found.actions())
        .containsExactly(new DatabaseAction.StartPruning("prune-1", List.of("one", "two")));
    assertThat(condition(found)).isEqualTo("Unknown/Deleting");
    assertThat(found.underway()).isTrue();
  }

  @Test
  void pruningThatRuns_isWaitedFor() {
    Housekeeping found =
        Housekeeping.of(
            serving()
                .pruning(new Reply.Ok<>(operation(Operation.State.RUNNING, 0, 1)), "one")
                .build());
    assertThat(found.actions()).isEmpty();
    assertThat(found.underway()).isTrue();
  }

  @Test
  void pruningThatSucceeded_isTold_andTheStoreListedAnew() {
    Housekeeping found =
        Housekeeping.of(
            serving()
                .pruning(new Reply.Ok<>(operation(Operation.State.SUCCEEDED, 1, 1)), "one")
                .build());
    assertThat(found.actions()).containsExactly(new DatabaseAction.ForgetListing());
    assertThat(found.events()).extracting(EventNote::reason).containsExactly("BackupsPruned");
  }

  @Test
  void pruningThatFailed_isACondition_neverSilent() {
    Operation failed =
        new Operation(
            "prune-1",
            Operation.State.FAILED,
            null,
            null,
            error("STORAGE_PERMISSION_DENIED", false));
    Housekeeping found = Housekeeping.of(serving().pruning(new Reply.Ok<>(failed), "one").build());
    assertThat(condition(found)).isEqualTo("False/StorePermissionDenied");
    assertThat(found.condition().message()).startsWith("The engine cannot delete old backups:");
  }

  @Test
  void completeBackupOfThisStoreThatIsGone_losesItsResource() {
    Observations observation =
        serving()
            .stored("kept", "2026-11-24T00:00:00Z")
            .keeping(2, null)
            .backups(
                Backups.backup("kept", Backups.completed("2026-11-24T00:00:00Z", HERE + "kept")),
                Backups.backup("gone", Backups.completed("2026-11-23T00:00:00Z", HERE + "gone")),
                Backups.backup(
                    "elsewhere", Backups.completed("2026-11-23T00:00:00Z", "s3://other/x")),
                Backups.backup("running", Backups.running("id", "2026-11-24T00:00:00Z")),
                Backups.backup("new", null));
    assertThat(Housekeeping.outdated(KEEPING, observation.build())).containsExactly("gone");
  }

  @Test
  void backupWithATimeToExpire_losesItsResourceWhenItIsGone_withoutAnyRule() {
    Observations observation =
        serving()
            .backups(
                Backups.with(
                    Backups.backup(
                        "expired", Backups.completed("2026-11-23T00:00:00Z", HERE + "expired")),
                    null,
                    "1h"),
                Backups.backup("kept", Backups.completed("2026-11-23T00:00:00Z", HERE + "kept")));
    DoSQLDatabase keepsAll =
        database().backup(io.dosql.operator.testing.Databases.s3Policy()).build();
    assertThat(Housekeeping.outdated(keepsAll, observation.build())).containsExactly("expired");
  }

  @Test
  void withoutRetention_orWithoutAListing_orWhilePruning_noResourceGoes() {
    Observations observation =
        serving()
            .backups(
                Backups.backup("gone", Backups.completed("2026-11-23T00:00:00Z", HERE + "gone")));
    DoSQLDatabase keepsAll =
        database().backup(io.dosql.operator.testing.Databases.s3Policy()).build();
    assertThat(Housekeeping.outdated(keepsAll, observation.build())).isEmpty();
    observation.keeping(2, null);
    assertThat(Housekeeping.outdated(KEEPING, observation.stored(unavailable()).build())).isEmpty();
    assertThat(
            Housekeeping.outdated(
                KEEPING,
                observation
                    .stored("x", "2026-11-23T00:00:00Z")
                    .pruning(refused(404, "NOT_FOUND"), "x")
                    .build()))
        .isEmpty();
  }

  @Test
  void ofFailedScheduledBackups_theNewestThreeAreKept() {
    Observations observation =
        serving()
            .backups(
                Backups.scheduled("f1", Backups.failed("2026-11-20T00:00:00Z")),
                Backups.scheduled("f5", Backups.failed("2026-11-24T00:00:00Z")),
                Backups.scheduled("f3", Backups.failed("2026-11-22T00:00:00Z")),
                Backups.scheduled("f4", Backups.failed("2026-11-23T00:00:00Z")),
                Backups.scheduled("f2", Backups.failed("2026-11-21T00:00:00Z")),
                Backups.backup("by-hand", Backups.failed("2026-11-19T00:00:00Z")));
    assertThat(Housekeeping.outdated(database().build(), observation.build()))
        .containsExactly("f2", "f1");
  }
}
