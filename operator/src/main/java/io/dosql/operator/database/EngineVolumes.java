package io.dosql.operator.database;

import io.dosql.crds.DatabaseSpec;
import io.dosql.crds.DirectoryStore;
import io.dosql.crds.S3Credentials;
import io.dosql.crds.S3Store;
import io.dosql.crds.Tls;
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
 *   /etc/dosql/keys     jwks.json, admin-token, policy.json; never the private key
 *   /etc/dosql/cluster  ca.crt, token: to fetch the cluster's keys for tokens of ServiceAccounts
 *   /etc/dosql/tls      tls.crt, tls.key
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

  static final String POLICY_FILE = KEYS_PATH + "/" + AuthSecret.POLICY;
  static final String TLS_PATH = "/etc/dosql/tls";

  private static final String CLUSTER_PATH = "/etc/dosql/cluster";
  static final String CLUSTER_CA_FILE = CLUSTER_PATH + "/ca.crt";
  static final String CLUSTER_TOKEN_FILE = CLUSTER_PATH + "/token";

  /** The kubelet renews the token long before. */
  private static final long CLUSTER_TOKEN_SECONDS = 3_600;

  private static final String CLUSTER = "cluster";
  private static final String TLS = "tls";
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
    if (!spec.auth().serviceAccounts().isEmpty()) {
      mounts.add(mount(CLUSTER, CLUSTER_PATH, true));
    }
    if (spec.tls() != null) {
      mounts.add(mount(TLS, TLS_PATH, true));
    }
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
    if (!spec.auth().serviceAccounts().isEmpty()) {
      volumes.add(cluster());
    }
    Tls tls = spec.tls();
    if (tls != null) {
      volumes.add(tls(tls.secretName()));
    }
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
        .addNewSource()
        .withNewSecret()
        .withName(database.authSecret())
        .withItems(item(AuthSecret.POLICY, AuthSecret.POLICY))
        .endSecret()
        .endSource()
        .endProjected()
        .build();
  }

  private static Volume cluster() {
    return new VolumeBuilder()
        .withName(CLUSTER)
        .withNewProjected()
        .withDefaultMode(READ_ONLY_MODE)
        .addNewSource()
        .withNewServiceAccountToken()
        .withPath("token")
        .withExpirationSeconds(CLUSTER_TOKEN_SECONDS)
        .endServiceAccountToken()
        .endSource()
        .addNewSource()
        .withNewConfigMap()
        .withName("kube-root-ca.crt")
        .withItems(item("ca.crt", "ca.crt"))
        .endConfigMap()
        .endSource()
        .endProjected()
        .build();
  }

  private static Volume tls(String secretName) {
    return new VolumeBuilder()
        .withName(TLS)
        .withNewSecret()
        .withSecretName(secretName)
        .withDefaultMode(READ_ONLY_MODE)
        .withItems(item("tls.crt", "tls.crt"), item("tls.key", "tls.key"))
        .endSecret()
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
