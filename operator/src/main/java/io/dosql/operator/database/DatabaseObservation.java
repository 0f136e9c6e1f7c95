package io.dosql.operator.database;

import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.backup.RetentionPlan;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Optional;

/**
 * Everything outside of the resource that a decision about a database rests on.
 *
 * @param statefulSet as it is after this pass applied it
 * @param leaving whether objects of a deleted database of the name are still there, so that nothing
 *     was applied
 * @param problems what could not be applied
 * @param engine empty when there is no pod to ask
 * @param credentials what is missing of the store's Secret; only looked for when the store fails
 * @param backups all DoSQLBackups of the database
 * @param stored what the store holds; empty when it was not asked
 * @param retention by what backups are kept; empty when all are
 * @param pruning backups that are to be deleted now; empty when there are none
 * @param bootstrap of the restore that the database begins with; empty when it begins empty
 * @param access what its Secrets say of who gets at it
 */
record DatabaseObservation(
    Optional<StatefulSet> statefulSet,
    boolean leaving,
    List<Problem> problems,
    Optional<Pod> pod,
    Optional<Reply<PodStatus>> engine,
    Optional<Problem> credentials,
    List<DoSQLBackup> backups,
    Optional<Reply<List<StoredBackup>>> stored,
    Optional<RetentionPlan> retention,
    Optional<Pruning> pruning,
    Optional<BootstrapPlan.Observation> bootstrap,
    AccessFindings access) {

  /**
   * Backups that are to be deleted from the store.
   *
   * @param operation what the pod knows of the operation that does it
   */
  record Pruning(String operationId, List<String> names, Reply<Operation> operation) {

    boolean is(Operation.State state) {
      return operation.answer().filter(known -> known.state() == state).isPresent();
    }
  }

  Optional<PodStatus> engineStatus() {
    return engine.flatMap(Reply::answer);
  }
}
