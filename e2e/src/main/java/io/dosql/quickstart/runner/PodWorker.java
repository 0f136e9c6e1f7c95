package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one pod, as a kubelet does: mounts its volumes, starts its container, watches it, starts it
 * again when it ends, until {@link #stop}. A thread of its own does all of that; the methods may be
 * called by any.
 */
final class PodWorker {

  private static final Logger LOG = LoggerFactory.getLogger(PodWorker.class);

  /** How often a running container is looked at. */
  private static final Duration TICK = Duration.ofMillis(100);

  /** Before what did not work is tried again; a change of the cluster wakes earlier. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private static final Duration GRACE_DEFAULT = Duration.ofSeconds(30);

  /** As much of the log as a cluster shows in a container's status. */
  private static final int TERMINATION_MESSAGE_BYTES = 2048;

  private final Pod pod;
  private final Container container;
  private final RunnerContext context;
  private final Runnable changed;
  private final PodVolumes volumes;
  private final BoundedLog log;
  private final Semaphore wake = new Semaphore(0);
  private volatile boolean stopping;
  private volatile boolean refreshing;
  private volatile Duration grace;
  private volatile PodReport report = PodReport.NEW;
  private final Thread thread;
  private int endsInARow;

  /**
   * @param changed is called when there is another {@link #report}
   */
  PodWorker(Pod pod, RunnerContext context, Runnable changed) {
    this.pod = pod;
    this.container = pod.getSpec().getContainers().getFirst();
    this.context = context;
    this.changed = changed;
    String namespace = pod.getMetadata().getNamespace();
    this.volumes = new PodVolumes(context.client(), context.folder(), pod);
    this.log =
        new BoundedLog(
            context.folder().log(namespace, pod.getMetadata().getName()), BoundedLog.BYTES_MAX);
    Long seconds = pod.getSpec().getTerminationGracePeriodSeconds();
    this.grace = seconds == null ? GRACE_DEFAULT : Duration.ofSeconds(seconds);
    this.thread =
        Thread.ofVirtual().name("pod-" + pod.getMetadata().getName()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Waits for the end after {@link #stop}, at most so long; returns whether it has come. */
  boolean awaitEnd(Duration max) throws InterruptedException {
    return thread.join(max);
  }

  boolean isNamedAs(Pod other) {
    return pod.getMetadata().getNamespace().equals(other.getMetadata().getNamespace())
        && pod.getMetadata().getName().equals(other.getMetadata().getName());
  }

  @Override
  public String toString() {
    return "pod " + pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
  }

  /**
   * Asks the pod to end; the report says when it has.
   *
   * @param graceMax shortens the time between the request and the kill
   */
  void stop(Duration graceMax) {
    if (grace.compareTo(graceMax) > 0) {
      grace = graceMax;
    }
    stopping = true;
    wake.release();
  }

  /** Says that Secrets, ConfigMaps or claims changed. */
  void refresh() {
    refreshing = true;
    wake.release();
  }

  PodReport report() {
    return report;
  }

  private void report(PodReport next) {
    if (!next.equals(report)) {
      report = next;
      changed.run();
    }
  }

  private void run() {
    try {
      if (isRunnable()) {
        while (!stopping) {
          attempt();
        }
      }
      while (!stopping) {
        pause(RETRY);
      }
      RunnerFolder.deleteTree(
          context.folder().pod(pod.getMetadata().getNamespace(), pod.getMetadata().getName()));
    } catch (InterruptedException e) {
      LOG.warn("the worker of pod {} was interrupted", pod.getMetadata().getName());
    } catch (IOException e) {
      LOG.warn("cannot delete what pod {} leaves behind", pod.getMetadata().getName(), e);
    } finally {
      report(report.afterEnd());
    }
  }

  /** Says what cannot be run, and why not. */
  private boolean isRunnable() {
    List<String> missing = SupportedFeatures.missing(pod.getSpec());
    if (!missing.isEmpty()) {
      refuse(
          "CreateContainerConfigError",
          "the quickstart cannot run this pod: " + String.join("; ", missing));
      return false;
    }
    if (!container.getImage().equals(context.image().name())) {
      refuse(
          "ErrImagePull",
          "the quickstart pulls no images; it runs %s only".formatted(context.image().name()));
      return false;
    }
    return true;
  }

  private void refuse(String reason, String message) {
    context.events().warning(pod, "Failed", message);
    report(report.waiting(reason, message));
  }

  private void attempt() throws InterruptedException {
    try {
      ContainerPlace place = place();
      runOnce(place);
    } catch (MountException e) {
      report(
          e.isUnschedulable()
              ? report.withUnschedulable(e.text())
              : report.waiting("ContainerCreating", e.text()));
      pause(RETRY);
    } catch (IOException | RuntimeException e) {
      LOG.error("cannot run {}", this, e);
      report(report.waiting("RunContainerError", e.toString()));
      pause(RETRY);
    }
  }

  private ContainerPlace place() throws MountException, IOException {
    Files.createDirectories(context.folder().logs(pod.getMetadata().getNamespace()));
    Map<String, Path> mounts = volumes.mount();
    Map<Integer, Integer> ports = new HashMap<>();
    for (ContainerPort port : container.getPorts()) {
      String owner =
          LoopbackPorts.owner(
              pod.getMetadata().getNamespace(),
              pod.getMetadata().getName(),
              port.getContainerPort());
      ports.put(port.getContainerPort(), context.ports().getFree(owner));
    }
    return new ContainerPlace(mounts, ports, memoryLimit());
  }

  private OptionalLong memoryLimit() {
    Map<String, Quantity> limits =
        container.getResources() == null ? null : container.getResources().getLimits();
    Quantity memory = limits == null ? null : limits.get("memory");
    return memory == null
        ? OptionalLong.empty()
        : OptionalLong.of(Quantity.getAmountInBytes(memory).longValue());
  }

  private Map<String, String> environment(ContainerPlace place) {
    Map<String, String> environment = new TreeMap<>();
    String path = System.getenv("PATH");
    environment.put("PATH", path == null ? "/usr/bin:/bin" : path);
    for (EnvVar variable : container.getEnv()) {
      String value = variable.getValue() == null ? "" : variable.getValue();
      environment.put(variable.getName(), place.translate(variable.getName(), value));
    }
    environment.putAll(context.image().environment());
    return environment;
  }

  private void runOnce(ContainerPlace place) throws IOException, InterruptedException {
    Instant since = context.clock().instant();
    LocalProcess process =
        LocalProcess.start(
            context.image().command(place),
            environment(place),
            context.folder().pod(pod.getMetadata().getNamespace(), pod.getMetadata().getName()),
            log);
    try {
      context
          .events()
          .normal(pod, "Started", "Started container as process %d".formatted(process.pid()));
      watch(process, new ContainerProbes(context.http(), container, place), since);
    } finally {
      // Whatever happened: nothing runs on that nobody watches.
      if (!process.awaitEnd(Duration.ZERO)) {
        process.end(grace);
      }
    }
    afterRun(process.exitCode(), since);
  }

  private void watch(LocalProcess process, ContainerProbes probes, Instant since)
      throws InterruptedException {
    report(report.running(since, probes.isStarted(), probes.isReady()));
    while (!process.awaitEnd(TICK)) {
      if (stopping) {
        context.events().normal(pod, "Killing", "Stopping container " + container.getName());
        return;
      }
      if (refreshing) {
        refreshing = false;
        refreshVolumes();
      }
      @Nullable String problem = probes.check();
      report(report.running(since, probes.isStarted(), probes.isReady()));
      if (problem != null) {
        context.events().warning(pod, "Unhealthy", problem);
        context
            .events()
            .normal(
                pod, "Killing", "Container %s will be restarted".formatted(container.getName()));
        return;
      }
    }
  }

  /** What is mounted stays as it was when the new state cannot be had, as with a kubelet. */
  private void refreshVolumes() {
    try {
      if (volumes.refresh()) {
        LOG.info("the mounted files of pod {} changed", pod.getMetadata().getName());
      }
    } catch (MountException e) {
      context.events().warning(pod, "FailedMount", e.text());
    } catch (IOException | KubernetesClientException e) {
      LOG.warn("cannot bring the volumes of pod {} up to date", pod.getMetadata().getName(), e);
    }
  }

  private void afterRun(int exitCode, Instant since) throws InterruptedException {
    Instant now = context.clock().instant();
    boolean logs =
        exitCode != 0 && "FallbackToLogsOnError".equals(container.getTerminationMessagePolicy());
    report(
        report.terminated(
            new PodReport.Termination(
                exitCode,
                exitCode == 0 ? "Completed" : "Error",
                logs ? log.tail(TERMINATION_MESSAGE_BYTES) : "",
                since,
                now)));
    if (stopping) {
      return;
    }
    boolean lasted = Duration.between(since, now).compareTo(context.delays().resetAfter()) >= 0;
    endsInARow = lasted ? 1 : endsInARow + 1;
    Duration delay = context.delays().after(endsInARow);
    LOG.warn(
        "pod {} ended with code {}; starting it again in {} s",
        pod.getMetadata().getName(),
        exitCode,
        delay.toSeconds());
    if (!delay.isZero()) {
      String message =
          "back-off %ds restarting failed container=%s"
              .formatted(delay.toSeconds(), container.getName());
      context.events().warning(pod, "BackOff", message);
      report(report.waiting("CrashLoopBackOff", message));
      pauseUnlessStopping(delay);
    }
    report(report.restarted());
  }

  private void pauseUnlessStopping(Duration delay) throws InterruptedException {
    long end = System.nanoTime() + delay.toNanos();
    while (!stopping && System.nanoTime() - end < 0) {
      pause(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
  }

  private void pause(Duration max) throws InterruptedException {
    if (wake.tryAcquire(max.toNanos(), TimeUnit.NANOSECONDS)) {
      int _ = wake.drainPermits();
    }
  }
}
