package io.dosql.quickstart.kubernetes;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The kinds that are served now: built in, and defined by CRDs. Thread-safe. */
final class ResourceTypes {

  private final Map<String, ResourceType> byPath = new ConcurrentSkipListMap<>();

  ResourceTypes() {
    BuiltinTypes.all().forEach(this::add);
  }

  void add(ResourceType type) {
    byPath.put(path(type.group(), type.version(), type.plural()), type);
  }

  /** Drops the kind that a CRD of this name had defined. */
  void removeDefined(String definitionName) {
    byPath.values().removeIf(type -> type.custom() && type.qualifiedName().equals(definitionName));
  }

  Optional<ResourceType> find(String group, String version, String plural) {
    return Optional.ofNullable(byPath.get(path(group, version, plural)));
  }

  Optional<ResourceType> findKind(String apiVersion, String kind) {
    return byPath.values().stream()
        .filter(type -> type.apiVersion().equals(apiVersion) && type.kind().equals(kind))
        .findFirst();
  }

  Collection<ResourceType> all() {
    return List.copyOf(byPath.values());
  }

  private static String path(String group, String version, String plural) {
    return group + "/" + version + "/" + plural;
  }
}
