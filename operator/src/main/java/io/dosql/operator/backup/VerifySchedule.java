package io.dosql.operator.backup;

import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.status.Phase;
import io.dosql.operator.status.Times;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the schedule of verifications says in one pass; pure. As with backups, the next time is a
 * promise that stands in the status, and stays there until a backup is seen to carry the request.
 *
 * @param due the request to put on a backup now
 * @param next what the status shall promise; empty for a schedule whose time never comes
 */
public record VerifySchedule(Optional<Request> due, Optional<Instant> next) {

  /**
   * To verify a backup.
   *
   * @param value of the annotation
   */
  public record Request(String backup, String value) {}

  /**
   * Decides.
   *
   * @param promised the next time that the status names
   * @param backups all DoSQLBackups of the database
   */
  public static VerifySchedule of(
      BackupSchedule schedule, Optional<Instant> promised, List<DoSQLBackup> backups, Instant now) {
    Optional<Instant> next = schedule.next(now);
    Optional<Instant> due =
        promised
            .filter(time -> !time.isAfter(now))
            .flatMap(time -> schedule.latest(now).filter(latest -> !latest.isBefore(time)));
    if (due.isEmpty()) {
      return new VerifySchedule(Optional.empty(), next);
    }
    String value = Times.format(due.get());
    boolean acted =
        backups.stream()
            .anyMatch(backup -> VerificationPlan.request(backup).filter(value::equals).isPresent());
    if (acted) {
      return new VerifySchedule(Optional.empty(), next);
    }
    return new VerifySchedule(
        newest(backups).map(backup -> new Request(backup.getMetadata().getName(), value)),
        promised);
  }

  private static Optional<DoSQLBackup> newest(List<DoSQLBackup> backups) {
    return backups.stream()
        .filter(backup -> !backup.isMarkedForDeletion())
        .filter(backup -> backup.getStatus() != null)
        .filter(backup -> Phase.COMPLETED.equals(backup.getStatus().phase()))
        .max(Comparator.comparing(VerifySchedule::completed));
  }

  private static Instant completed(DoSQLBackup backup) {
    return Optional.ofNullable(backup.getStatus())
        .map(BackupStatus::completionTime)
        .flatMap(Times::parse)
        .orElse(Instant.EPOCH);
  }
}
