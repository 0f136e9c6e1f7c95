package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plays the storage of a cluster: binds claims to folders, and deletes the folder with its claim,
 * as a storage class with the reclaim policy Delete does. The size is not enforced. Used by one
 * thread.
 */
final class ClaimBinder {

  private static final Logger LOG = LoggerFactory.getLogger(ClaimBinder.class);

  static final String STORAGE_CLASS = "folder";
  private static final String FINALIZER = "kubernetes.io/pvc-protection";
  private static final String BOUND = "Bound";

  private final RunnerContext context;

  /** Claims that were refused, by uid: told once. */
  private final Set<String> refused = new HashSet<>();

  ClaimBinder(RunnerContext context) {
    this.context = context;
  }

  static boolean isBound(PersistentVolumeClaim claim) {
    return claim.getStatus() != null && BOUND.equals(claim.getStatus().getPhase());
  }

  /** Makes the default storage class, so that it can be seen. */
  void createClass() {
    var _ =
        context
            .client()
            .resource(
                new StorageClassBuilder()
                    .withNewMetadata()
                    .withName(STORAGE_CLASS)
                    .withAnnotations(Map.of("storageclass.kubernetes.io/is-default-class", "true"))
                    .endMetadata()
                    .withProvisioner("dosql.io/quickstart-folder")
                    .withReclaimPolicy("Delete")
                    .withVolumeBindingMode("Immediate")
                    .withAllowVolumeExpansion(true)
                    .build())
            .serverSideApply();
  }

  void sync(List<PersistentVolumeClaim> claims, List<Pod> pods) {
    for (PersistentVolumeClaim claim : claims) {
      if (claim.getMetadata().getDeletionTimestamp() != null) {
        release(claim, pods);
      } else {
        bind(claim);
      }
    }
  }

  /** Once no pod has it mounted: a claim that is deleted in use stays until then. */
  private void release(PersistentVolumeClaim claim, List<Pod> pods) {
    String namespace = claim.getMetadata().getNamespace();
    String name = claim.getMetadata().getName();
    boolean used =
        pods.stream()
            .filter(pod -> pod.getMetadata().getNamespace().equals(namespace))
            .anyMatch(pod -> PodVolumes.claims(pod).contains(name));
    if (used || !claim.getMetadata().getFinalizers().contains(FINALIZER)) {
      return;
    }
    Path folder = context.folder().claim(namespace, name);
    try {
      RunnerFolder.deleteTree(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
    LOG.info("deleted {} with its claim", folder);
    PersistentVolumeClaim released = new PersistentVolumeClaimBuilder(claim).build();
    released.getMetadata().getFinalizers().remove(FINALIZER);
    var _ = context.client().resource(released).update();
  }

  private void bind(PersistentVolumeClaim claim) {
    List<String> missing = missing(claim);
    if (!missing.isEmpty()) {
      if (refused.add(claim.getMetadata().getUid())) {
        context.events().warning(claim, "ProvisioningFailed", String.join("; ", missing));
      }
      return;
    }
    PersistentVolumeClaim current = claim;
    if (!claim.getMetadata().getFinalizers().contains(FINALIZER)) {
      PersistentVolumeClaim held = new PersistentVolumeClaimBuilder(claim).build();
      held.getMetadata().getFinalizers().add(FINALIZER);
      current = context.client().resource(held).update();
    }
    Map<String, Quantity> requests = claim.getSpec().getResources().getRequests();
    PersistentVolumeClaimStatus status =
        new PersistentVolumeClaimStatusBuilder()
            .withPhase(BOUND)
            .withAccessModes(claim.getSpec().getAccessModes())
            .withCapacity(requests)
            .build();
    if (status.equals(current.getStatus())) {
      return;
    }
    Path folder =
        context.folder().claim(claim.getMetadata().getNamespace(), claim.getMetadata().getName());
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + folder, e);
    }
    var _ =
        context
            .client()
            .resource(new PersistentVolumeClaimBuilder(current).withStatus(status).build())
            .updateStatus();
  }

  private static List<String> missing(PersistentVolumeClaim claim) {
    List<String> missing = new ArrayList<>(SupportedFeatures.missing(claim.getSpec()));
    String storageClass = claim.getSpec().getStorageClassName();
    if (storageClass != null && !storageClass.equals(STORAGE_CLASS)) {
      missing.add(
          "storageclass \"%s\" not found; the quickstart has only \"%s\", the default"
              .formatted(storageClass, STORAGE_CLASS));
    }
    return missing;
  }
}
