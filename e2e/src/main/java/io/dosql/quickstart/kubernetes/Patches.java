package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import java.util.Iterator;

/** The patches that are not server-side apply. None changes its arguments. */
final class Patches {

  private Patches() {}

  /** RFC 6902. */
  static JsonNode jsonPatch(JsonNode target, JsonNode patch) {
    try {
      return JsonPatch.apply(patch, target.deepCopy());
    } catch (RuntimeException e) {
      // The library has no common type for a patch that does not fit, and a failed "test" is a
      // client's error too.
      throw ApiException.of(422, "Invalid", "the JSON patch cannot be applied: " + e.getMessage());
    }
  }

  /** RFC 7386. */
  static JsonNode mergePatch(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    ObjectNode result = target instanceof ObjectNode object ? object.deepCopy() : Json.object();
    for (var change : changes.properties()) {
      if (change.getValue().isNull()) {
        result.remove(change.getKey());
      } else {
        result.set(change.getKey(), mergePatch(result.path(change.getKey()), change.getValue()));
      }
    }
    return result;
  }

  /**
   * Kubernetes' merge patch that knows lists with keys, and the directives {@code $patch} and
   * {@code $deleteFromPrimitiveList}.
   */
  static JsonNode strategicMergePatch(JsonNode target, JsonNode patch, Structure structure) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch;
    }
    if (directive(changes).equals("replace")) {
      return changes.deepCopy().without("$patch");
    }
    ObjectNode result = target instanceof ObjectNode object ? object.deepCopy() : Json.object();
    for (var change : changes.properties()) {
      String name = change.getKey();
      JsonNode value = change.getValue();
      if (name.startsWith("$setElementOrder/")
          || name.equals("$retainKeys")
          || name.equals("$patch")) {
        // The first two only order and tidy; the last was looked at above.
        continue;
      }
      if (name.startsWith("$deleteFromPrimitiveList/")) {
        deleteValues(result.path(name.substring(name.indexOf('/') + 1)), value);
      } else if (value.isNull() || directive(value).equals("delete")) {
        result.remove(name);
      } else if (value instanceof ArrayNode list) {
        result.set(name, mergeList(result.path(name), list, structure.field(name)));
      } else {
        result.set(name, strategicMergePatch(result.path(name), value, structure.field(name)));
      }
    }
    return result;
  }

  private static String directive(JsonNode node) {
    return node.path("$patch").asText("");
  }

  private static void deleteValues(JsonNode list, JsonNode values) {
    for (Iterator<JsonNode> iterator = list.elements(); iterator.hasNext(); ) {
      if (FieldSet.contains(values, iterator.next())) {
        iterator.remove();
      }
    }
  }

  private static JsonNode mergeList(JsonNode target, ArrayNode patch, Structure structure) {
    ArrayNode result = target instanceof ArrayNode list ? list.deepCopy() : Json.array();
    return switch (structure.listType()) {
      case Structure.Atomic _ -> patch.deepCopy();
      case Structure.SetOfValues _ -> {
        for (JsonNode value : patch) {
          if (!FieldSet.contains(result, value)) {
            result.add(value);
          }
        }
        yield result;
      }
      case Structure.MapByKeys map -> {
        for (JsonNode item : patch) {
          mergeItem(result, item, map, structure.item());
        }
        yield result;
      }
    };
  }

  private static void mergeItem(
      ArrayNode result, JsonNode item, Structure.MapByKeys map, Structure itemStructure) {
    if (directive(item).equals("replace") && item.size() == 1) {
      result.removeAll();
      return;
    }
    int index = map.indexOf(result, item);
    if (directive(item).equals("delete")) {
      if (index >= 0) {
        result.remove(index);
      }
    } else if (index < 0) {
      result.add(strategicMergePatch(Json.object(), item, itemStructure));
    } else {
      result.set(index, strategicMergePatch(result.get(index), item, itemStructure));
    }
  }
}
