package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator last saw of a database. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatabaseStatus(
    @Nullable
        @JsonPropertyDescription("Generation of the resource that this status was computed from.")
        Long observedGeneration,
    @Nullable
        @JsonPropertyDescription(
            "The state in short: Creating, Ready, Degraded (serves, but something is wrong),"
                + " NotReady or Stalled.")
        String phase,
    @JsonPropertyDescription(
            "Ready: serves SQL. Reconciling: the operator still changes something. Stalled: needs a"
                + " person. LastBackupSucceeded: of the newest backup, or why backups cannot be"
                + " taken. RetentionApplied: whether old backups could be deleted. Archiving:"
                + " whether commits get into the store. BackupsVerified: of the newest verified"
                + " backup. BootstrapRestored: whether the database has what it is to begin with."
                + " TenantsHealthy: whether every tenant can be used.")
        List<ResourceCondition> conditions,
    @Nullable @JsonPropertyDescription("URL of the database inside the cluster.") String endpoint,
    @Nullable @JsonPropertyDescription("Pods that serve.") Integer readyReplicas,
    @Nullable @JsonPropertyDescription("Counts of tenants.") TenantCounts tenants,
    @Nullable @JsonPropertyDescription("The database's backups and archive.") BackupSummary backup,
    @Nullable @JsonPropertyDescription("The restore that the database begins with, if it does.")
        BootstrapStatus bootstrap,
    @Nullable @JsonPropertyDescription("Version of the engine that runs.") String currentVersion) {

  public DatabaseStatus(
      @Nullable Long observedGeneration,
      @Nullable String phase,
      @Nullable List<ResourceCondition> conditions,
      @Nullable String endpoint,
      @Nullable Integer readyReplicas,
      @Nullable TenantCounts tenants,
      @Nullable BackupSummary backup,
      @Nullable BootstrapStatus bootstrap,
      @Nullable String currentVersion) {
    this.observedGeneration = observedGeneration;
    this.phase = phase;
    this.conditions = conditions == null ? List.of() : List.copyOf(conditions);
    this.endpoint = endpoint;
    this.readyReplicas = readyReplicas;
    this.tenants = tenants;
    this.backup = backup;
    this.bootstrap = bootstrap;
    this.currentVersion = currentVersion;
  }

  /** Before the operator's first pass. */
  public static DatabaseStatus empty() {
    return new DatabaseStatus(null, null, null, null, null, null, null, null, null);
  }

  /** How many tenants there are, and how many of them are open in memory. */
  public record TenantCounts(
      @JsonPropertyDescription("All tenants of the database.") int total,
      @JsonPropertyDescription("Tenants that are open.") int awake) {}

  /** The database's backups and archive in its store. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record BackupSummary(
      @Nullable @JsonPropertyDescription("Name of the newest backup.") String lastName,
      @Nullable @JsonPropertyDescription("When the newest backup was taken, RFC 3339.")
          String lastTime,
      @Nullable @JsonPropertyDescription("When the schedule takes the next backup, RFC 3339.")
          String nextTime,
      @Nullable
          @JsonPropertyDescription("The newest time of the schedule that was acted on, RFC 3339.")
          String lastScheduledTime,
      @Nullable @JsonPropertyDescription("Complete backups in the store.") Integer count,
      @Nullable @JsonPropertyDescription("Size of the backups in the store, in bytes.") Long bytes,
      @JsonPropertyDescription(
              "Backups that retention deletes next, oldest first: at once, or within a day. None is"
                  + " deleted that did not stand here before. At most 50.")
          List<String> nextPruned,
      @Nullable
          @JsonPropertyDescription(
              "From when on every commit can be restored, RFC 3339. Moves in steps of an hour.")
          String oldestRestorable,
      @Nullable
          @JsonPropertyDescription(
              "Up to when every commit can be restored, RFC 3339. Moves in steps of five minutes"
                  + " while the database is written to; the archive itself is newer.")
          String newestRestorable,
      @Nullable
          @JsonPropertyDescription(
              "The line of the archive that is written: the history of one data directory.")
          String line,
      @Nullable
          @JsonPropertyDescription(
              "Why the line was begun, if not for a new data directory: ArchiveAhead, the data"
                  + " directory went back in time; Diverged, it is a copy that went another way;"
                  + " LogReleased or ArchiveDamaged, nobody can tell.")
          String lineReason,
      @Nullable @JsonPropertyDescription("When the schedule has a backup verified next, RFC 3339.")
          String nextVerifyTime,
      @Nullable @JsonPropertyDescription("Name of the backup that was verified last.")
          String lastVerifiedName,
      @Nullable
          @JsonPropertyDescription(
              "When that was, RFC 3339; the condition BackupsVerified says what was found.")
          String lastVerifiedTime,
      @Nullable
          @JsonPropertyDescription(
              "Id of the engine's operation that deletes backups which retention keeps no longer,"
                  + " as the pod's log names it; while there is something to delete.")
          String pruneOperationId) {

    public BackupSummary(
        @Nullable String lastName,
        @Nullable String lastTime,
        @Nullable String nextTime,
        @Nullable String lastScheduledTime,
        @Nullable Integer count,
        @Nullable Long bytes,
        @Nullable List<String> nextPruned,
        @Nullable String oldestRestorable,
        @Nullable String newestRestorable,
        @Nullable String line,
        @Nullable String lineReason,
        @Nullable String nextVerifyTime,
        @Nullable String lastVerifiedName,
        @Nullable String lastVerifiedTime,
        @Nullable String pruneOperationId) {
      this.lastName = lastName;
      this.lastTime = lastTime;
      this.nextTime = nextTime;
      this.lastScheduledTime = lastScheduledTime;
      this.count = count;
      this.bytes = bytes;
      this.nextPruned = nextPruned == null ? List.of() : List.copyOf(nextPruned);
      this.oldestRestorable = oldestRestorable;
      this.newestRestorable = newestRestorable;
      this.line = line;
      this.lineReason = lineReason;
      this.nextVerifyTime = nextVerifyTime;
      this.lastVerifiedName = lastVerifiedName;
      this.lastVerifiedTime = lastVerifiedTime;
      this.pruneOperationId = pruneOperationId;
    }

    public static BackupSummary empty() {
      return new BackupSummary(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }
  }
}
