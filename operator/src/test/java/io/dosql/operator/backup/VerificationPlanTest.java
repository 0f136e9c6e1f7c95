package io.dosql.operator.backup;

import static io.dosql.operator.testing.Conditions.brief;
import static io.dosql.operator.testing.Conditions.find;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.BackupStatus;
import io.dosql.crds.BackupStatus.Verification;
import io.dosql.crds.BackupStatus.Verified;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.backup.VerificationPlan.Decision;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.step.Step;
import io.dosql.operator.testing.Databases;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerificationPlanTest {

  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final String LOCATION = "s3://backups/shop/orders/backups/nightly";
  private static final DoSQLDatabase DATABASE = Databases.ready();

  private static DoSQLBackup complete() {
    return Backups.backup("nightly", Backups.completed("2026-11-24T02:00:00Z", LOCATION));
  }

  private static DoSQLBackup asked(String value) {
    return Backups.askedToVerify(complete(), value);
  }

  private static Decision decide(
      DoSQLBackup backup,
      @Nullable DoSQLDatabase database,
      @Nullable VerificationResult result,
      Instant now) {
    return VerificationPlan.decide(
        backup,
        new VerificationPlan.Observation(
            Optional.ofNullable(database),
            "engine:1",
            result == null ? Optional.empty() : Optional.of(VerificationResultTest.job(null, null)),
            Optional.ofNullable(result)),
        now);
  }

  private static Decision decide(DoSQLBackup backup, @Nullable VerificationResult result) {
    return decide(backup, DATABASE, result, NOW);
  }

  /** The same backup, with the status that was decided. */
  private static DoSQLBackup after(DoSQLBackup backup, Decision decision) {
    backup.setStatus(decision.status());
    return backup;
  }

  private static Verification verification(BackupStatus status) {
    return Objects.requireNonNull(status.verification());
  }

  private static DoSQLBackup running(String request) {
    DoSQLBackup backup = asked(request);
    return after(backup, decide(backup, null));
  }

  @Test
  void withoutARequest_nothingHappens() {
    Decision decision = decide(complete(), null);
    assertThat(decision.status()).isEqualTo(complete().getStatus());
    assertThat(decision.create()).isEmpty();
    assertThat(decision.requeue()).isEmpty();
  }

  @Test
  void request_isWrittenDown_withTheJobThatIsThenMade() {
    Decision decision = decide(asked("now"), null);
    Verification verification = verification(decision.status());
    assertThat(verification)
        .isEqualTo(
            new Verification(
                "now",
                VerificationJob.name(complete(), "now", 1),
                1,
                "2026-11-24T10:00:00Z",
                null));
    assertThat(decision.create().orElseThrow().getMetadata().getName())
        .isEqualTo(verification.job());
    assertThat(brief(decision.status().conditions(), "Verified")).isEqualTo("Unknown/Running");
    assertThat(decision.status().phase()).isEqualTo("Completed");
    assertThat(decision.events())
        .extracting(EventNote::reason)
        .containsExactly("VerificationStarted");
  }

  @Test
  void jobThatWasNotMadeBeforeACrash_isMadeThen_underItsName() {
    DoSQLBackup running = running("now");
    Decision decision = decide(running, null);
    assertThat(decision.status()).isEqualTo(running.getStatus());
    assertThat(decision.create().orElseThrow().getMetadata().getName())
        .isEqualTo(VerificationJob.name(complete(), "now", 1));
    assertThat(decision.events()).isEmpty();
  }

  @Test
  void jobThatRuns_isWaitedFor_withoutAWrite() {
    DoSQLBackup running = running("now");
    Decision decision = decide(running, new VerificationResult.Running());
    assertThat(decision.status()).isEqualTo(running.getStatus());
    assertThat(decision.create()).isEmpty();
  }

  @Test
  void whatWasFound_isInTheStatus_andToldOnce() {
    DoSQLBackup backup = running("now");
    Decision passed = decide(backup, new VerificationResult.Passed("Whole."));
    assertThat(passed.status().verified())
        .isEqualTo(new Verified("2026-11-24T10:00:00Z", Verified.Result.Passed, "Whole."));
    assertThat(brief(passed.status().conditions(), "Verified")).isEqualTo("True/Passed");
    assertThat(passed.events()).extracting(EventNote::reason).containsExactly("BackupVerified");
    Decision later = decide(after(backup, passed), null);
    assertThat(later.status()).isEqualTo(passed.status());
    assertThat(later.events()).isEmpty();
    assertThat(later.create()).isEmpty();

    Decision failed = decide(running("now"), new VerificationResult.Failed("Damaged."));
    assertThat(failed.status().verified())
        .isEqualTo(new Verified("2026-11-24T10:00:00Z", Verified.Result.Failed, "Damaged."));
    assertThat(brief(failed.status().conditions(), "Verified")).isEqualTo("False/Failed");
    assertThat(failed.events()).extracting(EventNote::reason).containsExactly("VerificationFailed");
  }

  @Test
  void otherValueOfTheAnnotation_asksAgain() {
    DoSQLBackup backup = running("now");
    after(backup, decide(backup, new VerificationResult.Passed("Whole.")));
    Decision again = decide(Backups.askedToVerify(backup, "tomorrow"), null);
    assertThat(verification(again.status()).request()).isEqualTo("tomorrow");
    assertThat(again.create()).isPresent();
    // What was found before stands until something else is.
    assertThat(Objects.requireNonNull(again.status().verified()).message()).isEqualTo("Whole.");
  }

  @Test
  void otherValueWhileAJobRuns_waitsForItsEnd() {
    DoSQLBackup backup = Backups.askedToVerify(running("now"), "other");
    assertThat(decide(backup, new VerificationResult.Running()).create()).isEmpty();
  }

  @Test
  void inconclusive_isNoFailure_andTriedAgainLater_aFewTimes() {
    DoSQLBackup backup = running("now");
    Instant time = NOW;
    for (int attempt = 1; attempt <= VerificationPlan.ATTEMPTS_MAX; attempt++) {
      assertThat(verification(backup.getStatus()).attempt()).isEqualTo(attempt);
      Decision open =
          decide(backup, DATABASE, new VerificationResult.Inconclusive("No answer."), time);
      assertThat(open.status().verified()).isNull();
      assertThat(brief(open.status().conditions(), "Verified")).isEqualTo("Unknown/Inconclusive");
      after(backup, open);
      assertThat(decide(backup, DATABASE, null, time.plusSeconds(1)).create()).isEmpty();
      time = time.plus(VerificationPlan.RETRY);
      Decision next = decide(backup, DATABASE, null, time);
      assertThat(next.create().isPresent()).isEqualTo(attempt < VerificationPlan.ATTEMPTS_MAX);
      after(backup, next);
    }
    assertThat(find(backup.getStatus().conditions(), "Verified").message())
        .isEqualTo(
            "This says nothing of the backup. No answer. It is not tried again; annotate the"
                + " DoSQLBackup with another value to ask anew.");
    assertThat(decide(backup, DATABASE, null, time.plus(Duration.ofDays(9))).requeue()).isEmpty();
  }

  @Test
  void withoutTheDatabase_orWithAnotherStore_itWaits_andSaysForWhat() {
    Decision gone = decide(asked("now"), null, null, NOW);
    assertThat(find(gone.status().conditions(), "Verified").message())
        .isEqualTo("Waiting: there is no DoSQLDatabase orders with a backup store.");
    assertThat(gone.create()).isEmpty();
    assertThat(gone.requeue()).contains(Step.WAIT);
    DoSQLBackup elsewhere =
        Backups.askedToVerify(
            Backups.backup(
                "nightly", Backups.completed("2026-11-24T02:00:00Z", "s3://old/backups/nightly")),
            "now");
    assertThat(find(decide(elsewhere, null).status().conditions(), "Verified").message())
        .contains("stored at s3://old/backups/nightly")
        .contains("s3://backups/shop/orders now");
  }

  @Test
  void backupThatIsNotComplete_isNotVerified() {
    for (DoSQLBackup backup :
        new DoSQLBackup[] {
          Backups.backup("b", Backups.failed("2026-11-24T02:00:00Z")),
          Backups.backup("b", Backups.running("id", "2026-11-24T02:00:00Z"))
        }) {
      assertThat(decide(Backups.askedToVerify(backup, "now"), null).create()).isEmpty();
    }
  }
}
