package io.dosql.operator.database;

import io.dosql.crds.BackupPolicy;
import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DatabaseStatus.BackupSummary;
import io.dosql.crds.DatabaseStatus.TenantCounts;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.backup.BackupSchedule;
import io.dosql.operator.backup.InvalidScheduleException;
import io.dosql.operator.backup.SchedulePlan;
import io.dosql.operator.pod.PodEndpoints;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.status.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Decides about one database in one pass; pure, so that it is tested as a table. */
final class DatabaseDecider {

  /** While something moves; informers tell of most changes before. */
  private static final Duration REQUEUE_MOVING = Duration.ofSeconds(5);

  private static final Duration REQUEUE_DELETING = Duration.ofSeconds(2);

  /** The engine tries its store every 15 s; there is nothing newer to learn sooner. */
  private static final Duration REQUEUE_STEADY = Duration.ofSeconds(15);

  private static final Duration REQUEUE_MIN = Duration.ofSeconds(1);

  private final DoSQLDatabase database;
  private final DatabaseObservation observation;
  private final DatabaseStatus previous;
  private final PodEndpoints endpoints;
  private final Instant now;
  private final List<DatabaseAction> actions = new ArrayList<>();
  private final List<EventNote> events = new ArrayList<>();

  private DatabaseDecider(
      DoSQLDatabase database,
      DatabaseObservation observation,
      PodEndpoints endpoints,
      Instant now) {
    this.database = database;
    this.observation = observation;
    this.previous = Optional.ofNullable(database.getStatus()).orElseGet(DatabaseStatus::empty);
    this.endpoints = endpoints;
    this.now = now;
  }

  static DatabaseDecision decide(
      DoSQLDatabase database,
      DatabaseObservation observation,
      PodEndpoints endpoints,
      Instant now) {
    return new DatabaseDecider(database, observation, endpoints, now).decide();
  }

  /** What the schedule says, or what is wrong with it. */
  private record Timing(Optional<Problem> problem, SchedulePlan plan) {}

  private static final SchedulePlan NO_PLAN =
      new SchedulePlan(Optional.empty(), Optional.empty(), Optional.empty());

  private DatabaseDecision decide() {
    Serving serving = serving();
    Timing timing = timing();
    Optional<Problem> stalled = observation.problems().stream().findFirst().or(timing::problem);
    Optional<ConditionValue> backup = backupPolicy().map(_ -> LastBackup.condition(observation));
    Optional<ConditionValue> tenants = TenantHealth.condition(observation, previous);
    Optional<Housekeeping> housekeeping =
        backupPolicy()
            .filter(policy -> policy.retention() != null)
            .map(_ -> Housekeeping.of(observation));
    timing.plan().due().ifPresent(due -> actions.add(new DatabaseAction.CreateBackup(due)));
    housekeeping.ifPresent(
        found -> {
          actions.addAll(found.actions());
          events.addAll(found.events());
        });
    List<String> outdated = Housekeeping.outdated(database, observation);
    if (!outdated.isEmpty()) {
      actions.add(new DatabaseAction.DeleteBackups(outdated));
    }
    List<String> formerUsers = observation.access().formerUsers();
    if (!formerUsers.isEmpty()) {
      actions.add(new DatabaseAction.EmptySecrets(formerUsers));
      events.add(
          EventNote.normal(
              "UserRemoved",
              "took the token out of the Secrets of users that are no more: "
                  + String.join(", ", formerUsers)));
    }
    List<ResourceCondition> conditions =
        conditions(serving, stalled, backup, housekeeping.map(Housekeeping::condition), tenants);
    DatabaseStatus status =
        status(serving, stalled, isDegraded(backup, tenants), timing, conditions);
    events.addAll(DatabaseEvents.between(previous, status, serving));
    return new DatabaseDecision(
        status,
        List.copyOf(events),
        List.copyOf(actions),
        requeue(serving, timing, housekeeping.map(Housekeeping::underway).orElse(false)));
  }

  private Optional<BackupPolicy> backupPolicy() {
    return Optional.ofNullable(database.getSpec().backup());
  }

  /**
   * A database is ready for the first time when the operator has heard from its engine. Later, a
   * failed request of the operator's does not make it unready: clients are served.
   */
  private Serving serving() {
    if (observation.leaving()) {
      return new Serving.No(
          "PreviousDatabaseLeaving",
          "Objects of a deleted database of this name are still being removed; then this one is"
              + " created.",
          false);
    }
    Serving serving = withCertificate(Serving.of(observation.statefulSet(), observation.pod()));
    if (serving instanceof Serving.Yes
        && engineUnreachable().isPresent()
        && !ConditionSet.isTrue(previous.conditions(), ConditionType.READY)) {
      return new Serving.No("EngineUnreachable", engineUnreachable().get(), true);
    }
    return serving;
  }

  /** A pod waits without a word for a Secret that is not there. */
  private Serving withCertificate(Serving serving) {
    return serving instanceof Serving.No no && !no.problem()
        ? observation
            .access()
            .certificate()
            .<Serving>map(problem -> new Serving.No(problem.reason(), problem.message(), true))
            .orElse(no)
        : serving;
  }

  private Optional<String> engineUnreachable() {
    return observation
        .engine()
        .flatMap(
            reply ->
                switch (reply) {
                  case Reply.Ok<PodStatus> _ -> Optional.empty();
                  case Reply.Refused<PodStatus> refused ->
                      Optional.of(
                          "The engine refuses the operator: %s"
                              .formatted(refused.error().explanation()));
                  case Reply.Unavailable<PodStatus> unavailable ->
                      Optional.of(
                          ("The pod is ready, but %s. Check that the operator may connect to the"
                                  + " pod.")
                              .formatted(unavailable.message()));
                });
  }

  private Timing timing() {
    BackupPolicy policy = database.getSpec().backup();
    if (policy == null || policy.schedule() == null) {
      return new Timing(Optional.empty(), NO_PLAN);
    }
    try {
      BackupSchedule schedule = BackupSchedule.parse(policy.schedule(), policy.timeZone());
      SchedulePlan plan = plan(schedule);
      return plan.next().isPresent()
          ? new Timing(Optional.empty(), plan)
          : invalid(
              "backup.schedule '%s' names a time that never comes.".formatted(policy.schedule()));
    } catch (InvalidScheduleException e) {
      return invalid(String.valueOf(e.getMessage()));
    }
  }

  private static Timing invalid(String message) {
    return new Timing(Optional.of(new Problem("InvalidSchedule", message)), NO_PLAN);
  }

  private SchedulePlan plan(BackupSchedule schedule) {
    return SchedulePlan.of(
        schedule,
        database.getMetadata().getName(),
        promised(schedule),
        Times.parse(previousBackups().lastScheduledTime()),
        observation.backups(),
        now);
  }

  /** A database that was never seen has waited for its first time since it was created. */
  private Optional<Instant> promised(BackupSchedule schedule) {
    return previous.observedGeneration() == null
        ? Times.parse(database.getMetadata().getCreationTimestamp()).flatMap(schedule::next)
        : Times.parse(previousBackups().nextTime());
  }

  private BackupSummary previousBackups() {
    return Optional.ofNullable(previous.backup()).orElseGet(BackupSummary::empty);
  }

  private List<ResourceCondition> conditions(
      Serving serving,
      Optional<Problem> stalled,
      Optional<ConditionValue> backup,
      Optional<ConditionValue> retention,
      Optional<ConditionValue> tenants) {
    ConditionSet conditions =
        new ConditionSet(previous.conditions(), now, database.getMetadata().getGeneration());
    set(conditions, ConditionType.READY, ready(serving));
    set(conditions, ConditionType.RECONCILING, reconciling(serving, stalled));
    set(
        conditions,
        ConditionType.STALLED,
        stalled
            .map(problem -> ConditionValue.holds(problem.reason(), problem.message()))
            .orElseGet(
                () -> new ConditionValue(ConditionSet.FALSE, "NoProblem", "Nothing is wrong.")));
    backup.ifPresent(value -> setBackup(conditions, value));
    retention.ifPresent(value -> set(conditions, ConditionType.RETENTION_APPLIED, value));
    tenants.ifPresent(value -> set(conditions, ConditionType.TENANTS_HEALTHY, value));
    if (database.getSpec().tls() != null) {
      set(conditions, ConditionType.CERTIFICATE_READY, certificate());
    }
    setHealth(conditions, ConditionType.LOG_HEALTHY, DataHealth::log);
    setHealth(conditions, ConditionType.DISK_HEALTHY, DataHealth::disk);
    return conditions.build();
  }

  private ConditionValue certificate() {
    return observation
        .access()
        .certificate()
        .map(ConditionValue::fails)
        .orElseGet(
            () ->
                ConditionValue.holds(
                    "CertificateGood", "The Secret with the certificate is there, and good."));
  }

  /** While the engine cannot be asked, what it said last still stands. */
  private void setHealth(
      ConditionSet conditions, ConditionType type, Function<PodStatus, ConditionValue> health) {
    observation
        .engineStatus()
        .map(health)
        .or(
            () ->
                ConditionSet.find(previous.conditions(), type)
                    .map(said -> new ConditionValue(said.status(), said.reason(), said.message())))
        .ifPresent(value -> set(conditions, type, value));
  }

  /** What the engine says of its store may be worded anew each time it tries. */
  private void setBackup(ConditionSet conditions, ConditionValue value) {
    if (LastBackup.isWordedByEngine(observation)) {
      var _ =
          conditions.setSteady(
              ConditionType.LAST_BACKUP_SUCCEEDED, value.status(), value.reason(), value.message());
    } else {
      set(conditions, ConditionType.LAST_BACKUP_SUCCEEDED, value);
    }
  }

  private static void set(ConditionSet conditions, ConditionType type, ConditionValue value) {
    var _ = conditions.set(type, value.status(), value.reason(), value.message());
  }

  private ConditionValue ready(Serving serving) {
    return switch (serving) {
      case Serving.Yes _ ->
          ConditionValue.holds(
              "Serving", "The database serves SQL at " + DataUrl.of(database, endpoints) + ".");
      case Serving.No no -> new ConditionValue(ConditionSet.FALSE, no.reason(), no.message());
    };
  }

  private ConditionValue reconciling(Serving serving, Optional<Problem> stalled) {
    if (stalled.isPresent()) {
      return new ConditionValue(
          ConditionSet.FALSE, stalled.get().reason(), "Waiting for a person; see Stalled.");
    }
    return switch (serving) {
      case Serving.No no -> ConditionValue.holds(no.reason(), no.message());
      case Serving.Yes _ ->
          engineUnreachable()
              .map(message -> ConditionValue.holds("EngineUnreachable", message))
              .orElseGet(
                  () ->
                      new ConditionValue(
                          ConditionSet.FALSE, "UpToDate", "Everything is as asked for."));
    };
  }

  /** Serves, but not everything is well. */
  private boolean isDegraded(Optional<ConditionValue> backup, Optional<ConditionValue> tenants) {
    return engineUnreachable().isPresent()
        || observation.access().certificate().isPresent()
        || hasFailed(backup)
        || hasFailed(tenants);
  }

  private static boolean hasFailed(Optional<ConditionValue> condition) {
    return condition.filter(value -> value.status().equals(ConditionSet.FALSE)).isPresent();
  }

  private DatabaseStatus status(
      Serving serving,
      Optional<Problem> stalled,
      boolean degraded,
      Timing timing,
      List<ResourceCondition> conditions) {
    Optional<PodStatus> engine = observation.engineStatus();
    return new DatabaseStatus(
        database.getMetadata().getGeneration(),
        DatabasePhase.of(
            previous.phase(), serving instanceof Serving.Yes, stalled.isPresent(), degraded),
        conditions,
        DataUrl.of(database, endpoints).toString(),
        observation.statefulSet().map(Serving::readyPods).orElse(0),
        engine
            .map(status -> new TenantCounts(status.tenants().total(), status.tenants().awake()))
            .orElse(previous.tenants()),
        backupPolicy()
            .map(
                _ ->
                    LastBackup.summary(
                        observation,
                        previousBackups(),
                        timing.plan().next(),
                        timing.plan().acted()))
            .orElse(null),
        engine.map(PodStatus::version).orElse(previous.currentVersion()));
  }

  private Duration requeue(Serving serving, Timing timing, boolean deleting) {
    Duration delay = REQUEUE_STEADY;
    if (deleting) {
      delay = REQUEUE_DELETING;
    } else if (serving instanceof Serving.No || engineUnreachable().isPresent()) {
      delay = REQUEUE_MOVING;
    }
    Optional<Duration> untilBackup =
        timing
            .plan()
            .next()
            .filter(now::isBefore)
            .map(next -> Duration.between(now, next))
            .filter(delayIsShorter(delay));
    Duration chosen = untilBackup.orElse(delay);
    return chosen.compareTo(REQUEUE_MIN) < 0 ? REQUEUE_MIN : chosen;
  }

  private static Predicate<Duration> delayIsShorter(Duration limit) {
    return delay -> delay.compareTo(limit) < 0;
  }
}
