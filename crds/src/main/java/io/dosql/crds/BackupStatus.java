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
    @Nullable
        @JsonPropertyDescription(
            "The state in short: Pending, Running, Completed, Failed" + " or Deleting.")
        String phase,
    @JsonPropertyDescription(
            "Ready: the backup is complete. Reconciling: it runs or waits. Stalled: it failed."
                + " Verified: what became of its newest verification.")
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
    @Nullable @JsonPropertyDescription("Up to when every commit is in it, RFC 3339.") String time,
    @Nullable @JsonPropertyDescription("What became of its newest verification.") Verified verified,
    @Nullable @JsonPropertyDescription("The newest verification that was asked for.")
        Verification verification,
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
      @Nullable String time,
      @Nullable Verified verified,
      @Nullable Verification verification,
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
    this.time = time;
    this.verified = verified;
    this.verification = verification;
    this.error = error;
    this.operationId = operationId;
  }

  /** Before the operator's first pass. */
  public static BackupStatus empty() {
    return new BackupStatus(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
  }

  /** The same, but for what changes while a backup that was taken is looked after. */
  public BackupStatus with(
      String newPhase,
      List<ResourceCondition> newConditions,
      @Nullable Verified newVerified,
      @Nullable Verification newVerification) {
    return with(newPhase, newConditions, newVerified, newVerification, operationId);
  }

  /** The same, with another operation at work for it. */
  public BackupStatus withOperationId(String newOperationId) {
    return with(phase, conditions, verified, verification, newOperationId);
  }

  private BackupStatus with(
      @Nullable String newPhase,
      List<ResourceCondition> newConditions,
      @Nullable Verified newVerified,
      @Nullable Verification newVerification,
      @Nullable String newOperationId) {
    return new BackupStatus(
        observedGeneration,
        newPhase,
        newConditions,
        startTime,
        completionTime,
        bytes,
        tenants,
        lsn,
        schemaVersion,
        location,
        time,
        newVerified,
        newVerification,
        error,
        newOperationId);
  }

  /** What became of a verification. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Verified(
      @JsonPropertyDescription("When it ended, RFC 3339.") String time,
      @JsonPropertyDescription(
              "Passed: the backup was restored, and is whole. Failed: it is not. A verification that"
                  + " could not be done says nothing of the backup; see the condition Verified.")
          Result result,
      @JsonPropertyDescription("What was found.") String message) {

    public enum Result {
      Passed,
      Failed
    }
  }

  /** A verification that was asked for. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Verification(
      @JsonPropertyDescription("The value of the annotation dosql.io/verify that asked for it.")
          String request,
      @JsonPropertyDescription("Name of the Job that does it.") String job,
      @JsonPropertyDescription("The number of the attempt, from 1.") int attempt,
      @JsonPropertyDescription("When it was started, RFC 3339.") String startTime,
      @Nullable @JsonPropertyDescription("When it ended, RFC 3339.") String completionTime) {}
}
