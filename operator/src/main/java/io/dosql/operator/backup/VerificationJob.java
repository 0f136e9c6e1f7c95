package io.dosql.operator.backup;

import io.dosql.crds.BackupPolicy;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.VerifyPolicy;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.podspec.PodRights;
import io.dosql.operator.podspec.StoreEnvironment;
import io.dosql.operator.podspec.StoreUse;
import io.dosql.operator.podspec.StoreVolumes;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The Job that restores a backup into a scratch volume and checks it, beside the pod that serves
 * and within limits of its own; pure.
 */
final class VerificationJob {

  static final String CONTAINER = "verify";

  /** On Jobs and their pods: the Job's name. */
  static final String JOB_LABEL = "dosql.io/verification";

  private static final String COMPONENT_LABEL = "app.kubernetes.io/component";
  private static final String MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
  private static final String COMPONENT = "verification";
  private static final String OPERATOR = "dosql-operator";

  /** What the operator's informer selects. */
  static final String SELECTOR =
      MANAGED_BY_LABEL + "=" + OPERATOR + "," + COMPONENT_LABEL + "=" + COMPONENT;

  private static final String SCRATCH = "scratch";
  private static final String SCRATCH_PATH = "/data";
  private static final String TEMPORARY = "tmp";

  /** For a look into its log; a day. */
  private static final int KEPT_SECONDS = 86_400;

  private static final int NAME_OF_BACKUP_MAX = 40;
  private static final int HASH_DIGITS = 10;

  private VerificationJob() {}

  /** One name for one attempt of one request about one backup, so that none is made twice. */
  static String name(DoSQLBackup backup, String request, int attempt) {
    String readable = backup.getMetadata().getName().replace('.', '-');
    String cut = readable.substring(0, Math.min(NAME_OF_BACKUP_MAX, readable.length()));
    return "%s-verify-%s"
        .formatted(
            cut.replaceAll("-+$", ""),
            hash(backup.getMetadata().getUid() + "\n" + attempt + "\n" + request));
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * @param policy of the database
   * @param image of its engine
   */
  static Job build(
      String name, DoSQLBackup backup, DoSQLDatabase database, BackupPolicy policy, String image) {
    Map<String, String> labels = labels(name, database);
    List<StoreUse> stores =
        StoreUse.own(
            policy, database.getMetadata().getNamespace(), database.getMetadata().getName());
    return new JobBuilder()
        .withNewMetadata()
        .withNamespace(backup.getMetadata().getNamespace())
        .withName(name)
        .withLabels(labels)
        .withOwnerReferences(owner(backup))
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(0)
        .withActiveDeadlineSeconds(BackupTerms.duration(policy.verify().timeout()).toSeconds())
        .withTtlSecondsAfterFinished(KEPT_SECONDS)
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withServiceAccountName(database.getMetadata().getName())
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withSecurityContext(PodRights.pod())
        .withAffinity(affinity(database, policy))
        .withContainers(container(backup, database, policy.verify(), stores, image))
        .withVolumes(volumes(database, policy.verify(), stores))
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  /** Not those by which the database's Services and its budget find the engine's pod. */
  private static Map<String, String> labels(String name, DoSQLDatabase database) {
    return new TreeMap<>(
        Map.of(
            "app.kubernetes.io/name",
            "dosql-verification",
            "app.kubernetes.io/instance",
            database.getMetadata().getName(),
            COMPONENT_LABEL,
            COMPONENT,
            "app.kubernetes.io/part-of",
            "dosql",
            MANAGED_BY_LABEL,
            OPERATOR,
            JOB_LABEL,
            name));
  }

  private static OwnerReference owner(DoSQLBackup backup) {
    return new OwnerReferenceBuilder()
        .withApiVersion(backup.getApiVersion())
        .withKind(backup.getKind())
        .withName(backup.getMetadata().getName())
        .withUid(backup.getMetadata().getUid())
        .withController(true)
        .build();
  }

  private static Container container(
      DoSQLBackup backup,
      DoSQLDatabase database,
      VerifyPolicy verify,
      List<StoreUse> stores,
      String image) {
    List<EnvVar> variables = new ArrayList<>();
    variables.add(new EnvVar("DOSQL_DATA_DIR", SCRATCH_PATH, null));
    variables.add(new EnvVar("DOSQL_DATABASE", DatabaseKey.of(database).qualifiedName(), null));
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(mount(SCRATCH, SCRATCH_PATH));
    mounts.add(mount(TEMPORARY, "/tmp"));
    for (StoreUse use : stores) {
      variables.addAll(StoreEnvironment.of(use));
      mounts.addAll(StoreVolumes.mounts(use));
    }
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(image)
        .withImagePullPolicy("IfNotPresent")
        .withArgs("verify", backup.getMetadata().getName())
        .withEnv(variables)
        .withNewResources()
        .withRequests(verify.resources().requests())
        .withLimits(verify.resources().limits())
        .endResources()
        .withSecurityContext(PodRights.container())
        .withVolumeMounts(mounts)
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .build();
  }

  private static VolumeMount mount(String name, String path) {
    return new VolumeMountBuilder().withName(name).withMountPath(path).build();
  }

  private static List<Volume> volumes(
      DoSQLDatabase database, VerifyPolicy verify, List<StoreUse> stores) {
    String size =
        verify.scratchSize() == null ? database.getSpec().storage().size() : verify.scratchSize();
    List<Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName(SCRATCH)
            .withNewEmptyDir()
            .withSizeLimit(new Quantity(size))
            .endEmptyDir()
            .build());
    volumes.add(new VolumeBuilder().withName(TEMPORARY).withNewEmptyDir().endEmptyDir().build());
    stores.forEach(use -> volumes.addAll(StoreVolumes.volumes(use)));
    return volumes;
  }

  /** A volume that only one node may mount is where the engine's pod is. */
  private static @Nullable Affinity affinity(DoSQLDatabase database, BackupPolicy policy) {
    if (policy.store().directory() == null) {
      return null;
    }
    return new AffinityBuilder()
        .withNewPodAffinity()
        .addNewPreferredDuringSchedulingIgnoredDuringExecution()
        .withWeight(100)
        .withNewPodAffinityTerm()
        .withTopologyKey("kubernetes.io/hostname")
        .withNewLabelSelector()
        .addToMatchLabels("app.kubernetes.io/name", "dosql-database")
        .addToMatchLabels("app.kubernetes.io/instance", database.getMetadata().getName())
        .endLabelSelector()
        .endPodAffinityTerm()
        .endPreferredDuringSchedulingIgnoredDuringExecution()
        .endPodAffinity()
        .build();
  }
}
