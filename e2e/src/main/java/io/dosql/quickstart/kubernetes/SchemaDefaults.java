package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Brings a custom resource into the shape that its schema describes: unknown fields go, defaults
 * come.
 */
final class SchemaDefaults {

  private static final Set<String> ALWAYS_KNOWN = Set.of("apiVersion", "kind", "metadata");

  private SchemaDefaults() {}

  /**
   * Removes what the schema does not know from a whole custom resource, and returns the paths of
   * what was removed.
   */
  static List<String> prune(ObjectNode object, JsonNode schema) {
    List<String> pruned = new ArrayList<>();
    pruneObject(object, schema, "", true, pruned);
    return pruned;
  }

  private static void pruneValue(
      JsonNode value, JsonNode schema, String path, List<String> pruned) {
    if (value instanceof ObjectNode object) {
      pruneObject(
          object, schema, path, schema.path("x-kubernetes-embedded-resource").asBoolean(), pruned);
    } else if (value instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        pruneValue(list.get(i), schema.path("items"), path + "[" + i + "]", pruned);
      }
    }
  }

  private static void pruneObject(
      ObjectNode object, JsonNode schema, String path, boolean resource, List<String> pruned) {
    boolean preserve = schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
    JsonNode properties = schema.path("properties");
    JsonNode additional = schema.path("additionalProperties");
    for (String name : fieldNames(object)) {
      String fieldPath = path.isEmpty() ? name : path + "." + name;
      if (resource && ALWAYS_KNOWN.contains(name)) {
        continue;
      }
      if (properties.has(name)) {
        pruneValue(object.path(name), properties.path(name), fieldPath, pruned);
      } else if (additional.isObject()) {
        pruneValue(object.path(name), additional, fieldPath, pruned);
      } else if (!preserve && !additional.asBoolean()) {
        object.remove(name);
        pruned.add(fieldPath);
      }
    }
  }

  /**
   * Sets every default whose parent is there; an explicit null where none is allowed counts as
   * absent.
   */
  static void setDefaults(JsonNode value, JsonNode schema) {
    if (value instanceof ObjectNode object) {
      for (var property : schema.path("properties").properties()) {
        setDefault(object, property.getKey(), property.getValue());
      }
      JsonNode additional = schema.path("additionalProperties");
      if (additional.isObject()) {
        fieldNames(object).forEach(name -> setDefaults(object.path(name), additional));
      }
    } else if (value instanceof ArrayNode list) {
      list.forEach(item -> setDefaults(item, schema.path("items")));
    }
  }

  private static void setDefault(ObjectNode object, String name, JsonNode schema) {
    JsonNode present = object.path(name);
    if (present.isNull() && !schema.path("nullable").asBoolean()) {
      object.remove(name);
      present = object.path(name);
    }
    if (present.isMissingNode() && schema.has("default")) {
      object.set(name, schema.path("default").deepCopy());
    }
    setDefaults(object.path(name), schema);
  }

  private static List<String> fieldNames(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
