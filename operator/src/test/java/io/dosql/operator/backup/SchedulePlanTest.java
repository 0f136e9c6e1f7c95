package io.dosql.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLBackup;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchedulePlanTest {

  private static final Instant TWO = Instant.parse("2026-11-24T02:00:00Z");
  private static final Instant TWO_NEXT_DAY = Instant.parse("2026-11-25T02:00:00Z");
  private static final String NAME_OF_TWO = "orders-20261124-020000";

  private static SchedulePlan plan(
      String cron,
      @Nullable String promised,
      @Nullable String lastActed,
      String now,
      DoSQLBackup... backups) {
    try {
      return SchedulePlan.of(
          BackupSchedule.parse("backup", cron, "UTC"),
          "orders",
          Optional.ofNullable(promised).map(Instant::parse),
          Optional.ofNullable(lastActed).map(Instant::parse),
          List.of(backups),
          Instant.parse(now));
    } catch (InvalidScheduleException e) {
      throw new AssertionError(e);
    }
  }

  private static SchedulePlan nightly(
      @Nullable String promised, @Nullable String lastActed, String now, DoSQLBackup... backups) {
    return plan("0 2 * * *", promised, lastActed, now, backups);
  }

  @Test
  void scheduleThatIsNew_promisesItsNextTimeAndMakesUpForNone() {
    SchedulePlan plan = nightly(null, null, "2026-11-24T10:00:00Z");
    assertThat(plan.due()).isEmpty();
    assertThat(plan.next()).contains(TWO_NEXT_DAY);
  }

  @Test
  void beforeThePromisedTime_nothingIsDue() {
    SchedulePlan plan = nightly("2026-11-24T02:00:00Z", null, "2026-11-24T01:59:59.999Z");
    assertThat(plan).isEqualTo(new SchedulePlan(Optional.empty(), Optional.empty(), of(TWO)));
  }

  @Test
  void atThePromisedTime_itIsDue_andThePromiseStaysUntilTheBackupIsSeen() {
    SchedulePlan plan = nightly("2026-11-24T02:00:00Z", null, "2026-11-24T02:00:00Z");
    assertThat(plan.due()).contains(new DueBackup(NAME_OF_TWO, TWO));
    assertThat(plan.acted()).isEmpty();
    assertThat(plan.next()).contains(TWO);
  }

  @Test
  void backupThatIsSeen_isActedOn_andTheNextTimeIsPromised() {
    DoSQLBackup made = Backups.scheduled(NAME_OF_TWO, null);
    SchedulePlan plan = nightly("2026-11-24T02:00:00Z", null, "2026-11-24T02:00:01Z", made);
    assertThat(plan).isEqualTo(new SchedulePlan(Optional.empty(), of(TWO), of(TWO_NEXT_DAY)));
  }

  @Test
  void backupThatIsActedOn_isNotMadeAgainWhenItsResourceIsDeleted() {
    SchedulePlan plan =
        nightly("2026-11-24T02:00:00Z", "2026-11-24T02:00:00Z", "2026-11-24T02:00:01Z");
    assertThat(plan.due()).isEmpty();
    assertThat(plan.next()).contains(TWO_NEXT_DAY);
  }

  @Test
  void ofTimesThatWereMissed_onlyTheNewestIsDue() {
    SchedulePlan plan =
        nightly("2026-11-20T02:00:00Z", "2026-11-19T02:00:00Z", "2026-11-24T09:00:00Z");
    assertThat(plan.due()).contains(new DueBackup(NAME_OF_TWO, TWO));
  }

  @Test
  void whileAnotherScheduledBackupRuns_noneIsDue_butThePromiseStays() {
    DoSQLBackup running =
        Backups.scheduled("orders-20261123-020000", Backups.running("id", "2026-11-23T02:00:00Z"));
    SchedulePlan plan =
        nightly("2026-11-24T02:00:00Z", "2026-11-23T02:00:00Z", "2026-11-24T02:00:00Z", running);
    assertThat(plan).isEqualTo(new SchedulePlan(Optional.empty(), Optional.empty(), of(TWO)));
  }

  @Test
  void anOnDemandBackupThatRuns_doesNotHoldTheScheduleUp() {
    DoSQLBackup running = Backups.backup("by-hand", Backups.running("id", "2026-11-24T01:00:00Z"));
    assertThat(nightly("2026-11-24T02:00:00Z", null, "2026-11-24T02:00:00Z", running).due())
        .isPresent();
  }

  @Test
  void scheduledBackupThatFailed_doesNotHoldTheNextUp() {
    DoSQLBackup failed =
        Backups.scheduled("orders-20261123-020000", Backups.failed("2026-11-23T03:00:00Z"));
    assertThat(nightly("2026-11-24T02:00:00Z", null, "2026-11-24T02:00:00Z", failed).due())
        .isPresent();
  }

  @Test
  void scheduleThatWasMovedEarlier_makesUpForNothing() {
    SchedulePlan plan =
        plan("0 1 * * *", "2026-11-24T02:00:00Z", "2026-11-23T02:00:00Z", "2026-11-24T01:30:00Z");
    assertThat(plan.due()).isEmpty();
    assertThat(plan.next()).contains(Instant.parse("2026-11-25T01:00:00Z"));
  }

  @Test
  void scheduleThatWasChangedAfterItsPromiseCame_isNotDueForATimeBeforeThePromise() {
    SchedulePlan plan =
        plan("0 1 * * *", "2026-11-24T02:00:00Z", "2026-11-23T02:00:00Z", "2026-11-24T09:00:00Z");
    assertThat(plan.due()).isEmpty();
    assertThat(plan.next()).contains(Instant.parse("2026-11-25T01:00:00Z"));
  }

  @Test
  void timeThatComesTwice_isDueOnce() throws InvalidScheduleException {
    BackupSchedule schedule = BackupSchedule.parse("backup", "30 2 * * *", "Europe/Berlin");
    Instant first = Instant.parse("2026-10-25T00:30:00Z");
    Instant second = Instant.parse("2026-10-25T01:30:00Z");
    DoSQLBackup made = Backups.scheduled("orders-20261025-003000", null);
    SchedulePlan seen =
        SchedulePlan.of(
            schedule, "orders", of(first), Optional.empty(), List.of(made), first.plusSeconds(1));
    assertThat(seen.acted()).contains(first);
    SchedulePlan later =
        SchedulePlan.of(schedule, "orders", seen.next(), seen.acted(), List.of(), second);
    assertThat(later.due()).isEmpty();
  }

  @Test
  void clockThatWentBack_doesNotRepeatABackup() {
    SchedulePlan plan =
        nightly("2026-11-24T02:00:00Z", "2026-11-24T02:00:00Z", "2026-11-24T02:30:00Z");
    assertThat(plan.due()).isEmpty();
  }

  private static Optional<Instant> of(Instant time) {
    return Optional.of(time);
  }
}
