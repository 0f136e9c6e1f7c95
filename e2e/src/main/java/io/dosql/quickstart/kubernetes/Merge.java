package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Lays an applied configuration over a live object, and takes out fields that nobody wants any
 * more. Both change {@code live}.
 */
final class Merge {

  private Merge() {}

  static void into(ObjectNode live, ObjectNode config, Structure structure) {
    for (var field : config.properties()) {
      String name = field.getKey();
      live.set(name, value(live.get(name), field.getValue(), structure.field(name)));
    }
  }

  private static JsonNode value(@Nullable JsonNode live, JsonNode config, Structure structure) {
    if (live instanceof ObjectNode target
        && config instanceof ObjectNode source
        && !structure.atomicMap()) {
      into(target, source, structure);
      return target;
    }
    if (live instanceof ArrayNode target && config instanceof ArrayNode source) {
      return switch (structure.listType()) {
        case Structure.Atomic _ -> source.deepCopy();
        case Structure.SetOfValues _ -> {
          for (JsonNode item : source) {
            if (!FieldSet.contains(target, item)) {
              target.add(item);
            }
          }
          yield target;
        }
        case Structure.MapByKeys map -> items(target, source, map, structure.item());
      };
    }
    return config.deepCopy();
  }

  private static ArrayNode items(
      ArrayNode target, ArrayNode source, Structure.MapByKeys map, Structure itemStructure) {
    for (JsonNode item : source) {
      ObjectNode existing = map.find(target, item);
      if (existing != null && item instanceof ObjectNode object) {
        into(existing, object, itemStructure);
      } else {
        target.add(item.deepCopy());
      }
    }
    return target;
  }

  /** Removes the members of a set, and whatever they leave empty. */
  static void remove(ObjectNode live, FieldSet fields, Structure structure) {
    removeFields(live, fields.tree(), structure);
  }

  private static void removeFields(ObjectNode live, ObjectNode members, Structure structure) {
    for (var member : members.properties()) {
      String name = member.getKey().substring(2);
      ObjectNode below = (ObjectNode) member.getValue();
      JsonNode value = live.get(name);
      if (!member.getKey().startsWith("f:") || value == null) {
        continue;
      }
      if (below.isEmpty()) {
        live.remove(name);
        continue;
      }
      if (value instanceof ObjectNode object) {
        removeFields(object, below, structure.field(name));
      } else if (value instanceof ArrayNode list) {
        removeItems(list, below, structure.field(name));
      }
      if (value.isEmpty()) {
        live.remove(name);
      }
    }
  }

  private static void removeItems(ArrayNode list, ObjectNode members, Structure structure) {
    for (int index = list.size() - 1; index >= 0; index--) {
      JsonNode item = list.get(index);
      if (members.has("v:" + Json.text(item))) {
        list.remove(index);
      } else if (structure.listType() instanceof Structure.MapByKeys map
          && item instanceof ObjectNode object
          && members.get("k:" + Json.text(map.keyOf(item))) instanceof ObjectNode below) {
        if (below.has(FieldSet.ITEM)) {
          list.remove(index);
        } else {
          removeFields(object, below, structure.item());
        }
      }
    }
  }
}
