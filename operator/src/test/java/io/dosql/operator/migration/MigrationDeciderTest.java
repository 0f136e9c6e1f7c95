package io.dosql.operator.migration;

import static io.dosql.operator.testing.Conditions.brief;
import static io.dosql.operator.testing.Conditions.find;
import static io.dosql.operator.testing.Conditions.verdict;
import static io.dosql.operator.testing.Operations.failed;
import static io.dosql.operator.testing.Operations.succeeded;
import static io.dosql.operator.testing.Operations.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DatabaseRef;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.MigrationSpec;
import io.dosql.crds.MigrationStatus;
import io.dosql.crds.MigrationStatus.TenantProgress;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.TenantInfo;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Step;
import io.dosql.operator.testing.Databases;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MigrationDeciderTest {

  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final String UID = "2a1d9d3c-0f6c-4d38-8a4c-5a1e0b7c9d33";
  private static final String ID = "migrate-" + UID + "-1";
  private static final DatabaseAvailability READY =
      new DatabaseAvailability.Available(Databases.ready());
  private static final List<MigrationSpec.Migration> MIGRATIONS =
      List.of(
          new MigrationSpec.Migration("9_users", "CREATE TABLE users (id)"),
          new MigrationSpec.Migration("10_index", "CREATE INDEX i ON users (id)"));

  private static DoSQLMigration resource(
      long generation, @Nullable MigrationStatus status, String... tenants) {
    DoSQLMigration resource = new DoSQLMigration();
    resource.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("shop")
            .withName("schema")
            .withUid(UID)
            .withGeneration(generation)
            .build());
    resource.setSpec(new MigrationSpec(new DatabaseRef("orders"), List.of(tenants), MIGRATIONS));
    resource.setStatus(status);
    return resource;
  }

  private static Step<MigrationStatus> decide(
      DoSQLMigration resource,
      @Nullable Reply<List<TenantInfo>> tenants,
      @Nullable OperationView operation) {
    return MigrationDecider.decide(
        resource,
        new MigrationObservation(READY, Optional.ofNullable(tenants)),
        Optional.ofNullable(operation),
        NOW);
  }

  private static Reply<List<TenantInfo>> tenants(TenantInfo... tenants) {
    return new Reply.Ok<>(List.of(tenants));
  }

  private static TenantInfo tenant(String name, @Nullable String version) {
    return new TenantInfo(name, null, version);
  }

  private static MigrationStatus running() {
    return decide(resource(1, null), null, null).status();
  }

  private static MigrationStatus completed() {
    return decide(
            resource(1, running()),
            null,
            new OperationView.Succeeded(
                succeeded("{\"tenants\":[{\"tenant\":\"a\"},{\"tenant\":\"main\"}]}")))
        .status();
  }

  @Test
  void newResource_isWrittenDownBeforeItStarts() {
    Step<MigrationStatus> step = decide(resource(1, null, "a"), null, null);
    assertThat(step.status().phase()).isEqualTo("Running");
    assertThat(step.status().operationId()).isEqualTo(ID);
    assertThat(verdict(step.status().conditions())).isEqualTo("FTF");
    assertThat(step.start())
        .contains(
            new Step.Start(
                ID,
                new OperationRequest.Migrate(
                    List.of("a"),
                    List.of(
                        new OperationRequest.Migration("9_users", "CREATE TABLE users (id)"),
                        new OperationRequest.Migration("10_index", "CREATE INDEX i ON users (id)")),
                    false)));
  }

  @Test
  void databaseThatAppearsLater_isWaitedFor() {
    Step<MigrationStatus> step =
        MigrationDecider.decide(
            resource(1, null),
            new MigrationObservation(
                new DatabaseAvailability.Waiting("DatabaseNotFound", "There is none."),
                Optional.empty()),
            Optional.empty(),
            NOW);
    assertThat(step.status().phase()).isEqualTo("Pending");
    assertThat(brief(step.status().conditions(), "Reconciling")).isEqualTo("True/DatabaseNotFound");
    assertThat(step.status().observedGeneration()).isEqualTo(1);
    assertThat(decide(resource(1, step.status()), null, null).start()).isPresent();
  }

  @Test
  void runningOperation_countsTenants() {
    Step<MigrationStatus> step =
        decide(
            resource(1, running()),
            null,
            new OperationView.Running(Operation.Progress.ofTenants(3, 8)));
    assertThat(step.status().tenants()).isEqualTo(new TenantProgress(8, 3, 0));
    assertThat(step.requeue()).contains(Step.POLL);
  }

  @Test
  void succeededOperation_makesItReady_andTheCurrentOneIsTheHighestByNumber() {
    MigrationStatus status = completed();
    assertThat(status.phase()).isEqualTo("Completed");
    assertThat(verdict(status.conditions())).isEqualTo("TFF");
    assertThat(status.current()).isEqualTo("10_index");
    assertThat(status.tenants()).isEqualTo(new TenantProgress(2, 2, 0));
    assertThat(status.appliedGeneration()).isEqualTo(1);
  }

  @Test
  void appliedResource_whoseTenantsAllHaveIt_changesNothing() {
    MigrationStatus before = completed();
    Step<MigrationStatus> step =
        decide(resource(1, before), tenants(tenant("a", "10_index"), tenant("main", "11_x")), null);
    assertThat(step.status()).isEqualTo(before);
    assertThat(step.start()).isEmpty();
    assertThat(step.events()).isEmpty();
    assertThat(step.requeue()).contains(MigrationDecider.NEW_TENANTS);
  }

  @Test
  void tenantThatAppeared_getsARoundOfItsOwn_andIsCountedOnce() {
    Reply<List<TenantInfo>> three =
        tenants(tenant("a", "10_index"), tenant("b", null), tenant("main", "10_index"));
    Step<MigrationStatus> round = decide(resource(1, completed()), three, null);
    assertThat(round.status().operationId()).isEqualTo(ID + "-r2");
    assertThat(round.status().tenants()).isEqualTo(new TenantProgress(3, 2, 0));
    assertThat(verdict(round.status().conditions())).isEqualTo("FTF");
    assertThat(((OperationRequest.Migrate) round.start().orElseThrow().request()).tenants())
        .containsExactly("b");

    Step<MigrationStatus> end =
        decide(
            resource(1, round.status()),
            tenants(tenant("a", "10_index"), tenant("b", "10_index"), tenant("main", "10_index")),
            new OperationView.Succeeded(succeeded("{\"tenants\":[{\"tenant\":\"b\"}]}")));
    assertThat(end.status().tenants()).isEqualTo(new TenantProgress(3, 3, 0));
    assertThat(verdict(end.status().conditions())).isEqualTo("TFF");
    assertThat(end.events()).extracting(EventNote::reason).containsExactly("NewTenantsMigrated");
  }

  @Test
  void moreNewTenantsThanARoundTakes_areNotReadyAfterTheFirstRound() {
    TenantInfo[] behind =
        IntStream.range(0, 1500).mapToObj(i -> tenant("t" + i, null)).toArray(TenantInfo[]::new);
    Step<MigrationStatus> first = decide(resource(1, completed()), tenants(behind), null);
    assertThat(((OperationRequest.Migrate) first.start().orElseThrow().request()).tenants())
        .hasSize(1000);

    TenantInfo[] left =
        IntStream.range(0, 1500)
            .mapToObj(i -> tenant("t" + i, i < 1000 ? "10_index" : null))
            .toArray(TenantInfo[]::new);
    Step<MigrationStatus> second =
        decide(
            resource(1, first.status()),
            tenants(left),
            new OperationView.Succeeded(succeeded("{\"tenants\":[]}")));
    assertThat(second.status().operationId()).isEqualTo(ID + "-r3");
    assertThat(verdict(second.status().conditions())).isEqualTo("FTF");
    assertThat(((OperationRequest.Migrate) second.start().orElseThrow().request()).tenants())
        .hasSize(500);
  }

  @Test
  void roundThatEndedWhileTheTenantsCannotBeListed_waits() {
    MigrationStatus round =
        decide(resource(1, completed()), tenants(tenant("b", null)), null).status();
    Step<MigrationStatus> step =
        decide(
            resource(1, round),
            unavailable(),
            new OperationView.Succeeded(succeeded("{\"tenants\":[]}")));
    assertThat(step.status()).isEqualTo(round);
  }

  @Test
  void roundThatThePodForgot_isAskedForAgainUnderItsId() {
    MigrationStatus round =
        decide(resource(1, completed()), tenants(tenant("b", null)), null).status();
    Step<MigrationStatus> step =
        decide(resource(1, round), tenants(tenant("b", null)), new OperationView.Unknown());
    assertThat(step.start().orElseThrow().id()).isEqualTo(ID + "-r2");
  }

  @Test
  void onlyNamedTenants_areLookedAt() {
    MigrationStatus done = completed();
    Step<MigrationStatus> step =
        decide(resource(1, done, "a"), tenants(tenant("a", "10_index"), tenant("b", null)), null);
    assertThat(step.start()).isEmpty();
    assertThat(step.status().tenants()).isEqualTo(new TenantProgress(1, 1, 0));
  }

  @Test
  void editedResource_runsAnewUnderTheNewGeneration_alsoInTheMiddle() {
    for (MigrationStatus before : List.of(running(), completed())) {
      Step<MigrationStatus> step = decide(resource(2, before), null, null);
      assertThat(step.start().orElseThrow().id()).isEqualTo("migrate-" + UID + "-2");
      assertThat(step.status().observedGeneration()).isEqualTo(2);
      assertThat(verdict(step.status().conditions())).isEqualTo("FTF");
    }
  }

  @Test
  void failure_namesEverything_andWaitsForAnEdit() {
    Step<MigrationStatus> step =
        decide(
            resource(1, running()),
            null,
            failed(
                "MIGRATION_FAILED",
                false,
                1,
                4,
                """
                {"tenants":[],"failure":{"tenant":"b","migration":"10_index","statement":1,
                 "line":1,"column":19,"sql":"CREATE INDEX i ON users (id)","message":"no such table"}}
                """));
    MigrationStatus status = step.status();
    assertThat(status.phase()).isEqualTo("Failed");
    assertThat(verdict(status.conditions())).isEqualTo("FFT");
    assertThat(status.tenants()).isEqualTo(new TenantProgress(4, 1, 1));
    assertThat(find(status.conditions(), "Stalled").message())
        .isEqualTo(
            "migration 10_index, tenant b, statement 1, line 1, column 19: no such table Correct"
                + " the resource; an edit tries again.");
    assertThat(status.failure())
        .isEqualTo(
            new MigrationStatus.Failure(
                "b",
                "10_index",
                1,
                1,
                19,
                "CREATE INDEX i ON users (id)",
                "no such table",
                "MIGRATION_FAILED"));
    assertThat(step.requeue()).isEmpty();
    assertThat(decide(resource(1, status), null, null)).isEqualTo(Step.end(status));
    assertThat(decide(resource(2, status), null, null).start()).isPresent();
    assertThat(decide(resource(2, status), null, null).status().failure()).isNull();
  }

  @Test
  void failureOfARound_keepsTheCountsOfAllTenants() {
    MigrationStatus round =
        decide(
                resource(1, completed()),
                tenants(tenant("a", "10_index"), tenant("b", null), tenant("main", "10_index")),
                null)
            .status();
    Step<MigrationStatus> step =
        decide(
            resource(1, round),
            null,
            failed("MIGRATION_FAILED", false, 0, 1, "{\"failure\":{\"tenant\":\"b\"}}"));
    assertThat(step.status().tenants()).isEqualTo(new TenantProgress(3, 2, 1));
  }

  @Test
  void refusedRequest_blamesNoTenant() {
    Step<MigrationStatus> step =
        decide(resource(1, running()), null, failed("INVALID_REQUEST", false));
    assertThat(step.status().phase()).isEqualTo("Failed");
    assertThat(step.status().tenants()).isEqualTo(new TenantProgress(0, 0, 0));
  }

  @Test
  void tenantThatIsNotDeclaredYet_isWaitedForUnderTheSameId() {
    Step<MigrationStatus> step = decide(resource(1, running()), null, failed("NOT_FOUND", false));
    assertThat(step.status().phase()).isEqualTo("Running");
    assertThat(step.status().operationId()).isEqualTo(ID);
    assertThat(brief(step.status().conditions(), "Ready")).isEqualTo("False/TenantNotFound");
    assertThat(step.requeue()).contains(Step.RETRY);
    assertThat(decide(resource(1, step.status()), null, new OperationView.Unknown()).start())
        .isPresent();
  }

  @Test
  void retryableFailure_isTriedAgainUnderAnotherId() {
    Step<MigrationStatus> step =
        decide(resource(1, running()), null, failed("RESOURCE_EXHAUSTED", true));
    assertThat(step.status().operationId()).isEqualTo(ID + "-r2");
    assertThat(step.status().phase()).isEqualTo("Running");
    assertThat(step.requeue()).contains(Step.RETRY);
  }

  @Test
  void appliedResource_whoseDatabaseIsAway_staysAsItIs() {
    MigrationStatus done = completed();
    Step<MigrationStatus> step =
        MigrationDecider.decide(
            resource(1, done),
            new MigrationObservation(
                new DatabaseAvailability.Waiting("DatabaseNotReady", "away"), Optional.empty()),
            Optional.empty(),
            NOW);
    assertThat(step.status()).isEqualTo(done);
  }
}
