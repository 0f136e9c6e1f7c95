package io.dosql.operator.backup;

import io.dosql.crds.DoSQLBackup;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the schedule of a database says in one pass; pure.
 *
 * <p>The next time is a promise that stands in the status. A backup is due when the promised time
 * has come: one that was missed while no operator ran is made up for, but no time that lies before
 * the schedule was set or changed. The promise stays until the DoSQLBackup for it is seen, so that
 * one that could not be created is tried again, and while another scheduled backup is under way:
 * after that, the newest time is due.
 *
 * @param due a backup to make now
 * @param acted a time whose DoSQLBackup is there
 * @param next what the status shall promise; empty for a schedule whose time never comes
 */
public record SchedulePlan(
    Optional<DueBackup> due, Optional<Instant> acted, Optional<Instant> next) {

  /**
   * Decides.
   *
   * @param promised the next time that the status names
   * @param lastActed the newest time that was acted on
   * @param backups all DoSQLBackups of the database
   */
  public static SchedulePlan of(
      BackupSchedule schedule,
      String database,
      Optional<Instant> promised,
      Optional<Instant> lastActed,
      List<DoSQLBackup> backups,
      Instant now) {
    Optional<Instant> next = schedule.next(now);
    Optional<DueBackup> due =
        promised
            .filter(time -> !time.isAfter(now))
            .flatMap(time -> newest(schedule, time, now))
            .filter(time -> lastActed.isEmpty() || lastActed.get().isBefore(time))
            .map(time -> new DueBackup(BackupSchedule.backupName(database, time), time));
    if (due.isEmpty()) {
      return new SchedulePlan(Optional.empty(), Optional.empty(), next);
    }
    if (backups.stream().anyMatch(backup -> isNamed(backup, due.get().name()))) {
      return new SchedulePlan(Optional.empty(), Optional.of(due.get().scheduledTime()), next);
    }
    boolean wait = backups.stream().anyMatch(SchedulePlan::isUnderWay);
    return new SchedulePlan(wait ? Optional.empty() : due, Optional.empty(), promised);
  }

  /** Empty when the schedule was changed since the promise, and names no time after it. */
  private static Optional<Instant> newest(BackupSchedule schedule, Instant promised, Instant now) {
    return schedule.latest(now).filter(time -> !time.isBefore(promised));
  }

  private static boolean isNamed(DoSQLBackup backup, String name) {
    return backup.getMetadata().getName().equals(name);
  }

  private static boolean isUnderWay(DoSQLBackup backup) {
    return DueBackup.isScheduled(backup) && !DueBackup.isFinished(backup);
  }
}
