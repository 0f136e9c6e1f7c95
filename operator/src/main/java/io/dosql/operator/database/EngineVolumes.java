package io.dosql.operator.database;

import io.dosql.crds.DatabaseSpec;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.Tls;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.podspec.StoreVolumes;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * The volumes of an engine pod and where they are mounted.
 *
 * <pre>
 *   /data               the claim "data" of the StatefulSet
 *   /tmp                small, gone with the pod: libraries are unpacked there
 *   /etc/dosql/keys     jwks.json, admin-token, policy.json; never the private key
 *   /etc/dosql/cluster  ca.crt, token: to fetch the cluster's keys for tokens of ServiceAccounts
 *   /etc/dosql/tls      tls.crt, tls.key
 *   what {@link StoreVolumes} has for the stores
 * </pre>
 */
final class EngineVolumes {

  static final String DATA = "data";
  static final String DATA_PATH = "/data";

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

  /** Octal 0440: the pod's group reads, nobody writes. */
  private static final int READ_ONLY_MODE = 0440;

  private EngineVolumes() {}

  static List<VolumeMount> mounts(DoSQLDatabase database) {
    DatabaseSpec spec = database.getSpec();
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
    EngineStores.of(database).forEach(use -> mounts.addAll(StoreVolumes.mounts(use)));
    return mounts;
  }

  private static VolumeMount mount(String name, String path, boolean readOnly) {
    VolumeMountBuilder mount = new VolumeMountBuilder().withName(name).withMountPath(path);
    return readOnly ? mount.withReadOnly(true).build() : mount.build();
  }

  /** All but the data volume, which the StatefulSet's claim template gives. */
  static List<Volume> volumes(DoSQLDatabase database) {
    DatabaseSpec spec = database.getSpec();
    List<Volume> volumes = new ArrayList<>();
    volumes.add(new VolumeBuilder().withName(TEMPORARY).withNewEmptyDir().endEmptyDir().build());
    volumes.add(keys(DatabaseKey.of(database)));
    if (!spec.auth().serviceAccounts().isEmpty()) {
      volumes.add(cluster());
    }
    Tls tls = spec.tls();
    if (tls != null) {
      volumes.add(tls(tls.secretName()));
    }
    EngineStores.of(database).forEach(use -> volumes.addAll(StoreVolumes.volumes(use)));
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

  private static KeyToPath item(String key, String path) {
    return new KeyToPath(key, null, path);
  }
}
