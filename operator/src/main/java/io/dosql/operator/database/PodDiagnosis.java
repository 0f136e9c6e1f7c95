package io.dosql.operator.database;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says what keeps an engine pod from running; pure. */
final class PodDiagnosis {

  private PodDiagnosis() {}

  /** Empty when the pod is just starting, or is well. */
  static Optional<Problem> of(Pod pod) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    return unscheduled(pod)
        .or(
            () ->
                containers(pod).stream()
                    .filter(status -> EngineContainer.NAME.equals(status.getName()))
                    .findFirst()
                    .flatMap(PodDiagnosis::ofContainer));
  }

  private static List<ContainerStatus> containers(Pod pod) {
    List<ContainerStatus> statuses = pod.getStatus().getContainerStatuses();
    return statuses == null ? List.of() : statuses;
  }

  private static Optional<Problem> unscheduled(Pod pod) {
    List<PodCondition> conditions = pod.getStatus().getConditions();
    if (conditions == null) {
      return Optional.empty();
    }
    return conditions.stream()
        .filter(
            condition ->
                "PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus()))
        .findFirst()
        .map(
            condition ->
                new Problem(
                    "PodUnschedulable",
                    "The pod cannot be placed on a node: %s. Check resources, storage class and"
                            .formatted(trimmed(condition.getMessage()))
                        + " the claims that the database names."));
  }

  private static Optional<Problem> ofContainer(ContainerStatus status) {
    ContainerState state = status.getState();
    ContainerStateWaiting waiting = state == null ? null : state.getWaiting();
    String reason = waiting == null ? null : waiting.getReason();
    if (waiting == null || reason == null) {
      return Optional.empty();
    }
    return switch (reason) {
      case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull" ->
          Optional.of(
              new Problem(
                  "ImagePullFailed",
                  "The image %s cannot be pulled (%s). Correct spec.image, or give the nodes access"
                          .formatted(status.getImage(), reason)
                      + " to the registry."));
      case "CrashLoopBackOff" -> Optional.of(crashing(status));
      case "CreateContainerConfigError", "CreateContainerError", "RunContainerError" ->
          Optional.of(
              new Problem(
                  "ContainerCannotStart",
                  "The container cannot be started: %s.".formatted(trimmed(waiting.getMessage()))));
      default -> Optional.empty();
    };
  }

  private static Problem crashing(ContainerStatus status) {
    ContainerState last = status.getLastState();
    ContainerStateTerminated end = last == null ? null : last.getTerminated();
    String how =
        end == null
            ? "for an unknown reason"
            : "with code %d (%s): %s"
                .formatted(end.getExitCode(), end.getReason(), lastLine(end.getMessage()));
    return new Problem(
        "PodCrashing", "The engine ends again and again, last %s. See its log.".formatted(how));
  }

  private static String trimmed(@Nullable String text) {
    return text == null ? "no reason given" : text.strip().replaceAll("\\.$", "");
  }

  private static String lastLine(@Nullable String text) {
    return text == null ? "" : text.strip().lines().reduce("", (first, second) -> second);
  }
}
