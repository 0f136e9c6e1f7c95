package io.dosql.operator.backup;

import io.dosql.crds.BackupLocations;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupStatus;
import io.dosql.crds.BackupStatus.Verification;
import io.dosql.crds.BackupStatus.Verified;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.status.Phase;
import io.dosql.operator.status.Times;
import io.dosql.operator.step.Step;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides about the verification of a complete backup in one pass; pure. It is asked for by an
 * annotation, each new value of which asks for another one. The status names the Job before it is
 * made, so that whoever comes after a crash makes the same one.
 */
final class VerificationPlan {

  /** An attempt that told nothing is made again, up to so many. */
  static final int ATTEMPTS_MAX = 5;

  /** Before another attempt; the store that was away may be back. */
  static final Duration RETRY = Duration.ofMinutes(10);

  /** A safety net: events of the Job wake the resource. */
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

  /**
   * What such a decision rests on.
   *
   * @param database of the backup, whether it is ready or not
   * @param image of the database's engine
   * @param job that the status names, if it is there
   * @param result of that Job
   */
  record Observation(
      Optional<DoSQLDatabase> database,
      String image,
      Optional<Job> job,
      Optional<VerificationResult> result) {}

  /**
   * What follows.
   *
   * @param create the Job to make, after the status is written
   */
  record Decision(
      BackupStatus status,
      List<EventNote> events,
      Optional<Job> create,
      Optional<Duration> requeue) {}

  private final DoSQLBackup backup;
  private final Observation observation;
  private final BackupStatus previous;
  private final Instant now;

  private VerificationPlan(DoSQLBackup backup, Observation observation, Instant now) {
    this.backup = backup;
    this.observation = observation;
    this.previous = Optional.ofNullable(backup.getStatus()).orElseGet(BackupStatus::empty);
    this.now = now;
  }

  /** What asks for the verification of a backup; empty if nobody asked. */
  static Optional<String> request(DoSQLBackup backup) {
    Map<String, String> annotations = backup.getMetadata().getAnnotations();
    return Optional.ofNullable(annotations)
        .map(all -> all.get(DueBackup.VERIFY_ANNOTATION))
        .filter(value -> !value.isEmpty());
  }

  /** The Job that the status names, while it has not ended; empty otherwise. */
  static Optional<String> runningJob(DoSQLBackup backup) {
    return Optional.ofNullable(backup.getStatus())
        .map(BackupStatus::verification)
        .filter(found -> found.completionTime() == null)
        .map(Verification::job);
  }

  static Decision decide(DoSQLBackup backup, Observation observation, Instant now) {
    return new VerificationPlan(backup, observation, now).decide();
  }

  private Decision decide() {
    Verification current = previous.verification();
    if (!Phase.COMPLETED.equals(previous.phase())) {
      return nothing();
    }
    if (current != null && current.completionTime() == null) {
      return follow(current);
    }
    Optional<String> request = request(backup);
    if (request.isEmpty()) {
      return nothing();
    }
    if (current == null || !current.request().equals(request.get())) {
      return begin(request.get(), 1);
    }
    return mayRetry(current);
  }

  private Decision nothing() {
    return new Decision(previous, List.of(), Optional.empty(), Optional.empty());
  }

  private Decision mayRetry(Verification ended) {
    boolean inconclusive =
        ConditionSet.find(previous.conditions(), ConditionType.VERIFIED)
            .filter(condition -> condition.status().equals(ConditionSet.UNKNOWN))
            .isPresent();
    if (!inconclusive || ended.attempt() >= ATTEMPTS_MAX) {
      return nothing();
    }
    Instant next = Times.parse(ended.completionTime()).orElse(now).plus(RETRY);
    return next.isAfter(now)
        ? new Decision(
            previous, List.of(), Optional.empty(), Optional.of(Duration.between(now, next)))
        : begin(ended.request(), ended.attempt() + 1);
  }

  private Decision begin(String request, int attempt) {
    Optional<String> obstacle = obstacle();
    if (obstacle.isPresent()) {
      return new Decision(
          previous.with(
              Phase.COMPLETED,
              conditions(ConditionSet.UNKNOWN, "Waiting", obstacle.get()),
              previous.verified(),
              previous.verification()),
          List.of(),
          Optional.empty(),
          Optional.of(Step.WAIT));
    }
    String job = VerificationJob.name(backup, request, attempt);
    return new Decision(
        previous.with(
            Phase.COMPLETED,
            running(job),
            previous.verified(),
            new Verification(request, job, attempt, Times.format(now), null)),
        List.of(EventNote.normal("VerificationStarted", "restoring the backup in the Job " + job)),
        job(job),
        Optional.of(LOOK_AGAIN));
  }

  private List<ResourceCondition> running(String job) {
    return conditions(
        ConditionSet.UNKNOWN,
        "Running",
        "The backup is being restored by the Job %s.".formatted(job));
  }

  /** Why no Job can be made now. */
  private Optional<String> obstacle() {
    String name = backup.getSpec().databaseRef().name();
    Optional<BackupPolicy> policy = policy();
    if (policy.isEmpty()) {
      return Optional.of(
          "Waiting: there is no DoSQLDatabase %s with a backup store.".formatted(name));
    }
    String root = root(policy.get());
    return previous.location() != null && previous.location().startsWith(root + "/")
        ? Optional.empty()
        : Optional.of(
            "Waiting: the backup is stored at %s, and the database has its store at %s now."
                .formatted(previous.location(), root));
  }

  private Optional<BackupPolicy> policy() {
    return observation.database().flatMap(found -> Optional.ofNullable(found.getSpec().backup()));
  }

  private String root(BackupPolicy policy) {
    return BackupLocations.root(
        policy.store(), backup.getMetadata().getNamespace(), backup.getSpec().databaseRef().name());
  }

  private Optional<Job> job(String name) {
    return observation
        .database()
        .flatMap(
            database ->
                policy()
                    .map(
                        policy ->
                            VerificationJob.build(
                                name, backup, database, policy, observation.image())));
  }

  private Decision follow(Verification current) {
    return switch (observation.result().orElse(null)) {
      case null ->
          new Decision(
              previous,
              List.of(),
              observation.job().isPresent() ? Optional.empty() : job(current.job()),
              Optional.of(observation.database().isPresent() ? LOOK_AGAIN : Step.WAIT));
      case VerificationResult.Running _ ->
          new Decision(previous, List.of(), Optional.empty(), Optional.of(LOOK_AGAIN));
      case VerificationResult.Passed passed ->
          ended(
              current,
              new Verified(Times.format(now), Verified.Result.Passed, passed.message()),
              conditions(ConditionSet.TRUE, "Passed", passed.message()),
              EventNote.normal("BackupVerified", passed.message()),
              Optional.empty());
      case VerificationResult.Failed failed ->
          ended(
              current,
              new Verified(Times.format(now), Verified.Result.Failed, failed.message()),
              conditions(ConditionSet.FALSE, "Failed", failed.message()),
              EventNote.warning("VerificationFailed", failed.message()),
              Optional.empty());
      case VerificationResult.Inconclusive open ->
          ended(
              current,
              previous.verified(),
              conditions(ConditionSet.UNKNOWN, "Inconclusive", inconclusive(current, open)),
              EventNote.warning("VerificationInconclusive", inconclusive(current, open)),
              Optional.of(RETRY));
    };
  }

  private static String inconclusive(Verification current, VerificationResult.Inconclusive open) {
    return "This says nothing of the backup. %s %s"
        .formatted(
            open.message(),
            current.attempt() < ATTEMPTS_MAX
                ? "It is tried again in %d minutes.".formatted(RETRY.toMinutes())
                : "It is not tried again; annotate the DoSQLBackup with another value to ask anew.");
  }

  private Decision ended(
      Verification current,
      @Nullable Verified verified,
      List<ResourceCondition> conditions,
      EventNote event,
      Optional<Duration> requeue) {
    BackupStatus status =
        previous.with(
            Phase.COMPLETED,
            conditions,
            verified,
            new Verification(
                current.request(),
                current.job(),
                current.attempt(),
                current.startTime(),
                Times.format(now)));
    return new Decision(status, List.of(event), Optional.empty(), requeue);
  }

  /** The others stay as they are: the backup is complete, whatever becomes of its verification. */
  private List<ResourceCondition> conditions(String status, String reason, String message) {
    ConditionSet fresh =
        new ConditionSet(previous.conditions(), now, backup.getMetadata().getGeneration())
            .set(ConditionType.VERIFIED, status, reason, message);
    List<ResourceCondition> all = new ArrayList<>(previous.conditions());
    all.removeIf(condition -> condition.type().equals(ConditionType.VERIFIED.text()));
    all.addAll(fresh.build());
    return List.copyOf(all);
  }
}
