package io.dosql.operator.database;

import static io.dosql.operator.database.Observations.serving;
import static io.dosql.operator.testing.Databases.database;
import static io.dosql.operator.testing.Operations.operation;
import static io.dosql.operator.testing.Operations.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.ArchivePolicy;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupStatus.Verification;
import io.dosql.crds.BackupStatus.Verified;
import io.dosql.crds.BackupTier;
import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DatabaseStatus.BackupSummary;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.dosql.crds.VerifyPolicy;
import io.dosql.operator.backup.Backups;
import io.dosql.operator.backup.VerifySchedule;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.ServiceEndpoints;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.testing.Databases;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackupCareTest {

  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

  private static BackupCare care(Databases database, Observations observation) {
    return BackupCare.of(database.build(), observation.build(), NOW);
  }

  private static Databases with(BackupPolicy policy) {
    return database().backup(policy);
  }

  private static Databases said(Databases database, BackupSummary summary) {
    return database.status(
        new DatabaseStatus(1L, null, List.of(), null, null, null, summary, null, null));
  }

  private static BackupSummary summary(BackupCare care) {
    return care.summary().orElseThrow();
  }

  private static @Nullable String brief(BackupCare care, ConditionType type) {
    ConditionValue value = care.conditions().get(type);
    return value == null ? null : value.status() + "/" + value.reason();
  }

  private static PodStatus.Archive archive(
      String state, PodStatus.@Nullable NewLine newLine, @Nullable String newest) {
    return new PodStatus.Archive(
        state,
        "l2",
        null,
        null,
        newLine,
        Instant.parse("2026-11-17T10:00:00Z"),
        newest == null ? null : Instant.parse(newest),
        new PodStatus.Retention(null));
  }

  @Test
  void windowThatCannotBeApplied_isTold_alsoWithoutRetentionOfBackups() {
    PodStatus.Archive denied =
        new PodStatus.Archive(
            "ok",
            "l2",
            null,
            null,
            null,
            null,
            null,
            new PodStatus.Retention(
                new PodStatus.ArchiveError("STORAGE_PERMISSION_DENIED", "No.", "Grant it.")));
    for (Observations observation :
        List.of(serving(), serving().stored("a", "2026-11-24T00:00:00Z").keeping(1, null))) {
      BackupCare care = care(with(Databases.s3Policy()), observation.archive(denied));
      assertThat(brief(care, ConditionType.RETENTION_APPLIED))
          .isEqualTo("False/StorePermissionDenied");
      assertThat(care.conditions())
          .hasEntrySatisfying(
              ConditionType.RETENTION_APPLIED,
              value -> assertThat(value.message()).contains("retention.window", "No. Grant it."));
      assertThat(brief(care, ConditionType.ARCHIVING)).isEqualTo("True/Archiving");
    }
  }

  @Test
  void databaseWithoutAStore_hasNeitherSummaryNorConditions() {
    BackupCare care = care(database(), serving());
    assertThat(care.summary()).isEmpty();
    assertThat(care.conditions()).isEmpty();
  }

  @Test
  void archive_isInConditionAndSummary() {
    BackupCare care =
        care(
            with(Databases.s3Policy()),
            serving()
                .archive(
                    archive(
                        "ok",
                        new PodStatus.NewLine("ArchiveAhead", "l1"),
                        "2026-11-24T09:00:00Z")));
    assertThat(brief(care, ConditionType.ARCHIVING)).isEqualTo("True/Archiving");
    assertThat(summary(care).oldestRestorable()).isEqualTo("2026-11-17T10:00:00Z");
    assertThat(summary(care).newestRestorable()).isEqualTo("2026-11-24T09:00:00Z");
    assertThat(summary(care).line()).isEqualTo("l2");
    assertThat(summary(care).lineReason()).isEqualTo("ArchiveAhead");
  }

  @Test
  void archiveThatIsOff_hasNoCondition() {
    for (BackupPolicy policy :
        List.of(
            policy(BackupTier.Low, null, null),
            policy(
                null, new ArchivePolicy(ArchivePolicy.Mode.Off, null, null, null, null), null))) {
      assertThat(brief(care(with(policy), serving()), ConditionType.ARCHIVING)).isNull();
    }
  }

  private static BackupPolicy policy(
      @Nullable BackupTier tier, @Nullable ArchivePolicy archive, @Nullable VerifyPolicy verify) {
    return new BackupPolicy(Databases.s3(), tier, null, null, archive, null, verify, null);
  }

  @Test
  void engineThatDoesNotTell_isNotTakenToArchive() {
    assertThat(brief(care(with(Databases.s3Policy()), serving()), ConditionType.ARCHIVING))
        .isEqualTo("Unknown/NotReported");
  }

  @Test
  void unreachableEngine_leavesWhatItSaid() {
    Databases database =
        with(Databases.s3Policy())
            .status(
                new DatabaseStatus(
                    1L,
                    null,
                    List.of(
                        new ResourceCondition(
                            "Archiving", "False", 1L, Databases.CREATED, "Stalled", "Still.")),
                    null,
                    null,
                    null,
                    new BackupSummary(
                        "one",
                        "2026-11-23T00:00:00Z",
                        null,
                        "2026-11-23T00:00:00Z",
                        7,
                        70L,
                        List.of("x"),
                        "2026-11-17T10:00:00Z",
                        "2026-11-24T09:00:00Z",
                        "l1",
                        "Diverged",
                        null,
                        null,
                        null,
                        "prune-7"),
                    null,
                    null));
    BackupCare care =
        care(database, serving().engine(unavailable()).stored(unavailable()).keeping(3, null));
    assertThat(brief(care, ConditionType.ARCHIVING)).isEqualTo("False/Stalled");
    assertThat(summary(care))
        .isEqualTo(
            Objects.requireNonNull(Objects.requireNonNull(database.build().getStatus()).backup()));
  }

  @Test
  void summary_countsWhatIsStored_andForgetsWhatIsGone() {
    Databases before =
        said(
            with(Databases.s3Policy()),
            new BackupSummary(
                "one",
                "2026-11-23T00:00:00Z",
                null,
                null,
                7,
                70L,
                List.of("one"),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
    BackupSummary after = summary(care(before, serving()));
    assertThat(after.lastName()).isNull();
    assertThat(after.count()).isZero();
    assertThat(after.bytes()).isZero();
    assertThat(after.nextPruned()).isEmpty();
    BackupSummary two =
        summary(
            care(
                with(Databases.s3Policy()),
                serving().stored("a", "2026-11-23T00:00:00Z", "b", "2026-11-24T00:00:00Z")));
    assertThat(two.lastName()).isEqualTo("b");
    assertThat(two.bytes()).isEqualTo(20);
  }

  private static final Observations THREE =
      serving()
          .stored(
              "a", "2026-11-22T02:00:00Z", "b", "2026-11-23T02:00:00Z", "c", "2026-11-24T02:00:00Z")
          .keeping(2, null);

  @Test
  void whatRetentionDeletes_isShownBefore_withWhatTheScheduleWillMakeSuperfluous() {
    BackupPolicy nightly = Databases.scheduled("0 2 * * *", "UTC");
    BackupCare care = care(with(nightly), THREE);
    assertThat(summary(care).nextPruned()).containsExactly("a", "b");
    assertThat(care.soon()).isTrue();
    BackupCare shown = care(said(with(nightly), summary(care)), THREE);
    assertThat(shown.soon()).isFalse();
    assertThat(summary(shown).nextPruned()).containsExactly("a", "b");
    assertThat(summary(care(with(Databases.s3Policy()), THREE)).nextPruned()).containsExactly("a");
  }

  @Test
  void operationThatDeletes_isNamedUntilItHasSucceeded() {
    for (Operation.State state : Operation.State.values()) {
      Observations deleting =
          serving()
              .stored("a", "2026-11-22T02:00:00Z")
              .pruning(new Reply.Ok<>(operation(state, 0, 1)), "a")
              .keeping(2, null);
      assertThat(summary(care(with(Databases.s3Policy()), deleting)).pruneOperationId())
          .isEqualTo(state == Operation.State.SUCCEEDED ? null : "prune-1");
    }
    assertThat(summary(care(with(Databases.s3Policy()), THREE)).pruneOperationId()).isNull();
  }

  @Test
  void ofManyThatGo_fiftyAreShown() {
    String[] many = new String[200];
    for (int i = 0; i < 100; i++) {
      many[2 * i] = "b%03d".formatted(i);
      many[2 * i + 1] = Instant.parse("2026-11-01T00:00:00Z").plusSeconds(i).toString();
    }
    assertThat(
            summary(care(with(Databases.s3Policy()), serving().stored(many).keeping(1, null)))
                .nextPruned())
        .hasSize(50)
        .startsWith("b000");
  }

  @Test
  void withoutRetention_nothingIsToGo_andNothingIsSaidOfIt() {
    BackupCare care =
        care(with(Databases.s3Policy()), serving().stored("a", "2020-01-01T00:00:00Z"));
    assertThat(brief(care, ConditionType.RETENTION_APPLIED)).isNull();
    assertThat(summary(care).nextPruned()).isEmpty();
  }

  @Test
  void tier_takesBackupsOnItsSchedule() {
    BackupCare care = care(with(policy(BackupTier.Critical, null, null)), serving());
    assertThat(care.next()).isPresent();
    assertThat(summary(care).nextTime()).isNotNull();
  }

  private static final VerifyPolicy AT_FOUR = new VerifyPolicy("0 4 * * *", null, null, null, null);

  private static DoSQLBackup complete(
      String name, @Nullable Verified verified, @Nullable Verification verification) {
    DoSQLBackup backup =
        Backups.backup(
            name,
            Backups.completed("2026-11-24T02:00:00Z", "s3://backups/shop/orders/backups/" + name));
    backup.setStatus(backup.getStatus().with("Completed", List.of(), verified, verification));
    return backup;
  }

  @Test
  void scheduleOfVerifications_isPromised_andAsks() {
    BackupSummary promised = summary(care(with(policy(null, null, AT_FOUR)), serving()));
    assertThat(promised.nextVerifyTime()).isEqualTo("2026-11-25T04:00:00Z");
    BackupCare due =
        BackupCare.of(
            said(with(policy(null, null, AT_FOUR)), promised).build(),
            serving().backups(complete("a", null, null)).build(),
            Instant.parse("2026-11-25T04:00:02Z"));
    assertThat(due.actions())
        .containsExactly(
            new DatabaseAction.AskToVerify(
                new VerifySchedule.Request("a", "2026-11-25T04:00:00Z")));
    assertThat(brief(due, ConditionType.BACKUPS_VERIFIED)).isEqualTo("Unknown/NotVerifiedYet");
  }

  @Test
  void scheduleOfVerificationsThatCannotWork_stalls() {
    BackupCare care =
        care(
            with(policy(null, null, new VerifyPolicy("0 4 * * 9", null, null, null, null))),
            serving());
    assertThat(care.problem().orElseThrow().message())
        .startsWith("backup.verify.schedule '0 4 * * 9' is not a cron expression");
  }

  @Test
  void newestVerification_isTheDatabasesCondition() {
    Verified old = new Verified("2026-11-22T04:00:00Z", Verified.Result.Passed, "Whole.");
    Verified bad = new Verified("2026-11-23T04:00:00Z", Verified.Result.Failed, "Damaged.");
    BackupCare care =
        care(
            with(Databases.s3Policy()),
            serving().backups(complete("a", old, null), complete("b", bad, null)));
    assertThat(brief(care, ConditionType.BACKUPS_VERIFIED)).isEqualTo("False/VerificationFailed");
    assertThat(summary(care).lastVerifiedName()).isEqualTo("b");
    assertThat(summary(care).lastVerifiedTime()).isEqualTo("2026-11-23T04:00:00Z");
    assertThat(
            brief(
                care(with(Databases.s3Policy()), serving().backups(complete("a", old, null))),
                ConditionType.BACKUPS_VERIFIED))
        .isEqualTo("True/Verified");
    assertThat(brief(care(with(Databases.s3Policy()), serving()), ConditionType.BACKUPS_VERIFIED))
        .isNull();
  }

  @Test
  void newerVerificationThatCouldNotBeDone_doesNotPassForTheSuccessBefore() {
    DoSQLBackup backup =
        complete(
            "a",
            new Verified("2026-11-22T04:00:00Z", Verified.Result.Passed, "Whole."),
            new Verification("x", "job", 1, "2026-11-23T04:00:00Z", "2026-11-23T04:01:00Z"));
    backup.setStatus(
        backup
            .getStatus()
            .with(
                "Completed",
                List.of(
                    new ResourceCondition(
                        "Verified",
                        "Unknown",
                        1L,
                        "2026-11-23T04:01:00Z",
                        "Inconclusive",
                        "No answer.")),
                backup.getStatus().verified(),
                backup.getStatus().verification()));
    assertThat(
            brief(
                care(with(Databases.s3Policy()), serving().backups(backup)),
                ConditionType.BACKUPS_VERIFIED))
        .isEqualTo("Unknown/Inconclusive");
  }

  private static DatabaseDecision decide(DoSQLDatabase database, Observations observation) {
    return DatabaseDecider.decide(database, observation.build(), new ServiceEndpoints(), NOW);
  }

  private static List<String> reasons(DatabaseDecision decision) {
    return decision.events().stream().map(EventNote::reason).toList();
  }

  @Test
  void archiveThatStands_degradesTheDatabase_andIsToldOnce_asIsItsRecovery() {
    Databases database = with(Databases.s3Policy());
    DatabaseDecision ok = decide(database.build(), serving().archive(archive("ok", null, null)));
    DatabaseDecision stalled =
        decide(
            database.status(ok.status()).build(),
            serving().archive(archive("stalled", null, null)));
    assertThat(stalled.status().phase()).isEqualTo("Degraded");
    assertThat(reasons(stalled)).containsExactly("ArchiveStalled");
    DatabaseDecision again =
        decide(
            database.status(stalled.status()).build(),
            serving().archive(archive("stalled", null, null)));
    assertThat(again.status()).isEqualTo(stalled.status());
    assertThat(reasons(again)).isEmpty();
    DatabaseDecision recovered =
        decide(
            database.status(stalled.status()).build(),
            serving().archive(archive("ok", null, null)));
    assertThat(reasons(recovered)).containsExactly("ArchiveRecovered");
    assertThat(recovered.status().phase()).isEqualTo("Ready");
  }

  @Test
  void newLine_isTold() {
    Databases database = with(Databases.s3Policy());
    DatabaseDecision first = decide(database.build(), serving().archive(archive("ok", null, null)));
    PodStatus.Archive next =
        new PodStatus.Archive(
            "ok", "l3", null, null, new PodStatus.NewLine("Diverged", "l2"), null, null, null);
    DatabaseDecision decision =
        decide(database.status(first.status()).build(), serving().archive(next));
    assertThat(reasons(decision)).containsExactly("NewArchiveLine");
    assertThat(Objects.requireNonNull(decision.status().backup()).lineReason())
        .isEqualTo("Diverged");
  }

  @Test
  void wordsOfTheEngineThatVary_writeNothing() {
    Databases database = with(Databases.s3Policy());
    DatabaseDecision once =
        decide(database.build(), serving().archive(failing("Attempt 1 failed.")));
    DatabaseDecision twice =
        decide(
            database.status(once.status()).build(),
            serving().archive(failing("Attempt 2 failed.")));
    assertThat(twice.status()).isEqualTo(once.status());
  }

  private static PodStatus.Archive failing(String message) {
    return new PodStatus.Archive(
        "failing",
        "l1",
        new PodStatus.ArchiveError("STORAGE_TIMEOUT", message, null),
        null,
        null,
        null,
        null,
        null);
  }
}
