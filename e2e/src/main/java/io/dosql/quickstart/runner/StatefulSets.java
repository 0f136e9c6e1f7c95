package io.dosql.quickstart.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The objects that a StatefulSet's controller makes; pure. */
final class StatefulSets {

  static final String REVISION_LABEL = "controller-revision-hash";

  /** Holds a pod until its process has ended. */
  static final String FINALIZER = "dosql.io/quickstart-process";

  private static final String NODE = "this-machine";
  private static final int HASH_DIGITS = 10;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private StatefulSets() {}

  /** The name of the one pod. */
  static String podName(StatefulSet set) {
    return set.getMetadata().getName() + "-0";
  }

  static int replicas(StatefulSet set) {
    Integer replicas = set.getSpec().getReplicas();
    return replicas == null ? 1 : replicas;
  }

  /** Another template has another revision. */
  static String revision(StatefulSet set) {
    try {
      byte[] template = JSON.writeValueAsBytes(set.getSpec().getTemplate());
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(template);
      return set.getMetadata().getName()
          + "-"
          + HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException | JsonProcessingException e) {
      throw new IllegalStateException("a template in memory can be written and hashed", e);
    }
  }

  static String revision(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return labels == null ? "" : labels.getOrDefault(REVISION_LABEL, "");
  }

  static boolean isOwner(StatefulSet set, Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getUid)
        .anyMatch(set.getMetadata().getUid()::equals);
  }

  static Pod pod(StatefulSet set) {
    PodTemplateSpec template = set.getSpec().getTemplate();
    Map<String, String> labels = new TreeMap<>();
    if (template.getMetadata() != null && template.getMetadata().getLabels() != null) {
      labels.putAll(template.getMetadata().getLabels());
    }
    labels.put(REVISION_LABEL, revision(set));
    labels.put("statefulset.kubernetes.io/pod-name", podName(set));
    labels.put("apps.kubernetes.io/pod-index", "0");
    PodBuilder pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(set.getMetadata().getNamespace())
            .withName(podName(set))
            .withLabels(labels)
            .withAnnotations(
                template.getMetadata() == null ? null : template.getMetadata().getAnnotations())
            .withOwnerReferences(owner(set, true))
            .withFinalizers(FINALIZER)
            .endMetadata()
            .withSpec(template.getSpec())
            .editSpec()
            .withHostname(podName(set))
            .withSubdomain(set.getSpec().getServiceName())
            .withNodeName(NODE)
            .endSpec();
    for (PersistentVolumeClaim claim : set.getSpec().getVolumeClaimTemplates()) {
      pod.editSpec()
          .addToVolumes(
              new VolumeBuilder()
                  .withName(claim.getMetadata().getName())
                  .withNewPersistentVolumeClaim()
                  .withClaimName(claimName(set, claim))
                  .endPersistentVolumeClaim()
                  .build())
          .endSpec();
    }
    return pod.build();
  }

  private static OwnerReference owner(StatefulSet set, boolean controller) {
    return new OwnerReferenceBuilder()
        .withApiVersion("apps/v1")
        .withKind("StatefulSet")
        .withName(set.getMetadata().getName())
        .withUid(set.getMetadata().getUid())
        .withController(controller ? true : null)
        .withBlockOwnerDeletion(true)
        .build();
  }

  static String claimName(StatefulSet set, PersistentVolumeClaim template) {
    return template.getMetadata().getName() + "-" + podName(set);
  }

  /** The claim of a template, with an owner if it is to go when the set goes. */
  static PersistentVolumeClaim claim(StatefulSet set, PersistentVolumeClaim template) {
    Map<String, String> labels = new TreeMap<>();
    if (template.getMetadata().getLabels() != null) {
      labels.putAll(template.getMetadata().getLabels());
    }
    if (set.getSpec().getSelector().getMatchLabels() != null) {
      labels.putAll(set.getSpec().getSelector().getMatchLabels());
    }
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withNamespace(set.getMetadata().getNamespace())
        .withName(claimName(set, template))
        .withLabels(labels)
        .withAnnotations(template.getMetadata().getAnnotations())
        .withOwnerReferences(claimOwners(set))
        .endMetadata()
        .withSpec(template.getSpec())
        .build();
  }

  /** Who a claim of the set belongs to; nobody, if it is to be kept. */
  static List<OwnerReference> claimOwners(StatefulSet set) {
    boolean delete =
        set.getSpec().getPersistentVolumeClaimRetentionPolicy() != null
            && "Delete"
                .equals(set.getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenDeleted());
    return delete ? List.of(owner(set, false)) : List.of();
  }

  static StatefulSetStatus status(StatefulSet set, Optional<Pod> pod, boolean ready) {
    String update = revision(set);
    boolean updated = pod.filter(found -> revision(found).equals(update)).isPresent();
    String before =
        Optional.ofNullable(set.getStatus())
            .map(StatefulSetStatus::getCurrentRevision)
            .filter(revision -> !revision.isEmpty())
            .orElse(update);
    String current = updated && ready ? update : before;
    return new StatefulSetStatusBuilder()
        .withObservedGeneration(set.getMetadata().getGeneration())
        .withReplicas(pod.isPresent() ? 1 : 0)
        .withReadyReplicas(ready ? 1 : 0)
        .withAvailableReplicas(ready ? 1 : 0)
        .withCurrentReplicas(
            pod.filter(found -> Objects.equals(revision(found), current)).isPresent() ? 1 : 0)
        .withUpdatedReplicas(updated ? 1 : 0)
        .withCurrentRevision(current)
        .withUpdateRevision(update)
        .withCollisionCount(0)
        .build();
  }
}
