package io.dosql.operator.database;

import io.dosql.crds.DatabaseSpec;
import io.dosql.crds.DirectoryStore;
import io.dosql.crds.S3Credentials;
import io.dosql.crds.S3Store;
import io.dosql.operator.pod.DatabaseKey;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The volumes of an engine pod and where they are mounted.
 *
 * <pre>
 *   /data               the claim "data" of the StatefulSet
 *   /tmp                small, gone with the pod: libraries are unpacked there
 *   /etc/dosql/keys     jwks.json, admin-token; never the private key
 *   /etc/dosql/s3       accessKeyId, secretAccessKey; empty while the Secret is missing
 *   /backups            the claim of a directory store
 * </pre>
 */
final class EngineVolumes {

  static final String DATA = "data";
  static final String DATA_PATH = "/data";
  static final String BACKUPS_PATH = "/backups";
  static final String S3_CREDENTIALS_PATH = "/etc/dosql/s3";

  private static final String KEYS_PATH = "/etc/dosql/keys";
  static final String JWKS_FILE = KEYS_PATH + "/" + DatabaseKeys.PUBLIC_KEYS;
  static final String ADMIN_TOKEN_FILE = KEYS_PATH + "/" + DatabaseKeys.ADMIN_TOKEN;

  private static final String TEMPORARY = "tmp";
  private static final String KEYS = "keys";
  private static final String S3_CREDENTIALS = "s3-credentials";
  private static final String BACKUPS = "backups";

  /** Octal 0440: the pod's group reads, nobody writes. */
  private static final int READ_ONLY_MODE = 0440;

  private EngineVolumes() {}

  static List<VolumeMount> mounts(DatabaseSpec spec) {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(mount(DATA, DATA_PATH, false));
    mounts.add(mount(TEMPORARY, "/tmp", false));
    mounts.add(mount(KEYS, KEYS_PATH, true));
    if (s3(spec) != null) {
      mounts.add(mount(S3_CREDENTIALS, S3_CREDENTIALS_PATH, true));
    }
    if (directory(spec) != null) {
      mounts.add(mount(BACKUPS, BACKUPS_PATH, false));
    }
    return mounts;
  }

  private static VolumeMount mount(String name, String path, boolean readOnly) {
    VolumeMountBuilder mount = new VolumeMountBuilder().withName(name).withMountPath(path);
    return readOnly ? mount.withReadOnly(true).build() : mount.build();
  }

  /** All but the data volume, which the StatefulSet's claim template gives. */
  static List<Volume> volumes(DatabaseKey database, DatabaseSpec spec) {
    List<Volume> volumes = new ArrayList<>();
    volumes.add(new VolumeBuilder().withName(TEMPORARY).withNewEmptyDir().endEmptyDir().build());
    volumes.add(keys(database));
    S3Store s3 = s3(spec);
    if (s3 != null) {
      volumes.add(s3Credentials(s3.secretRef()));
    }
    DirectoryStore directory = directory(spec);
    if (directory != null) {
      volumes.add(
          new VolumeBuilder()
              .withName(BACKUPS)
              .withNewPersistentVolumeClaim()
              .withClaimName(directory.claimName())
              .endPersistentVolumeClaim()
              .build());
    }
    return volumes;
  }

  private static Volume keys(DatabaseKey database) {
    return new VolumeBuilder()
        .withName(KEYS)
        .withNewProjected()
        .withDefaultMode(READ_ONLY_MODE)
        .addNewSource()
        .withNewSecret()
        .withName(database.keysSecret())
        .withItems(
            item(DatabaseKeys.PUBLIC_KEYS, DatabaseKeys.PUBLIC_KEYS),
            item(DatabaseKeys.ADMIN_TOKEN, DatabaseKeys.ADMIN_TOKEN))
        .endSecret()
        .endSource()
        .endProjected()
        .build();
  }

  /**
   * Optional, so that the pod starts and serves without the Secret; the kubelet fills the volume in
   * when the Secret or its keys appear.
   */
  private static Volume s3Credentials(S3Credentials reference) {
    return new VolumeBuilder()
        .withName(S3_CREDENTIALS)
        .withNewSecret()
        .withSecretName(reference.name())
        .withOptional(true)
        .withDefaultMode(READ_ONLY_MODE)
        .withItems(
            item(reference.accessKeyIdKey(), "accessKeyId"),
            item(reference.secretAccessKeyKey(), "secretAccessKey"))
        .endSecret()
        .build();
  }

  private static KeyToPath item(String key, String path) {
    return new KeyToPath(key, null, path);
  }

  private static @Nullable S3Store s3(DatabaseSpec spec) {
    return spec.backup() == null ? null : spec.backup().store().s3();
  }

  private static @Nullable DirectoryStore directory(DatabaseSpec spec) {
    return spec.backup() == null ? null : spec.backup().store().directory();
  }
}
