package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far a restore has come. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
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
    @Nullable @JsonPropertyDescription("Counts of tenants and bytes.") RestoreProgress progress,
    @JsonPropertyDescription(
            "To which commit each tenant is restored or, with dryRun, would be; the first 100.")
        List<RestoredTenant> plan,
    @JsonPropertyDescription(
            "Tenants of the archive that are not restored, because they had been deleted by then;"
                + " the first 100. Named in spec.tenants they come back with latest.")
        List<LeftOutTenant> leftOut,
    @Nullable
        @JsonPropertyDescription(
            "With dryRun: how many seconds the restore would take, an estimate by the pod's latest"
                + " restores, or by 50 MB/s if it has done none since its start.")
        Long estimatedSeconds,
    @Nullable
        @JsonPropertyDescription(
            "The commit that was reached: of the only tenant or, of several, of the newest one.")
        TargetReached targetReached,
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
      @Nullable RestoreProgress progress,
      @Nullable List<RestoredTenant> plan,
      @Nullable List<LeftOutTenant> leftOut,
      @Nullable Long estimatedSeconds,
      @Nullable TargetReached targetReached,
      @Nullable String preRestoreLocation,
      @Nullable OperationError error,
      @Nullable String operationId) {
    this.observedGeneration = observedGeneration;
    this.phase = phase;
    this.conditions = conditions == null ? List.of() : List.copyOf(conditions);
    this.startTime = startTime;
    this.completionTime = completionTime;
    this.progress = progress;
    this.plan = plan == null ? List.of() : List.copyOf(plan);
    this.leftOut = leftOut == null ? List.of() : List.copyOf(leftOut);
    this.estimatedSeconds = estimatedSeconds;
    this.targetReached = targetReached;
    this.preRestoreLocation = preRestoreLocation;
    this.error = error;
    this.operationId = operationId;
  }

  /** Before the operator's first pass. */
  public static RestoreStatus empty() {
    return ongoing(null, null, null, null, null, null);
  }

  /** Of a restore that has not ended. */
  public static RestoreStatus ongoing(
      @Nullable Long observedGeneration,
      @Nullable String phase,
      @Nullable List<ResourceCondition> conditions,
      @Nullable String startTime,
      @Nullable RestoreProgress progress,
      @Nullable String operationId) {
    return new RestoreStatus(
        observedGeneration,
        phase,
        conditions,
        startTime,
        null,
        progress,
        null,
        null,
        null,
        null,
        null,
        null,
        operationId);
  }

  /** A commit. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record TargetReached(
      @Nullable @JsonPropertyDescription("Its number; of the only tenant.") String lsn,
      @Nullable @JsonPropertyDescription("When it was made, RFC 3339.") String time) {}
}
