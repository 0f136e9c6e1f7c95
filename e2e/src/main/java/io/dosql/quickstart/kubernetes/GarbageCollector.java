package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Deletes what has lost its reason to be: dependents of a deleted owner, contents of a namespace,
 * objects of a CRD, old events.
 */
final class GarbageCollector {

  /** How many events are kept; the oldest go. */
  static final int EVENTS_MAX = 1_000;

  private static final WriteOptions OPTIONS =
      new WriteOptions("garbage-collector", false, false, false);

  /** Deletes one object. */
  interface Deletion {
    ObjectNode delete(ResourceType type, ObjectKey key, DeleteOptions options);
  }

  /** Changes one object. */
  interface Update {
    ObjectNode update(
        ResourceType type,
        ObjectKey key,
        String subresource,
        UnaryOperator<ObjectNode> change,
        WriteOptions options);
  }

  private final ObjectStore store;
  private final ResourceTypes types;
  private final Deletion deletion;
  private final Update update;

  GarbageCollector(ObjectStore store, ResourceTypes types, Deletion deletion, Update update) {
    this.store = store;
    this.types = types;
    this.deletion = deletion;
    this.update = update;
  }

  /** An object whose owners are all gone already does not stay. */
  void created(ResourceType type, ObjectNode object) {
    if (!owners(object).isEmpty() && owners(object).stream().noneMatch(existingUids()::contains)) {
      delete(type, object);
    }
    if (type.kind().equals("Event")) {
      dropOldEvents(type);
    }
  }

  private void dropOldEvents(ResourceType type) {
    List<ObjectNode> events = store.list(type.qualifiedName(), "").objects();
    events.stream()
        .sorted(
            Comparator.comparingLong(
                event -> Json.at(event, "metadata", "resourceVersion").asLong()))
        .limit(Math.max(0, events.size() - EVENTS_MAX))
        .forEach(event -> delete(type, event));
  }

  void removed(ResourceType type, ObjectNode owner, boolean orphan) {
    String uid = Json.textAt(owner, "metadata", "uid");
    String name = Json.textAt(owner, "metadata", "name");
    Set<String> uids = existingUids();
    for (ObjectNode object : store.all()) {
      ResourceType objectType =
          types
              .findKind(Json.textAt(object, "apiVersion"), Json.textAt(object, "kind"))
              .orElse(null);
      if (objectType == null) {
        // Its CRD went while a finalizer held it: nobody can reach it any more.
        continue;
      }
      boolean dependent = owners(object).contains(uid);
      boolean ownedOtherwise = dependent && owners(object).stream().anyMatch(uids::contains);
      if (dependent && (orphan || ownedOtherwise)) {
        var _ =
            update.update(
                objectType,
                ObjectKey.of(objectType, object),
                "",
                current -> withoutOwner(current, uid),
                OPTIONS);
      } else if (dependent || belongsTo(type, name, objectType, object)) {
        delete(objectType, object);
      }
    }
  }

  private static boolean belongsTo(
      ResourceType ownerType, String name, ResourceType type, ObjectNode object) {
    return switch (ownerType.qualifiedName()) {
      case "namespaces" -> Json.textAt(object, "metadata", "namespace").equals(name);
      case "customresourcedefinitions.apiextensions.k8s.io" ->
          type.custom() && type.qualifiedName().equals(name);
      default -> false;
    };
  }

  private static ObjectNode withoutOwner(ObjectNode object, String uid) {
    ObjectNode changed = object.deepCopy();
    ArrayNode rest = Json.array();
    for (JsonNode owner : Json.at(changed, "metadata", "ownerReferences")) {
      if (!owner.path("uid").asText().equals(uid)) {
        rest.add(owner);
      }
    }
    ObjectNode metadata = Json.objectIn(changed, "metadata");
    if (rest.isEmpty()) {
      metadata.remove("ownerReferences");
    } else {
      metadata.set("ownerReferences", rest);
    }
    return changed;
  }

  private static Set<String> owners(ObjectNode object) {
    Set<String> uids = new HashSet<>();
    Json.at(object, "metadata", "ownerReferences")
        .forEach(owner -> uids.add(owner.path("uid").asText()));
    return uids;
  }

  private Set<String> existingUids() {
    Set<String> uids = new HashSet<>();
    store.all().forEach(object -> uids.add(Json.textAt(object, "metadata", "uid")));
    return uids;
  }

  /** A dependent may be gone already, deleted with another one. */
  private void delete(ResourceType type, ObjectNode object) {
    ObjectKey key = ObjectKey.of(type, object);
    if (store.get(key) != null) {
      var _ = deletion.delete(type, key, DeleteOptions.PLAIN);
    }
  }
}
