package io.dosql.operator.migration;

import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.MigrationSpec;
import io.dosql.crds.MigrationSpec.Migration;
import io.dosql.crds.MigrationStatus;
import io.dosql.crds.MigrationStatus.Failure;
import io.dosql.crds.MigrationStatus.TenantProgress;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationId;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.TenantInfo;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.status.Phase;
import io.dosql.operator.status.StoreTrouble;
import io.dosql.operator.status.Verdict;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides about one DoSQLMigration in one pass; pure.
 *
 * <p>Each generation of the resource is applied once to all tenants that it is about. Then the
 * tenants are looked at now and again, and those that appeared since get the migrations in a
 * further round. A migration that failed waits for an edit: what failed once on data fails again.
 */
final class MigrationDecider {

  /** How often tenants that appeared are looked for. */
  static final Duration NEW_TENANTS = Duration.ofSeconds(30);

  /** Bounds the request of a round; the others follow in the next. */
  private static final int TENANTS_PER_ROUND_MAX = 1000;

  private final DoSQLMigration resource;
  private final MigrationSpec spec;
  private final MigrationObservation observation;
  private final MigrationStatus previous;
  private final @Nullable Long generation;
  private final Instant now;

  private MigrationDecider(DoSQLMigration resource, MigrationObservation observation, Instant now) {
    this.resource = resource;
    this.spec = resource.getSpec();
    this.observation = observation;
    this.previous = Optional.ofNullable(resource.getStatus()).orElseGet(MigrationStatus::empty);
    this.generation = resource.getMetadata().getGeneration();
    this.now = now;
  }

  static Step<MigrationStatus> decide(
      DoSQLMigration resource,
      MigrationObservation observation,
      Optional<OperationView> operation,
      Instant now) {
    MigrationDecider decider = new MigrationDecider(resource, observation, now);
    if (hasFailed(resource)) {
      return Step.end(decider.previous);
    }
    return switch (observation.database()) {
      case DatabaseAvailability.Waiting waiting ->
          decider.wait(waiting.reason(), waiting.message());
      case DatabaseAvailability.Available _ -> decider.decide(operation);
    };
  }

  /** Whether this very generation failed. */
  static boolean hasFailed(DoSQLMigration resource) {
    MigrationStatus status = resource.getStatus();
    return status != null
        && Phase.FAILED.equals(status.phase())
        && Objects.equals(status.observedGeneration(), resource.getMetadata().getGeneration());
  }

  /** Whether every tenant there was has this very generation. */
  static boolean isApplied(DoSQLMigration resource) {
    MigrationStatus status = resource.getStatus();
    return status != null
        && Objects.equals(status.appliedGeneration(), resource.getMetadata().getGeneration());
  }

  /** The operation to look for; empty when none of this generation runs. */
  static Optional<String> runningOperation(DoSQLMigration resource) {
    MigrationStatus status = resource.getStatus();
    return status != null && Phase.RUNNING.equals(status.phase())
        ? Optional.ofNullable(status.operationId())
            .filter(id -> OperationId.first(id).equals(firstOperation(resource)))
        : Optional.empty();
  }

  private static String firstOperation(DoSQLMigration resource) {
    return "migrate-%s-%d"
        .formatted(resource.getMetadata().getUid(), resource.getMetadata().getGeneration());
  }

  private Step<MigrationStatus> decide(Optional<OperationView> operation) {
    Optional<String> running = runningOperation(resource);
    if (running.isPresent()) {
      return follow(running.get(), operation.orElseGet(OperationView.Unknown::new));
    }
    return isApplied(resource) ? lookForNewTenants(nextRound()) : begin();
  }

  private Step<MigrationStatus> wait(String reason, String message) {
    if (isApplied(resource) && runningOperation(resource).isEmpty()) {
      // Nothing is owed; that the database is away just now is its own condition.
      return Step.lookAgain(previous, NEW_TENANTS);
    }
    String phase = runningOperation(resource).isPresent() ? Phase.RUNNING : Phase.PENDING;
    return Step.lookAgain(
        status(phase, new Verdict.InProgress(reason, message), previous.operationId()), Step.WAIT);
  }

  private Step<MigrationStatus> begin() {
    String id = firstOperation(resource);
    MigrationStatus status =
        status(
            Phase.RUNNING, new Verdict.InProgress("Running", "The migrations have started."), id);
    return Step.start(
        status,
        start(id, spec.tenants()),
        EventNote.normal("MigrationStarted", "%d migrations".formatted(spec.migrations().size())));
  }

  private Step.Start start(String id, List<String> tenants) {
    List<OperationRequest.Migration> migrations =
        spec.migrations().stream()
            .map(migration -> new OperationRequest.Migration(migration.id(), migration.sql()))
            .toList();
    return new Step.Start(id, new OperationRequest.Migrate(tenants, migrations, false));
  }

  private Step<MigrationStatus> follow(String id, OperationView operation) {
    return switch (operation) {
      case OperationView.Unknown _ -> restart(id);
      case OperationView.Running running -> progressed(id, running.progress());
      case OperationView.Succeeded succeeded -> completed(id, succeeded.operation());
      case OperationView.Failed failed -> failed(id, failed.error(), failed.operation());
      case OperationView.Unreachable unreachable ->
          Step.lookAgain(
              status(
                  Phase.RUNNING,
                  new Verdict.InProgress(
                      "EngineUnreachable", "Waiting: " + unreachable.message() + "."),
                  id),
              Step.RECONNECT);
    };
  }

  /** The pod restarted. Tenants that are done skip what they have. */
  private Step<MigrationStatus> restart(String id) {
    if (!isApplied(resource)) {
      return Step.start(previous, start(id, spec.tenants()));
    }
    return lookForNewTenants(id);
  }

  private Step<MigrationStatus> progressed(String id, Operation.Progress progress) {
    Verdict verdict =
        new Verdict.InProgress(
            "Running",
            "%d of %d tenants are migrated.".formatted(progress.done(), progress.total()));
    return Step.lookAgain(
        new MigrationStatus(
            generation,
            Phase.RUNNING,
            conditions(verdict),
            // A round for new tenants counts only those; the sum is known after it.
            isApplied(resource)
                ? previous.tenants()
                : new TenantProgress(progress.total(), progress.done(), 0),
            previous.current(),
            null,
            previous.appliedGeneration(),
            id),
        Step.POLL);
  }

  private Step<MigrationStatus> completed(String id, Operation operation) {
    if (isApplied(resource)) {
      return roundCompleted(id);
    }
    int migrated =
        operation.result() == null
            ? operation.progress().done()
            : operation.result().path("tenants").size();
    return Step.lookAgain(
        upToDate(migrated),
        Step.POLL,
        EventNote.normal("MigrationCompleted", "%d tenants".formatted(migrated)));
  }

  /** Only a look at the tenants tells whether that was the last round. */
  private Step<MigrationStatus> roundCompleted(String id) {
    return observation.tenants().flatMap(Reply::answer).isPresent()
        ? lookForNewTenants(OperationId.next(id))
        : Step.lookAgain(previous, Step.POLL);
  }

  private EventNote[] endOfRounds() {
    return Phase.RUNNING.equals(previous.phase())
        ? new EventNote[] {
          EventNote.normal("NewTenantsMigrated", "new tenants have every migration too")
        }
        : new EventNote[0];
  }

  private MigrationStatus upToDate(int tenants) {
    Verdict verdict = new Verdict.Ready("Completed", "Every tenant has every migration.");
    return new MigrationStatus(
        generation,
        Phase.COMPLETED,
        conditions(verdict),
        new TenantProgress(tenants, tenants, 0),
        target(),
        null,
        generation,
        previous.operationId());
  }

  private String target() {
    return spec.migrations().stream()
        .map(Migration::id)
        .max(SchemaVersion.ORDER)
        .orElseThrow(() -> new IllegalArgumentException("a resource without migrations"));
  }

  private Step<MigrationStatus> lookForNewTenants(String nextId) {
    return switch (observation.tenants().orElse(null)) {
      case Reply.Ok<List<TenantInfo>> listing -> compare(listing.value(), nextId);
      case Reply.Refused<List<TenantInfo>> _ -> Step.lookAgain(previous, NEW_TENANTS);
      case Reply.Unavailable<List<TenantInfo>> _ -> Step.lookAgain(previous, NEW_TENANTS);
      case null -> Step.lookAgain(previous, Step.POLL);
    };
  }

  private Step<MigrationStatus> compare(List<TenantInfo> all, String nextId) {
    List<TenantInfo> concerned =
        spec.tenants().isEmpty()
            ? all
            : all.stream().filter(tenant -> spec.tenants().contains(tenant.name())).toList();
    List<String> behind =
        concerned.stream()
            .filter(tenant -> SchemaVersion.isBehind(tenant.schemaVersion(), target()))
            .map(TenantInfo::name)
            .limit(TENANTS_PER_ROUND_MAX)
            .toList();
    if (behind.isEmpty()) {
      return Step.lookAgain(upToDate(concerned.size()), NEW_TENANTS, endOfRounds());
    }
    MigrationStatus status =
        new MigrationStatus(
            generation,
            Phase.RUNNING,
            conditions(
                new Verdict.InProgress(
                    "NewTenants", "%d tenants get the migrations.".formatted(behind.size()))),
            new TenantProgress(concerned.size(), concerned.size() - behind.size(), 0),
            previous.current(),
            null,
            previous.appliedGeneration(),
            nextId);
    return Step.start(status, start(nextId, behind));
  }

  private String nextRound() {
    return OperationId.next(
        Optional.ofNullable(previous.operationId()).orElseGet(() -> firstOperation(resource)));
  }

  private Step<MigrationStatus> failed(String id, EngineError error, Operation operation) {
    boolean ofTheMigration = error.code().startsWith("MIGRATION_");
    if (!ofTheMigration && error.retryable()) {
      Verdict verdict =
          new Verdict.InProgress(
              StoreTrouble.reason(error.code()), "Trying again: " + error.explanation());
      return Step.lookAgain(status(Phase.RUNNING, verdict, OperationId.next(id)), Step.RETRY);
    }
    if (error.code().equals(EngineError.NOT_FOUND_CODE)) {
      // A tenant that is named and not declared; the database may declare it later.
      Verdict verdict = new Verdict.InProgress("TenantNotFound", error.explanation());
      return Step.lookAgain(status(Phase.RUNNING, verdict, id), Step.RETRY);
    }
    Failure failure = MigrationFailure.of(error, operation);
    String message = MigrationFailure.describe(failure);
    Verdict verdict =
        new Verdict.Failed(
            StoreTrouble.reason(error.code()),
            message + " Correct the resource; an edit tries again.");
    MigrationStatus status =
        new MigrationStatus(
            generation,
            Phase.FAILED,
            conditions(verdict),
            failedProgress(operation, failure),
            previous.current(),
            failure,
            previous.appliedGeneration(),
            id);
    return Step.end(status, EventNote.warning("MigrationFailed", message));
  }

  /** A round for new tenants counts only those; a refused request has counted none. */
  private @Nullable TenantProgress failedProgress(Operation operation, Failure failure) {
    int failed = failure.tenant() == null ? 0 : 1;
    TenantProgress before = previous.tenants();
    if (before != null && (isApplied(resource) || operation.progress().total() == 0)) {
      return new TenantProgress(
          before.total(), before.done() + operation.progress().done(), failed);
    }
    return new TenantProgress(operation.progress().total(), operation.progress().done(), failed);
  }

  private MigrationStatus status(String phase, Verdict verdict, @Nullable String operationId) {
    return new MigrationStatus(
        generation,
        phase,
        conditions(verdict),
        previous.tenants(),
        previous.current(),
        null,
        previous.appliedGeneration(),
        operationId);
  }

  private List<ResourceCondition> conditions(Verdict verdict) {
    return new ConditionSet(previous.conditions(), now, generation).verdict(verdict).build();
  }
}
