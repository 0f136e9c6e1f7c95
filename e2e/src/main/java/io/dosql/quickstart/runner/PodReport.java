package io.dosql.quickstart.runner;

import java.time.Instant;
import java.util.Optional;

/**
 * What a pod's worker last knew of it; immutable.
 *
 * @param unschedulable why no node would take the pod; empty for one that is placed
 * @param restarts how often the container was started again
 * @param last how it ended the last time
 * @param ended whether the worker has ended: nothing of the pod runs any more
 */
record PodReport(
    String unschedulable,
    Container container,
    int restarts,
    Optional<Termination> last,
    boolean ended) {

  /** The state of the one container. */
  sealed interface Container {

    record Waiting(String reason, String message) implements Container {}

    /**
     * @param started whether the start-up probe has succeeded
     */
    record Running(Instant since, boolean started, boolean ready) implements Container {}
  }

  /** How a container ended. */
  record Termination(
      int exitCode, String reason, String message, Instant startedAt, Instant finishedAt) {}

  static final PodReport NEW =
      new PodReport("", new Container.Waiting("ContainerCreating", ""), 0, Optional.empty(), false);

  PodReport withUnschedulable(String message) {
    return new PodReport(
        message, new Container.Waiting("ContainerCreating", ""), restarts, last, ended);
  }

  PodReport waiting(String reason, String message) {
    return new PodReport("", new Container.Waiting(reason, message), restarts, last, ended);
  }

  PodReport running(Instant since, boolean started, boolean ready) {
    return new PodReport("", new Container.Running(since, started, ready), restarts, last, ended);
  }

  PodReport terminated(Termination termination) {
    return new PodReport(unschedulable, container, restarts, Optional.of(termination), ended);
  }

  PodReport restarted() {
    return new PodReport(unschedulable, container, restarts + 1, last, ended);
  }

  PodReport afterEnd() {
    return new PodReport(
        unschedulable, new Container.Waiting("Terminated", ""), restarts, last, true);
  }

  boolean isReady() {
    return container instanceof Container.Running running && running.ready();
  }
}
