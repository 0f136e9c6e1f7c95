package io.dosql.operator.database;

import io.dosql.crds.BackupLocations;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLRestore;
import io.dosql.crds.RestoreStatus;
import io.dosql.crds.S3Store;
import io.dosql.operator.backup.RetentionPlan;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClient;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.pod.OperationId;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.Phase;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
        AccessFindings.NONE);
  }

  DatabaseObservation observe(
      DoSQLDatabase database,
      Optional<StatefulSet> statefulSet,
      List<Problem> problems,
      Optional<Pod> pod,
      List<DoSQLBackup> backups,
      List<Secret> ownSecrets) {
    DatabaseKey key = DatabaseKey.of(database);
    EngineClient engine = engines.of(key);
    boolean running = statefulSet.filter(found -> Serving.readyPods(found) > 0).isPresent();
    Optional<Reply<PodStatus>> status = running ? Optional.of(engine.status()) : Optional.empty();
    Optional<PodStatus> answer = status.flatMap(Reply::answer);
    // A pod that is being replaced may still have another store than the resource names.
    boolean current = Serving.of(statefulSet, pod) instanceof Serving.Yes;
    Optional<Reply<List<StoredBackup>>> stored =
        current && answer.isPresent() && !answer.get().store().failed()
            ? list(database, engine, backups)
            : Optional.empty();
    return new DatabaseObservation(
        statefulSet,
        false,
        problems,
        pod,
        status,
        credentials(database, answer),
        backups,
        stored,
        pruning(database, engine, stored, partial(backups)),
        new AccessFindings(
            tls.problem(database, !current), AppSecret.ofFormerUsers(database, ownSecrets)));
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

  /** A store that answers well proves its credentials; only otherwise is the Secret read. */
  private Optional<Problem> credentials(DoSQLDatabase database, Optional<PodStatus> engine) {
    S3Store s3 = s3(database.getSpec().backup());
    boolean works =
        engine.filter(found -> found.store().state().equals(PodStatus.Store.OK)).isPresent();
    if (s3 == null || works) {
      return Optional.empty();
    }
    Secret secret =
        client
            .secrets()
            .inNamespace(database.getMetadata().getNamespace())
            .withName(s3.secretRef().name())
            .get();
    return Credentials.check(s3.secretRef(), Optional.ofNullable(secret));
  }

  private static @Nullable S3Store s3(@Nullable BackupPolicy policy) {
    return policy == null ? null : policy.store().s3();
  }

  private Optional<DatabaseObservation.Pruning> pruning(
      DoSQLDatabase database,
      EngineClient engine,
      Optional<Reply<List<StoredBackup>>> stored,
      Set<String> partial) {
    BackupPolicy policy = database.getSpec().backup();
    Optional<List<StoredBackup>> listing = stored.flatMap(Reply::answer);
    if (policy == null || policy.retention() == null || listing.isEmpty()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    List<String> candidates =
        RetentionPlan.prunable(listing.get(), policy.retention(), partial, Set.of(), now);
    if (candidates.isEmpty()) {
      return Optional.empty();
    }
    List<String> names =
        RetentionPlan.prunable(
            listing.get(), policy.retention(), partial, beingRestored(database), now);
    if (names.isEmpty()) {
      return Optional.empty();
    }
    String id =
        OperationId.ofNames("prune", names) + "-" + now.getEpochSecond() / PRUNE_RETRY.toSeconds();
    return Optional.of(new DatabaseObservation.Pruning(id, names, engine.operation(id)));
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
        .map(restore -> restore.getSpec().backupRef().name())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean isFinished(@Nullable RestoreStatus status) {
    return status != null
        && (Phase.COMPLETED.equals(status.phase()) || Phase.FAILED.equals(status.phase()));
  }
}
