package io.dosql.operator.backup;

import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLRestore;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClient;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.EngineImages;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.EventPublisher;
import io.dosql.operator.status.Phase;
import io.dosql.operator.status.StatusWriter;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.DatabaseWatch;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Overtaken;
import io.dosql.operator.step.StepRunner;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Has the engine take the backup that a DoSQLBackup asks for, and follows it to its end; has it
 * verified when that is asked for; and, if the resource says so, has it deleted with the resource.
 */
public final class BackupReconciler implements Reconciler<DoSQLBackup> {

  private final KubernetesClient client;
  private final EngineClients engines;
  private final EngineImages images;
  private final Clock clock;
  private final StepRunner steps;
  private final EventPublisher events;
  private final RecreatedBackups recreated;

  public BackupReconciler(
      KubernetesClient client,
      EngineClients engines,
      EngineImages images,
      Clock clock,
      StepRunner steps,
      EventPublisher events,
      RecreatedBackups recreated) {
    this.client = client;
    this.engines = engines;
    this.images = images;
    this.clock = clock;
    this.steps = steps;
    this.events = events;
    this.recreated = recreated;
  }

  /**
   * Whether a change of the resource is news. What asks for a verification is no part of the spec,
   * and the generation does not count it.
   */
  public static boolean isNews(DoSQLBackup after, DoSQLBackup before) {
    return !Objects.equals(
            after.getMetadata().getGeneration(), before.getMetadata().getGeneration())
        || after.isMarkedForDeletion() != before.isMarkedForDeletion()
        || !after.getMetadata().getFinalizers().equals(before.getMetadata().getFinalizers())
        || !VerificationPlan.request(after).equals(VerificationPlan.request(before));
  }

  @Override
  public List<EventSource<?, DoSQLBackup>> prepareEventSources(
      EventSourceContext<DoSQLBackup> context) {
    recreated.lookIn(context.getPrimaryCache());
    return List.of(
        recreated,
        DatabaseWatch.source(context, backup -> backup.getSpec().databaseRef().name()),
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Job.class, DoSQLBackup.class)
                .withLabelSelector(VerificationJob.SELECTOR)
                .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(DoSQLBackup.class))
                .withNamespacesInheritedFromController()
                .build(),
            context));
  }

  @Override
  public UpdateControl<DoSQLBackup> reconcile(DoSQLBackup backup, Context<DoSQLBackup> context) {
    return context.isPrimaryResourceDeleted()
        ? UpdateControl.noUpdate()
        : Overtaken.lookAgain(context, backup, pass(backup, context));
  }

  private UpdateControl<DoSQLBackup> pass(DoSQLBackup backup, Context<DoSQLBackup> context) {
    if (backup.isMarkedForDeletion()) {
      return delete(backup, context);
    }
    keepFinalizer(backup, context);
    return DueBackup.isFinished(backup) ? verify(backup, context) : take(backup, context);
  }

  /** Only where something is to be deleted along with the resource. */
  private static void keepFinalizer(DoSQLBackup backup, Context<DoSQLBackup> context) {
    boolean wanted = BackupDeletion.wantsFinalizer(backup);
    boolean there = backup.hasFinalizer(BackupDeletion.FINALIZER);
    if (wanted && !there) {
      var _ = context.resourceOperations().addFinalizer(BackupDeletion.FINALIZER);
    } else if (there && !wanted) {
      var _ = context.resourceOperations().removeFinalizer(BackupDeletion.FINALIZER);
    }
  }

  private UpdateControl<DoSQLBackup> take(DoSQLBackup backup, Context<DoSQLBackup> context) {
    DatabaseAvailability database = availability(backup, context);
    EngineClient engine = engine(backup);
    return steps.run(
        context,
        backup,
        DoSQLBackup::new,
        engine,
        operation(backup, database, engine),
        (resource, operation) ->
            BackupDecider.decide(
                resource,
                new BackupObservation(database, sameName(resource, database, operation, engine)),
                operation,
                clock.instant()));
  }

  private static DatabaseAvailability availability(
      DoSQLBackup backup, Context<DoSQLBackup> context) {
    String name = backup.getSpec().databaseRef().name();
    return DatabaseAvailability.of(name, DatabaseWatch.find(context, name));
  }

  private EngineClient engine(DoSQLBackup backup) {
    return engines.of(
        new DatabaseKey(
            backup.getMetadata().getNamespace(), backup.getSpec().databaseRef().name()));
  }

  private static Optional<OperationView> operation(
      DoSQLBackup backup, DatabaseAvailability database, EngineClient engine) {
    BackupStatus status = backup.getStatus();
    return database instanceof DatabaseAvailability.Available
            && status != null
            && status.operationId() != null
        ? Optional.of(OperationView.of(engine.operation(status.operationId())))
        : Optional.empty();
  }

  private static Optional<Reply<Optional<StoredBackup>>> sameName(
      DoSQLBackup backup,
      DatabaseAvailability database,
      Optional<OperationView> operation,
      EngineClient engine) {
    boolean asked =
        database instanceof DatabaseAvailability.Available available
            && available.database().getSpec().backup() != null;
    boolean first = backup.getStatus() == null || backup.getStatus().operationId() == null;
    String name = backup.getMetadata().getName();
    return asked && (first || isTaken(operation))
        ? Optional.of(
            engine
                .backups()
                .map(all -> all.stream().filter(stored -> stored.name().equals(name)).findFirst()))
        : Optional.empty();
  }

  private static boolean isTaken(Optional<OperationView> operation) {
    return operation
        .filter(
            view ->
                view instanceof OperationView.Failed failed
                    && failed.error().code().equals(EngineError.CONFLICT_CODE))
        .isPresent();
  }

  private UpdateControl<DoSQLBackup> verify(DoSQLBackup backup, Context<DoSQLBackup> context) {
    Optional<DoSQLDatabase> database =
        DatabaseWatch.find(context, backup.getSpec().databaseRef().name());
    Optional<Job> job =
        VerificationPlan.runningJob(backup)
            .flatMap(
                name ->
                    context
                        .getSecondaryResourcesAsStream(Job.class)
                        .filter(found -> found.getMetadata().getName().equals(name))
                        .findFirst());
    VerificationPlan.Decision decision =
        VerificationPlan.decide(
            backup,
            new VerificationPlan.Observation(
                database, database.map(images::of).orElse(""), job, job.map(this::result)),
            clock.instant());
    if (!StatusWriter.write(context, backup, decision.status(), DoSQLBackup::new)) {
      return UpdateControl.noUpdate();
    }
    decision.events().forEach(note -> events.publish(backup, note));
    decision.create().ifPresent(this::create);
    return StepRunner.after(decision.requeue());
  }

  /** Its pod is asked for only when it has ended. */
  private VerificationResult result(Job job) {
    VerificationResult early = VerificationResult.of(job, Optional.empty());
    return early instanceof VerificationResult.Running
        ? early
        : VerificationResult.of(job, pod(job));
  }

  private Optional<Pod> pod(Job job) {
    return client
        .pods()
        .inNamespace(job.getMetadata().getNamespace())
        .withLabel(VerificationJob.JOB_LABEL, job.getMetadata().getName())
        .list()
        .getItems()
        .stream()
        .findFirst();
  }

  private void create(Job job) {
    try {
      client.resource(job).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      // Made by an earlier pass, whose informer has not seen it yet.
    }
  }

  private UpdateControl<DoSQLBackup> delete(DoSQLBackup backup, Context<DoSQLBackup> context) {
    if (!backup.hasFinalizer(BackupDeletion.FINALIZER)) {
      return UpdateControl.noUpdate();
    }
    EngineClient engine = engine(backup);
    return switch (BackupDeletion.decide(
        backup, observeDeletion(backup, context, engine), clock.instant())) {
      case BackupDeletion.Decision.Release release -> {
        release.events().forEach(note -> events.publish(backup, note));
        var _ = context.resourceOperations().removeFinalizer(BackupDeletion.FINALIZER);
        yield UpdateControl.noUpdate();
      }
      case BackupDeletion.Decision.Keep keep -> {
        if (!StatusWriter.write(context, backup, keep.step().status(), DoSQLBackup::new)) {
          yield UpdateControl.noUpdate();
        }
        keep.step().events().forEach(note -> events.publish(backup, note));
        // What comes of it is seen by the next look.
        keep.step().start().ifPresent(start -> engine.start(start.id(), start.request()));
        yield StepRunner.after(keep.step().requeue());
      }
    };
  }

  private BackupDeletion.Observation observeDeletion(
      DoSQLBackup backup, Context<DoSQLBackup> context, EngineClient engine) {
    DatabaseAvailability database = availability(backup, context);
    boolean asked =
        database instanceof DatabaseAvailability.Available
            && BackupDeletion.wantsFinalizer(backup)
            && BackupDeletion.hasStored(backup);
    Optional<String> deletion = BackupDeletion.operationId(backup);
    return new BackupDeletion.Observation(
        database,
        asked && isBeingRestored(backup),
        asked && deletion.isEmpty() ? operation(backup, database, engine) : Optional.empty(),
        deletion.filter(_ -> asked).map(id -> OperationView.of(engine.operation(id))));
  }

  private boolean isBeingRestored(DoSQLBackup backup) {
    return client
        .resources(DoSQLRestore.class)
        .inNamespace(backup.getMetadata().getNamespace())
        .list()
        .getItems()
        .stream()
        .filter(restore -> restore.getSpec().databaseRef().equals(backup.getSpec().databaseRef()))
        .filter(restore -> backup.getMetadata().getName().equals(restore.getSpec().backup()))
        .anyMatch(
            restore ->
                restore.getStatus() == null
                    || !(Phase.COMPLETED.equals(restore.getStatus().phase())
                        || Phase.FAILED.equals(restore.getStatus().phase())));
  }
}
