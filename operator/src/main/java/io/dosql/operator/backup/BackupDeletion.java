package io.dosql.operator.backup;

import io.dosql.crds.BackupLocations;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupSpec;
import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.OperationId;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
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
import java.util.Optional;

/**
 * Decides about a DoSQLBackup that was deleted, in one pass; pure. With the policy Delete, a
 * finalizer keeps the resource until the pod has deleted what it stored. Whoever does not want to
 * wait for that sets the policy to Retain.
 */
final class BackupDeletion {

  /** On resources whose policy is Delete, and on no others. */
  static final String FINALIZER = "dosql.io/stored-backup";

  /** A deletion that failed is asked for again, under another id, after so long. */
  private static final Duration RETRY = Duration.ofMinutes(2);

  private static final String GIVE_UP =
      " To let the resource go and keep what is stored, set spec.deletionPolicy to Retain.";

  /**
   * What such a decision rests on.
   *
   * @param database of the backup
   * @param restoring whether a restore that has not ended needs the backup
   * @param taking what the pod knows of the operation that takes the backup; empty if none is known
   *     to be needed
   * @param deleting what the pod knows of the operation that deletes it; empty if it was not asked
   */
  record Observation(
      DatabaseAvailability database,
      boolean restoring,
      Optional<OperationView> taking,
      Optional<OperationView> deleting) {}

  /** What follows. */
  sealed interface Decision {

    /** Nothing is left to do: the finalizer goes. */
    record Release(List<EventNote> events) implements Decision {}

    /** The resource stays; the step says what it says meanwhile, and what is to be started. */
    record Keep(Step<BackupStatus> step) implements Decision {}
  }

  private final DoSQLBackup backup;
  private final Observation observation;
  private final BackupStatus previous;
  private final Instant now;

  private BackupDeletion(DoSQLBackup backup, Observation observation, Instant now) {
    this.backup = backup;
    this.observation = observation;
    this.previous = Optional.ofNullable(backup.getStatus()).orElseGet(BackupStatus::empty);
    this.now = now;
  }

  static boolean wantsFinalizer(DoSQLBackup backup) {
    return backup.getSpec().deletionPolicy() == BackupSpec.DeletionPolicy.Delete;
  }

  /**
   * Whether this resource has put anything into the store. One whose name was taken has not: what
   * is stored under it is another's.
   */
  static boolean hasStored(DoSQLBackup backup) {
    BackupStatus status = backup.getStatus();
    if (status == null || status.operationId() == null) {
      return false;
    }
    boolean nameTaken =
        status.error() != null && status.error().code().equals(EngineError.CONFLICT_CODE);
    return !nameTaken;
  }

  /** The id of the operation that deletes the backup; empty while none was begun. */
  static Optional<String> operationId(DoSQLBackup backup) {
    return Optional.ofNullable(backup.getStatus())
        .flatMap(status -> Optional.ofNullable(status.operationId()))
        .filter(id -> id.startsWith(operation(backup)));
  }

  private static String operation(DoSQLBackup backup) {
    return "delete-" + backup.getMetadata().getUid();
  }

  static Decision decide(DoSQLBackup backup, Observation observation, Instant now) {
    return new BackupDeletion(backup, observation, now).decide();
  }

  private Decision decide() {
    if (!wantsFinalizer(backup) || !hasStored(backup)) {
      return new Decision.Release(List.of());
    }
    return switch (observation.database()) {
      case DatabaseAvailability.Waiting waiting ->
          keep(
              waiting.reason(),
              "The stored backup is deleted by the database's pod, which is not there to do it: %s"
                      .formatted(waiting.message())
                  + GIVE_UP,
              Step.WAIT);
      case DatabaseAvailability.Available available -> decide(available.database());
    };
  }

  private Decision decide(DoSQLDatabase database) {
    BackupPolicy policy = database.getSpec().backup();
    if (policy == null) {
      return keep(
          "NoBackupStore",
          "The DoSQLDatabase %s has no backup store any more; add spec.backup.store to it."
                  .formatted(database.getMetadata().getName())
              + GIVE_UP,
          Step.WAIT);
    }
    String root =
        BackupLocations.root(
            policy.store(),
            database.getMetadata().getNamespace(),
            database.getMetadata().getName());
    if (previous.location() != null && !previous.location().startsWith(root + "/")) {
      return keep(
          "OtherStore",
          "The backup is stored at %s, and the database has its store at %s now; set that back."
                  .formatted(previous.location(), root)
              + GIVE_UP,
          Step.WAIT);
    }
    if (observation.restoring()) {
      return keep(
          "RestoreRunning",
          "A DoSQLRestore that has not ended needs the backup." + GIVE_UP,
          Step.RECONNECT);
    }
    if (observation.taking().filter(OperationView.Running.class::isInstance).isPresent()) {
      return keep(
          "BackupRunning",
          "The backup is still being taken; then it is deleted." + GIVE_UP,
          Step.RECONNECT);
    }
    return switch (observation.deleting().orElseGet(OperationView.Unknown::new)) {
      case OperationView.Unknown _ -> start(operationId(backup).orElseGet(this::another));
      case OperationView.Running _ ->
          keep("Deleting", "The stored backup is being deleted.", Step.POLL);
      case OperationView.Succeeded _ ->
          new Decision.Release(
              List.of(
                  EventNote.normal(
                      "BackupDeleted",
                      "deleted the stored backup, and what no other backup needs")));
      case OperationView.Failed failed -> failed(failed.error());
      case OperationView.Unreachable unreachable ->
          keep("EngineUnreachable", "Waiting: " + unreachable.message() + ".", Step.RECONNECT);
    };
  }

  private String another() {
    return OperationId.begun(operation(backup), now);
  }

  private Decision start(String id) {
    Step.Start start =
        new Step.Start(id, new OperationRequest.Prune(List.of(backup.getMetadata().getName())));
    return new Decision.Keep(
        Step.start(
            status("Deleting", "The stored backup is being deleted.").withOperationId(id), start));
  }

  private Decision failed(EngineError error) {
    boolean tryAgain =
        operationId(backup)
            .filter(id -> OperationId.age(id, now).compareTo(RETRY) >= 0)
            .isPresent();
    return tryAgain
        ? start(another())
        : keep(
            StoreTrouble.reason(error.code()),
            "The stored backup cannot be deleted, and that is tried again: "
                + StoreTrouble.message(error)
                + GIVE_UP,
            Step.RETRY);
  }

  /** What keeps it is told once, unless that is only the work itself. */
  private Decision keep(String reason, String message, Duration requeue) {
    BackupStatus status = status(reason, message);
    boolean told =
        ConditionSet.find(previous.conditions(), ConditionType.READY)
            .filter(old -> old.reason().equals(reason))
            .isPresent();
    return new Decision.Keep(
        told || requeue.equals(Step.POLL)
            ? Step.lookAgain(status, requeue)
            : Step.lookAgain(status, requeue, EventNote.warning(reason, message)));
  }

  private BackupStatus status(String reason, String message) {
    ConditionSet conditions =
        new ConditionSet(previous.conditions(), now, backup.getMetadata().getGeneration())
            .verdict(new Verdict.InProgress(reason, message));
    return previous.with(
        Phase.DELETING, conditions.build(), previous.verified(), previous.verification());
  }
}
