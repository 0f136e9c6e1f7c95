package io.dosql.operator.database;

import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DatabaseStatus.TenantCounts;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.pod.PodEndpoints;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.EventNote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Decides about one database in one pass; pure, so that it is tested as a table. */
final class DatabaseDecider {

  /** While something moves; informers tell of most changes before. */
  private static final Duration REQUEUE_MOVING = Duration.ofSeconds(5);

  private static final Duration REQUEUE_DELETING = Duration.ofSeconds(2);

  /** The engine tries its store every 15 s; there is nothing newer to learn sooner. */
  private static final Duration REQUEUE_STEADY = Duration.ofSeconds(15);

  private static final Duration REQUEUE_MIN = Duration.ofSeconds(1);

  /** What is wrong with backups and is more than old ones that stay. */
  private static final List<ConditionType> DEGRADING =
      List.of(
          ConditionType.LAST_BACKUP_SUCCEEDED,
          ConditionType.ARCHIVING,
          ConditionType.BACKUPS_VERIFIED);

  private final DoSQLDatabase database;
  private final DatabaseObservation observation;
  private final DatabaseStatus previous;
  private final PodEndpoints endpoints;
  private final Instant now;

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

  private DatabaseDecision decide() {
    Optional<BootstrapPlan.Outcome> bootstrap =
        BootstrapPlan.decide(database, observation.bootstrap(), now);
    Serving serving = serving(bootstrap);
    BackupCare care = BackupCare.of(database, observation, now);
    Optional<Problem> stalled =
        observation.problems().stream()
            .findFirst()
            .or(care::problem)
            .or(() -> bootstrap.flatMap(BootstrapPlan.Outcome::stalled));
    Optional<ConditionValue> tenants = TenantHealth.condition(observation, previous);
    List<ResourceCondition> conditions = conditions(serving, stalled, care, bootstrap, tenants);
    DatabaseStatus status =
        status(serving, stalled, isDegraded(care, tenants), care, bootstrap, conditions);
    List<EventNote> events = new ArrayList<>(care.events());
    List<DatabaseAction> actions = new ArrayList<>(care.actions());
    bootstrap.ifPresent(
        outcome -> {
          events.addAll(outcome.events());
          actions.addAll(outcome.actions());
        });
    List<String> formerUsers = observation.access().formerUsers();
    if (!formerUsers.isEmpty()) {
      actions.add(new DatabaseAction.EmptySecrets(formerUsers));
      events.add(
          EventNote.normal(
              "UserRemoved",
              "took the token out of the Secrets of users that are no more: "
                  + String.join(", ", formerUsers)));
    }
    events.addAll(DatabaseEvents.between(previous, status, serving));
    return new DatabaseDecision(
        status, List.copyOf(events), List.copyOf(actions), requeue(serving, care, bootstrap));
  }

  /**
   * A database is ready for the first time when the operator has heard from its engine. Later, a
   * failed request of the operator's does not make it unready: clients are served.
   */
  private Serving serving(Optional<BootstrapPlan.Outcome> bootstrap) {
    if (observation.leaving()) {
      return new Serving.No(
          "PreviousDatabaseLeaving",
          "Objects of a deleted database of this name are still being removed; then this one is"
              + " created.",
          false);
    }
    Serving serving = withCertificate(Serving.of(observation.statefulSet(), observation.pod()));
    if (bootstrap.isPresent() && BootstrapPlan.isPending(database)) {
      // What keeps the pod from running explains more than that nothing was restored.
      boolean podTrouble = serving instanceof Serving.No no && no.problem();
      ConditionValue restoring = bootstrap.get().condition();
      return podTrouble
          ? serving
          : new Serving.No(
              restoring.reason(),
              "Restoring what the database begins with: " + restoring.message(),
              bootstrap.get().stalled().isPresent());
    }
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

  private List<ResourceCondition> conditions(
      Serving serving,
      Optional<Problem> stalled,
      BackupCare care,
      Optional<BootstrapPlan.Outcome> bootstrap,
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
    care.conditions()
        .forEach(
            (type, value) -> {
              if (care.worded().contains(type)) {
                var _ = conditions.setSteady(type, value.status(), value.reason(), value.message());
              } else {
                set(conditions, type, value);
              }
            });
    bootstrap.ifPresent(
        outcome -> set(conditions, ConditionType.BOOTSTRAP_RESTORED, outcome.condition()));
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
  private boolean isDegraded(BackupCare care, Optional<ConditionValue> tenants) {
    return engineUnreachable().isPresent()
        || observation.access().certificate().isPresent()
        || hasFailed(tenants)
        || DEGRADING.stream()
            .anyMatch(type -> hasFailed(Optional.ofNullable(care.conditions().get(type))));
  }

  private static boolean hasFailed(Optional<ConditionValue> condition) {
    return condition.filter(value -> value.status().equals(ConditionSet.FALSE)).isPresent();
  }

  private DatabaseStatus status(
      Serving serving,
      Optional<Problem> stalled,
      boolean degraded,
      BackupCare care,
      Optional<BootstrapPlan.Outcome> bootstrap,
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
        care.summary().orElse(null),
        bootstrap.map(BootstrapPlan.Outcome::status).orElse(previous.bootstrap()),
        engine.map(PodStatus::version).orElse(previous.currentVersion()));
  }

  private Duration requeue(
      Serving serving, BackupCare care, Optional<BootstrapPlan.Outcome> bootstrap) {
    Duration delay = REQUEUE_STEADY;
    if (care.soon()) {
      delay = REQUEUE_DELETING;
    } else if (serving instanceof Serving.No || engineUnreachable().isPresent()) {
      delay = REQUEUE_MOVING;
    }
    Optional<Duration> untilSchedule =
        care.next().filter(now::isBefore).map(next -> Duration.between(now, next));
    Optional<Duration> untilBootstrap = bootstrap.flatMap(BootstrapPlan.Outcome::requeue);
    Duration chosen =
        Stream.of(untilSchedule, untilBootstrap)
            .flatMap(Optional::stream)
            .reduce(delay, (left, right) -> left.compareTo(right) <= 0 ? left : right);
    return chosen.compareTo(REQUEUE_MIN) < 0 ? REQUEUE_MIN : chosen;
  }
}
