package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretVolumeSource;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The folders behind the volumes of one pod. Used by one thread; the objects are read from the API
 * at each call.
 */
final class PodVolumes {

  private static final int MODE_DEFAULT = 0644;

  private final KubernetesClient client;
  private final RunnerFolder folder;
  private final Pod pod;
  private final String namespace;

  PodVolumes(KubernetesClient client, RunnerFolder folder, Pod pod) {
    this.client = client;
    this.folder = folder;
    this.pod = pod;
    this.namespace = pod.getMetadata().getNamespace();
  }

  /**
   * Makes and fills the folders of all volumes.
   *
   * @return the folder at each path that the container has something mounted at
   */
  Map<String, Path> mount() throws MountException, IOException {
    Map<String, Path> volumes = new HashMap<>();
    for (Volume volume : pod.getSpec().getVolumes()) {
      volumes.put(volume.getName(), mount(volume));
    }
    Map<String, Path> mounts = new HashMap<>();
    for (VolumeMount mount : pod.getSpec().getContainers().getFirst().getVolumeMounts()) {
      Path path = volumes.get(mount.getName());
      if (path == null) {
        throw MountException.waiting("there is no volume \"" + mount.getName() + "\" to mount");
      }
      mounts.put(mount.getMountPath().replaceAll("/+$", ""), path);
    }
    return mounts;
  }

  /**
   * Brings what comes from Secrets and ConfigMaps up to date.
   *
   * @return whether something changed
   */
  boolean refresh() throws MountException, IOException {
    boolean changed = false;
    for (Volume volume : pod.getSpec().getVolumes()) {
      if (isProjected(volume)) {
        changed |= new AtomicVolume(path(volume)).write(content(volume));
      }
    }
    return changed;
  }

  private Path path(Volume volume) {
    return folder.volume(namespace, pod.getMetadata().getName(), volume.getName());
  }

  private static boolean isProjected(Volume volume) {
    return volume.getSecret() != null
        || volume.getConfigMap() != null
        || volume.getProjected() != null;
  }

  private Path mount(Volume volume) throws MountException, IOException {
    if (volume.getPersistentVolumeClaim() != null) {
      return claim(volume.getPersistentVolumeClaim().getClaimName());
    }
    Path path = path(volume);
    if (isProjected(volume)) {
      boolean _ = new AtomicVolume(path).write(content(volume));
      return path;
    }
    return Files.createDirectories(path);
  }

  private Path claim(String name) throws MountException, IOException {
    PersistentVolumeClaim claim =
        client.persistentVolumeClaims().inNamespace(namespace).withName(name).get();
    if (claim == null) {
      throw MountException.unschedulable("persistentvolumeclaim \"" + name + "\" not found");
    }
    if (claim.getMetadata().getDeletionTimestamp() != null) {
      throw MountException.unschedulable("persistentvolumeclaim \"" + name + "\" is being deleted");
    }
    if (!ClaimBinder.isBound(claim)) {
      throw MountException.unschedulable(
          "pod has unbound immediate PersistentVolumeClaims: \"" + name + "\"");
    }
    return Files.createDirectories(folder.claim(namespace, name));
  }

  private SortedMap<String, AtomicVolume.Content> content(Volume volume) throws MountException {
    SortedMap<String, AtomicVolume.Content> files = new TreeMap<>();
    SecretVolumeSource secret = volume.getSecret();
    ConfigMapVolumeSource configMap = volume.getConfigMap();
    ProjectedVolumeSource projected = volume.getProjected();
    if (secret != null) {
      add(
          files,
          new Source("secret", secret.getSecretName(), secret.getOptional(), secret.getItems()),
          secret.getDefaultMode());
    } else if (configMap != null) {
      add(
          files,
          new Source(
              "configmap", configMap.getName(), configMap.getOptional(), configMap.getItems()),
          configMap.getDefaultMode());
    } else {
      for (VolumeProjection source : projected.getSources()) {
        add(files, source(source), projected.getDefaultMode());
      }
    }
    return files;
  }

  /** Where files come from. */
  private record Source(
      String kind, String name, @Nullable Boolean optional, List<KeyToPath> items) {

    boolean isOptional() {
      return Boolean.TRUE.equals(optional);
    }
  }

  private static Source source(VolumeProjection projection) {
    if (projection.getSecret() != null) {
      return new Source(
          "secret",
          projection.getSecret().getName(),
          projection.getSecret().getOptional(),
          projection.getSecret().getItems());
    }
    return new Source(
        "configmap",
        projection.getConfigMap().getName(),
        projection.getConfigMap().getOptional(),
        projection.getConfigMap().getItems());
  }

  private void add(
      SortedMap<String, AtomicVolume.Content> files, Source source, @Nullable Integer defaultMode)
      throws MountException {
    Map<String, byte[]> data = data(source);
    if (data == null) {
      if (source.isOptional()) {
        return;
      }
      throw MountException.waiting("%s \"%s\" not found".formatted(source.kind(), source.name()));
    }
    int mode = defaultMode == null ? MODE_DEFAULT : defaultMode;
    if (source.items().isEmpty()) {
      data.forEach((key, bytes) -> files.put(key, AtomicVolume.Content.of(bytes, mode)));
      return;
    }
    for (KeyToPath item : source.items()) {
      byte[] bytes = data.get(item.getKey());
      if (bytes != null) {
        int itemMode = item.getMode() == null ? mode : item.getMode();
        files.put(checked(item.getPath()), AtomicVolume.Content.of(bytes, itemMode));
      } else if (!source.isOptional()) {
        throw MountException.waiting(
            "%s \"%s\" has no key \"%s\"".formatted(source.kind(), source.name(), item.getKey()));
      }
    }
  }

  /** A path must stay below the volume. */
  private static String checked(String path) throws MountException {
    Path relative = Path.of(path);
    for (Path part : relative) {
      if (part.toString().startsWith("..") || relative.isAbsolute()) {
        throw MountException.waiting("the path \"" + path + "\" of a volume's item is not allowed");
      }
    }
    return relative.toString();
  }

  private @Nullable Map<String, byte[]> data(Source source) {
    Map<String, byte[]> data = new TreeMap<>();
    if (source.kind().equals("secret")) {
      Secret secret = client.secrets().inNamespace(namespace).withName(source.name()).get();
      if (secret == null) {
        return null;
      }
      decode(secret.getData(), data);
      return data;
    }
    ConfigMap map = client.configMaps().inNamespace(namespace).withName(source.name()).get();
    if (map == null) {
      return null;
    }
    if (map.getData() != null) {
      map.getData().forEach((key, text) -> data.put(key, text.getBytes(StandardCharsets.UTF_8)));
    }
    decode(map.getBinaryData(), data);
    return data;
  }

  private static void decode(@Nullable Map<String, String> encoded, Map<String, byte[]> data) {
    if (encoded != null) {
      encoded.forEach((key, text) -> data.put(key, Base64.getDecoder().decode(text)));
    }
  }

  /** The claims that a pod has mounted. */
  static Set<String> claims(Pod pod) {
    Set<String> names = new TreeSet<>();
    for (Volume volume : pod.getSpec().getVolumes()) {
      if (volume.getPersistentVolumeClaim() != null) {
        names.add(volume.getPersistentVolumeClaim().getClaimName());
      }
    }
    return names;
  }
}
