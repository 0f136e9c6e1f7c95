package io.dosql.quickstart.kubernetes;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The structure of the built-in kinds, known by the names of fields: within what this server
 * stores, a field's name and the list that holds it say how it merges.
 */
record BuiltinStructure(String name, String parent) implements Structure {

  static final BuiltinStructure ROOT = new BuiltinStructure("", "");

  private static final Map<String, ListType> LISTS =
      Map.ofEntries(
          Map.entry("containers", byKeys("name")),
          Map.entry("initContainers", byKeys("name")),
          Map.entry("env", byKeys("name")),
          Map.entry("volumes", byKeys("name")),
          Map.entry("imagePullSecrets", byKeys("name")),
          Map.entry("secrets", byKeys("name")),
          Map.entry("volumeMounts", byKeys("mountPath")),
          Map.entry("conditions", byKeys("type")),
          Map.entry("ownerReferences", byKeys("uid")),
          Map.entry("hostAliases", byKeys("ip")),
          Map.entry("topologySpreadConstraints", byKeys("topologyKey", "whenUnsatisfiable")),
          Map.entry("finalizers", new SetOfValues()));

  private static final Set<String> ATOMIC_MAPS =
      Set.of(
          "selector",
          "secretKeyRef",
          "configMapKeyRef",
          "fieldRef",
          "resourceFieldRef",
          "labelSelector");

  private static ListType byKeys(String... keys) {
    return new MapByKeys(List.of(keys));
  }

  @Override
  public Structure field(String field) {
    return new BuiltinStructure(field, name);
  }

  /**
   * Items keep the list's name, so that {@code containers[].ports} can be told from {@code
   * spec.ports}.
   */
  @Override
  public Structure item() {
    return this;
  }

  @Override
  public ListType listType() {
    if (name.equals("ports")) {
      boolean ofContainer = parent.equals("containers") || parent.equals("initContainers");
      return byKeys(ofContainer ? "containerPort" : "port", "protocol");
    }
    return LISTS.getOrDefault(name, new Atomic());
  }

  @Override
  public boolean atomicMap() {
    return ATOMIC_MAPS.contains(name)
        && !parent.equals("metadata")
        && !parent.equals("labels")
        && !parent.equals("annotations");
  }
}
