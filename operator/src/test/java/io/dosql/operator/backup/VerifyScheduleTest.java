package io.dosql.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLBackup;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerifyScheduleTest {

  private static final String TODAY = "2026-11-24T04:00:00Z";
  private static final String TOMORROW = "2026-11-25T04:00:00Z";

  private static VerifySchedule plan(String promised, String now, DoSQLBackup... backups)
      throws InvalidScheduleException {
    return VerifySchedule.of(
        BackupSchedule.parse("backup.verify", "0 4 * * *", "UTC"),
        promised.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(promised)),
        List.of(backups),
        Instant.parse(now));
  }

  private static DoSQLBackup complete(String name, String time) {
    return Backups.backup(name, Backups.completed(time, "s3://x/backups/" + name));
  }

  @Test
  void firstLook_promisesTheNextTime() throws Exception {
    assertThat(plan("", "2026-11-24T01:00:00Z"))
        .isEqualTo(new VerifySchedule(Optional.empty(), Optional.of(Instant.parse(TODAY))));
  }

  @Test
  void promisedTime_asksForTheNewestCompleteBackup() throws Exception {
    VerifySchedule plan =
        plan(
            TODAY,
            "2026-11-24T04:00:01Z",
            complete("old", "2026-11-22T02:00:00Z"),
            complete("new", "2026-11-24T02:00:00Z"),
            Backups.backup("failed", Backups.failed("2026-11-24T03:00:00Z")),
            Backups.backup("running", Backups.running("id", "2026-11-24T03:59:00Z")));
    assertThat(plan.due()).contains(new VerifySchedule.Request("new", TODAY));
    assertThat(plan.next()).contains(Instant.parse(TODAY));
  }

  @Test
  void requestThatIsSeen_isNotMadeAgain() throws Exception {
    VerifySchedule plan =
        plan(
            TODAY,
            "2026-11-24T04:00:05Z",
            Backups.askedToVerify(complete("new", "2026-11-24T02:00:00Z"), TODAY),
            complete("newer", "2026-11-24T04:00:03Z"));
    assertThat(plan.due()).isEmpty();
    assertThat(plan.next()).contains(Instant.parse(TOMORROW));
  }

  @Test
  void withoutABackup_thePromiseStays() throws Exception {
    VerifySchedule plan = plan(TODAY, "2026-11-24T09:00:00Z");
    assertThat(plan.due()).isEmpty();
    assertThat(plan.next()).contains(Instant.parse(TODAY));
  }

  @Test
  void timesThatWereMissed_areMadeUpForOnce() throws Exception {
    VerifySchedule plan =
        plan(
            "2026-11-20T04:00:00Z",
            "2026-11-24T05:00:00Z",
            complete("new", "2026-11-24T02:00:00Z"));
    assertThat(plan.due()).contains(new VerifySchedule.Request("new", TODAY));
  }
}
