package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far a restore has come. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RestoreStatus(
    @Nullable
        @JsonPropertyDescription("Generation of the resource that this status was computed from.")
        Long observedGeneration,
    @Nullable @JsonPropertyDescription("The state in short: Pending, Running, Completed or Failed.")
        String phase,
    @JsonPropertyDescription(
            "Ready: the restore is complete. Reconciling: it runs or waits. Stalled: it failed.")
        List<ResourceCondition> conditions,
    @Nullable @JsonPropertyDescription("When it was started, RFC 3339.") String startTime,
    @Nullable @JsonPropertyDescription("When it ended, RFC 3339.") String completionTime,
    @Nullable @JsonPropertyDescription("Counts of tenants.") Progress progress,
    @Nullable
        @JsonPropertyDescription("Where the state before the restore was saved, in the store.")
        String preRestoreLocation,
    @Nullable @JsonPropertyDescription("Why it failed.") OperationError error,
    @Nullable @JsonPropertyDescription("Id of the engine's operation, as the pod's log names it.")
        String operationId) {

  public RestoreStatus(
      @Nullable Long observedGeneration,
      @Nullable String phase,
      @Nullable List<ResourceCondition> conditions,
      @Nullable String startTime,
      @Nullable String completionTime,
      @Nullable Progress progress,
      @Nullable String preRestoreLocation,
      @Nullable OperationError error,
      @Nullable String operationId) {
    this.observedGeneration = observedGeneration;
    this.phase = phase;
    this.conditions = conditions == null ? List.of() : List.copyOf(conditions);
    this.startTime = startTime;
    this.completionTime = completionTime;
    this.progress = progress;
    this.preRestoreLocation = preRestoreLocation;
    this.error = error;
    this.operationId = operationId;
  }

  /** Before the operator's first pass. */
  public static RestoreStatus empty() {
    return new RestoreStatus(null, null, null, null, null, null, null, null, null);
  }

  /** How many tenants are restored. */
  public record Progress(
      @JsonPropertyDescription("Tenants that are restored.") int done,
      @JsonPropertyDescription("Tenants to restore.") int total) {}
}
