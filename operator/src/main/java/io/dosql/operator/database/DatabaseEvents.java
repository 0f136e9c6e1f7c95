package io.dosql.operator.database;

import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DatabaseStatus.BackupSummary;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.EventNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a person wants to hear about a database: the changes from one status to the next. Since the
 * status is stored, nothing is told twice. Pure.
 */
final class DatabaseEvents {

  /** Steps of a restore that goes well, and waits of which the condition Ready tells. */
  private static final Set<String> QUIET_BOOTSTRAP =
      Set.of("Restoring", "WaitingForPod", "EngineUnreachable");

  private DatabaseEvents() {}

  static List<EventNote> between(DatabaseStatus before, DatabaseStatus after, Serving serving) {
    List<EventNote> notes = new ArrayList<>();
    if (before.observedGeneration() == null) {
      notes.add(EventNote.normal("Created", "created the objects of the database"));
    }
    ready(before, after, serving).ifPresent(notes::add);
    turned(before, after, ConditionType.STALLED, ConditionSet.TRUE)
        .ifPresent(condition -> notes.add(warning(condition)));
    turned(before, after, ConditionType.LAST_BACKUP_SUCCEEDED, ConditionSet.FALSE)
        .ifPresent(condition -> notes.add(warning(condition)));
    recovered(before, after, ConditionType.LAST_BACKUP_SUCCEEDED)
        .ifPresent(
            condition -> notes.add(EventNote.normal("BackupsRecovered", condition.message())));
    turned(before, after, ConditionType.RETENTION_APPLIED, ConditionSet.FALSE)
        .ifPresent(
            condition -> notes.add(EventNote.warning("RetentionFailed", condition.message())));
    turned(before, after, ConditionType.ARCHIVING, ConditionSet.FALSE)
        .ifPresent(
            condition ->
                notes.add(
                    EventNote.warning(archiveReason(condition.reason()), condition.message())));
    recovered(before, after, ConditionType.ARCHIVING)
        .filter(condition -> condition.status().equals(ConditionSet.TRUE))
        .ifPresent(
            condition -> notes.add(EventNote.normal("ArchiveRecovered", condition.message())));
    newLine(before, after).ifPresent(notes::add);
    turned(before, after, ConditionType.BACKUPS_VERIFIED, ConditionSet.FALSE)
        .ifPresent(condition -> notes.add(warning(condition)));
    turned(before, after, ConditionType.BOOTSTRAP_RESTORED, ConditionSet.FALSE)
        .filter(condition -> !QUIET_BOOTSTRAP.contains(condition.reason()))
        .ifPresent(condition -> notes.add(warning(condition)));
    for (ConditionType type :
        List.of(
            ConditionType.TENANTS_HEALTHY,
            ConditionType.LOG_HEALTHY,
            ConditionType.DISK_HEALTHY,
            ConditionType.CERTIFICATE_READY)) {
      turned(before, after, type, ConditionSet.FALSE)
          .ifPresent(condition -> notes.add(warning(condition)));
      recovered(before, after, type)
          .ifPresent(
              condition -> notes.add(EventNote.normal(condition.reason(), condition.message())));
    }
    return notes;
  }

  /** {@code Stalled} alone would look like the condition of that name. */
  private static String archiveReason(String reason) {
    return reason.equals(ArchiveHealth.GAP_REASON) ? reason : "Archive" + reason;
  }

  /** That the archive was begun anew is a surprise, unless the data directory is new. */
  private static Optional<EventNote> newLine(DatabaseStatus before, DatabaseStatus after) {
    BackupSummary old = before.backup();
    BackupSummary now = after.backup();
    if (old == null || now == null || old.line() == null || now.line() == null) {
      return Optional.empty();
    }
    return old.line().equals(now.line())
        ? Optional.empty()
        : Optional.of(
            EventNote.warning(
                "NewArchiveLine",
                "the archive goes on in the new line %s (%s); what was stored before is in the line %s and stays restorable"
                    .formatted(
                        now.line(),
                        now.lineReason() == null ? "no reason given" : now.lineReason(),
                        old.line())));
  }

  private static Optional<EventNote> ready(
      DatabaseStatus before, DatabaseStatus after, Serving serving) {
    return switch (serving) {
      case Serving.Yes _ ->
          turned(before, after, ConditionType.READY, ConditionSet.TRUE)
              .filter(_ -> !ConditionSet.isTrue(before.conditions(), ConditionType.READY))
              .map(condition -> EventNote.normal("Ready", condition.message()));
      case Serving.No no -> {
        boolean wasReady = ConditionSet.isTrue(before.conditions(), ConditionType.READY);
        yield turned(before, after, ConditionType.READY, ConditionSet.FALSE)
            .filter(_ -> no.problem() || wasReady)
            .map(
                condition ->
                    EventNote.warning(
                        no.problem() ? condition.reason() : "NotReady", condition.message()));
      }
    };
  }

  /** The condition, if it has the status now and had another status or reason before. */
  private static Optional<ResourceCondition> turned(
      DatabaseStatus before, DatabaseStatus after, ConditionType type, String status) {
    Optional<ResourceCondition> old = ConditionSet.find(before.conditions(), type);
    return ConditionSet.find(after.conditions(), type)
        .filter(condition -> condition.status().equals(status))
        .filter(
            condition ->
                old.isEmpty()
                    || !old.get().status().equals(status)
                    || !old.get().reason().equals(condition.reason()));
  }

  private static Optional<ResourceCondition> recovered(
      DatabaseStatus before, DatabaseStatus after, ConditionType type) {
    boolean failedBefore =
        ConditionSet.find(before.conditions(), type)
            .filter(old -> old.status().equals(ConditionSet.FALSE))
            .isPresent();
    return ConditionSet.find(after.conditions(), type)
        .filter(condition -> failedBefore && !condition.status().equals(ConditionSet.FALSE));
  }

  private static EventNote warning(ResourceCondition condition) {
    return EventNote.warning(condition.reason(), condition.message());
  }
}
