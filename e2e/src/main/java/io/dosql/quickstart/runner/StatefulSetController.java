package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Plays the controller of StatefulSets: makes claims and pods, replaces a pod of an old template,
 * writes the status. Used by one thread.
 */
final class StatefulSetController {

  private final RunnerContext context;

  /** Sets that were refused, by uid and generation: told once. */
  private final Set<String> refused = new HashSet<>();

  StatefulSetController(RunnerContext context) {
    this.context = context;
  }

  /**
   * One look at one set.
   *
   * @param isReady whether a pod serves
   */
  void sync(
      StatefulSet set, List<Pod> pods, List<PersistentVolumeClaim> claims, Predicate<Pod> isReady) {
    if (set.getMetadata().getDeletionTimestamp() != null || isRefused(set)) {
      return;
    }
    Optional<Pod> pod = named(pods, set, StatefulSets.podName(set));
    if (StatefulSets.replicas(set) > 0) {
      for (PersistentVolumeClaim template : set.getSpec().getVolumeClaimTemplates()) {
        claim(set, template, named(claims, set, StatefulSets.claimName(set, template)));
      }
    }
    move(set, pod);
    Optional<Pod> serving =
        pod.filter(found -> StatefulSets.isOwner(set, found))
            .filter(found -> found.getMetadata().getDeletionTimestamp() == null);
    status(set, serving, serving.filter(isReady).isPresent());
  }

  private boolean isRefused(StatefulSet set) {
    List<String> missing = SupportedFeatures.missing(set.getSpec());
    if (missing.isEmpty()) {
      return false;
    }
    if (refused.add(set.getMetadata().getUid() + "/" + set.getMetadata().getGeneration())) {
      context
          .events()
          .warning(
              set,
              "FailedCreate",
              "the quickstart cannot run this StatefulSet: " + String.join("; ", missing));
    }
    return true;
  }

  private static <R extends HasMetadata> Optional<R> named(
      List<R> objects, StatefulSet set, String name) {
    return objects.stream()
        .filter(
            object ->
                object.getMetadata().getNamespace().equals(set.getMetadata().getNamespace())
                    && object.getMetadata().getName().equals(name))
        .findFirst();
  }

  /** A claim that is there already is taken, with its content; only its owner may change. */
  private void claim(
      StatefulSet set, PersistentVolumeClaim template, Optional<PersistentVolumeClaim> existing) {
    PersistentVolumeClaim desired = StatefulSets.claim(set, template);
    if (existing.isEmpty()) {
      var _ = context.client().resource(desired).create();
      return;
    }
    if (existing.get().getMetadata().getDeletionTimestamp() == null
        && !existing
            .get()
            .getMetadata()
            .getOwnerReferences()
            .equals(StatefulSets.claimOwners(set))) {
      PersistentVolumeClaim changed = new PersistentVolumeClaimBuilder(existing.get()).build();
      changed.getMetadata().setOwnerReferences(StatefulSets.claimOwners(set));
      var _ = context.client().resource(changed).update();
    }
  }

  /** One step towards the pod that shall be. */
  private void move(StatefulSet set, Optional<Pod> pod) {
    if (pod.isEmpty()) {
      if (StatefulSets.replicas(set) > 0) {
        var _ = context.client().resource(StatefulSets.pod(set)).create();
        context.events().normal(set, "SuccessfulCreate", "create Pod " + StatefulSets.podName(set));
      }
      return;
    }
    Pod found = pod.get();
    if (found.getMetadata().getDeletionTimestamp() != null) {
      return;
    }
    if (!StatefulSets.isOwner(set, found)) {
      adopt(set, found);
    } else if (StatefulSets.replicas(set) == 0
        || !StatefulSets.revision(found).equals(StatefulSets.revision(set))) {
      var _ = context.client().resource(found).delete();
      context.events().normal(set, "SuccessfulDelete", "delete Pod " + StatefulSets.podName(set));
    }
  }

  /** A pod that its set left behind belongs to the set that comes after it. */
  private void adopt(StatefulSet set, Pod pod) {
    if (pod.getMetadata().getOwnerReferences().isEmpty()
        && pod.getMetadata().getFinalizers().contains(StatefulSets.FINALIZER)) {
      Pod adopted = new PodBuilder(pod).build();
      adopted
          .getMetadata()
          .setOwnerReferences(StatefulSets.pod(set).getMetadata().getOwnerReferences());
      var _ = context.client().resource(adopted).update();
    }
  }

  private void status(StatefulSet set, Optional<Pod> pod, boolean ready) {
    StatefulSetStatus status = StatefulSets.status(set, pod, ready);
    if (!status.equals(set.getStatus())) {
      var _ =
          context
              .client()
              .resource(new StatefulSetBuilder(set).withStatus(status).build())
              .updateStatus();
    }
  }
}
