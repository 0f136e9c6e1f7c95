package io.dosql.operator.database;

import io.dosql.crds.Bootstrap;
import io.dosql.crds.BootstrapRestore;
import io.dosql.crds.BootstrapStatus;
import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.dosql.crds.RestoreProgress;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationId;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.TenantInfo;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.status.StoreTrouble;
import io.dosql.operator.status.Times;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Patience;
import io.dosql.operator.step.RestoreView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides about the restore that a new database begins with; pure.
 *
 * <p>Two things are remembered: the operation's id, in the status, before it is started; and a mark
 * on the claim of the data volume, which outlives the database. The mark says whether the volume
 * holds a restore that was begun, which may be repeated over itself, or one that is complete: a
 * database that is created again over it serves what it finds, and restores nothing.
 */
final class BootstrapPlan {

  /** On the claim of the data volume. */
  static final String CLAIM_ANNOTATION = "dosql.io/bootstrap";

  static final String STARTED = "started";
  static final String DONE = "done";

  /** While the restore runs. */
  private static final Duration POLL = Duration.ofSeconds(2);

  /** Before another attempt, if the cause may pass. */
  static final Duration RETRY = Duration.ofSeconds(15);

  /** Before another attempt if a person has to do something first, nobody knows when. */
  static final Duration RETRY_STALLED = Duration.ofMinutes(5);

  private static final int TENANTS_NAMED_MAX = 3;

  /**
   * What the decision rests on.
   *
   * @param mark on the claim of the data volume; empty if there is none
   * @param tenants of the pod; only asked before the first start
   * @param operation what the pod knows of the operation that the status names
   */
  record Observation(
      Optional<String> mark,
      Optional<Reply<List<TenantInfo>>> tenants,
      Optional<Reply<Operation>> operation) {}

  /**
   * What follows.
   *
   * @param condition the condition BootstrapRestored
   * @param stalled what a person has to do
   * @param requeue when to look again
   */
  record Outcome(
      ConditionValue condition,
      BootstrapStatus status,
      List<DatabaseAction> actions,
      List<EventNote> events,
      Optional<Problem> stalled,
      Optional<Duration> requeue) {

    boolean done() {
      return condition.status().equals(ConditionSet.TRUE);
    }
  }

  private final DoSQLDatabase database;
  private final BootstrapRestore restore;
  private final Observation observation;
  private final BootstrapStatus previous;
  private final Instant now;

  private BootstrapPlan(
      DoSQLDatabase database, BootstrapRestore restore, Observation observation, Instant now) {
    this.database = database;
    this.restore = restore;
    this.observation = observation;
    this.previous =
        Optional.ofNullable(database.getStatus())
            .map(DatabaseStatus::bootstrap)
            .orElseGet(BootstrapStatus::empty);
    this.now = now;
  }

  /** Whether the database is to begin with what another one stored, and has not yet. */
  static boolean isPending(DoSQLDatabase database) {
    return database.getSpec().bootstrap() != null
        && !ConditionSet.isTrue(conditions(database), ConditionType.BOOTSTRAP_RESTORED);
  }

  private static List<ResourceCondition> conditions(DoSQLDatabase database) {
    return Optional.ofNullable(database.getStatus()).orElseGet(DatabaseStatus::empty).conditions();
  }

  /** Empty for a database that begins empty. */
  static Optional<Outcome> decide(
      DoSQLDatabase database, Optional<Observation> observation, Instant now) {
    Bootstrap bootstrap = database.getSpec().bootstrap();
    return bootstrap == null
        ? Optional.empty()
        : observation.map(
            seen -> new BootstrapPlan(database, bootstrap.restore(), seen, now).decide());
  }

  private Outcome decide() {
    if (!isPending(database)) {
      return ConditionSet.find(conditions(database), ConditionType.BOOTSTRAP_RESTORED)
          .map(said -> done(ConditionValue.holds(said.reason(), said.message()), previous))
          .orElseThrow();
    }
    if (observation.mark().filter(DONE::equals).isPresent()) {
      return done(
          ConditionValue.holds(
              "DataKept",
              "The volume %s holds what was restored, and was written since, under an earlier"
                      .formatted(claim())
                  + " database of the name; nothing is restored again."),
          previous);
    }
    return previous.operationId() == null ? mayBegin() : follow(previous.operationId());
  }

  private String claim() {
    return DatabaseKey.of(database).dataClaim();
  }

  private Outcome done(ConditionValue condition, BootstrapStatus status) {
    List<DatabaseAction> actions =
        observation.mark().filter(DONE::equals).isPresent()
            ? List.of()
            : List.of(new DatabaseAction.MarkClaim(DONE));
    return new Outcome(condition, status, actions, List.of(), Optional.empty(), Optional.empty());
  }

  private Outcome mayBegin() {
    return switch (observation.tenants().orElse(null)) {
      case Reply.Ok<List<TenantInfo>> ok -> {
        List<String> written =
            ok.value().stream().filter(TenantInfo::hasCommits).map(TenantInfo::name).toList();
        boolean own = observation.mark().filter(STARTED::equals).isPresent();
        yield written.isEmpty() || own ? begin() : notEmpty(written);
      }
      case Reply.Refused<List<TenantInfo>> refused ->
          waiting("EngineUnreachable", "The engine refuses: " + refused.error().explanation());
      case Reply.Unavailable<List<TenantInfo>> unavailable ->
          waiting("EngineUnreachable", "Waiting: " + unavailable.message() + ".");
      case null -> waiting("WaitingForPod", "The restore begins when the pod has started.");
    };
  }

  private Outcome waiting(String reason, String message) {
    return new Outcome(
        new ConditionValue(ConditionSet.FALSE, reason, message),
        previous,
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  private Outcome notEmpty(List<String> tenants) {
    String named = tenants.stream().limit(TENANTS_NAMED_MAX).collect(Collectors.joining(", "));
    Problem problem =
        new Problem(
            "DataVolumeNotEmpty",
            ("The volume %s holds %d tenants of an earlier database (%s%s), and bootstrap.restore"
                    + " would replace them. Create the database without bootstrap and use a"
                    + " DoSQLRestore, or delete the database and the claim.")
                .formatted(
                    claim(),
                    tenants.size(),
                    named,
                    tenants.size() > TENANTS_NAMED_MAX ? ", …" : ""));
    return new Outcome(
        ConditionValue.fails(problem),
        previous,
        List.of(),
        List.of(),
        Optional.of(problem),
        Optional.empty());
  }

  private Outcome begin() {
    String id = "bootstrap-" + database.getMetadata().getUid();
    String time = Times.format(now);
    return started(
        id,
        new BootstrapStatus(id, time, time, null, null, null),
        List.of(EventNote.normal("BootstrapStarted", "restoring " + target())));
  }

  private String target() {
    String what;
    if (restore.backup() != null) {
      what = "the backup " + restore.backup();
    } else if (restore.targetTime() != null) {
      what = "the state of " + restore.targetTime();
    } else {
      what = restore.targetLsn() == null ? "the newest commit" : "commit " + restore.targetLsn();
    }
    return what + " from " + restore.from().prefix(database.getMetadata().getNamespace());
  }

  private Outcome started(String id, BootstrapStatus status, List<EventNote> events) {
    return new Outcome(
        new ConditionValue(ConditionSet.FALSE, "Restoring", "The restore has started."),
        status,
        List.of(new DatabaseAction.MarkClaim(STARTED), start(id)),
        events,
        Optional.empty(),
        Optional.of(POLL));
  }

  private DatabaseAction start(String id) {
    return new DatabaseAction.StartBootstrap(
        id,
        new OperationRequest.Restore(
            restore.backup(),
            null,
            restore.targetTime(),
            restore.targetLsn() == null ? null : restore.targetLsn().toString(),
            Boolean.TRUE.equals(restore.latest()),
            restore.tenants(),
            false,
            true,
            restore.line()));
  }

  private Outcome follow(String id) {
    if (observation.operation().isEmpty()) {
      return waiting("WaitingForPod", "The restore goes on when the pod has started.");
    }
    return switch (OperationView.of(observation.operation().get())) {
      case OperationView.Unknown _ -> started(id, previous, List.of());
      case OperationView.Running running -> running(running.progress());
      case OperationView.Succeeded succeeded -> succeeded(succeeded.operation());
      case OperationView.Failed failed -> failed(id, failed.error());
      case OperationView.Unreachable unreachable ->
          waiting("EngineUnreachable", "Waiting: " + unreachable.message() + ".");
    };
  }

  private Outcome running(Operation.Progress reported) {
    RestoreProgress progress =
        RestoreView.progress(reported, previous.progress(), previous.attemptTime(), now);
    String tenants = "%d of %d tenants are restored".formatted(progress.done(), progress.total());
    return new Outcome(
        new ConditionValue(
            ConditionSet.FALSE,
            "Restoring",
            progress.percent() == null
                ? tenants + "."
                : "%s, %d %% of what is to be read.".formatted(tenants, progress.percent())),
        with(previous.operationId(), previous.attemptTime(), progress),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.of(POLL));
  }

  private BootstrapStatus with(
      @Nullable String id, @Nullable String attemptTime, @Nullable RestoreProgress progress) {
    return new BootstrapStatus(id, previous.startTime(), attemptTime, null, progress, null);
  }

  private Outcome succeeded(Operation operation) {
    int tenants =
        operation.result() == null
            ? operation.progress().done()
            : operation.result().path("tenants").size();
    ConditionValue condition =
        ConditionValue.holds(
            "Restored",
            "%d tenants are restored.%s"
                .formatted(tenants, RestoreView.aboutLeftOut(operation.result())));
    BootstrapStatus status =
        new BootstrapStatus(
            previous.operationId(),
            previous.startTime(),
            previous.attemptTime(),
            Times.format(now),
            RestoreProgress.ofTenants(tenants, tenants),
            RestoreView.tenants(operation.result()));
    Outcome done = done(condition, status);
    return new Outcome(
        done.condition(),
        done.status(),
        done.actions(),
        List.of(EventNote.normal("BootstrapRestored", condition.message())),
        Optional.empty(),
        Optional.of(POLL));
  }

  /** Never the end: what a person mends outside, such as a key or a bucket, is found mended. */
  private Outcome failed(String id, EngineError error) {
    boolean mayPass = Patience.mayPass(error);
    Duration delay = mayPass ? RETRY : RETRY_STALLED;
    Instant next = Times.parse(previous.attemptTime()).orElse(now).plus(delay);
    Problem problem =
        new Problem(
            mayPass ? StoreTrouble.reason(error.code()) : "BootstrapFailed",
            "bootstrap.restore failed with %s, and is tried again: %s%s"
                .formatted(
                    error.code(),
                    error.explanation(),
                    error.isStoreTrouble()
                        ? " Check bootstrap.restore.from.store, its Secret, and the own store."
                        : ""));
    List<DatabaseAction> actions = new ArrayList<>();
    BootstrapStatus status = with(id, previous.attemptTime(), previous.progress());
    if (!next.isAfter(now)) {
      String another = OperationId.next(id);
      status = with(another, Times.format(now), previous.progress());
      actions.add(new DatabaseAction.MarkClaim(STARTED));
      actions.add(start(another));
    }
    return new Outcome(
        ConditionValue.fails(problem),
        status,
        List.copyOf(actions),
        List.of(),
        mayPass ? Optional.empty() : Optional.of(problem),
        Optional.of(next.isAfter(now) ? Duration.between(now, next) : POLL));
  }
}
