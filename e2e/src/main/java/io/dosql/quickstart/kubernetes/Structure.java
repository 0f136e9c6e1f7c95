package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an object's parts merge: which lists have keys, which maps are replaced as a whole. */
interface Structure {

  /** How the items of a list are told apart. */
  sealed interface ListType {}

  /** The list is one value, replaced as a whole. */
  record Atomic() implements ListType {}

  /** Items are values, each at most once. */
  record SetOfValues() implements ListType {}

  /** Items are objects, told apart by the values of these fields. */
  record MapByKeys(List<String> keys) implements ListType {

    public MapByKeys {
      keys = List.copyOf(keys);
    }

    /**
     * The key fields of an item; a protocol that is left out is TCP, as in ports of containers and
     * Services.
     */
    ObjectNode keyOf(JsonNode item) {
      ObjectNode key = Json.object();
      for (String field : keys) {
        JsonNode value = item.get(field);
        if (value != null) {
          key.set(field, value);
        } else if (field.equals("protocol")) {
          key.put(field, "TCP");
        }
      }
      return key;
    }

    @Nullable ObjectNode find(ArrayNode list, JsonNode item) {
      return list.get(indexOf(list, item)) instanceof ObjectNode object ? object : null;
    }

    /** The index of the item with the same key, or -1. */
    int indexOf(ArrayNode list, JsonNode item) {
      ObjectNode wanted = keyOf(item);
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) instanceof ObjectNode object && keyOf(object).equals(wanted)) {
          return i;
        }
      }
      return -1;
    }
  }

  /** The structure of a field of this object or map. */
  Structure field(String name);

  /** The structure of this list's items. */
  Structure item();

  /** How this list merges; meaningless if it is not a list. */
  ListType listType();

  /** Whether this map is replaced as a whole. */
  boolean atomicMap();
}
