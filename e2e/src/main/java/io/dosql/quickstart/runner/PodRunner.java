package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the StatefulSets of a Kubernetes API into processes of this machine, and tells the API what
 * a cluster would tell: pods, their status, claims, events.
 *
 * <p>One thread looks at everything and writes to the API, whenever something changed; each pod has
 * a {@link PodWorker} of its own. Processes of an earlier run that was killed are ended before
 * anything starts.
 */
public final class PodRunner implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PodRunner.class);

  /** A safety net: changes of the cluster and of pods wake earlier. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  private static final Duration RETRY = Duration.ofSeconds(1);

  /** Before a process is killed when the runner ends, whatever its pod allows. */
  private static final Duration STOP_GRACE_MAX = Duration.ofSeconds(12);

  private static final Duration STOP_MAX = Duration.ofSeconds(25);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(1);

  private final RunnerContext context;
  private final ClaimBinder binder;
  private final StatefulSetController controller;
  private final JobRefusal jobs;
  private final Map<String, PodWorker> workers = new TreeMap<>();
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean mountsChanged;
  private volatile boolean closing;

  private PodRunner(RunnerContext context) {
    this.context = context;
    this.binder = new ClaimBinder(context);
    this.controller = new StatefulSetController(context);
    this.jobs = new JobRefusal(context);
    this.thread = Thread.ofPlatform().name("pod-runner").unstarted(this::run);
  }

  /**
   * Starts to run pods. On return nothing of an earlier run is left: no process, and no pod or
   * status that tells of one.
   *
   * @param client stays open
   * @throws IOException if a process of an earlier run cannot be ended, or the folder not be used
   */
  public static PodRunner start(
      KubernetesClient client,
      RunnerFolder folder,
      LoopbackPorts ports,
      LocalImage image,
      RestartDelays delays,
      Clock clock)
      throws IOException {
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .build();
    PodRunner runner =
        new PodRunner(
            new RunnerContext(
                client,
                folder,
                ports,
                image,
                delays,
                new RunnerEvents(client, clock),
                http,
                clock));
    boolean started = false;
    try {
      runner.cleanUp();
      runner.binder.createClass();
      runner.pass();
      runner.watch();
      runner.thread.start();
      started = true;
      return runner;
    } finally {
      if (!started) {
        runner.close();
      }
    }
  }

  /**
   * Ends the processes of an earlier run that was killed; {@link #start} does so too.
   *
   * @throws IOException if one does not end
   */
  public static void endOrphans(RunnerFolder folder) throws IOException {
    for (Path record : folder.processRecords()) {
      ProcessRecord.endOrphan(record, STOP_GRACE_MAX);
    }
  }

  private void cleanUp() throws IOException {
    endOrphans(context.folder());
    RunnerFolder.deleteTree(context.folder().pods());
    for (Pod pod : context.client().pods().inAnyNamespace().list().getItems()) {
      if (isOurs(pod)) {
        release(pod);
        var _ = context.client().resource(pod).delete();
      }
    }
  }

  private static boolean isOurs(Pod pod) {
    return pod.getMetadata().getFinalizers().contains(StatefulSets.FINALIZER);
  }

  private void release(Pod pod) {
    Pod released = new PodBuilder(pod).build();
    released.getMetadata().getFinalizers().remove(StatefulSets.FINALIZER);
    var _ = context.client().resource(released).update();
  }

  private void watch() {
    KubernetesClient client = context.client();
    Runnable look = wake::release;
    Runnable mounts =
        () -> {
          mountsChanged = true;
          wake.release();
        };
    informers.add(inform(client.apps().statefulSets().inAnyNamespace(), look));
    informers.add(inform(client.pods().inAnyNamespace(), look));
    informers.add(inform(client.batch().v1().jobs().inAnyNamespace(), look));
    informers.add(inform(client.persistentVolumeClaims().inAnyNamespace(), mounts));
    informers.add(inform(client.secrets().inAnyNamespace(), mounts));
    informers.add(inform(client.configMaps().inAnyNamespace(), mounts));
  }

  private static <R extends HasMetadata> SharedIndexInformer<R> inform(
      Informable<R> objects, Runnable changed) {
    return objects.inform(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(R object) {
            changed.run();
          }

          @Override
          public void onUpdate(R before, R after) {
            changed.run();
          }

          @Override
          public void onDelete(R object, boolean unknown) {
            changed.run();
          }
        },
        0);
  }

  private void run() {
    try {
      while (!closing) {
        boolean done = passSafely();
        if (wake.tryAcquire((done ? LOOK : RETRY).toMillis(), TimeUnit.MILLISECONDS)) {
          int _ = wake.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      LOG.info("the runner was interrupted");
    }
  }

  private boolean passSafely() {
    try {
      pass();
      return true;
    } catch (KubernetesClientException e) {
      // Somebody else changed an object meanwhile, or the API is about to end.
      LOG.debug("a pass was cut short; the next one follows", e);
    } catch (RuntimeException e) {
      LOG.error("a pass failed; trying again", e);
    }
    return false;
  }

  private void pass() {
    KubernetesClient client = context.client();
    List<StatefulSet> sets = client.apps().statefulSets().inAnyNamespace().list().getItems();
    List<Pod> pods = client.pods().inAnyNamespace().list().getItems();
    List<PersistentVolumeClaim> claims =
        client.persistentVolumeClaims().inAnyNamespace().list().getItems();
    binder.sync(claims, pods);
    if (mountsChanged) {
      mountsChanged = false;
      workers.values().forEach(PodWorker::refresh);
    }
    client.batch().v1().jobs().inAnyNamespace().list().getItems().forEach(jobs::sync);
    sets.forEach(set -> controller.sync(set, pods, claims, this::isReady));
    pods.forEach(this::sync);
    dropLost(pods);
  }

  private boolean isReady(Pod pod) {
    PodWorker worker = workers.get(pod.getMetadata().getUid());
    return worker != null && worker.report().isReady();
  }

  private void sync(Pod pod) {
    if (!isOurs(pod)) {
      if (pod.getMetadata().getDeletionTimestamp() == null) {
        status(
            pod,
            PodStatuses.refused(
                pod,
                "the quickstart runs the pods of StatefulSets only",
                context.clock().instant()));
      }
      return;
    }
    String uid = pod.getMetadata().getUid();
    PodWorker worker = workers.get(uid);
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      if (worker == null || worker.report().ended()) {
        workers.remove(uid);
        release(pod);
        return;
      }
      worker.stop(STOP_MAX);
    } else if (worker == null) {
      worker = start(pod);
    }
    if (worker != null) {
      status(pod, PodStatuses.of(pod, worker.report(), context.clock().instant()));
    }
  }

  /** Not while an earlier pod of the name still runs: both would use the same data. */
  private @Nullable PodWorker start(Pod pod) {
    if (workers.values().stream().anyMatch(worker -> worker.isNamedAs(pod))) {
      return null;
    }
    PodWorker worker = new PodWorker(pod, context, wake::release);
    workers.put(pod.getMetadata().getUid(), worker);
    worker.start();
    return worker;
  }

  private void status(Pod pod, PodStatus status) {
    if (!status.equals(pod.getStatus())) {
      var _ =
          context.client().resource(new PodBuilder(pod).withStatus(status).build()).updateStatus();
    }
  }

  /** Pods that somebody took out of the API without waiting for their end. */
  private void dropLost(List<Pod> pods) {
    Set<String> known = new HashSet<>();
    pods.forEach(pod -> known.add(pod.getMetadata().getUid()));
    for (Map.Entry<String, PodWorker> entry : workers.entrySet()) {
      if (!known.contains(entry.getKey())) {
        entry.getValue().stop(STOP_MAX);
      }
    }
    workers
        .entrySet()
        .removeIf(entry -> !known.contains(entry.getKey()) && entry.getValue().report().ended());
  }

  /**
   * Ends all processes, each as its pod allows but soon; returns when they have ended. An interrupt
   * from before does not keep it from that.
   *
   * @throws UncheckedIOException if one of them has not
   */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    closing = true;
    wake.release();
    try {
      boolean _ = !thread.isAlive() || thread.join(STOP_MAX);
      informers.forEach(SharedIndexInformer::close);
      workers.values().forEach(worker -> worker.stop(STOP_GRACE_MAX));
      long end = System.nanoTime() + STOP_MAX.toNanos();
      for (PodWorker worker : workers.values()) {
        if (!worker.awaitEnd(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
          throw new UncheckedIOException(
              new IOException("the process of " + worker + " did not end"));
        }
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      context.http().shutdownNow();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
