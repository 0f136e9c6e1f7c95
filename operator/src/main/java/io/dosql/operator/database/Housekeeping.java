package io.dosql.operator.database;

import io.dosql.crds.BackupLocations;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.backup.DueBackup;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.status.Phase;
import io.dosql.operator.status.StoreTrouble;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What retention asks for now; pure.
 *
 * @param condition the condition RetentionApplied
 * @param underway whether the pod is deleting at this moment
 */
record Housekeeping(
    ConditionValue condition,
    List<DatabaseAction> actions,
    List<EventNote> events,
    boolean underway) {

  /** Failed scheduled backups that are kept as resources, so that a person can see why. */
  static final int FAILED_BACKUPS_KEPT = 3;

  static Housekeeping of(DatabaseObservation observation) {
    if (observation.pruning().isPresent()) {
      return pruning(observation.pruning().get());
    }
    return observation
        .stored()
        .map(Housekeeping::nothingToPrune)
        .orElseGet(() -> waiting("NotCheckedYet", "The backups in the store were not listed yet."));
  }

  private static Housekeeping nothingToPrune(Reply<List<StoredBackup>> stored) {
    return switch (stored) {
      case Reply.Ok<List<StoredBackup>> _ ->
          new Housekeeping(
              ConditionValue.holds("Applied", "No backup is kept longer than asked for."),
              List.of(),
              List.of(),
              false);
      case Reply.Refused<List<StoredBackup>> refused ->
          failed("cannot list the backups in the store", refused.error(), List.of());
      case Reply.Unavailable<List<StoredBackup>> unavailable ->
          waiting("EngineUnreachable", "Waiting: " + unavailable.message() + ".");
    };
  }

  private static Housekeeping pruning(DatabaseObservation.Pruning pruning) {
    return switch (pruning.operation()) {
      case Reply.Ok<Operation> known -> pruning(pruning, known.value());
      case Reply.Refused<Operation> refused
          when refused.httpStatus() == HttpURLConnection.HTTP_NOT_FOUND ->
          new Housekeeping(
              deleting(pruning),
              List.of(new DatabaseAction.StartPruning(pruning.operationId(), pruning.names())),
              List.of(),
              true);
      case Reply.Refused<Operation> refused ->
          failed("cannot delete old backups", refused.error(), List.of());
      case Reply.Unavailable<Operation> unavailable ->
          waiting("EngineUnreachable", "Waiting: " + unavailable.message() + ".");
    };
  }

  private static Housekeeping pruning(DatabaseObservation.Pruning pruning, Operation operation) {
    return switch (operation.state()) {
      case RUNNING -> new Housekeeping(deleting(pruning), List.of(), List.of(), true);
      case SUCCEEDED ->
          new Housekeeping(
              ConditionValue.holds("Applied", "No backup is kept longer than asked for."),
              List.of(new DatabaseAction.ForgetListing()),
              List.of(
                  EventNote.normal(
                      "BackupsPruned",
                      "deleted backups that retention keeps no longer: "
                          + String.join(", ", pruning.names()))),
              true);
      case FAILED ->
          failed(
              "cannot delete old backups",
              operation.failure(),
              List.of(new DatabaseAction.ForgetListing()));
    };
  }

  private static ConditionValue deleting(DatabaseObservation.Pruning pruning) {
    return ConditionValue.unknown(
        "Deleting",
        "Deleting %d backups that are kept no longer.".formatted(pruning.names().size()));
  }

  private static Housekeeping waiting(String reason, String message) {
    return new Housekeeping(ConditionValue.unknown(reason, message), List.of(), List.of(), false);
  }

  private static Housekeeping failed(String what, EngineError error, List<DatabaseAction> actions) {
    return new Housekeeping(
        ConditionValue.fails(
            new Problem(
                StoreTrouble.reason(error.code()),
                "The engine %s: %s".formatted(what, StoreTrouble.message(error)))),
        actions,
        List.of(),
        false);
  }

  /**
   * Names of DoSQLBackups that say nothing true any more: complete ones of this store that a fresh
   * listing no longer holds, if retention is on or they had a time to expire, and old failed ones
   * of the schedule.
   */
  static List<String> outdated(DoSQLDatabase database, DatabaseObservation observation) {
    List<String> names = new ArrayList<>();
    BackupPolicy policy = database.getSpec().backup();
    if (policy != null && observation.pruning().isEmpty()) {
      observation
          .stored()
          .flatMap(Reply::answer)
          .ifPresent(listing -> names.addAll(gone(database, policy, observation, listing)));
    }
    names.addAll(oldFailures(observation.backups()));
    return names;
  }

  private static List<String> gone(
      DoSQLDatabase database,
      BackupPolicy policy,
      DatabaseObservation observation,
      List<StoredBackup> listing) {
    Set<String> stored =
        listing.stream().map(StoredBackup::name).collect(Collectors.toUnmodifiableSet());
    DatabaseKey key = DatabaseKey.of(database);
    String root = BackupLocations.root(policy.store(), key.namespace(), key.name());
    return observation.backups().stream()
        .filter(backup -> BackupExpiry.isCompleteIn(root, backup))
        .filter(backup -> observation.retention().isPresent() || backup.getSpec().expire() != null)
        .map(backup -> backup.getMetadata().getName())
        .filter(name -> !stored.contains(name))
        .toList();
  }

  private static List<String> oldFailures(List<DoSQLBackup> backups) {
    return backups.stream()
        .filter(DueBackup::isScheduled)
        .filter(DueBackup::isFinished)
        .filter(backup -> !Phase.COMPLETED.equals(backup.getStatus().phase()))
        .sorted(Comparator.comparing(LastBackup::completed).reversed())
        .skip(FAILED_BACKUPS_KEPT)
        .map(backup -> backup.getMetadata().getName())
        .toList();
  }
}
