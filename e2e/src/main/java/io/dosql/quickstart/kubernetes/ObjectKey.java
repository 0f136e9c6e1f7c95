package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/**
 * Names one stored object.
 *
 * @param resource {@code plural.group}
 * @param namespace empty for cluster-wide objects
 */
record ObjectKey(String resource, String namespace, String name) implements Comparable<ObjectKey> {

  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparing(ObjectKey::resource)
          .thenComparing(ObjectKey::namespace)
          .thenComparing(ObjectKey::name);

  static ObjectKey of(ResourceType type, String namespace, String name) {
    return new ObjectKey(type.qualifiedName(), type.namespaced() ? namespace : "", name);
  }

  static ObjectKey of(ResourceType type, JsonNode object) {
    return of(
        type,
        Json.textAt(object, "metadata", "namespace"),
        Json.textAt(object, "metadata", "name"));
  }

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }
}
