package io.dosql.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackupScheduleTest {

  private static BackupSchedule schedule(String cron, String zone) throws InvalidScheduleException {
    return BackupSchedule.parse("backup", cron, zone);
  }

  @ParameterizedTest
  @CsvSource({
    "0 2 * * *,      UTC,              2026-11-24T01:59:59Z, 2026-11-24T02:00:00Z",
    "0 2 * * *,      UTC,              2026-11-24T02:00:00Z, 2026-11-25T02:00:00Z",
    "0 2 * * *,      Europe/Berlin,    2026-11-24T00:00:00Z, 2026-11-24T01:00:00Z",
    "0 2 * * *,      Europe/Berlin,    2026-07-01T00:00:00Z, 2026-07-02T00:00:00Z",
    "*/15 * * * *,   UTC,              2026-11-24T02:00:01Z, 2026-11-24T02:15:00Z",
    "0 0 1 1 *,      UTC,              2026-11-24T02:00:00Z, 2027-01-01T00:00:00Z",
    "0 0 29 2 *,     UTC,              2026-11-24T02:00:00Z, 2028-02-29T00:00:00Z",
    "30 3 * * 0,     UTC,              2026-11-24T02:00:00Z, 2026-11-29T03:30:00Z",
    "30 3 * * 7,     UTC,              2026-11-24T02:00:00Z, 2026-11-29T03:30:00Z",
    "0 9 * * 1-5,    America/New_York, 2026-11-27T15:00:00Z, 2026-11-30T14:00:00Z",
  })
  void next_isTheFirstTimeAfter(String cron, String zone, Instant after, Instant next)
      throws InvalidScheduleException {
    assertThat(schedule(cron, zone).next(after)).contains(next);
  }

  @ParameterizedTest
  @CsvSource({
    "0 2 * * *,    UTC,           2026-11-24T02:00:00Z,     2026-11-24T02:00:00Z",
    "0 2 * * *,    UTC,           2026-11-24T02:00:00.999Z, 2026-11-24T02:00:00Z",
    "0 2 * * *,    UTC,           2026-11-24T01:59:59Z,     2026-11-23T02:00:00Z",
    "0 2 * * *,    Europe/Berlin, 2026-11-24T01:30:00Z,     2026-11-24T01:00:00Z",
    "*/5 * * * *,  UTC,           2026-11-24T02:04:59Z,     2026-11-24T02:00:00Z",
  })
  void latest_includesTheMomentItself(String cron, String zone, Instant notAfter, Instant latest)
      throws InvalidScheduleException {
    assertThat(schedule(cron, zone).latest(notAfter)).contains(latest);
  }

  @Test
  void timeThatTheClocksSkip_isWhenTheyArePutForward() throws InvalidScheduleException {
    // 2026-03-29 in Berlin: 02:00 becomes 03:00, so that 02:30 is not there.
    BackupSchedule schedule = schedule("30 2 * * *", "Europe/Berlin");
    Instant change = Instant.parse("2026-03-29T01:00:00Z");
    assertThat(schedule.next(Instant.parse("2026-03-28T01:30:00Z"))).contains(change);
    assertThat(schedule.next(change)).contains(Instant.parse("2026-03-30T00:30:00Z"));
    assertThat(schedule.latest(change)).contains(change);
    assertThat(schedule.latest(Instant.parse("2026-03-29T20:00:00Z"))).contains(change);
    assertThat(schedule.latest(change.minusSeconds(1)))
        .contains(Instant.parse("2026-03-28T01:30:00Z"));
  }

  @Test
  void scheduleThatSkipsNothing_isNotMovedByTheClocks() throws InvalidScheduleException {
    BackupSchedule schedule = schedule("0 4 * * *", "Europe/Berlin");
    assertThat(schedule.next(Instant.parse("2026-03-28T12:00:00Z")))
        .contains(Instant.parse("2026-03-29T02:00:00Z"));
    assertThat(schedule.latest(Instant.parse("2026-03-29T01:30:00Z")))
        .contains(Instant.parse("2026-03-28T03:00:00Z"));
  }

  @Test
  void yearlyTimeThatIsSkipped_isNotLost() throws InvalidScheduleException {
    assertThat(schedule("30 2 29 3 *", "Europe/Berlin").next(Instant.parse("2025-11-01T00:00:00Z")))
        .contains(Instant.parse("2026-03-29T01:00:00Z"));
  }

  @Test
  void timeThatComesTwice_isTakenTheFirstTimeOnly() throws InvalidScheduleException {
    // 2026-10-25 in Berlin: 03:00 becomes 02:00 again, so that 02:30 is there twice.
    BackupSchedule schedule = schedule("30 2 * * *", "Europe/Berlin");
    Instant first = Instant.parse("2026-10-25T00:30:00Z");
    Instant nextDay = Instant.parse("2026-10-26T01:30:00Z");
    assertThat(schedule.next(Instant.parse("2026-10-24T12:00:00Z"))).contains(first);
    assertThat(schedule.next(first)).contains(nextDay);
    assertThat(schedule.next(first.plusSeconds(1))).contains(nextDay);
    assertThat(schedule.next(Instant.parse("2026-10-25T01:15:00Z"))).contains(nextDay);
    assertThat(schedule.latest(Instant.parse("2026-10-25T01:30:00Z"))).contains(first);
    assertThat(schedule.latest(Instant.parse("2026-10-25T20:00:00Z"))).contains(first);
  }

  @ParameterizedTest
  @CsvSource({"2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z"})
  void scheduleOfEveryHour_doesNotCareAboutClocks(Instant start) throws InvalidScheduleException {
    BackupSchedule schedule = schedule("30 * * * *", "Europe/Berlin");
    for (int hour = 0; hour < 4; hour++) {
      Instant now = start.plusSeconds(3600L * hour);
      assertThat(schedule.next(now)).contains(now.plusSeconds(1800));
      assertThat(schedule.latest(now.plusSeconds(1800))).contains(now.plusSeconds(1800));
    }
  }

  @Test
  void dateThatNeverComes_hasNoNextTime() throws InvalidScheduleException {
    assertThat(schedule("0 0 30 2 *", "UTC").next(Instant.parse("2026-11-24T00:00:00Z"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"* * * * * *", "61 * * * *", "often please", "0 25 * * *", "@daily"})
  void cronThatIsNone_saysWhatToWrite(String cron) {
    assertThatThrownBy(() -> schedule(cron, "UTC"))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessageContaining("backup.schedule '" + cron + "'")
        .hasMessageContaining("such as '0 2 * * *'");
  }

  @Test
  void unknownTimeZone_saysWhatToWrite() {
    assertThatThrownBy(() -> schedule("0 2 * * *", "Mars/Olympus"))
        .isInstanceOf(InvalidScheduleException.class)
        .hasMessage(
            "backup.timeZone 'Mars/Olympus' is not known; use a name such as UTC or Europe/Berlin.");
  }

  @Test
  void name_isThatOfTheTimeInUtc() {
    assertThat(BackupSchedule.backupName("orders", Instant.parse("2026-11-24T02:00:00Z")))
        .isEqualTo("orders-20261124-020000");
  }
}
