package io.dosql.operator.database;

import io.dosql.crds.BackupLocations;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BootstrapStatus;
import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DatabaseStatus.BackupSummary;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLRestore;
import io.dosql.crds.Encryption;
import io.dosql.crds.RestoreStatus;
import io.dosql.crds.S3Store;
import io.dosql.operator.backup.BackupTerms;
import io.dosql.operator.backup.RetentionPlan;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClient;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationId;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.Phase;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks at all that a decision about a database needs; reads only. */
final class DatabaseObserver {

  /** A prune that failed is asked for again, under another id, after so long. */
  private static final Duration PRUNE_RETRY = Duration.ofMinutes(10);

  private final KubernetesClient client;
  private final EngineClients engines;
  private final BackupListings listings;
  private final TlsChecks tls;
  private final Clock clock;

  DatabaseObserver(
      KubernetesClient client, EngineClients engines, BackupListings listings, Clock clock) {
    this.client = client;
    this.engines = engines;
    this.listings = listings;
    this.tls = new TlsChecks(client, clock);
    this.clock = clock;
  }

  /** While nothing is there yet. */
  DatabaseObservation observeLeaving(DoSQLDatabase database, List<DoSQLBackup> backups) {
    return new DatabaseObservation(
        Optional.empty(),
        true,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        credentials(database, Optional.empty()),
        backups,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        AccessFindings.NONE);
  }

  DatabaseObservation observe(
      DoSQLDatabase database,
      Optional<StatefulSet> statefulSet,
      List<Problem> problems,
      Optional<Pod> pod,
      Optional<PersistentVolumeClaim> claim,
      List<DoSQLBackup> backups,
      List<Secret> ownSecrets) {
    DatabaseKey key = DatabaseKey.of(database);
    EngineClient engine = engines.of(key);
    boolean bootstrapping = BootstrapPlan.isPending(database);
    boolean running =
        bootstrapping
            ? pod.filter(Serving::isEngineUp).isPresent()
            : statefulSet.filter(found -> Serving.readyPods(found) > 0).isPresent();
    Optional<Reply<PodStatus>> status = running ? Optional.of(engine.status()) : Optional.empty();
    Optional<PodStatus> answer = status.flatMap(Reply::answer);
    // A pod that is being replaced may still have another store than the resource names.
    boolean current = Serving.of(statefulSet, pod) instanceof Serving.Yes;
    Optional<Reply<List<StoredBackup>>> stored =
        current && answer.isPresent() && !answer.get().store().failed()
            ? list(database, engine, backups)
            : Optional.empty();
    Optional<RetentionPlan> retention = retention(database, backups, stored.flatMap(Reply::answer));
    return new DatabaseObservation(
        statefulSet,
        false,
        problems,
        pod,
        status,
        credentials(database, answer),
        backups,
        stored,
        retention,
        pruning(database, engine, stored, retention),
        bootstrap(database, engine, claim, answer.isPresent()),
        new AccessFindings(
            tls.problem(database, !current), AppSecret.ofFormerUsers(database, ownSecrets)));
  }

  private static Optional<BootstrapPlan.Observation> bootstrap(
      DoSQLDatabase database,
      EngineClient engine,
      Optional<PersistentVolumeClaim> claim,
      boolean reachable) {
    if (database.getSpec().bootstrap() == null) {
      return Optional.empty();
    }
    boolean asked = reachable && BootstrapPlan.isPending(database);
    Optional<String> operationId =
        Optional.ofNullable(database.getStatus())
            .map(DatabaseStatus::bootstrap)
            .map(BootstrapStatus::operationId);
    return Optional.of(
        new BootstrapPlan.Observation(
            claim
                .map(found -> found.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(BootstrapPlan.CLAIM_ANNOTATION)),
            asked && operationId.isEmpty() ? Optional.of(engine.tenants()) : Optional.empty(),
            operationId.filter(_ -> asked).map(engine::operation)));
  }

  private Optional<Reply<List<StoredBackup>>> list(
      DoSQLDatabase database, EngineClient engine, List<DoSQLBackup> backups) {
    DatabaseKey key = DatabaseKey.of(database);
    return Optional.ofNullable(database.getSpec().backup())
        .map(policy -> BackupLocations.root(policy.store(), key.namespace(), key.name()))
        .map(
            root ->
                listings.current(
                    key,
                    root,
                    engine,
                    LastBackup.newestCompleted(backups).map(LastBackup::completed)));
  }

  private static Set<String> partial(List<DoSQLBackup> backups) {
    return backups.stream()
        .filter(backup -> !backup.getSpec().tenants().isEmpty())
        .map(backup -> backup.getMetadata().getName())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** A store that answers well proves its Secrets; only otherwise are they read. */
  private Optional<Problem> credentials(DoSQLDatabase database, Optional<PodStatus> engine) {
    BackupPolicy policy = database.getSpec().backup();
    boolean works =
        engine.filter(found -> found.store().state().equals(PodStatus.Store.OK)).isPresent();
    if (policy == null || works) {
      return Optional.empty();
    }
    S3Store s3 = policy.store().s3();
    Encryption encryption = policy.encryption();
    Optional<Problem> access =
        s3 == null
            ? Optional.empty()
            : Credentials.check(s3.secretRef(), secret(database, s3.secretRef().name()));
    return access.isPresent() || encryption == null
        ? access
        : Credentials.checkKeys(encryption, secret(database, encryption.secretRef().name()));
  }

  private Optional<Secret> secret(DoSQLDatabase database, String name) {
    return Optional.ofNullable(
        client.secrets().inNamespace(database.getMetadata().getNamespace()).withName(name).get());
  }

  /** By what backups are kept: rules of the database, or times of their own. */
  private Optional<RetentionPlan> retention(
      DoSQLDatabase database, List<DoSQLBackup> backups, Optional<List<StoredBackup>> listing) {
    BackupPolicy policy = database.getSpec().backup();
    if (policy == null) {
      return Optional.empty();
    }
    BackupTerms terms = BackupTerms.of(database, policy);
    Map<String, Instant> expiry =
        BackupExpiry.of(database, policy, backups, listing.orElse(List.of()));
    if (!terms.hasRetention() && expiry.isEmpty()) {
      return Optional.empty();
    }
    RetentionPlan plan =
        new RetentionPlan(terms.keepLast(), terms.keepDays(), expiry, partial(backups), Set.of());
    boolean candidates =
        listing.filter(all -> !plan.prunable(all, clock.instant()).isEmpty()).isPresent();
    return Optional.of(candidates ? plan.sparing(beingRestored(database)) : plan);
  }

  /** Only what the status has named before: nobody shall be surprised by a rule. */
  private Optional<DatabaseObservation.Pruning> pruning(
      DoSQLDatabase database,
      EngineClient engine,
      Optional<Reply<List<StoredBackup>>> stored,
      Optional<RetentionPlan> retention) {
    Optional<List<StoredBackup>> listing = stored.flatMap(Reply::answer);
    if (retention.isEmpty() || listing.isEmpty()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Optional<BackupSummary> before =
        Optional.ofNullable(database.getStatus())
            .flatMap(status -> Optional.ofNullable(status.backup()));
    Set<String> named = before.map(said -> Set.copyOf(said.nextPruned())).orElse(Set.of());
    List<String> names =
        retention.get().prunable(listing.get(), now).stream().filter(named::contains).toList();
    if (names.isEmpty()) {
      return Optional.empty();
    }
    Optional<DatabaseObservation.Pruning> begun =
        before
            .flatMap(said -> Optional.ofNullable(said.pruneOperationId()))
            .map(id -> new DatabaseObservation.Pruning(id, names, engine.operation(id)))
            .filter(known -> !isToBeTriedAgain(known, now));
    return begun.or(
        () -> {
          String id = OperationId.begun("prune-" + database.getMetadata().getUid(), now);
          return Optional.of(new DatabaseObservation.Pruning(id, names, engine.operation(id)));
        });
  }

  private static boolean isToBeTriedAgain(DatabaseObservation.Pruning pruning, Instant now) {
    return pruning.is(Operation.State.FAILED)
        && OperationId.age(pruning.operationId(), now).compareTo(PRUNE_RETRY) >= 0;
  }

  /** Backups that a restore which has not ended still needs; read anew, since they are to go. */
  private Set<String> beingRestored(DoSQLDatabase database) {
    return client
        .resources(DoSQLRestore.class)
        .inNamespace(database.getMetadata().getNamespace())
        .list()
        .getItems()
        .stream()
        .filter(
            restore ->
                restore.getSpec().databaseRef().name().equals(database.getMetadata().getName()))
        .filter(restore -> !isFinished(restore.getStatus()))
        .flatMap(restore -> Optional.ofNullable(restore.getSpec().backup()).stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean isFinished(@Nullable RestoreStatus status) {
    return status != null
        && (Phase.COMPLETED.equals(status.phase()) || Phase.FAILED.equals(status.phase()));
  }
}
