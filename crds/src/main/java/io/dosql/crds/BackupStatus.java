package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far a backup has come, and what it holds. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupStatus(
    @Nullable
        @JsonPropertyDescription("Generation of the resource that this status was computed from.")
        Long observedGeneration,
    @Nullable @JsonPropertyDescription("The state in short: Pending, Running, Completed or Failed.")
        String phase,
    @JsonPropertyDescription(
            "Ready: the backup is complete. Reconciling: it runs or waits. Stalled: it failed.")
        List<ResourceCondition> conditions,
    @Nullable @JsonPropertyDescription("When it was first started, RFC 3339.") String startTime,
    @Nullable @JsonPropertyDescription("When it ended, RFC 3339.") String completionTime,
    @Nullable @JsonPropertyDescription("Size of the stored snapshots, in bytes.") Long bytes,
    @Nullable @JsonPropertyDescription("Number of tenants in the backup.") Integer tenants,
    @Nullable @JsonPropertyDescription("Commit number of the tenant main that the backup holds.")
        String lsn,
    @Nullable @JsonPropertyDescription("Highest migration of the tenant main in the backup.")
        String schemaVersion,
    @Nullable @JsonPropertyDescription("Address of the backup in its store.") String location,
    @Nullable @JsonPropertyDescription("Why it failed.") OperationError error,
    @Nullable @JsonPropertyDescription("Id of the engine's operation, as the pod's log names it.")
        String operationId) {

  public BackupStatus(
      @Nullable Long observedGeneration,
      @Nullable String phase,
      @Nullable List<ResourceCondition> conditions,
      @Nullable String startTime,
      @Nullable String completionTime,
      @Nullable Long bytes,
      @Nullable Integer tenants,
      @Nullable String lsn,
      @Nullable String schemaVersion,
      @Nullable String location,
      @Nullable OperationError error,
      @Nullable String operationId) {
    this.observedGeneration = observedGeneration;
    this.phase = phase;
    this.conditions = conditions == null ? List.of() : List.copyOf(conditions);
    this.startTime = startTime;
    this.completionTime = completionTime;
    this.bytes = bytes;
    this.tenants = tenants;
    this.lsn = lsn;
    this.schemaVersion = schemaVersion;
    this.location = location;
    this.error = error;
    this.operationId = operationId;
  }

  /** Before the operator's first pass. */
  public static BackupStatus empty() {
    return new BackupStatus(null, null, null, null, null, null, null, null, null, null, null, null);
  }
}
