package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The built-in kinds that this API serves: those that the operator makes, that the runner plays,
 * and that {@code kubectl} asks for. A kind that nobody would act on (Deployment …) is not served,
 * so that applying one fails at once.
 */
final class BuiltinTypes {

  /** What {@code kubectl get all} shows. */
  private static final Set<String> ALL = Set.of("Pod", "Service", "StatefulSet");

  private BuiltinTypes() {}

  static List<ResourceType> all() {
    List<ResourceType> types = new ArrayList<>();
    types.add(cluster("", "v1", "Namespace", Set.of("status"), "ns"));
    types.add(cluster("", "v1", "PersistentVolume", Set.of("status"), "pv"));
    types.add(namespaced("", "v1", "Pod", "pods", Set.of("status", "log"), "po"));
    types.add(namespaced("", "v1", "Service", "services", Set.of("status"), "svc"));
    types.add(namespaced("", "v1", "Secret", "secrets", Set.of()));
    types.add(namespaced("", "v1", "ConfigMap", "configmaps", Set.of(), "cm"));
    types.add(namespaced("", "v1", "ServiceAccount", "serviceaccounts", Set.of(), "sa"));
    types.add(
        namespaced(
            "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", Set.of("status"), "pvc"));
    types.add(namespaced("", "v1", "Event", "events", Set.of(), "ev"));
    types.add(namespaced("", "v1", "Endpoints", "endpoints", Set.of(), "ep"));
    types.add(namespaced("apps", "v1", "StatefulSet", "statefulsets", Set.of("status"), "sts"));
    types.add(namespaced("batch", "v1", "Job", "jobs", Set.of("status")));
    types.add(
        namespaced(
            "policy",
            "v1",
            "PodDisruptionBudget",
            "poddisruptionbudgets",
            Set.of("status"),
            "pdb"));
    types.add(namespaced("coordination.k8s.io", "v1", "Lease", "leases", Set.of()));
    types.add(namespaced("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", Set.of()));
    types.add(namespaced("events.k8s.io", "v1", "Event", "events", Set.of(), "ev"));
    types.add(cluster("storage.k8s.io", "v1", "StorageClass", Set.of(), "sc"));
    types.add(CustomResources.DEFINITION);
    return types;
  }

  private static ResourceType cluster(
      String group, String version, String kind, Set<String> subresources, String shortName) {
    String plural = kind.endsWith("s") ? lower(kind) + "es" : lower(kind) + "s";
    return type(group, version, kind, plural, false, subresources, shortName);
  }

  private static ResourceType namespaced(
      String group,
      String version,
      String kind,
      String plural,
      Set<String> subresources,
      String... shortNames) {
    return type(group, version, kind, plural, true, subresources, shortNames);
  }

  private static ResourceType type(
      String group,
      String version,
      String kind,
      String plural,
      boolean namespaced,
      Set<String> subresources,
      String... shortNames) {
    return new ResourceType(
        group,
        version,
        kind,
        plural,
        lower(kind),
        List.of(shortNames),
        ALL.contains(kind) ? List.of("all") : List.of(),
        namespaced,
        subresources,
        List.of(),
        MissingNode.getInstance());
  }

  private static String lower(String kind) {
    return kind.toLowerCase(Locale.ROOT);
  }
}
