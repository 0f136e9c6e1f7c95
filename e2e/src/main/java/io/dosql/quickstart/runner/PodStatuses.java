package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Turns what is known of a pod into the status that a cluster would show; pure. */
final class PodStatuses {

  private static final String ADDRESS = "127.0.0.1";

  private PodStatuses() {}

  /** The status of a pod that the runner runs. */
  static PodStatus of(Pod pod, PodReport report, Instant now) {
    boolean scheduled = report.unschedulable().isEmpty();
    boolean running = report.container() instanceof PodReport.Container.Running;
    PodStatusBuilder status =
        new PodStatusBuilder()
            .withPhase(running || report.last().isPresent() ? "Running" : "Pending")
            .withStartTime(startTime(pod, now))
            .withConditions(
                condition(
                    pod,
                    "PodScheduled",
                    scheduled,
                    scheduled ? "" : "Unschedulable",
                    report.unschedulable(),
                    now),
                condition(pod, "Initialized", scheduled, "", "", now),
                ready(pod, "ContainersReady", report, now),
                ready(pod, "Ready", report, now))
            .withContainerStatuses(container(pod, report));
    if (scheduled) {
      status.withHostIP(ADDRESS).withPodIP(ADDRESS).withPodIPs(new PodIP(ADDRESS));
    }
    return status.build();
  }

  /** The status of a pod that nobody runs. */
  static PodStatus refused(Pod pod, String message, Instant now) {
    return new PodStatusBuilder()
        .withPhase("Pending")
        .withConditions(condition(pod, "PodScheduled", false, "Unschedulable", message, now))
        .build();
  }

  private static String startTime(Pod pod, Instant now) {
    return Optional.ofNullable(pod.getStatus())
        .map(PodStatus::getStartTime)
        .orElseGet(() -> text(now));
  }

  private static PodCondition ready(Pod pod, String type, PodReport report, Instant now) {
    boolean ready = report.isReady();
    String name = pod.getSpec().getContainers().getFirst().getName();
    return condition(
        pod,
        type,
        ready,
        ready ? "" : "ContainersNotReady",
        ready ? "" : "containers with unready status: [" + name + "]",
        now);
  }

  /** A condition that stays as it is keeps the time since when. */
  private static PodCondition condition(
      Pod pod, String type, boolean holds, String reason, String message, Instant now) {
    String value = holds ? "True" : "False";
    String since =
        Optional.ofNullable(pod.getStatus())
            .map(PodStatus::getConditions)
            .orElse(List.of())
            .stream()
            .filter(before -> before.getType().equals(type) && before.getStatus().equals(value))
            .map(PodCondition::getLastTransitionTime)
            .findFirst()
            .orElseGet(() -> text(now));
    PodConditionBuilder condition =
        new PodConditionBuilder().withType(type).withStatus(value).withLastTransitionTime(since);
    if (!reason.isEmpty()) {
      condition.withReason(reason).withMessage(message);
    }
    return condition.build();
  }

  private static ContainerStatus container(Pod pod, PodReport report) {
    io.fabric8.kubernetes.api.model.Container container = pod.getSpec().getContainers().getFirst();
    boolean started =
        report.container() instanceof PodReport.Container.Running running && running.started();
    ContainerStatusBuilder status =
        new ContainerStatusBuilder()
            .withName(container.getName())
            .withImage(container.getImage())
            .withImageID(container.getImage())
            .withReady(report.isReady())
            .withStarted(started)
            .withRestartCount(report.restarts())
            .withState(state(report));
    report
        .last()
        .map(PodStatuses::terminated)
        .ifPresentOrElse(status::withLastState, () -> status.withLastState(new ContainerState()));
    return status.build();
  }

  private static ContainerState state(PodReport report) {
    if (report.ended() && report.last().isPresent()) {
      return terminated(report.last().get());
    }
    return switch (report.container()) {
      case PodReport.Container.Waiting waiting -> waiting(waiting);
      case PodReport.Container.Running running ->
          new ContainerStateBuilder()
              .withNewRunning()
              .withStartedAt(text(running.since()))
              .endRunning()
              .build();
    };
  }

  private static ContainerState waiting(PodReport.Container.Waiting waiting) {
    return waiting.message().isEmpty()
        ? new ContainerStateBuilder()
            .withNewWaiting()
            .withReason(waiting.reason())
            .endWaiting()
            .build()
        : new ContainerStateBuilder()
            .withNewWaiting()
            .withReason(waiting.reason())
            .withMessage(waiting.message())
            .endWaiting()
            .build();
  }

  private static ContainerState terminated(PodReport.Termination end) {
    return new ContainerStateBuilder()
        .withNewTerminated()
        .withExitCode(end.exitCode())
        .withReason(end.reason())
        .withMessage(end.message())
        .withStartedAt(text(end.startedAt()))
        .withFinishedAt(text(end.finishedAt()))
        .endTerminated()
        .build();
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
