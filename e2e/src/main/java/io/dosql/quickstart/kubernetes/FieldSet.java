package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A set of fields of an object, in the form of {@code FieldsV1}: a tree whose leaves are the
 * members.
 *
 * <pre>
 *   f:NAME          a field of an object
 *   k:{"KEY":"V"}   an item of a list with keys; the item itself is its member "."
 *   v:VALUE         an item of a set of values
 * </pre>
 *
 * <p>The tree is never changed after construction.
 */
record FieldSet(ObjectNode tree) {

  /** What names and numbers an object is nobody's field. */
  private static final Set<String> SYSTEM_METADATA =
      Set.of(
          "name",
          "namespace",
          "uid",
          "resourceVersion",
          "generation",
          "creationTimestamp",
          "deletionTimestamp",
          "deletionGracePeriodSeconds",
          "managedFields",
          "selfLink",
          "generateName");

  static final String ITEM = ".";

  static FieldSet empty() {
    return new FieldSet(Json.object());
  }

  static FieldSet of(ObjectNode object, Structure structure) {
    return changed(Json.object(), object, structure);
  }

  /** The fields of {@code after} whose values differ from those in {@code before}. */
  static FieldSet changed(ObjectNode before, ObjectNode after, Structure structure) {
    ObjectNode tree = Json.object();
    for (var field : after.properties()) {
      String name = field.getKey();
      if (name.equals("apiVersion") || name.equals("kind")) {
        continue;
      }
      JsonNode value = field.getValue();
      if (name.equals("metadata") && value instanceof ObjectNode metadata) {
        value = metadata.deepCopy().without(SYSTEM_METADATA);
        if (value.isEmpty()) {
          continue;
        }
      }
      addField(tree, name, before.path(name), value, structure.field(name));
    }
    return new FieldSet(tree);
  }

  private static void addField(
      ObjectNode tree, String name, JsonNode before, JsonNode after, Structure structure) {
    ObjectNode children = Json.object();
    if (changes(children, before, after, structure)) {
      tree.set("f:" + name, children);
    }
  }

  /** Adds what changed below a value to {@code children}; false if nothing did. */
  private static boolean changes(
      ObjectNode children, JsonNode before, JsonNode after, Structure structure) {
    if (after instanceof ObjectNode object && !object.isEmpty() && !structure.atomicMap()) {
      for (var field : object.properties()) {
        addField(
            children,
            field.getKey(),
            before.path(field.getKey()),
            field.getValue(),
            structure.field(field.getKey()));
      }
      return !children.isEmpty();
    }
    if (after instanceof ArrayNode list && !list.isEmpty()) {
      return switch (structure.listType()) {
        case Structure.MapByKeys map -> {
          changedItems(children, before, list, map, structure.item());
          yield !children.isEmpty();
        }
        case Structure.SetOfValues _ -> {
          newValues(children, before, list);
          yield !children.isEmpty();
        }
        case Structure.Atomic _ -> !before.equals(after);
      };
    }
    return !before.equals(after);
  }

  private static void newValues(ObjectNode children, JsonNode before, ArrayNode list) {
    for (JsonNode value : list) {
      if (!contains(before, value)) {
        children.putObject("v:" + Json.text(value));
      }
    }
  }

  private static void changedItems(
      ObjectNode children,
      JsonNode before,
      ArrayNode list,
      Structure.MapByKeys map,
      Structure itemStructure) {
    for (JsonNode item : list) {
      JsonNode old = before instanceof ArrayNode oldList ? map.find(oldList, item) : null;
      ObjectNode members = Json.object();
      if (old == null) {
        members.putObject(ITEM);
      }
      changes(members, old == null ? MissingNode.getInstance() : old, item, itemStructure);
      if (!members.isEmpty()) {
        children.set("k:" + Json.text(map.keyOf(item)), members);
      }
    }
  }

  static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode candidate : list) {
      if (candidate.equals(value)) {
        return true;
      }
    }
    return false;
  }

  boolean isEmpty() {
    return tree.isEmpty();
  }

  FieldSet union(FieldSet other) {
    return new FieldSet(union(tree, other.tree));
  }

  private static ObjectNode union(ObjectNode left, ObjectNode right) {
    ObjectNode result = left.deepCopy();
    for (var entry : right.properties()) {
      ObjectNode theirs = (ObjectNode) entry.getValue();
      result.set(
          entry.getKey(),
          result.get(entry.getKey()) instanceof ObjectNode ours
              ? union(ours, theirs)
              : theirs.deepCopy());
    }
    return result;
  }

  /**
   * The members of this set that are not in the other one; a member of the other one as a whole
   * covers nothing below it.
   */
  FieldSet minus(FieldSet other) {
    return new FieldSet(minus(tree, other.tree));
  }

  private static ObjectNode minus(ObjectNode left, ObjectNode right) {
    ObjectNode result = Json.object();
    for (var entry : left.properties()) {
      ObjectNode ours = (ObjectNode) entry.getValue();
      if (!(right.get(entry.getKey()) instanceof ObjectNode theirs)) {
        result.set(entry.getKey(), ours.deepCopy());
      } else if (!ours.isEmpty()) {
        ObjectNode rest = minus(ours, theirs);
        if (!rest.isEmpty()) {
          result.set(entry.getKey(), rest);
        }
      }
    }
    return result;
  }

  FieldSet intersection(FieldSet other) {
    return minus(minus(other));
  }

  /** The members as paths that a person reads: {@code .spec.replicas}. */
  List<String> paths() {
    List<String> paths = new ArrayList<>();
    collect(tree, "", paths);
    return paths;
  }

  private static void collect(ObjectNode node, String path, List<String> paths) {
    for (var entry : node.properties()) {
      String key = entry.getKey();
      ObjectNode children = (ObjectNode) entry.getValue();
      String here =
          key.equals(ITEM)
              ? path
              : path
                  + (key.startsWith("f:") ? "." + key.substring(2) : "[" + key.substring(2) + "]");
      if (children.isEmpty()) {
        paths.add(here);
      } else {
        collect(children, here, paths);
      }
    }
  }
}
