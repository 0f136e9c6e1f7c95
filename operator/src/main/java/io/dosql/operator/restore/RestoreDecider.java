package io.dosql.operator.restore;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.crds.BackupLocations;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLRestore;
import io.dosql.crds.OperationError;
import io.dosql.crds.ResourceCondition;
import io.dosql.crds.RestoreProgress;
import io.dosql.crds.RestoreSpec;
import io.dosql.crds.RestoreStatus;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationId;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.status.Phase;
import io.dosql.operator.status.StoreTrouble;
import io.dosql.operator.status.Times;
import io.dosql.operator.status.Verdict;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Patience;
import io.dosql.operator.step.RestoreView;
import io.dosql.operator.step.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides about one DoSQLRestore in one pass; pure.
 *
 * <p>A restore overwrites data, so it is careful where a backup is patient: a backup that is not in
 * the store fails the restore at once instead of making it wait for one that may appear when nobody
 * expects it; and once a tenant is restored, a failure is final, because another attempt would undo
 * what was written to that tenant since.
 */
final class RestoreDecider {

  private static final String SAVED_UNDER = "/pre-restore-backups/";

  private final DoSQLRestore restore;
  private final RestoreObservation observation;
  private final RestoreStatus previous;
  private final Instant now;

  private RestoreDecider(DoSQLRestore restore, RestoreObservation observation, Instant now) {
    this.restore = restore;
    this.observation = observation;
    this.previous = Optional.ofNullable(restore.getStatus()).orElseGet(RestoreStatus::empty);
    this.now = now;
  }

  static Step<RestoreStatus> decide(
      DoSQLRestore restore,
      RestoreObservation observation,
      Optional<OperationView> operation,
      Instant now) {
    RestoreDecider decider = new RestoreDecider(restore, observation, now);
    if (isFinished(restore)) {
      return Step.end(decider.previous);
    }
    return switch (observation.database()) {
      case DatabaseAvailability.Waiting waiting ->
          decider.wait(waiting.reason(), waiting.message());
      case DatabaseAvailability.Available available ->
          decider.decide(available.database(), operation);
    };
  }

  static boolean isFinished(DoSQLRestore restore) {
    RestoreStatus status = restore.getStatus();
    return status != null
        && (Phase.COMPLETED.equals(status.phase()) || Phase.FAILED.equals(status.phase()));
  }

  private Step<RestoreStatus> decide(DoSQLDatabase database, Optional<OperationView> operation) {
    BackupPolicy policy = database.getSpec().backup();
    if (policy == null) {
      return wait(
          "NoBackupStore",
          "The DoSQLDatabase %s has no backup store; add spec.backup.store to it."
              .formatted(database.getMetadata().getName()));
    }
    if (previous.operationId() == null) {
      return begin();
    }
    String id = previous.operationId();
    return switch (operation.orElseGet(OperationView.Unknown::new)) {
      case OperationView.Unknown _ -> Step.start(previous, start(id));
      case OperationView.Running running -> progressed(id, running.progress());
      case OperationView.Succeeded succeeded ->
          completed(saved(database, policy, id), succeeded.operation());
      case OperationView.Failed failed ->
          failed(failed.error(), failed.operation(), saved(database, policy, id));
      case OperationView.Unreachable unreachable ->
          Step.lookAgain(
              running(
                  id,
                  new Verdict.InProgress(
                      "EngineUnreachable", "Waiting: " + unreachable.message() + ".")),
              Step.RECONNECT);
    };
  }

  private Step<RestoreStatus> wait(String reason, String message) {
    return wait(reason, message, Step.WAIT);
  }

  private Step<RestoreStatus> wait(String reason, String message, Duration requeue) {
    Verdict verdict = new Verdict.InProgress(reason, message);
    return Step.lookAgain(
        RestoreStatus.ongoing(
            restore.getMetadata().getGeneration(),
            previous.operationId() == null ? Phase.PENDING : Phase.RUNNING,
            conditions(verdict),
            previous.startTime(),
            previous.progress(),
            previous.operationId()),
        requeue);
  }

  /** A backup that is still being taken is waited for; one that failed cannot be restored. */
  private Step<RestoreStatus> begin() {
    String name = restore.getSpec().backup();
    Optional<String> phase =
        observation.backup().map(DoSQLBackup::getStatus).map(BackupStatus::phase);
    if (phase.filter(Phase.FAILED::equals).isPresent()) {
      return giveUp(
          new EngineError(
              "STORAGE_NOT_FOUND", "The backup %s failed.".formatted(name), false, null, null),
          null,
          null);
    }
    if (phase.filter(Phase.DELETING::equals).isPresent()) {
      return giveUp(
          new EngineError(
              "STORAGE_NOT_FOUND",
              "The backup %s is being deleted.".formatted(name),
              false,
              null,
              null),
          null,
          null);
    }
    if (observation.backup().isPresent() && phase.filter(Phase.COMPLETED::equals).isEmpty()) {
      // Nobody wakes a restore for a backup.
      return wait(
          "BackupNotCompleted",
          "The backup %s is not complete yet.".formatted(name),
          Step.RECONNECT);
    }
    String id = restore.getMetadata().getUid();
    RestoreStatus status =
        RestoreStatus.ongoing(
            restore.getMetadata().getGeneration(),
            Phase.RUNNING,
            conditions(inProgress()),
            Times.format(now),
            null,
            id);
    return Step.start(
        status,
        start(id),
        isDryRun()
            ? EventNote.normal("DryRunStarted", "planning a restore to " + target())
            : EventNote.normal("RestoreStarted", "restoring to " + target()));
  }

  private boolean isDryRun() {
    return restore.getSpec().dryRun();
  }

  private String target() {
    RestoreSpec spec = restore.getSpec();
    if (spec.backup() != null) {
      return "the backup " + spec.backup();
    }
    if (spec.preRestoreId() != null) {
      return "what the restore %s saved".formatted(spec.preRestoreId());
    }
    if (spec.targetTime() != null) {
      return spec.targetTime();
    }
    return spec.targetLsn() == null
        ? "the newest commit that is stored"
        : "commit %d of %s".formatted(spec.targetLsn(), String.join(", ", spec.tenants()));
  }

  private Verdict inProgress() {
    return new Verdict.InProgress(
        "Running", isDryRun() ? "The plan is being made." : "The restore has started.");
  }

  private Step.Start start(String id) {
    RestoreSpec spec = restore.getSpec();
    return new Step.Start(
        id,
        new OperationRequest.Restore(
            spec.backup(),
            spec.preRestoreId(),
            spec.targetTime(),
            spec.targetLsn() == null ? null : spec.targetLsn().toString(),
            Boolean.TRUE.equals(spec.latest()),
            spec.tenants(),
            spec.dryRun(),
            false,
            spec.line()));
  }

  private RestoreStatus running(String id, Verdict verdict) {
    return running(id, verdict, previous.progress());
  }

  private RestoreStatus running(String id, Verdict verdict, @Nullable RestoreProgress progress) {
    return RestoreStatus.ongoing(
        restore.getMetadata().getGeneration(),
        Phase.RUNNING,
        conditions(verdict),
        previous.startTime(),
        progress,
        id);
  }

  private Step<RestoreStatus> progressed(String id, Operation.Progress reported) {
    RestoreProgress progress =
        RestoreView.progress(reported, previous.progress(), previous.startTime(), now);
    String tenants =
        "%d of %d tenants are %s"
            .formatted(progress.done(), progress.total(), isDryRun() ? "planned" : "restored");
    Verdict verdict =
        new Verdict.InProgress(
            "Running",
            progress.percent() == null
                ? tenants + "."
                : "%s, %d %% of what is to be read.".formatted(tenants, progress.percent()));
    return Step.lookAgain(running(id, verdict, progress), Step.POLL);
  }

  /** All attempts save under the id of the first one. */
  private static String saved(DoSQLDatabase database, BackupPolicy policy, String id) {
    return BackupLocations.root(
            policy.store(), database.getMetadata().getNamespace(), database.getMetadata().getName())
        + SAVED_UNDER
        + OperationId.first(id);
  }

  private Step<RestoreStatus> completed(String saved, Operation operation) {
    JsonNode result = operation.result();
    int tenants = result == null ? operation.progress().done() : result.path("tenants").size();
    Long seconds =
        isDryRun() && result != null && result.path("estimatedSeconds").isNumber()
            ? Long.valueOf((long) Math.ceil(result.path("estimatedSeconds").asDouble()))
            : null;
    Verdict verdict =
        isDryRun()
            ? new Verdict.Ready("Planned", planned(tenants, result, seconds))
            : new Verdict.Ready(
                "Completed",
                "%d tenants are restored; their state before is kept at %s.%s"
                    .formatted(tenants, saved, RestoreView.aboutLeftOut(result)));
    long bytes = RestoreView.sum(result, "bytes");
    return Step.end(
        new RestoreStatus(
            restore.getMetadata().getGeneration(),
            Phase.COMPLETED,
            conditions(verdict),
            previous.startTime(),
            Times.format(now),
            bytes == 0
                ? RestoreProgress.ofTenants(tenants, tenants)
                : new RestoreProgress(tenants, tenants, bytes, bytes, 100, 0L),
            RestoreView.tenants(result),
            RestoreView.leftOut(result),
            seconds,
            RestoreView.reached(result),
            isDryRun() ? null : saved,
            null,
            previous.operationId()),
        EventNote.normal(isDryRun() ? "DryRunCompleted" : "RestoreCompleted", verdict.message()));
  }

  private static String planned(int tenants, @Nullable JsonNode result, @Nullable Long seconds) {
    return "%d tenants would be restored, from %d objects with %d bytes%s; see status.plan.%s Nothing was changed."
        .formatted(
            tenants,
            RestoreView.sum(result, "objects"),
            RestoreView.sum(result, "bytes"),
            seconds == null ? "" : ", in about %d s".formatted(seconds),
            RestoreView.aboutLeftOut(result));
  }

  private Step<RestoreStatus> failed(EngineError error, Operation operation, String saved) {
    int done = isDryRun() ? 0 : Math.max(operation.progress().done(), doneBefore());
    if (done == 0 && Patience.mayPass(error) && Patience.isLeft(previous.startTime(), now)) {
      return retry(error);
    }
    RestoreProgress progress =
        RestoreProgress.ofTenants(done, Math.max(done, operation.progress().total()));
    return giveUp(error, progress, done == 0 ? null : saved);
  }

  /** A pod that restarted counts anew, though the tenants that it restored stay restored. */
  private int doneBefore() {
    return previous.progress() == null ? 0 : previous.progress().done();
  }

  private Step<RestoreStatus> retry(EngineError error) {
    String reason = StoreTrouble.reason(error.code());
    String message = StoreTrouble.message(error);
    RestoreStatus status =
        running(
            OperationId.next(String.valueOf(previous.operationId())),
            new Verdict.InProgress(reason, "Trying again: " + message));
    // Told once; later attempts are seen in the conditions.
    return OperationId.isFirst(String.valueOf(previous.operationId()))
        ? Step.lookAgain(status, Step.RETRY, EventNote.warning(reason, message))
        : Step.lookAgain(status, Step.RETRY);
  }

  private Step<RestoreStatus> giveUp(
      EngineError error, @Nullable RestoreProgress progress, @Nullable String saved) {
    String extent =
        progress == null || progress.done() == 0
            ? "Nothing was changed. "
            : "%d of %d tenants are restored, the others are as they were. "
                .formatted(progress.done(), progress.total());
    String message = extent + error.explanation();
    RestoreStatus status =
        new RestoreStatus(
            restore.getMetadata().getGeneration(),
            Phase.FAILED,
            conditions(new Verdict.Failed(StoreTrouble.reason(error.code()), message)),
            previous.startTime(),
            Times.format(now),
            progress,
            null,
            null,
            null,
            null,
            saved,
            new OperationError(error.code(), message),
            previous.operationId());
    return Step.end(status, EventNote.warning("RestoreFailed", error.code() + ": " + message));
  }

  private List<ResourceCondition> conditions(Verdict verdict) {
    return new ConditionSet(previous.conditions(), now, restore.getMetadata().getGeneration())
        .verdict(verdict)
        .build();
  }
}
