package io.dosql.operator.backup;

import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.status.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A backup that the schedule asks for now. */
public record DueBackup(String name, Instant scheduledTime) {

  /** Marks the DoSQLBackups that the schedule made. */
  public static final String SCHEDULED_LABEL = "dosql.io/scheduled";

  /**
   * Decides; pure. Of several times that were missed only the newest is due; none that came before
   * the database was, and none while another scheduled backup is under way: after that, the newest
   * time is due.
   *
   * @param lastScheduled the newest time that was acted on
   * @param backups all DoSQLBackups of the database
   */
  public static Optional<DueBackup> decide(
      BackupSchedule schedule,
      String database,
      Instant created,
      Optional<Instant> lastScheduled,
      List<DoSQLBackup> backups,
      Instant now) {
    Instant after = lastScheduled.filter(created::isBefore).orElse(created);
    Optional<Instant> time = schedule.latest(now).filter(after::isBefore);
    if (time.isEmpty() || backups.stream().anyMatch(DueBackup::isUnderWay)) {
      return Optional.empty();
    }
    return Optional.of(new DueBackup(BackupSchedule.backupName(database, time.get()), time.get()));
  }

  private static boolean isUnderWay(DoSQLBackup backup) {
    return isScheduled(backup) && !isFinished(backup);
  }

  public static boolean isScheduled(DoSQLBackup backup) {
    Map<String, String> labels = backup.getMetadata().getLabels();
    return labels != null && "true".equals(labels.get(SCHEDULED_LABEL));
  }

  public static boolean isFinished(DoSQLBackup backup) {
    BackupStatus status = backup.getStatus();
    return status != null
        && (Phase.COMPLETED.equals(status.phase()) || Phase.FAILED.equals(status.phase()));
  }
}
