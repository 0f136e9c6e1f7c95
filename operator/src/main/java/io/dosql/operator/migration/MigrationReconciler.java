package io.dosql.operator.migration;

import io.dosql.crds.DoSQLMigration;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClient;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.TenantInfo;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.DatabaseWatch;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.Overtaken;
import io.dosql.operator.step.StepRunner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Has the engine run a DoSQLMigration's migrations on the tenants, also on later ones. */
public final class MigrationReconciler implements Reconciler<DoSQLMigration> {

  private final EngineClients engines;
  private final Clock clock;
  private final StepRunner steps;

  public MigrationReconciler(EngineClients engines, Clock clock, StepRunner steps) {
    this.engines = engines;
    this.clock = clock;
    this.steps = steps;
  }

  @Override
  public List<EventSource<?, DoSQLMigration>> prepareEventSources(
      EventSourceContext<DoSQLMigration> context) {
    return List.of(
        DatabaseWatch.source(context, resource -> resource.getSpec().databaseRef().name()));
  }

  @Override
  public UpdateControl<DoSQLMigration> reconcile(
      DoSQLMigration resource, Context<DoSQLMigration> context) {
    return Overtaken.lookAgain(context, resource, pass(resource, context));
  }

  private UpdateControl<DoSQLMigration> pass(
      DoSQLMigration resource, Context<DoSQLMigration> context) {
    if (resource.isMarkedForDeletion() || MigrationDecider.hasFailed(resource)) {
      return UpdateControl.noUpdate();
    }
    String databaseName = resource.getSpec().databaseRef().name();
    DatabaseAvailability database =
        DatabaseAvailability.of(databaseName, DatabaseWatch.find(context, databaseName));
    boolean available = database instanceof DatabaseAvailability.Available;
    EngineClient engine =
        engines.of(new DatabaseKey(resource.getMetadata().getNamespace(), databaseName));
    Optional<OperationView> operation =
        MigrationDecider.runningOperation(resource)
            .filter(_ -> available)
            .map(id -> OperationView.of(engine.operation(id)));
    boolean nothingRuns =
        operation.isEmpty()
            || operation.get() instanceof OperationView.Unknown
            || operation.get() instanceof OperationView.Succeeded;
    Optional<Reply<List<TenantInfo>>> tenants =
        available && nothingRuns && MigrationDecider.isApplied(resource)
            ? Optional.of(engine.tenants())
            : Optional.empty();
    MigrationObservation observation = new MigrationObservation(database, tenants);
    return steps.run(
        context,
        resource,
        DoSQLMigration::new,
        engine,
        operation,
        (current, known) ->
            MigrationDecider.decide(
                current,
                // After a start, the listing from before it says nothing any more.
                known.equals(operation) ? observation : observation.withoutTenants(),
                known,
                clock.instant()));
  }
}
