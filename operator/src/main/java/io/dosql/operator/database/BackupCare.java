package io.dosql.operator.database;

import io.dosql.crds.BackupPolicy;
import io.dosql.crds.DatabaseStatus.BackupSummary;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.VerifyPolicy;
import io.dosql.operator.backup.BackupSchedule;
import io.dosql.operator.backup.BackupTerms;
import io.dosql.operator.backup.InvalidScheduleException;
import io.dosql.operator.backup.SchedulePlan;
import io.dosql.operator.backup.VerifySchedule;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.status.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All that a pass decides about backups and archive of one database; pure.
 *
 * @param problem what is wrong with a schedule
 * @param conditions those about backups and archive
 * @param worded which of them repeat what the engine says, which may be worded anew each time
 * @param summary what the status says; empty without a policy
 * @param soon whether there is something to see before long: the pod deletes, or is to
 * @param next the next time of a schedule
 */
record BackupCare(
    Optional<Problem> problem,
    Map<ConditionType, ConditionValue> conditions,
    Set<ConditionType> worded,
    Optional<BackupSummary> summary,
    List<DatabaseAction> actions,
    List<EventNote> events,
    boolean soon,
    Optional<Instant> next) {

  /** A status has no room for more; the others follow when these are gone. */
  static final int NEXT_PRUNED_MAX = 50;

  /** How far ahead a status says what retention deletes. */
  static final Duration AHEAD = Duration.ofDays(1);

  /** Of a schedule's times within that; a schedule of each minute has more. */
  private static final int NEW_BACKUPS_MAX = 100;

  private static final SchedulePlan NO_PLAN =
      new SchedulePlan(Optional.empty(), Optional.empty(), Optional.empty());

  private static final VerifySchedule NO_VERIFICATION =
      new VerifySchedule(Optional.empty(), Optional.empty());

  static BackupCare of(DoSQLDatabase database, DatabaseObservation observation, Instant now) {
    List<String> outdated = Housekeeping.outdated(database, observation);
    List<DatabaseAction> deletions =
        outdated.isEmpty() ? List.of() : List.of(new DatabaseAction.DeleteBackups(outdated));
    BackupPolicy policy = database.getSpec().backup();
    return policy == null
        ? new BackupCare(
            Optional.empty(),
            Map.of(),
            Set.of(),
            Optional.empty(),
            deletions,
            List.of(),
            false,
            Optional.empty())
        : new Pass(database, policy, observation, now).decide(deletions);
  }

  /** One pass over a database with a policy. */
  private static final class Pass {
    private final DoSQLDatabase database;
    private final BackupPolicy policy;
    private final BackupTerms terms;
    private final DatabaseObservation observation;
    private final BackupSummary previous;
    private final Instant now;
    private final Map<ConditionType, ConditionValue> conditions =
        new EnumMap<>(ConditionType.class);
    private final Set<ConditionType> worded = EnumSet.noneOf(ConditionType.class);
    private final List<DatabaseAction> actions = new ArrayList<>();
    private final List<EventNote> events = new ArrayList<>();
    private Optional<Problem> problem = Optional.empty();

    Pass(
        DoSQLDatabase database, BackupPolicy policy, DatabaseObservation observation, Instant now) {
      this.database = database;
      this.policy = policy;
      this.terms = BackupTerms.of(database, policy);
      this.observation = observation;
      this.previous = previous(database);
      this.now = now;
    }

    BackupCare decide(List<DatabaseAction> deletions) {
      Optional<BackupSchedule> schedule =
          terms.schedule().flatMap(cron -> parse("backup", cron, policy.timeZone()));
      SchedulePlan plan = schedule.map(this::plan).orElse(NO_PLAN);
      plan.due().ifPresent(due -> actions.add(new DatabaseAction.CreateBackup(due)));
      VerifyPolicy verify = policy.verify();
      VerifySchedule verification =
          Optional.ofNullable(verify.schedule())
              .flatMap(cron -> parse("backup.verify", cron, verify.timeZone()))
              .map(this::verification)
              .orElse(NO_VERIFICATION);
      verification.due().ifPresent(due -> actions.add(new DatabaseAction.AskToVerify(due)));
      conditions.put(ConditionType.LAST_BACKUP_SUCCEEDED, LastBackup.condition(observation));
      if (LastBackup.isWordedByEngine(observation)) {
        worded.add(ConditionType.LAST_BACKUP_SUCCEEDED);
      }
      archiving();
      VerifiedBackups.condition(observation, verify.schedule() != null)
          .ifPresent(value -> conditions.put(ConditionType.BACKUPS_VERIFIED, value));
      List<String> nextPruned = nextPruned(schedule);
      boolean soon = retention(nextPruned);
      actions.addAll(deletions);
      return new BackupCare(
          problem,
          conditions,
          worded,
          Optional.of(summary(plan, verification, nextPruned)),
          List.copyOf(actions),
          List.copyOf(events),
          soon,
          Stream.of(plan.next(), verification.next())
              .flatMap(Optional::stream)
              .min(Instant::compareTo));
    }

    private Optional<BackupSchedule> parse(String where, String cron, String timeZone) {
      try {
        BackupSchedule schedule = BackupSchedule.parse(where, cron, timeZone);
        if (schedule.next(now).isPresent()) {
          return Optional.of(schedule);
        }
        invalid("%s.schedule '%s' names a time that never comes.".formatted(where, cron));
      } catch (InvalidScheduleException e) {
        invalid(String.valueOf(e.getMessage()));
      }
      return Optional.empty();
    }

    private void invalid(String message) {
      problem = problem.or(() -> Optional.of(new Problem("InvalidSchedule", message)));
    }

    private SchedulePlan plan(BackupSchedule schedule) {
      return SchedulePlan.of(
          schedule,
          database.getMetadata().getName(),
          promised(schedule),
          Times.parse(previous.lastScheduledTime()),
          observation.backups(),
          now);
    }

    /** A database that was never seen has waited for its first time since it was created. */
    private Optional<Instant> promised(BackupSchedule schedule) {
      boolean seen =
          database.getStatus() != null && database.getStatus().observedGeneration() != null;
      return seen
          ? Times.parse(previous.nextTime())
          : Times.parse(database.getMetadata().getCreationTimestamp()).flatMap(schedule::next);
    }

    private VerifySchedule verification(BackupSchedule schedule) {
      return VerifySchedule.of(
          schedule, Times.parse(previous.nextVerifyTime()), observation.backups(), now);
    }

    /** While the engine cannot be asked, what it said last still stands. */
    private void archiving() {
      if (!terms.archiving()) {
        return;
      }
      Optional<PodStatus> engine = observation.engineStatus();
      if (engine.isEmpty()) {
        previousCondition(ConditionType.ARCHIVING)
            .ifPresent(said -> conditions.put(ConditionType.ARCHIVING, said));
        return;
      }
      PodStatus.Archive archive = engine.get().archive();
      conditions.put(
          ConditionType.ARCHIVING,
          archive == null
              ? ConditionValue.unknown(
                  "NotReported", "The engine does not archive; use a newer image.")
              : ArchiveHealth.condition(archive, terms));
      worded.add(ConditionType.ARCHIVING);
      Optional.ofNullable(archive)
          .flatMap(ArchiveHealth::retention)
          .ifPresent(
              failure -> {
                conditions.put(ConditionType.RETENTION_APPLIED, ConditionValue.fails(failure));
                worded.add(ConditionType.RETENTION_APPLIED);
              });
    }

    private Optional<ConditionValue> previousCondition(ConditionType type) {
      return Optional.ofNullable(database.getStatus())
          .flatMap(status -> ConditionSet.find(status.conditions(), type))
          .map(said -> new ConditionValue(said.status(), said.reason(), said.message()));
    }

    /** While the store is not listed, what was said last still stands. */
    private List<String> nextPruned(Optional<BackupSchedule> schedule) {
      Optional<List<StoredBackup>> listing = observation.stored().flatMap(Reply::answer);
      if (observation.retention().isEmpty()) {
        return List.of();
      }
      return listing
          .map(
              stored ->
                  observation
                      .retention()
                      .get()
                      .upcoming(stored, newBackups(schedule), AHEAD, now)
                      .stream()
                      .limit(NEXT_PRUNED_MAX)
                      .toList())
          .orElse(previous.nextPruned());
    }

    private int newBackups(Optional<BackupSchedule> schedule) {
      int count = 0;
      Optional<Instant> time = schedule.flatMap(found -> found.next(now));
      while (count < NEW_BACKUPS_MAX
          && time.filter(found -> found.isBefore(now.plus(AHEAD))).isPresent()) {
        count++;
        time = time.flatMap(found -> schedule.get().next(found));
      }
      return count;
    }

    /** Whether there is something to see before long. */
    private boolean retention(List<String> nextPruned) {
      if (observation.retention().isEmpty()) {
        return false;
      }
      Housekeeping housekeeping = Housekeeping.of(observation);
      // What the engine says of commits goes before, for it is a failure.
      ConditionValue _ =
          conditions.putIfAbsent(ConditionType.RETENTION_APPLIED, housekeeping.condition());
      actions.addAll(housekeeping.actions());
      events.addAll(housekeeping.events());
      boolean toBeSeenFirst = !previous.nextPruned().containsAll(nextPruned);
      return housekeeping.underway() || toBeSeenFirst;
    }

    private BackupSummary summary(
        SchedulePlan plan, VerifySchedule verification, List<String> nextPruned) {
      Optional<List<StoredBackup>> listing = observation.stored().flatMap(Reply::answer);
      Optional<StoredBackup> newest = LastBackup.newestStored(observation);
      Optional<PodStatus> engine = observation.engineStatus();
      Optional<PodStatus.Archive> archive =
          engine.flatMap(status -> Optional.ofNullable(status.archive()));
      boolean told = engine.isPresent() && terms.archiving();
      Optional<VerifiedBackups.Newest> verified = VerifiedBackups.newest(observation);
      return new BackupSummary(
          listing.isPresent() ? newest.map(StoredBackup::name).orElse(null) : previous.lastName(),
          listing.isPresent()
              ? newest.map(StoredBackup::time).map(Times::format).orElse(null)
              : previous.lastTime(),
          plan.next().map(Times::format).orElse(null),
          plan.acted().map(Times::format).orElse(previous.lastScheduledTime()),
          listing.map(List::size).orElse(previous.count()),
          listing
              .map(all -> all.stream().mapToLong(StoredBackup::bytes).sum())
              .orElse(previous.bytes()),
          nextPruned,
          told
              ? RestorableRange.oldest(
                  previous.oldestRestorable(),
                  archive.map(PodStatus.Archive::oldestRestorable).orElse(null))
              : previous.oldestRestorable(),
          told
              ? RestorableRange.newest(
                  previous.newestRestorable(),
                  archive.map(PodStatus.Archive::newestRestorable).orElse(null),
                  now)
              : previous.newestRestorable(),
          archive
              .map(PodStatus.Archive::line)
              .or(() -> engine.map(PodStatus::line))
              .orElse(previous.line()),
          archive
              .map(PodStatus.Archive::newLine)
              .map(PodStatus.NewLine::reason)
              .orElse(engine.isPresent() ? null : previous.lineReason()),
          verification.next().map(Times::format).orElse(null),
          verified.map(VerifiedBackups.Newest::backup).orElse(null),
          verified.map(VerifiedBackups.Newest::time).map(Times::format).orElse(null),
          listing.isPresent()
              ? observation
                  .pruning()
                  .filter(pruning -> !pruning.is(Operation.State.SUCCEEDED))
                  .map(DatabaseObservation.Pruning::operationId)
                  .orElse(null)
              : previous.pruneOperationId());
    }
  }

  private static BackupSummary previous(DoSQLDatabase database) {
    return Optional.ofNullable(database.getStatus())
        .flatMap(status -> Optional.ofNullable(status.backup()))
        .orElseGet(BackupSummary::empty);
  }
}
