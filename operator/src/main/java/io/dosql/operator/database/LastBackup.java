package io.dosql.operator.database;

import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.backup.DueBackup;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.Phase;
import io.dosql.operator.status.StoreTrouble;
import io.dosql.operator.status.Times;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How it stands with a database's backups; pure. */
final class LastBackup {

  private LastBackup() {}

  /**
   * The condition LastBackupSucceeded. Trouble with the store comes first, even after a good
   * backup: it says that the next one cannot be taken.
   */
  static ConditionValue condition(DatabaseObservation observation) {
    return storeTrouble(observation)
        .map(ConditionValue::fails)
        .or(() -> failedBackup(observation).map(ConditionValue::fails))
        .or(() -> goodBackup(observation))
        .orElseGet(
            () ->
                ConditionValue.unknown(
                    "NoBackupYet",
                    "No backup was taken yet; the schedule or a DoSQLBackup takes one."));
  }

  static Optional<Problem> storeTrouble(DatabaseObservation observation) {
    if (observation.credentials().isPresent()) {
      return observation.credentials();
    }
    return observation
        .engineStatus()
        .map(PodStatus::store)
        .filter(PodStatus.Store::failed)
        .map(
            store ->
                new Problem(
                    StoreTrouble.reason(store.code()),
                    StoreTrouble.message(
                        new EngineError(store.code(), store.message(), true, null, null))));
  }

  /** Whether the condition repeats what the engine says of its store. */
  static boolean isWordedByEngine(DatabaseObservation observation) {
    return observation.credentials().isEmpty() && storeTrouble(observation).isPresent();
  }

  private static Optional<Problem> failedBackup(DatabaseObservation observation) {
    Optional<DoSQLBackup> newest = newestFinished(observation.backups());
    Optional<Instant> newestStored = newestStored(observation).map(StoredBackup::time);
    return newest
        .filter(backup -> Phase.FAILED.equals(status(backup).phase()))
        .filter(backup -> newestStored.isEmpty() || !newestStored.get().isAfter(completed(backup)))
        .map(
            backup ->
                new Problem(
                    "BackupFailed",
                    "The backup %s failed: %s"
                        .formatted(
                            backup.getMetadata().getName(),
                            Optional.ofNullable(status(backup).error())
                                .map(error -> error.message())
                                .orElse("see its status."))));
  }

  private static Optional<ConditionValue> goodBackup(DatabaseObservation observation) {
    return newestName(observation)
        .map(
            name ->
                ConditionValue.holds(
                    "BackupCompleted", "The backup %s is complete.".formatted(name)));
  }

  private static Optional<String> newestName(DatabaseObservation observation) {
    return newestStored(observation)
        .map(StoredBackup::name)
        .or(
            () ->
                newestCompleted(observation.backups())
                    .map(backup -> backup.getMetadata().getName()));
  }

  static Optional<StoredBackup> newestStored(DatabaseObservation observation) {
    return observation
        .stored()
        .flatMap(Reply::answer)
        .flatMap(
            listing ->
                listing.stream()
                    .max(
                        Comparator.comparing(StoredBackup::time)
                            .thenComparing(StoredBackup::name)));
  }

  static Optional<DoSQLBackup> newestCompleted(List<DoSQLBackup> backups) {
    return newestFinished(
        backups.stream()
            .filter(backup -> backup.getStatus() != null)
            .filter(backup -> Phase.COMPLETED.equals(status(backup).phase()))
            .toList());
  }

  private static Optional<DoSQLBackup> newestFinished(List<DoSQLBackup> backups) {
    return backups.stream()
        .filter(DueBackup::isFinished)
        .max(Comparator.comparing(LastBackup::completed));
  }

  static Instant completed(DoSQLBackup backup) {
    return Times.parse(status(backup).completionTime()).orElse(Instant.EPOCH);
  }

  private static BackupStatus status(DoSQLBackup backup) {
    return Optional.ofNullable(backup.getStatus()).orElseGet(BackupStatus::empty);
  }
}
