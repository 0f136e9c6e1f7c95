package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static io.dosql.operator.testing.Operations.error;
import static io.dosql.operator.testing.Operations.refused;
import static io.dosql.operator.testing.Operations.succeeded;
import static io.dosql.operator.testing.Operations.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.BootstrapRestore;
import io.dosql.crds.BootstrapSource;
import io.dosql.crds.BootstrapStatus;
import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.database.BootstrapPlan.Outcome;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.TenantInfo;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.testing.Databases;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BootstrapPlanTest {

  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final String ID = "bootstrap-" + Databases.UID;

  static BootstrapRestore restore() {
    return new BootstrapRestore(
        new BootstrapSource(
            Databases.s3(), new BootstrapSource.SourceDatabase("old", "prod"), null),
        null,
        null,
        "2026-11-24T09:00:00Z",
        null,
        null,
        List.of("a"));
  }

  private static DoSQLDatabase fresh(
      @Nullable BootstrapStatus status, ResourceCondition... conditions) {
    DatabaseStatus empty = DatabaseStatus.empty();
    return database()
        .bootstrap(restore())
        .status(
            new DatabaseStatus(
                1L, empty.phase(), List.of(conditions), null, null, null, null, status, null))
        .build();
  }

  private static BootstrapStatus started(String id, String attempt) {
    return new BootstrapStatus(id, "2026-11-24T09:00:00Z", attempt, null, null, null);
  }

  private static Outcome decide(
      DoSQLDatabase database,
      @Nullable String mark,
      @Nullable Reply<List<TenantInfo>> tenants,
      @Nullable Reply<Operation> operation,
      Instant now) {
    return BootstrapPlan.decide(
            database,
            Optional.of(
                new BootstrapPlan.Observation(
                    Optional.ofNullable(mark),
                    Optional.ofNullable(tenants),
                    Optional.ofNullable(operation))),
            now)
        .orElseThrow();
  }

  private static Outcome begin(@Nullable String mark, TenantInfo... tenants) {
    return decide(fresh(null), mark, new Reply.Ok<>(List.of(tenants)), null, NOW);
  }

  private static Outcome follow(Reply<Operation> operation, String now) {
    return decide(
        fresh(started(ID, "2026-11-24T10:00:00Z")), "started", null, operation, Instant.parse(now));
  }

  private static String brief(Outcome outcome) {
    return outcome.condition().status() + "/" + outcome.condition().reason();
  }

  private static final DatabaseAction START =
      new DatabaseAction.StartBootstrap(
          ID,
          new OperationRequest.Restore(
              null, null, "2026-11-24T09:00:00Z", null, false, List.of("a"), false, true, null));

  @Test
  void databaseThatBeginsEmpty_isNotPending() {
    DoSQLDatabase plain = database().build();
    assertThat(BootstrapPlan.isPending(plain)).isFalse();
    assertThat(BootstrapPlan.decide(plain, Optional.empty(), NOW)).isEmpty();
    assertThat(BootstrapPlan.isPending(fresh(null))).isTrue();
  }

  @Test
  void podThatHasNotStarted_isWaitedFor() {
    assertThat(brief(decide(fresh(null), null, null, null, NOW))).isEqualTo("False/WaitingForPod");
    assertThat(brief(decide(fresh(null), null, unavailable(), null, NOW)))
        .isEqualTo("False/EngineUnreachable");
  }

  @Test
  void emptyPod_isRestoredInto_underAnIdOfTheResource_writtenDownFirst() {
    Outcome outcome = begin(null, new TenantInfo("main", "0", null));
    assertThat(outcome.status().operationId()).isEqualTo(ID).hasSizeLessThanOrEqualTo(60);
    assertThat(outcome.actions()).containsExactly(new DatabaseAction.MarkClaim("started"), START);
    assertThat(brief(outcome)).isEqualTo("False/Restoring");
    assertThat(outcome.events())
        .extracting(EventNote::message)
        .containsExactly("restoring the state of 2026-11-24T09:00:00Z from prod/old");
  }

  @Test
  void volumeWithData_isNeverRestoredOver() {
    Outcome outcome =
        begin(null, new TenantInfo("a", "7", null), new TenantInfo("main", "0", null));
    assertThat(brief(outcome)).isEqualTo("False/DataVolumeNotEmpty");
    assertThat(outcome.actions()).isEmpty();
    assertThat(outcome.stalled()).isPresent();
    assertThat(outcome.condition().message()).contains("data-orders-0", "(a)");
  }

  @Test
  void volumeOfAnInterruptedRestore_isRestoredOverAgain() {
    assertThat(begin("started", new TenantInfo("a", "7", null)).actions())
        .containsExactly(new DatabaseAction.MarkClaim("started"), START);
  }

  @Test
  void volumeOfAFinishedRestore_isServedAsItIs() {
    Outcome outcome = begin("done", new TenantInfo("a", "7", null));
    assertThat(brief(outcome)).isEqualTo("True/DataKept");
    assertThat(outcome.actions()).isEmpty();
  }

  @Test
  void podThatRestarted_isAskedAgain_underTheSameId() {
    Outcome outcome = follow(refused(404, "NOT_FOUND"), "2026-11-24T10:00:30Z");
    assertThat(outcome.actions()).contains(START);
    assertThat(outcome.status()).isEqualTo(started(ID, "2026-11-24T10:00:00Z"));
    assertThat(outcome.events()).isEmpty();
  }

  @Test
  void progress_isTold() {
    Outcome outcome =
        follow(
            new Reply.Ok<>(
                new Operation(
                    ID,
                    Operation.State.RUNNING,
                    new Operation.Progress(1, 2, 50, 100),
                    null,
                    null)),
            "2026-11-24T10:00:10Z");
    assertThat(brief(outcome)).isEqualTo("False/Restoring");
    assertThat(outcome.condition().message())
        .isEqualTo("1 of 2 tenants are restored, 50 % of what is to be read.");
    assertThat(Objects.requireNonNull(outcome.status().progress()).remainingSeconds())
        .isEqualTo(10);
    assertThat(outcome.actions()).isEmpty();
  }

  @Test
  void end_isWrittenDown_andMarkedOnTheClaim() {
    Outcome outcome =
        follow(
            new Reply.Ok<>(succeeded("{\"tenants\":[{\"tenant\":\"a\",\"fromLsn\":\"7\"}]}")),
            "2026-11-24T10:00:10Z");
    assertThat(brief(outcome)).isEqualTo("True/Restored");
    assertThat(outcome.done()).isTrue();
    assertThat(outcome.actions()).containsExactly(new DatabaseAction.MarkClaim("done"));
    assertThat(outcome.status().completionTime()).isEqualTo("2026-11-24T10:00:10Z");
    assertThat(outcome.status().restored()).hasSize(1);
    assertThat(outcome.events()).extracting(EventNote::reason).containsExactly("BootstrapRestored");
  }

  @Test
  void afterTheEnd_nothingIsDone_butAMarkThatIsMissing() {
    var restored =
        new ResourceCondition(
            "BootstrapRestored", "True", 1L, "2026-11-24T10:00:00Z", "Restored", "1 tenants.");
    DoSQLDatabase database = fresh(started(ID, "2026-11-24T10:00:00Z"), restored);
    assertThat(BootstrapPlan.isPending(database)).isFalse();
    Outcome later = decide(database, "done", null, null, NOW);
    assertThat(later.actions()).isEmpty();
    assertThat(later.condition()).isEqualTo(new ConditionValue("True", "Restored", "1 tenants."));
    assertThat(later.status()).isEqualTo(started(ID, "2026-11-24T10:00:00Z"));
    assertThat(decide(database, "started", null, null, NOW).actions())
        .containsExactly(new DatabaseAction.MarkClaim("done"));
  }

  private static Reply<Operation> failure(String code, boolean retryable) {
    return new Reply.Ok<>(
        new Operation(ID, Operation.State.FAILED, null, null, error(code, retryable)));
  }

  @Test
  void failureThatMayPass_isTriedAgainSoon_underAnotherId() {
    Reply<Operation> away = failure("STORAGE_UNAVAILABLE", true);
    Outcome early = follow(away, "2026-11-24T10:00:14Z");
    assertThat(brief(early)).isEqualTo("False/StoreUnavailable");
    assertThat(early.actions()).isEmpty();
    assertThat(early.stalled()).isEmpty();
    Outcome due = follow(away, "2026-11-24T10:00:15Z");
    assertThat(due.status())
        .isEqualTo(
            new BootstrapStatus(
                ID + "-r2", "2026-11-24T09:00:00Z", "2026-11-24T10:00:15Z", null, null, null));
    assertThat(due.actions()).hasSize(2);
  }

  @Test
  void otherFailure_needsAPerson_andIsFoundMendedAllTheSame() {
    Reply<Operation> gap = failure("RESTORE_GAP", false);
    Outcome early = follow(gap, "2026-11-24T10:04:59Z");
    assertThat(brief(early)).isEqualTo("False/BootstrapFailed");
    assertThat(early.stalled()).isPresent();
    assertThat(early.actions()).isEmpty();
    assertThat(early.condition().message()).contains("RESTORE_GAP", "It failed. Mend it.");
    assertThat(follow(gap, "2026-11-24T10:05:00Z").actions()).hasSize(2);
  }

  @Test
  void unreachableEngine_changesNothing() {
    Outcome outcome = follow(unavailable(), "2026-11-24T10:00:10Z");
    assertThat(brief(outcome)).isEqualTo("False/EngineUnreachable");
    assertThat(outcome.status()).isEqualTo(started(ID, "2026-11-24T10:00:00Z"));
  }
}
