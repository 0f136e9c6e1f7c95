package io.dosql.operator.backup;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.crds.BackupLocations;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.OperationError;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationId;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.status.Phase;
import io.dosql.operator.status.StoreTrouble;
import io.dosql.operator.status.Times;
import io.dosql.operator.status.Verdict;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Patience;
import io.dosql.operator.step.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides about one DoSQLBackup in one pass; pure. */
final class BackupDecider {

  private static final String MAIN = "main";

  private static final EngineError NAME_TAKEN =
      new EngineError(
          EngineError.CONFLICT_CODE, "the name of the backup is taken", false, null, null);

  private final DoSQLBackup backup;
  private final BackupObservation observation;
  private final BackupStatus previous;
  private final Instant now;

  private BackupDecider(DoSQLBackup backup, BackupObservation observation, Instant now) {
    this.backup = backup;
    this.observation = observation;
    this.previous = Optional.ofNullable(backup.getStatus()).orElseGet(BackupStatus::empty);
    this.now = now;
  }

  static Step<BackupStatus> decide(
      DoSQLBackup backup,
      BackupObservation observation,
      Optional<OperationView> operation,
      Instant now) {
    BackupDecider decider = new BackupDecider(backup, observation, now);
    if (DueBackup.isFinished(backup)) {
      return Step.end(decider.previous);
    }
    return switch (observation.database()) {
      case DatabaseAvailability.Waiting waiting ->
          decider.wait(waiting.reason(), waiting.message());
      case DatabaseAvailability.Available available ->
          decider.decide(available.database(), operation);
    };
  }

  private Step<BackupStatus> decide(DoSQLDatabase database, Optional<OperationView> operation) {
    BackupPolicy policy = database.getSpec().backup();
    if (policy == null) {
      return wait(
          "NoBackupStore",
          "The DoSQLDatabase %s has no backup store; add spec.backup.store to it."
              .formatted(database.getMetadata().getName()));
    }
    if (previous.operationId() == null) {
      return mayBegin();
    }
    String id = previous.operationId();
    return switch (operation.orElseGet(OperationView.Unknown::new)) {
      case OperationView.Unknown _ -> Step.start(previous, start(id));
      case OperationView.Running running ->
          Step.lookAgain(
              running(
                  id,
                  new Verdict.InProgress(
                      "Running",
                      "%d of %d tenants are stored."
                          .formatted(running.progress().done(), running.progress().total()))),
              Step.POLL);
      case OperationView.Succeeded succeeded ->
          completed(location(database, policy), succeeded.operation());
      case OperationView.Failed failed -> failed(failed.error());
      case OperationView.Unreachable unreachable ->
          Step.lookAgain(
              running(
                  id,
                  new Verdict.InProgress(
                      "EngineUnreachable", "Waiting: " + unreachable.message() + ".")),
              Step.RECONNECT);
    };
  }

  private Step<BackupStatus> wait(String reason, String message) {
    Verdict verdict = new Verdict.InProgress(reason, message);
    String phase = previous.operationId() == null ? Phase.PENDING : Phase.RUNNING;
    return Step.lookAgain(
        status(phase, verdict, previous.startTime(), previous.operationId()), Step.WAIT);
  }

  /**
   * Only when the store works: a backup that has not begun waits for it without an end. And only
   * under a name that is free; the engine would refuse another one, too, but after more work.
   */
  private Step<BackupStatus> mayBegin() {
    return switch (observation.sameName().orElse(null)) {
      case Reply.Ok<Optional<StoredBackup>> ok when ok.value().isPresent() -> giveUp(NAME_TAKEN);
      case Reply.Ok<Optional<StoredBackup>> _ -> begin();
      case Reply.Refused<Optional<StoredBackup>> refused ->
          lookAgain(
              StoreTrouble.reason(refused.error().code()),
              "Waiting: " + StoreTrouble.message(refused.error()),
              Step.RETRY);
      case Reply.Unavailable<Optional<StoredBackup>> unavailable ->
          lookAgain("EngineUnreachable", "Waiting: " + unavailable.message() + ".", Step.RECONNECT);
      case null -> lookAgain("NotCheckedYet", "The store was not looked at yet.", Step.POLL);
    };
  }

  private Step<BackupStatus> lookAgain(String reason, String message, Duration requeue) {
    return Step.lookAgain(
        status(Phase.PENDING, new Verdict.InProgress(reason, message), null, null), requeue);
  }

  private Step<BackupStatus> begin() {
    String id = "backup-" + backup.getMetadata().getUid();
    BackupStatus status = status(Phase.RUNNING, inProgress(), Times.format(now), id);
    return Step.start(
        status, start(id), EventNote.normal("BackupStarted", "the backup has started"));
  }

  private static Verdict inProgress() {
    return new Verdict.InProgress("Running", "The backup has started.");
  }

  private Step.Start start(String id) {
    return new Step.Start(
        id,
        new OperationRequest.Backup(backup.getMetadata().getName(), backup.getSpec().tenants()));
  }

  private BackupStatus running(String id, Verdict verdict) {
    return status(Phase.RUNNING, verdict, previous.startTime(), id);
  }

  private String location(DoSQLDatabase database, BackupPolicy policy) {
    return BackupLocations.root(
            policy.store(), database.getMetadata().getNamespace(), database.getMetadata().getName())
        + "/backups/"
        + backup.getMetadata().getName();
  }

  private Step<BackupStatus> completed(String location, Operation operation) {
    JsonNode result = operation.result();
    JsonNode tenants = result == null ? null : result.path("tenants");
    JsonNode main = main(tenants);
    Integer count = tenants == null ? null : tenants.size();
    Verdict verdict = new Verdict.Ready("Completed", "The backup is complete at " + location + ".");
    return Step.end(
        new BackupStatus(
            backup.getMetadata().getGeneration(),
            Phase.COMPLETED,
            conditions(verdict),
            previous.startTime(),
            Times.format(now),
            result == null ? null : result.path("bytes").asLong(),
            count,
            text(main, "lsn"),
            text(main, "schemaVersion"),
            location,
            text(result, "time"),
            previous.verified(),
            previous.verification(),
            null,
            previous.operationId()),
        EventNote.normal("BackupCompleted", "stored %s tenants at %s".formatted(count, location)));
  }

  private static @Nullable JsonNode main(@Nullable JsonNode tenants) {
    if (tenants != null) {
      for (JsonNode tenant : tenants) {
        if (MAIN.equals(text(tenant, "tenant"))) {
          return tenant;
        }
      }
    }
    return null;
  }

  private static @Nullable String text(@Nullable JsonNode node, String field) {
    return node == null || !node.path(field).isTextual() ? null : node.path(field).asText();
  }

  private Step<BackupStatus> failed(EngineError error) {
    boolean again = Patience.mayPass(error) && Patience.isLeft(previous.startTime(), now);
    return again ? retry(error) : giveUp(error);
  }

  private Step<BackupStatus> retry(EngineError error) {
    String reason = StoreTrouble.reason(error.code());
    String message = StoreTrouble.message(error);
    BackupStatus status =
        running(
            OperationId.next(String.valueOf(previous.operationId())),
            new Verdict.InProgress(reason, "Trying again: " + message));
    // Told once; later attempts are seen in the conditions.
    return OperationId.isFirst(String.valueOf(previous.operationId()))
        ? Step.lookAgain(status, Step.RETRY, EventNote.warning(reason, message))
        : Step.lookAgain(status, Step.RETRY);
  }

  private Step<BackupStatus> giveUp(EngineError error) {
    String message =
        observation
            .stored()
            .map(
                other ->
                    ("A backup named %s, taken at %s, is in the store already; give this"
                            + " DoSQLBackup another name.")
                        .formatted(other.name(), Times.format(other.time())))
            .orElseGet(error::explanation);
    BackupStatus status =
        new BackupStatus(
            backup.getMetadata().getGeneration(),
            Phase.FAILED,
            conditions(new Verdict.Failed(StoreTrouble.reason(error.code()), message)),
            previous.startTime(),
            Times.format(now),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            new OperationError(error.code(), message),
            previous.operationId());
    return Step.end(status, EventNote.warning("BackupFailed", error.code() + ": " + message));
  }

  private BackupStatus status(
      String phase, Verdict verdict, @Nullable String startTime, @Nullable String operationId) {
    return new BackupStatus(
        backup.getMetadata().getGeneration(),
        phase,
        conditions(verdict),
        startTime,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        operationId);
  }

  private List<ResourceCondition> conditions(Verdict verdict) {
    return new ConditionSet(previous.conditions(), now, backup.getMetadata().getGeneration())
        .verdict(verdict)
        .build();
  }
}
