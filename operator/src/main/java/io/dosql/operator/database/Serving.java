package io.dosql.operator.database;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.util.Objects;
import java.util.Optional;

/** Whether a database's pod serves, as Kubernetes sees it; pure. */
sealed interface Serving {

  record Yes() implements Serving {}

  /**
   * @param problem whether a person should hear of it, rather than wait
   */
  record No(String reason, String message, boolean problem) implements Serving {}

  static Serving of(Optional<StatefulSet> statefulSet, Optional<Pod> pod) {
    if (statefulSet.isEmpty()) {
      return new No("Creating", "The StatefulSet is not there yet.", false);
    }
    if (isReady(statefulSet.get())) {
      return new Yes();
    }
    Optional<Problem> problem = pod.flatMap(PodDiagnosis::of);
    if (problem.isPresent()) {
      return new No(problem.get().reason(), problem.get().message(), true);
    }
    return readyPods(statefulSet.get()) > 0
        ? new No("RollingOut", "The pod is being replaced by one of the new version.", false)
        : new No("PodNotReady", "The pod is starting, or its engine is not ready.", false);
  }

  /** Whether the engine has started, though it may not be ready for clients. */
  static boolean isEngineUp(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getContainerStatuses() != null
        && pod.getStatus().getContainerStatuses().stream()
            .filter(status -> EngineContainer.NAME.equals(status.getName()))
            .anyMatch(status -> Boolean.TRUE.equals(status.getStarted()));
  }

  /** Ready pods, of the newest version. */
  private static boolean isReady(StatefulSet statefulSet) {
    StatefulSetStatus status = statefulSet.getStatus();
    return readyPods(statefulSet) > 0 && isObserved(statefulSet) && isRolledOut(status);
  }

  static int readyPods(StatefulSet statefulSet) {
    StatefulSetStatus status = statefulSet.getStatus();
    return status == null || status.getReadyReplicas() == null ? 0 : status.getReadyReplicas();
  }

  private static boolean isObserved(StatefulSet statefulSet) {
    Long observed = statefulSet.getStatus().getObservedGeneration();
    Long generation = statefulSet.getMetadata().getGeneration();
    return observed == null || generation == null || observed >= generation;
  }

  private static boolean isRolledOut(StatefulSetStatus status) {
    return status.getUpdateRevision() == null
        || Objects.equals(status.getUpdateRevision(), status.getCurrentRevision());
  }
}
