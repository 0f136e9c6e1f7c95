package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How backups are verified, and when the newest is. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "duration(self.timeout) >= duration('1m') && duration(self.timeout) <= duration('168h')",
    message = "verify.timeout must be from 1m to 168h")
public record VerifyPolicy(
    @Nullable
        @Size(min = 9, max = 100)
        @JsonPropertyDescription(
            "When the newest backup is verified, by restoring it in a Job: a cron expression of five"
                + " fields. Absent: only on demand, by the annotation dosql.io/verify on a"
                + " DoSQLBackup.")
        String schedule,
    @Default(BackupPolicy.DEFAULT_TIME_ZONE)
        @Size(min = 1, max = 64)
        @JsonPropertyDescription("Time zone of the schedule, such as Europe/Berlin.")
        String timeZone,
    @Default(
            "{\"requests\": {\"cpu\": \"100m\", \"memory\": \"256Mi\"}, \"limits\": {\"memory\":"
                + " \"512Mi\"}}")
        @JsonPropertyDescription("Compute resources of the Job's container.")
        Resources resources,
    @Nullable
        @Pattern(ApiGroup.BYTES_PATTERN)
        @Size(max = 20)
        @JsonPropertyDescription(
            "Room for what is restored, on the node's disk: twice the largest tenant at least. As"
                + " much as storage.size if absent.")
        String scratchSize,
    @Default(VerifyPolicy.DEFAULT_TIMEOUT)
        @Pattern(ApiGroup.DURATION_PATTERN)
        @Size(max = 10)
        @JsonPropertyDescription(
            "When a verification that does not end is given up; from 1m to 168h.")
        String timeout) {

  public static final String DEFAULT_TIMEOUT = "6h";

  /** Only on demand, and as by default. */
  public static final VerifyPolicy ON_DEMAND = new VerifyPolicy(null, null, null, null, null);

  public VerifyPolicy(
      @Nullable String schedule,
      @Nullable String timeZone,
      @Nullable Resources resources,
      @Nullable String scratchSize,
      @Nullable String timeout) {
    this.schedule = schedule;
    this.timeZone = timeZone == null ? BackupPolicy.DEFAULT_TIME_ZONE : timeZone;
    this.resources = resources == null ? new Resources(null, null) : resources;
    this.scratchSize = scratchSize;
    this.timeout = timeout == null ? DEFAULT_TIMEOUT : timeout;
  }
}
