package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Server-side apply: lays a configuration over an object, takes out what its manager no longer
 * wants, and settles who owns what.
 */
final class ServerSideApply {

  /** The object after the apply, and who manages its fields (not yet written into it). */
  record Result(ObjectNode object, ManagedFields managed) {}

  private ServerSideApply() {}

  /**
   * Applies to a live object, which is not changed.
   *
   * @param config only the parts that this subresource may change
   * @throws ApiException 409 if another manager owns a field with another value, unless forced
   */
  static Result apply(
      ResourceType type,
      ObjectNode live,
      ObjectNode config,
      String subresource,
      WriteOptions options,
      String now) {
    Structure structure = type.structure();
    ObjectNode wanted = config.deepCopy();
    removeNulls(wanted);
    ObjectNode metadata = Json.objectIn(wanted, "metadata");
    metadata.remove(
        List.of(
            "name",
            "namespace",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "managedFields"));

    FieldSet fields = FieldSet.of(wanted, structure);
    ManagedFields managed = ManagedFields.of(live);
    ObjectNode merged = live.deepCopy();
    Merge.into(merged, wanted, structure);

    String manager = options.fieldManager();
    FieldSet changed = FieldSet.changed(live, merged, structure).intersection(fields);
    List<ApiException.Cause> conflicts = managed.conflicts(changed, manager, subresource);
    if (!conflicts.isEmpty() && !options.force()) {
      throw ApiException.applyConflict(conflicts);
    }
    FieldSet before = managed.appliedBy(manager, subresource);
    managed.release(changed);
    FieldSet unwanted = before.minus(fields).minus(managed.ofOthers(manager, subresource));
    Merge.remove(merged, unwanted, structure);
    managed.set(manager, "Apply", subresource, type.apiVersion(), fields, now);
    return new Result(merged, managed);
  }

  /** A null in a configuration is a field that is not there. */
  private static void removeNulls(JsonNode node) {
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        if (object.path(name).isNull()) {
          object.remove(name);
        } else {
          removeNulls(object.path(name));
        }
      }
    } else if (node instanceof ArrayNode list) {
      list.forEach(ServerSideApply::removeNulls);
    }
  }
}
