package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Where backups go, when they are taken, and how long they are kept. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupPolicy(
    @Required @JsonPropertyDescription("Where backups are stored.") BackupStore store,
    @Nullable
        @Size(min = 9, max = 100)
        @JsonPropertyDescription(
            "When backups are taken, as a cron expression of five fields: minute, hour, day of"
                + " month, month, day of week. Absent: only on demand, by a DoSQLBackup. Of times"
                + " that were missed only the newest is made up for.")
        String schedule,
    @Default(BackupPolicy.DEFAULT_TIME_ZONE)
        @Size(min = 1, max = 64)
        @JsonPropertyDescription("Time zone of the schedule, such as Europe/Berlin.")
        String timeZone,
    @Nullable
        @JsonPropertyDescription(
            "Which backups are kept. A backup is kept if either rule keeps it; the newest always"
                + " is. Absent: all are kept.")
        Retention retention) {

  public static final String DEFAULT_TIME_ZONE = "UTC";

  public BackupPolicy(
      BackupStore store,
      @Nullable String schedule,
      @Nullable String timeZone,
      @Nullable Retention retention) {
    this.store = store;
    this.schedule = schedule;
    this.timeZone = timeZone == null ? DEFAULT_TIME_ZONE : timeZone;
    this.retention = retention;
  }
}
