package io.dosql.operator.restore;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLRestore;
import io.dosql.crds.RestoreStatus;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClient;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.DatabaseWatch;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Overtaken;
import io.dosql.operator.step.StepRunner;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Has the engine restore what a DoSQLRestore names, or say what that would do, once, and follows it
 * to its end.
 */
public final class RestoreReconciler implements Reconciler<DoSQLRestore> {

  private final KubernetesClient client;
  private final EngineClients engines;
  private final Clock clock;
  private final StepRunner steps;

  public RestoreReconciler(
      KubernetesClient client, EngineClients engines, Clock clock, StepRunner steps) {
    this.client = client;
    this.engines = engines;
    this.clock = clock;
    this.steps = steps;
  }

  @Override
  public List<EventSource<?, DoSQLRestore>> prepareEventSources(
      EventSourceContext<DoSQLRestore> context) {
    return List.of(
        DatabaseWatch.source(context, restore -> restore.getSpec().databaseRef().name()));
  }

  @Override
  public UpdateControl<DoSQLRestore> reconcile(
      DoSQLRestore restore, Context<DoSQLRestore> context) {
    return Overtaken.lookAgain(context, restore, pass(restore, context));
  }

  private UpdateControl<DoSQLRestore> pass(DoSQLRestore restore, Context<DoSQLRestore> context) {
    if (restore.isMarkedForDeletion() || RestoreDecider.isFinished(restore)) {
      return UpdateControl.noUpdate();
    }
    String databaseName = restore.getSpec().databaseRef().name();
    DatabaseAvailability database =
        DatabaseAvailability.of(databaseName, DatabaseWatch.find(context, databaseName));
    EngineClient engine =
        engines.of(new DatabaseKey(restore.getMetadata().getNamespace(), databaseName));
    Optional<String> operationId =
        Optional.ofNullable(restore.getStatus()).map(RestoreStatus::operationId);
    boolean available = database instanceof DatabaseAvailability.Available;
    RestoreObservation observation =
        new RestoreObservation(
            database, available && operationId.isEmpty() ? backup(restore) : Optional.empty());
    return steps.run(
        context,
        restore,
        DoSQLRestore::new,
        engine,
        operationId.filter(_ -> available).map(id -> OperationView.of(engine.operation(id))),
        (resource, operation) ->
            RestoreDecider.decide(resource, observation, operation, clock.instant()));
  }

  private Optional<DoSQLBackup> backup(DoSQLRestore restore) {
    return Optional.ofNullable(restore.getSpec().backup())
        .map(
            name ->
                client
                    .resources(DoSQLBackup.class)
                    .inNamespace(restore.getMetadata().getNamespace())
                    .withName(name)
                    .get())
        .filter(backup -> backup.getSpec().databaseRef().equals(restore.getSpec().databaseRef()));
  }
}
