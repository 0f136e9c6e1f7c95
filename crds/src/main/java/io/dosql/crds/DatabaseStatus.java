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
                + " taken. RetentionApplied: whether old backups could be deleted. TenantsHealthy:"
                + " whether every tenant can be used.")
        List<ResourceCondition> conditions,
    @Nullable @JsonPropertyDescription("URL of the database inside the cluster.") String endpoint,
    @Nullable @JsonPropertyDescription("Pods that serve.") Integer readyReplicas,
    @Nullable @JsonPropertyDescription("Counts of tenants.") TenantCounts tenants,
    @Nullable @JsonPropertyDescription("The database's backups.") BackupSummary backup,
    @Nullable @JsonPropertyDescription("Version of the engine that runs.") String currentVersion) {

  public DatabaseStatus(
      @Nullable Long observedGeneration,
      @Nullable String phase,
      @Nullable List<ResourceCondition> conditions,
      @Nullable String endpoint,
      @Nullable Integer readyReplicas,
      @Nullable TenantCounts tenants,
      @Nullable BackupSummary backup,
      @Nullable String currentVersion) {
    this.observedGeneration = observedGeneration;
    this.phase = phase;
    this.conditions = conditions == null ? List.of() : List.copyOf(conditions);
    this.endpoint = endpoint;
    this.readyReplicas = readyReplicas;
    this.tenants = tenants;
    this.backup = backup;
    this.currentVersion = currentVersion;
  }

  /** Before the operator's first pass. */
  public static DatabaseStatus empty() {
    return new DatabaseStatus(null, null, null, null, null, null, null, null);
  }

  /** How many tenants there are, and how many of them are open in memory. */
  public record TenantCounts(
      @JsonPropertyDescription("All tenants of the database.") int total,
      @JsonPropertyDescription("Tenants that are open.") int awake) {}

  /** The database's backups in its store. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BackupSummary(
      @Nullable @JsonPropertyDescription("Name of the newest backup.") String lastName,
      @Nullable @JsonPropertyDescription("When the newest backup was taken, RFC 3339.")
          String lastTime,
      @Nullable @JsonPropertyDescription("When the schedule takes the next backup, RFC 3339.")
          String nextTime,
      @Nullable
          @JsonPropertyDescription("The newest time of the schedule that was acted on, RFC 3339.")
          String lastScheduledTime,
      @Nullable @JsonPropertyDescription("Complete backups in the store.") Integer count) {

    public static BackupSummary empty() {
      return new BackupSummary(null, null, null, null, null);
    }
  }
}
