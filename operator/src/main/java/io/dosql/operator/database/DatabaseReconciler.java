package io.dosql.operator.database;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.pod.EngineImages;
import io.dosql.operator.pod.PodEndpoints;
import io.dosql.operator.status.EventPublisher;
import io.dosql.operator.status.StatusWriter;
import io.dosql.operator.step.Overtaken;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.ResourceCache;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reconciles a DoSQLDatabase: applies its objects, looks at cluster and pod, decides, writes the
 * status, acts. A pass over a database that is as it shall be writes nothing.
 */
public final class DatabaseReconciler implements Reconciler<DoSQLDatabase> {

  /** What the operator makes and watches; all carry {@link DatabaseLabels#SELECTOR}. */
  private static final List<Class<? extends HasMetadata>> OWNED =
      List.of(
          ServiceAccount.class,
          Service.class,
          Secret.class,
          PodDisruptionBudget.class,
          StatefulSet.class);

  /** What the StatefulSet makes, with the labels of its templates. */
  private static final List<Class<? extends HasMetadata>> MADE_BY_STATEFUL_SET =
      List.of(Pod.class, PersistentVolumeClaim.class);

  private final PodEndpoints endpoints;
  private final Clock clock;
  private final EventPublisher events;
  private final DesiredObjects desiredObjects;
  private final KeysSecret keysSecret;
  private final ObjectApplier applier;
  private final DatabaseObserver observer;
  private final DatabaseActions actions;
  private volatile @Nullable ResourceCache<DoSQLDatabase> cache;

  public DatabaseReconciler(
      KubernetesClient client,
      EngineClients engines,
      PodEndpoints endpoints,
      Clock clock,
      SecureRandom random,
      EventPublisher events,
      EngineImages images) {
    this.endpoints = endpoints;
    this.clock = clock;
    this.events = events;
    this.desiredObjects = new DesiredObjects(images, endpoints);
    this.keysSecret = new KeysSecret(client, random, clock);
    this.applier = new ObjectApplier(client);
    BackupListings listings = new BackupListings(clock);
    this.observer = new DatabaseObserver(client, engines, listings, clock);
    this.actions = new DatabaseActions(client, engines, listings);
  }

  /** All databases that are watched, as the cache has them; none before the start. Any thread. */
  public Stream<DoSQLDatabase> known() {
    ResourceCache<DoSQLDatabase> current = cache;
    return current == null ? Stream.empty() : current.list();
  }

  @Override
  public List<EventSource<?, DoSQLDatabase>> prepareEventSources(
      EventSourceContext<DoSQLDatabase> context) {
    cache = context.getPrimaryCache();
    List<EventSource<?, DoSQLDatabase>> sources = new ArrayList<>();
    OWNED.forEach(type -> sources.add(children(context, type)));
    MADE_BY_STATEFUL_SET.forEach(type -> sources.add(children(context, type)));
    sources.add(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(DoSQLBackup.class, DoSQLDatabase.class)
                .withSecondaryToPrimaryMapper(
                    backup ->
                        Set.of(
                            new ResourceID(
                                backup.getSpec().databaseRef().name(),
                                backup.getMetadata().getNamespace())))
                .withNamespacesInheritedFromController()
                .build(),
            context));
    return sources;
  }

  private static <R extends HasMetadata> InformerEventSource<R, DoSQLDatabase> children(
      EventSourceContext<DoSQLDatabase> context, Class<R> type) {
    SecondaryToPrimaryMapper<R> toDatabase = DatabaseReconciler::database;
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(type, DoSQLDatabase.class)
            .withLabelSelector(DatabaseLabels.SELECTOR)
            .withSecondaryToPrimaryMapper(toDatabase)
            .withNamespacesInheritedFromController()
            .build(),
        context);
  }

  private static Set<ResourceID> database(HasMetadata child) {
    Map<String, String> labels = child.getMetadata().getLabels();
    String name = labels == null ? null : labels.get(DatabaseLabels.DATABASE);
    return name == null
        ? Set.of()
        : Set.of(new ResourceID(name, child.getMetadata().getNamespace()));
  }

  @Override
  public UpdateControl<DoSQLDatabase> reconcile(
      DoSQLDatabase database, Context<DoSQLDatabase> context) {
    return Overtaken.lookAgain(context, database, pass(database, context));
  }

  private UpdateControl<DoSQLDatabase> pass(
      DoSQLDatabase database, Context<DoSQLDatabase> context) {
    if (database.isMarkedForDeletion()) {
      return UpdateControl.noUpdate();
    }
    DatabaseObservation observation = applyAndObserve(database, context);
    DatabaseDecision decision =
        DatabaseDecider.decide(database, observation, endpoints, clock.instant());
    if (!StatusWriter.write(context, database, decision.status(), DoSQLDatabase::new)) {
      return UpdateControl.noUpdate();
    }
    decision.events().forEach(note -> events.publish(database, note));
    decision.actions().forEach(action -> actions.perform(database, action));
    return UpdateControl.<DoSQLDatabase>noUpdate().rescheduleAfter(decision.requeue());
  }

  private DatabaseObservation applyAndObserve(
      DoSQLDatabase database, Context<DoSQLDatabase> context) {
    DatabaseKey key = DatabaseKey.of(database);
    List<DoSQLBackup> backups = List.copyOf(context.getSecondaryResources(DoSQLBackup.class));
    if (isPredecessorLeaving(database, context)) {
      return observer.observeLeaving(database, backups);
    }
    List<Problem> problems = new ArrayList<>();
    Optional<StatefulSet> statefulSet =
        apply(database, context, problems).or(() -> cached(context, StatefulSet.class, key.name()));
    grow(database, context, problems);
    return observer.observe(
        database,
        statefulSet,
        List.copyOf(problems),
        cached(context, Pod.class, key.pod()),
        cached(context, PersistentVolumeClaim.class, key.dataClaim()),
        backups,
        List.copyOf(context.getSecondaryResources(Secret.class)));
  }

  /**
   * Whether the garbage collector still has to remove what a deleted database of the name left:
   * applied to now, it would go a moment later; and its pod would be taken for this one's.
   */
  private static boolean isPredecessorLeaving(
      DoSQLDatabase database, Context<DoSQLDatabase> context) {
    return OWNED.stream()
        .flatMap(type -> context.getSecondaryResourcesAsStream(type))
        .anyMatch(object -> DatabaseLabels.isLeaving(database, object));
  }

  /** The StatefulSet as it is after this; empty when it could not be applied. */
  private Optional<StatefulSet> apply(
      DoSQLDatabase database, Context<DoSQLDatabase> context, List<Problem> problems) {
    DatabaseKey key = DatabaseKey.of(database);
    List<HasMetadata> desired;
    try {
      DatabaseKeys keys =
          keysSecret.loadOrCreate(database, cached(context, Secret.class, key.keysSecret()));
      desired = desiredObjects.of(database, keys, cached(context, StatefulSet.class, key.name()));
    } catch (DatabaseKeys.InvalidKeysException e) {
      problems.add(
          new Problem(
              "KeysSecretInvalid",
              ("The Secret %s cannot be used: %s. Restore it from a copy; if there is none, delete"
                      + " it, and new keys and tokens are made.")
                  .formatted(key.keysSecret(), e.getMessage())));
      return Optional.empty();
    }
    Optional<StatefulSet> statefulSet = Optional.empty();
    for (HasMetadata object : desired) {
      Optional<HasMetadata> applied = applied(apply(object, context), problems);
      if (applied.isPresent() && applied.get() instanceof StatefulSet set) {
        statefulSet = Optional.of(set);
      }
    }
    return statefulSet;
  }

  private ObjectApplier.Result<HasMetadata> apply(
      HasMetadata desired, Context<DoSQLDatabase> context) {
    return applier.apply(
        desired, cached(context, desired.getClass(), desired.getMetadata().getName()));
  }

  private static Optional<HasMetadata> applied(
      ObjectApplier.Result<HasMetadata> result, List<Problem> problems) {
    return switch (result) {
      case ObjectApplier.Result.Applied<HasMetadata> done -> Optional.of(done.actual());
      case ObjectApplier.Result.Refused<HasMetadata> refused -> {
        problems.add(new Problem(refused.reason(), refused.message()));
        yield Optional.empty();
      }
    };
  }

  private void grow(
      DoSQLDatabase database, Context<DoSQLDatabase> context, List<Problem> problems) {
    DatabaseKey key = DatabaseKey.of(database);
    Optional<PersistentVolumeClaim> larger =
        cached(context, PersistentVolumeClaim.class, key.dataClaim())
            .flatMap(claim -> ClaimGrowth.larger(claim, database.getSpec().storage().size()));
    if (larger.isPresent()
        && applier.write(larger.get())
            instanceof ObjectApplier.Result.Refused<PersistentVolumeClaim> refused) {
      problems.add(
          new Problem(
              "StorageCannotGrow",
              refused.message() + " Set storage.size back, or use a class that can expand."));
    }
  }

  private static <R extends HasMetadata> Optional<R> cached(
      Context<DoSQLDatabase> context, Class<R> type, String name) {
    return context
        .getSecondaryResourcesAsStream(type)
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst();
  }
}
