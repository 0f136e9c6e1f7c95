package io.dosql.operator.podspec;

import io.dosql.crds.DirectoryStore;
import io.dosql.crds.Encryption;
import io.dosql.crds.S3Credentials;
import io.dosql.crds.S3Store;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * The volumes by which a pod reaches a store; pure.
 *
 * <pre>
 *   /etc/dosql/s3          accessKeyId, secretAccessKey; empty while the Secret is missing
 *   /etc/dosql/encryption  the keys, by name, and "active"; empty while the Secret is missing
 *   /backups               the claim of a directory store
 *   /etc/dosql/source-s3, /etc/dosql/source-encryption, /source   the same of a source
 * </pre>
 */
public final class StoreVolumes {

  private static final String S3_CREDENTIALS = "s3-credentials";
  private static final String ENCRYPTION = "encryption";
  private static final String DIRECTORY = "backups";

  /** Octal 0440: the pod's group reads, nobody writes. */
  private static final int READ_ONLY_MODE = 0440;

  private StoreVolumes() {}

  public static List<VolumeMount> mounts(StoreUse use) {
    List<VolumeMount> mounts = new ArrayList<>();
    String prefix = use.role().volumePrefix();
    if (use.store().s3() != null) {
      mounts.add(readOnly(prefix + S3_CREDENTIALS, use.role().credentialsPath()));
    }
    if (use.store().directory() != null) {
      mounts.add(directory(use));
    }
    if (use.encryption() != null) {
      mounts.add(readOnly(prefix + ENCRYPTION, use.role().encryptionPath()));
    }
    return mounts;
  }

  private static VolumeMount readOnly(String name, String path) {
    return new VolumeMountBuilder().withName(name).withMountPath(path).withReadOnly(true).build();
  }

  /** Another database's archive is read, and nothing else. */
  private static VolumeMount directory(StoreUse use) {
    String name = use.role().volumePrefix() + DIRECTORY;
    String path = use.role().directoryPath();
    return use.role() == StoreUse.Role.SOURCE
        ? readOnly(name, path)
        : new VolumeMountBuilder().withName(name).withMountPath(path).build();
  }

  public static List<Volume> volumes(StoreUse use) {
    List<Volume> volumes = new ArrayList<>();
    String prefix = use.role().volumePrefix();
    S3Store s3 = use.store().s3();
    if (s3 != null) {
      volumes.add(credentials(prefix + S3_CREDENTIALS, s3.secretRef()));
    }
    DirectoryStore directory = use.store().directory();
    if (directory != null) {
      volumes.add(
          new VolumeBuilder()
              .withName(prefix + DIRECTORY)
              .withNewPersistentVolumeClaim()
              .withClaimName(directory.claimName())
              .endPersistentVolumeClaim()
              .build());
    }
    Encryption encryption = use.encryption();
    if (encryption != null) {
      volumes.add(keys(prefix + ENCRYPTION, encryption.secretRef().name()));
    }
    return volumes;
  }

  /**
   * Optional, so that the pod starts and serves without the Secret; the kubelet fills the volume in
   * when the Secret or its keys appear.
   */
  private static Volume credentials(String name, S3Credentials reference) {
    return new VolumeBuilder()
        .withName(name)
        .withNewSecret()
        .withSecretName(reference.name())
        .withOptional(true)
        .withDefaultMode(READ_ONLY_MODE)
        .withItems(
            new KeyToPath(reference.accessKeyIdKey(), null, "accessKeyId"),
            new KeyToPath(reference.secretAccessKeyKey(), null, "secretAccessKey"))
        .endSecret()
        .build();
  }

  /** Optional as well: without keys the engine stores nothing, and serves. */
  private static Volume keys(String name, String secretName) {
    return new VolumeBuilder()
        .withName(name)
        .withNewSecret()
        .withSecretName(secretName)
        .withOptional(true)
        .withDefaultMode(READ_ONLY_MODE)
        .endSecret()
        .build();
  }
}
