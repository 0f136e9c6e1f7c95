package io.dosql.operator.database;

import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.backup.RetentionPlan;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Observations for tests: a database that is as it shall be, and variations. */
final class Observations {

  static final PodStatus.Store STORE_OK = new PodStatus.Store("s3", "ok", null, null);

  private @Nullable StatefulSet statefulSet = statefulSet(1, "a", "a");
  private boolean leaving;
  private final List<Problem> problems = new ArrayList<>();
  private @Nullable Pod pod;
  private @Nullable Reply<PodStatus> engine = new Reply.Ok<>(status(STORE_OK));
  private @Nullable Problem credentials;
  private List<DoSQLBackup> backups = List.of();
  private @Nullable Reply<List<StoredBackup>> stored = new Reply.Ok<>(List.of());
  private @Nullable RetentionPlan retention;
  private DatabaseObservation.@Nullable Pruning pruning;
  private AccessFindings access = AccessFindings.NONE;
  private BootstrapPlan.@Nullable Observation bootstrap;

  private Observations() {}

  static Observations serving() {
    return new Observations();
  }

  static StatefulSet statefulSet(int ready, String current, String update) {
    return new StatefulSetBuilder()
        .withNewMetadata()
        .withName("orders")
        .withGeneration(2L)
        .endMetadata()
        .withNewStatus()
        .withObservedGeneration(2L)
        .withReadyReplicas(ready)
        .withCurrentRevision(current)
        .withUpdateRevision(update)
        .endStatus()
        .build();
  }

  static PodStatus status(PodStatus.Store store) {
    return new PodStatus("0.1.0", true, new PodStatus.Tenants(3, 1, null, null), store);
  }

  /** An engine that tells which of its tenants cannot be used. */
  Observations quarantined(PodStatus.QuarantinedTenant... tenants) {
    return engine(
        new Reply.Ok<>(
            new PodStatus(
                "0.1.0",
                true,
                new PodStatus.Tenants(
                    9, 1, Map.of("awake", 1, "quarantined", tenants.length), List.of(tenants)),
                STORE_OK)));
  }

  Observations statefulSet(@Nullable StatefulSet value) {
    statefulSet = value;
    return this;
  }

  Observations leaving() {
    leaving = true;
    return this;
  }

  Observations problem(String reason, String message) {
    problems.add(new Problem(reason, message));
    return this;
  }

  Observations pod(Pod value) {
    pod = value;
    return this;
  }

  Observations engine(@Nullable Reply<PodStatus> value) {
    engine = value;
    return this;
  }

  Observations store(String code, String message) {
    return engine(new Reply.Ok<>(status(new PodStatus.Store("s3", "error", code, message))))
        .stored((Reply<List<StoredBackup>>) null);
  }

  Observations credentials(Problem value) {
    credentials = value;
    return this;
  }

  Observations backups(DoSQLBackup... values) {
    backups = List.of(values);
    return this;
  }

  Observations stored(@Nullable Reply<List<StoredBackup>> value) {
    stored = value;
    return this;
  }

  Observations stored(String... nameAndTime) {
    List<StoredBackup> listing = new ArrayList<>();
    for (int i = 0; i < nameAndTime.length; i += 2) {
      listing.add(
          new StoredBackup(nameAndTime[i], Instant.parse(nameAndTime[i + 1]), 10, 1, null, null));
    }
    return stored(new Reply.Ok<>(listing));
  }

  Observations keeping(@Nullable Integer last, @Nullable Integer days) {
    retention =
        new RetentionPlan(
            Optional.ofNullable(last), Optional.ofNullable(days), Map.of(), Set.of(), Set.of());
    return this;
  }

  Observations archive(PodStatus.@Nullable Archive archive) {
    return engine(
        new Reply.Ok<>(
            new PodStatus(
                "0.1.0",
                true,
                "line-1",
                new PodStatus.Tenants(3, 1, null, null),
                STORE_OK,
                null,
                null,
                archive)));
  }

  Observations bootstrap(BootstrapPlan.Observation value) {
    bootstrap = value;
    return this;
  }

  Observations pruning(Reply<Operation> operation, String... names) {
    pruning = new DatabaseObservation.Pruning("prune-1", List.of(names), operation);
    return this;
  }

  Observations certificate(String reason, String message) {
    access = new AccessFindings(Optional.of(new Problem(reason, message)), access.formerUsers());
    return this;
  }

  Observations formerUsers(String... secrets) {
    access = new AccessFindings(access.certificate(), List.of(secrets));
    return this;
  }

  DatabaseObservation build() {
    return new DatabaseObservation(
        Optional.ofNullable(statefulSet),
        leaving,
        List.copyOf(problems),
        Optional.ofNullable(pod),
        Optional.ofNullable(engine),
        Optional.ofNullable(credentials),
        backups,
        Optional.ofNullable(stored),
        Optional.ofNullable(retention),
        Optional.ofNullable(pruning),
        Optional.ofNullable(bootstrap),
        access);
  }
}
