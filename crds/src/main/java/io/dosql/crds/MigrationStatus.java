package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far a migration has come. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MigrationStatus(
    @Nullable
        @JsonPropertyDescription("Generation of the resource that this status was computed from.")
        Long observedGeneration,
    @Nullable @JsonPropertyDescription("The state in short: Pending, Running, Completed or Failed.")
        String phase,
    @JsonPropertyDescription(
            "Ready: every tenant has every migration. Reconciling: migrations run or wait. Stalled:"
                + " failed, needs an edit.")
        List<ResourceCondition> conditions,
    @Nullable @JsonPropertyDescription("Counts of tenants.") TenantProgress tenants,
    @Nullable @JsonPropertyDescription("The highest migration that every tenant has.")
        String current,
    @Nullable @JsonPropertyDescription("What failed, and where.") Failure failure,
    @Nullable @JsonPropertyDescription("Generation of the resource that was applied last.")
        Long appliedGeneration,
    @Nullable @JsonPropertyDescription("Id of the engine's operation, as the pod's log names it.")
        String operationId) {

  public MigrationStatus(
      @Nullable Long observedGeneration,
      @Nullable String phase,
      @Nullable List<ResourceCondition> conditions,
      @Nullable TenantProgress tenants,
      @Nullable String current,
      @Nullable Failure failure,
      @Nullable Long appliedGeneration,
      @Nullable String operationId) {
    this.observedGeneration = observedGeneration;
    this.phase = phase;
    this.conditions = conditions == null ? List.of() : List.copyOf(conditions);
    this.tenants = tenants;
    this.current = current;
    this.failure = failure;
    this.appliedGeneration = appliedGeneration;
    this.operationId = operationId;
  }

  /** Before the operator's first pass. */
  public static MigrationStatus empty() {
    return new MigrationStatus(null, null, null, null, null, null, null, null);
  }

  /** How many tenants have all migrations. */
  public record TenantProgress(
      @JsonPropertyDescription("Tenants that the resource is about.") int total,
      @JsonPropertyDescription("Tenants that have every migration.") int done,
      @JsonPropertyDescription("Tenants whose migration failed.") int failed) {}

  /** Where a migration failed; nothing of it was kept. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Failure(
      @Nullable @JsonPropertyDescription("Tenant that it failed on.") String tenant,
      @Nullable @JsonPropertyDescription("Id of the migration.") String migration,
      @Nullable @JsonPropertyDescription("Number of the statement in it, from 1.")
          Integer statement,
      @Nullable @JsonPropertyDescription("Line of the migration's text, from 1.") Integer line,
      @Nullable @JsonPropertyDescription("Column of the line, from 1.") Integer column,
      @Nullable @JsonPropertyDescription("The statement.") String sql,
      @JsonPropertyDescription("What the database said.") String message,
      @JsonPropertyDescription("Code of the error, as in the list of errors.") String code) {}
}
