package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where commits and backups go, when backups are taken, and how long all is kept. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "!(has(self.tier) && has(self.schedule))",
    message = "backup has both tier and schedule, and a tier brings its own: remove one of them")
@ValidationRule(
    value =
        "!has(self.tier) || !(self.tier in ['Low', 'Medium']) || !has(self.archive) ||"
            + " has(self.archive.mode) || !(has(self.archive.interval) || has(self.archive.maxLag)"
            + " || has(self.archive.onMaxLag) || has(self.archive.snapshotInterval))",
    message =
        "the tiers Low and Medium archive no commits: add archive.mode: Continuous, or remove the"
            + " other fields of backup.archive")
@ValidationRule(
    value =
        "!has(self.retention) || !has(self.retention.window) || (has(self.archive) &&"
            + " has(self.archive.mode) ? self.archive.mode == 'Continuous' : !(has(self.tier) &&"
            + " self.tier in ['Low', 'Medium']))",
    message =
        "retention.window is about archived commits, and none are archived: add archive.mode:"
            + " Continuous, or remove the window")
public record BackupPolicy(
    @Required @JsonPropertyDescription("Where commits and backups are stored.") BackupStore store,
    @Nullable
        @JsonPropertyDescription(
            "Schedule, archive and retention in one word. Low: a full backup a week, kept for 2"
                + " weeks. Medium: one a day, 30 days. High: one a day, and the commits of every"
                + " hour, 90 days. Critical: one an hour, and every commit within a second, a year."
                + " What archive and retention say goes before what the tier says.")
        BackupTier tier,
    @Nullable
        @Size(min = 9, max = 100)
        @JsonPropertyDescription(
            "When backups are taken, as a cron expression of five fields: minute, hour, day of"
                + " month, month, day of week. Absent, and no tier: only on demand, by a"
                + " DoSQLBackup. Of times that were missed only the newest is made up for.")
        String schedule,
    @Default(BackupPolicy.DEFAULT_TIME_ZONE)
        @Size(min = 1, max = 64)
        @JsonPropertyDescription("Time zone of the schedule, such as Europe/Berlin.")
        String timeZone,
    @Default("{}") @JsonPropertyDescription("How commits are archived between the backups.")
        ArchivePolicy archive,
    @Nullable
        @JsonPropertyDescription(
            "What is kept. A backup is kept if keepLast or keepDays keeps it; the newest always is."
                + " Absent, and no tier: all backups, and every commit of 7 days.")
        Retention retention,
    @Default("{}") @JsonPropertyDescription("How backups are verified, and when.")
        VerifyPolicy verify,
    @Nullable
        @JsonPropertyDescription(
            "Encrypts everything in the store; stock Litestream cannot read it then. Absent: as the"
                + " store does.")
        Encryption encryption) {

  public static final String DEFAULT_TIME_ZONE = "UTC";

  public BackupPolicy(
      BackupStore store,
      @Nullable BackupTier tier,
      @Nullable String schedule,
      @Nullable String timeZone,
      @Nullable ArchivePolicy archive,
      @Nullable Retention retention,
      @Nullable VerifyPolicy verify,
      @Nullable Encryption encryption) {
    this.store = store;
    this.tier = tier;
    this.schedule = schedule;
    this.timeZone = timeZone == null ? DEFAULT_TIME_ZONE : timeZone;
    this.archive = archive == null ? ArchivePolicy.NONE : archive;
    this.retention = retention;
    this.verify = verify == null ? VerifyPolicy.ON_DEMAND : verify;
    this.encryption = encryption;
  }

  /** Backups on demand to a store, everything else as by default. */
  public static BackupPolicy of(BackupStore store) {
    return new BackupPolicy(store, null, null, null, null, null, null, null);
  }
}
