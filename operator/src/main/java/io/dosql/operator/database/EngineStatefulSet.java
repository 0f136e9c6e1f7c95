package io.dosql.operator.database;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.Storage;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.podspec.PodRights;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The StatefulSet {@code NAME} with one engine pod. */
final class EngineStatefulSet {

  /** The engine stops within 10 s; the rest is for a slow disk. */
  private static final long STOP_SECONDS_MAX = 30;

  private EngineStatefulSet() {}

  /**
   * @param existing what the cluster has: its claim templates cannot be changed and are taken over
   *     as they are; a larger size goes to the claim itself
   */
  static StatefulSet build(DoSQLDatabase database, String image, Optional<StatefulSet> existing) {
    return new StatefulSetBuilder()
        .withMetadata(DatabaseLabels.owned(database, database.getMetadata().getName(), image))
        .withNewSpec()
        .withReplicas(1)
        .withServiceName(DatabaseKey.of(database).podsService())
        // In order, a pod that never becomes ready would block the change that repairs it.
        .withPodManagementPolicy("Parallel")
        .withNewSelector()
        .withMatchLabels(DatabaseLabels.selector(database))
        .endSelector()
        .withNewPersistentVolumeClaimRetentionPolicy()
        .withWhenDeleted(database.getSpec().storage().reclaimPolicy().name())
        .withWhenScaled(Storage.ReclaimPolicy.Retain.name())
        .endPersistentVolumeClaimRetentionPolicy()
        .withTemplate(template(database, image))
        .withVolumeClaimTemplates(claimTemplates(database, existing))
        .endSpec()
        .build();
  }

  private static PodTemplateSpec template(DoSQLDatabase database, String image) {
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(DatabaseLabels.all(database, image))
        .endMetadata()
        .withNewSpec()
        .withServiceAccountName(database.getMetadata().getName())
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(STOP_SECONDS_MAX)
        .withSecurityContext(PodRights.pod())
        .withContainers(EngineContainer.build(database, image))
        .withVolumes(EngineVolumes.volumes(database))
        .endSpec()
        .build();
  }

  private static List<PersistentVolumeClaim> claimTemplates(
      DoSQLDatabase database, Optional<StatefulSet> existing) {
    return existing
        .map(found -> found.getSpec().getVolumeClaimTemplates())
        .orElseGet(() -> List.of(claimTemplate(database)));
  }

  private static PersistentVolumeClaim claimTemplate(DoSQLDatabase database) {
    Storage storage = database.getSpec().storage();
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withName(EngineVolumes.DATA)
        .withLabels(DatabaseLabels.lasting(database))
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(storage.storageClassName())
        .withNewResources()
        .withRequests(Map.of("storage", new Quantity(storage.size())))
        .endResources()
        .endSpec()
        .build();
  }
}
