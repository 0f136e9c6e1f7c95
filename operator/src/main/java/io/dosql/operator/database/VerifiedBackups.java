package io.dosql.operator.database;

import io.dosql.crds.BackupStatus.Verified;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.Times;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the verifications of a database's backups have found; pure. */
final class VerifiedBackups {

  private VerifiedBackups() {}

  /** The newest verification that found something out. */
  record Newest(String backup, Instant time, boolean ok, String message) {}

  /** From the resources, and from the store, where it outlives them. */
  static Optional<Newest> newest(DatabaseObservation observation) {
    return Stream.concat(
            observation.backups().stream().flatMap(backup -> ofResource(backup).stream()),
            observation.stored().flatMap(Reply::answer).stream()
                .flatMap(List::stream)
                .flatMap(backup -> ofStore(backup).stream()))
        .max(Comparator.comparing(Newest::time));
  }

  private static Optional<Newest> ofResource(DoSQLBackup backup) {
    return Optional.ofNullable(backup.getStatus())
        .flatMap(status -> Optional.ofNullable(status.verified()))
        .map(
            verified ->
                new Newest(
                    backup.getMetadata().getName(),
                    Times.parse(verified.time()).orElse(Instant.EPOCH),
                    verified.result() == Verified.Result.Passed,
                    verified.message()));
  }

  private static Optional<Newest> ofStore(StoredBackup backup) {
    return Optional.ofNullable(backup.verified())
        .map(
            verified ->
                new Newest(
                    backup.name(),
                    verified.time(),
                    verified.ok(),
                    verified.message() == null ? "" : verified.message()));
  }

  /**
   * The condition BackupsVerified; empty if nothing was verified, and nothing is to be.
   *
   * @param scheduled whether a schedule asks for verifications
   */
  static Optional<ConditionValue> condition(DatabaseObservation observation, boolean scheduled) {
    Optional<Newest> newest = newest(observation);
    Optional<ConditionValue> open = inconclusive(observation.backups(), newest);
    if (open.isPresent()) {
      return open;
    }
    if (newest.isEmpty()) {
      return scheduled
          ? Optional.of(
              ConditionValue.unknown(
                  "NotVerifiedYet", "No backup was verified yet; the schedule has it done."))
          : Optional.empty();
    }
    Newest found = newest.get();
    return Optional.of(
        found.ok()
            ? ConditionValue.holds(
                "Verified",
                "The backup %s was restored at %s, and is whole."
                    .formatted(found.backup(), Times.format(found.time())))
            : ConditionValue.fails(
                new Problem(
                    "VerificationFailed",
                    "The backup %s is not whole: %s Take another one, and look at the store."
                        .formatted(found.backup(), found.message()))));
  }

  /** A newer verification that could not be done must not look like the success before it. */
  private static Optional<ConditionValue> inconclusive(
      List<DoSQLBackup> backups, Optional<Newest> newest) {
    return backups.stream()
        .filter(backup -> backup.getStatus() != null && backup.getStatus().verification() != null)
        .filter(backup -> ended(backup).isAfter(newest.map(Newest::time).orElse(Instant.EPOCH)))
        .max(Comparator.comparing(VerifiedBackups::ended))
        .flatMap(
            backup ->
                ConditionSet.find(backup.getStatus().conditions(), ConditionType.VERIFIED)
                    .filter(condition -> condition.reason().equals("Inconclusive"))
                    .map(condition -> unknown(backup, condition)));
  }

  private static ConditionValue unknown(DoSQLBackup backup, ResourceCondition condition) {
    return ConditionValue.unknown(
        "Inconclusive",
        "The backup %s could not be verified. %s"
            .formatted(backup.getMetadata().getName(), condition.message()));
  }

  private static Instant ended(DoSQLBackup backup) {
    var verification = backup.getStatus().verification();
    return Optional.ofNullable(verification)
        .flatMap(found -> Times.parse(found.completionTime()))
        .orElse(Instant.EPOCH);
  }
}
