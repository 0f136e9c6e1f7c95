package io.dosql.operator.backup;

import io.dosql.crds.BackupStatus;
import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClient;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.step.DatabaseAvailability;
import io.dosql.operator.step.DatabaseWatch;
import io.dosql.operator.step.OperationView;
import io.dosql.operator.step.StepRunner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Has the engine take the backup that a DoSQLBackup asks for, and follows it to its end. */
public final class BackupReconciler implements Reconciler<DoSQLBackup> {

  private final EngineClients engines;
  private final Clock clock;
  private final StepRunner steps;

  public BackupReconciler(EngineClients engines, Clock clock, StepRunner steps) {
    this.engines = engines;
    this.clock = clock;
    this.steps = steps;
  }

  @Override
  public List<EventSource<?, DoSQLBackup>> prepareEventSources(
      EventSourceContext<DoSQLBackup> context) {
    return List.of(DatabaseWatch.source(context, backup -> backup.getSpec().databaseRef().name()));
  }

  @Override
  public UpdateControl<DoSQLBackup> reconcile(DoSQLBackup backup, Context<DoSQLBackup> context) {
    if (backup.isMarkedForDeletion() || DueBackup.isFinished(backup)) {
      return UpdateControl.noUpdate();
    }
    String databaseName = backup.getSpec().databaseRef().name();
    DatabaseAvailability database =
        DatabaseAvailability.of(databaseName, DatabaseWatch.find(context, databaseName));
    EngineClient engine =
        engines.of(new DatabaseKey(backup.getMetadata().getNamespace(), databaseName));
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
}
