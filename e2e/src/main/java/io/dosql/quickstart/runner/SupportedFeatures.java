package io.dosql.quickstart.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Says which fields of a specification the runner cannot honour, so that they are refused and not
 * passed over; pure.
 *
 * <p>A field is known by its path, with {@code []} for an item of a list; {@code **} stands for
 * everything below.
 */
final class SupportedFeatures {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<String> POD =
      Set.of(
          "containers[].name",
          "containers[].image",
          "containers[].env[].name",
          "containers[].env[].value",
          "containers[].ports[].name",
          "containers[].ports[].containerPort",
          "containers[].ports[].protocol",
          "containers[].startupProbe.**",
          "containers[].readinessProbe.**",
          "containers[].livenessProbe.**",
          "containers[].volumeMounts[].name",
          "containers[].volumeMounts[].mountPath",
          "containers[].terminationMessagePolicy",
          "volumes[].name",
          "volumes[].persistentVolumeClaim.claimName",
          "volumes[].secret.secretName",
          "volumes[].secret.optional",
          "volumes[].secret.defaultMode",
          "volumes[].secret.items[].**",
          "volumes[].configMap.name",
          "volumes[].configMap.optional",
          "volumes[].configMap.defaultMode",
          "volumes[].configMap.items[].**",
          "volumes[].projected.defaultMode",
          "volumes[].projected.sources[].secret.**",
          "volumes[].projected.sources[].configMap.**",
          "terminationGracePeriodSeconds",
          "restartPolicy",
          "hostname",
          "subdomain",
          "nodeName");

  /**
   * What bounds a container or tells a cluster where to run it. Processes here run as whoever
   * started them, on the one node there is; the documentation says so.
   */
  private static final Set<String> POD_WITHOUT_EFFECT =
      Set.of(
          "securityContext.**",
          "containers[].securityContext.**",
          "containers[].resources.**",
          "containers[].imagePullPolicy",
          "containers[].volumeMounts[].readOnly",
          "serviceAccountName",
          "serviceAccount",
          "automountServiceAccountToken",
          "enableServiceLinks");

  private static final Set<String> PROBE =
      Set.of(
          "httpGet.path",
          "httpGet.port",
          "httpGet.scheme",
          "initialDelaySeconds",
          "periodSeconds",
          "timeoutSeconds",
          "failureThreshold",
          "successThreshold");

  private static final Set<String> STATEFUL_SET =
      Set.of(
          "replicas",
          "serviceName",
          "selector.**",
          "template.**",
          "podManagementPolicy",
          "updateStrategy.type",
          "persistentVolumeClaimRetentionPolicy.**",
          "revisionHistoryLimit",
          "volumeClaimTemplates[].apiVersion",
          "volumeClaimTemplates[].kind",
          "volumeClaimTemplates[].metadata.**",
          "volumeClaimTemplates[].spec.**",
          "volumeClaimTemplates[].status.**");

  private static final Set<String> CLAIM =
      Set.of("accessModes[]", "resources.requests.storage", "storageClassName", "volumeMode");

  private SupportedFeatures() {}

  /** What a pod asks for in vain; each with its path and why. */
  static List<String> missing(PodSpec spec) {
    JsonNode pod = JSON.valueToTree(spec);
    List<String> missing = new ArrayList<>();
    unknown("", pod, POD, POD_WITHOUT_EFFECT, missing);
    if (pod.path("containers").size() != 1) {
      missing.add("containers: only one is supported");
    }
    only(pod, "restartPolicy", "Always", missing);
    only(pod, "automountServiceAccountToken", "false", missing);
    only(pod, "enableServiceLinks", "false", missing);
    for (JsonNode container : pod.path("containers")) {
      for (JsonNode port : container.path("ports")) {
        only(port, "protocol", "TCP", missing);
      }
      for (String name : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
        probe("containers[]." + name + ".", container.path(name), missing);
      }
    }
    return List.copyOf(missing);
  }

  private static void probe(String path, JsonNode probe, List<String> missing) {
    if (probe.isMissingNode()) {
      return;
    }
    unknown(path, probe, prefixed(path, PROBE), Set.of(), missing);
    only(probe.path("httpGet"), "scheme", "HTTP", missing);
    only(probe, "successThreshold", "1", missing);
    if (!probe.has("httpGet")) {
      missing.add(path + "httpGet: only probes by HTTP are supported");
    }
  }

  private static Set<String> prefixed(String prefix, Set<String> paths) {
    Set<String> result = new TreeSet<>();
    paths.forEach(path -> result.add(prefix + path));
    return result;
  }

  /** What a StatefulSet asks for in vain, apart from its pods. */
  static List<String> missing(StatefulSetSpec spec) {
    JsonNode set = JSON.valueToTree(spec);
    List<String> missing = new ArrayList<>();
    unknown("", set, STATEFUL_SET, Set.of(), missing);
    if (set.path("replicas").asInt(1) > 1) {
      missing.add("replicas: at most one is supported");
    }
    only(set.path("updateStrategy"), "type", "RollingUpdate", missing);
    return List.copyOf(missing);
  }

  /** What a claim asks for in vain. */
  static List<String> missing(PersistentVolumeClaimSpec spec) {
    JsonNode claim = JSON.valueToTree(spec);
    List<String> missing = new ArrayList<>();
    unknown("", claim, CLAIM, Set.of("volumeName"), missing);
    only(claim, "volumeMode", "Filesystem", missing);
    return List.copyOf(missing);
  }

  private static void only(JsonNode object, String field, String value, List<String> missing) {
    JsonNode actual = object.path(field);
    if (!actual.isMissingNode() && !actual.isNull() && !actual.asText().equals(value)) {
      missing.add("%s: %s is not supported, only %s".formatted(field, actual.asText(), value));
    }
  }

  private static void unknown(
      String path,
      JsonNode node,
      Set<String> supported,
      Set<String> withoutEffect,
      List<String> missing) {
    if (isListed(path, supported) || isListed(path, withoutEffect) || isEmpty(node)) {
      return;
    }
    if (node.isObject()) {
      String prefix = path.isEmpty() || path.endsWith(".") ? path : path + ".";
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        unknown(prefix + field.getKey(), field.getValue(), supported, withoutEffect, missing);
      }
    } else if (node.isArray()
        && supported.stream().anyMatch(known -> known.startsWith(path + "["))) {
      for (JsonNode item : node) {
        unknown(path + "[]", item, supported, withoutEffect, missing);
      }
    } else {
      missing.add(path + " is not supported");
    }
  }

  /** Clients send empty objects and lists for what they do not set. */
  private static boolean isEmpty(JsonNode node) {
    return node.isNull() || (node.isContainerNode() && node.isEmpty());
  }

  private static boolean isListed(String path, Set<String> paths) {
    if (paths.contains(path)) {
      return true;
    }
    return paths.stream()
        .filter(known -> known.endsWith(".**"))
        .map(known -> known.substring(0, known.length() - 3))
        .anyMatch(known -> path.equals(known) || path.startsWith(known + "."));
  }
}
