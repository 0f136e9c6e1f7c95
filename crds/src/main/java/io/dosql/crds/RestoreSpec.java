package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to restore into which tenants, and as of when. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "self == oldSelf",
    message =
        "the spec of a DoSQLRestore cannot be changed, it runs once: create another DoSQLRestore")
@ValidationRule(
    value =
        "[has(self.backupRef), has(self.preRestoreId), has(self.targetTime), has(self.targetLsn),"
            + " has(self.latest) && self.latest].exists_one(given, given)",
    message =
        "a DoSQLRestore needs exactly one of backupRef, preRestoreId, targetTime, targetLsn and"
            + " latest: true")
@ValidationRule(
    value = "!has(self.targetLsn) || (has(self.tenants) && size(self.tenants) == 1)",
    message =
        "targetLsn counts the commits of one tenant: name exactly one under tenants, or use"
            + " targetTime")
public record RestoreSpec(
    @Required @JsonPropertyDescription("The database whose tenants are replaced, in place.")
        DatabaseRef databaseRef,
    @Nullable @JsonPropertyDescription("A backup to go back to.") BackupRef backupRef,
    @Nullable
        @Size(min = 1, max = 63)
        @Pattern("^[a-zA-Z0-9-]+$")
        @JsonPropertyDescription(
            "An earlier restore, to go back to what it saved before it began: the last part of its"
                + " status.preRestoreLocation, also when that resource is gone.")
        String preRestoreId,
    @Nullable
        @Size(min = 20, max = 35)
        @Pattern(ApiGroup.TIME_PATTERN)
        @JsonPropertyDescription(
            "A moment to go back to: all commits up to it stay. RFC 3339 with up to nine digits of a"
                + " second, such as 2026-11-24T14:02:16.5Z.")
        String targetTime,
    @Nullable
        @Min(1)
        @JsonPropertyDescription(
            "A commit number to go back to; needs exactly one name under tenants.")
        Long targetLsn,
    @Nullable
        @JsonPropertyDescription(
            "true: to the newest commit that is stored, for tenants whose files are damaged.")
        Boolean latest,
    @Nullable
        @Size(min = 1, max = 64)
        @Pattern("^[a-zA-Z0-9-]+$")
        @JsonPropertyDescription(
            "Which line of the archive, as status.backup.line named it. Absent: that of the data"
                + " directory, or of the backup.")
        String line,
    @Size(max = 1000)
        @JsonPropertyDescription(
            "Tenants to restore. Absent or empty: all in the backup, or in the archive at that"
                + " moment.")
        List<@Pattern(ApiGroup.TENANT_PATTERN) @Size(max = 63) String> tenants,
    @Default("false")
        @JsonPropertyDescription(
            "true: changes nothing, and says under status.plan to which commits the restore would"
                + " go, and how much it would read.")
        boolean dryRun) {

  public RestoreSpec(
      DatabaseRef databaseRef,
      @Nullable BackupRef backupRef,
      @Nullable String preRestoreId,
      @Nullable String targetTime,
      @Nullable Long targetLsn,
      @Nullable Boolean latest,
      @Nullable String line,
      @Nullable List<String> tenants,
      boolean dryRun) {
    this.databaseRef = databaseRef;
    this.backupRef = backupRef;
    this.preRestoreId = preRestoreId;
    this.targetTime = targetTime;
    this.targetLsn = targetLsn;
    this.latest = latest;
    this.line = line;
    this.tenants = tenants == null ? List.of() : List.copyOf(tenants);
    this.dryRun = dryRun;
  }

  /** The backup's name, if that is what is restored. */
  public @Nullable String backup() {
    return backupRef == null ? null : backupRef.name();
  }

  /** Names a backup. */
  public record BackupRef(
      @Required
          @Size(min = 1, max = 253)
          @JsonPropertyDescription(
              "Name of a backup in the database's store: that of the DoSQLBackup that made it, also"
                  + " when that resource is gone.")
          String name) {}
}
