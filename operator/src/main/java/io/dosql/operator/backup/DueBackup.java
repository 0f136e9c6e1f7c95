package io.dosql.operator.backup;

import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.status.Phase;
import java.time.Instant;
import java.util.Map;

/** A backup that the schedule asks for now. */
public record DueBackup(String name, Instant scheduledTime) {

  /** Marks the DoSQLBackups that the schedule made. */
  public static final String SCHEDULED_LABEL = "dosql.io/scheduled";

  /** Asks for the verification of a backup; another value asks for another one. */
  public static final String VERIFY_ANNOTATION = "dosql.io/verify";

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
