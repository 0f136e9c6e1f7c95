package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Who manages which fields of one object: {@code metadata.managedFields}. Not thread-safe; lives
 * for one write.
 */
final class ManagedFields {

  /** A manager's part. {@code subresource} is empty for the object itself. */
  private record Entry(
      String manager,
      String operation,
      String subresource,
      String apiVersion,
      String time,
      FieldSet fields) {

    boolean is(String otherManager, String otherOperation, String otherSubresource) {
      return manager.equals(otherManager)
          && operation.equals(otherOperation)
          && subresource.equals(otherSubresource);
    }

    Entry with(FieldSet newFields) {
      return new Entry(manager, operation, subresource, apiVersion, time, newFields);
    }
  }

  private final List<Entry> entries = new ArrayList<>();

  static ManagedFields of(JsonNode object) {
    ManagedFields managed = new ManagedFields();
    for (JsonNode entry : Json.at(object, "metadata", "managedFields")) {
      if (entry.get("fieldsV1") instanceof ObjectNode fields) {
        managed.entries.add(
            new Entry(
                Json.textAt(entry, "manager"),
                Json.textAt(entry, "operation"),
                Json.textAt(entry, "subresource"),
                Json.textAt(entry, "apiVersion"),
                Json.textAt(entry, "time"),
                new FieldSet(fields)));
      }
    }
    return managed;
  }

  /** What this manager applied last. */
  FieldSet appliedBy(String manager, String subresource) {
    return entries.stream()
        .filter(entry -> entry.is(manager, "Apply", subresource))
        .map(Entry::fields)
        .findFirst()
        .orElseGet(FieldSet::empty);
  }

  /** What anyone but this applying manager has. */
  FieldSet ofOthers(String manager, String subresource) {
    return entries.stream()
        .filter(entry -> !entry.is(manager, "Apply", subresource))
        .map(Entry::fields)
        .reduce(FieldSet.empty(), FieldSet::union);
  }

  /** The members of {@code fields} that others have, as the causes of a conflict. */
  List<ApiException.Cause> conflicts(FieldSet fields, String manager, String subresource) {
    List<ApiException.Cause> causes = new ArrayList<>();
    for (Entry entry : entries) {
      if (!entry.is(manager, "Apply", subresource)) {
        for (String path : entry.fields().intersection(fields).paths()) {
          causes.add(
              new ApiException.Cause(
                  "FieldManagerConflict", path, "conflict with \"" + entry.manager() + "\""));
        }
      }
    }
    return causes;
  }

  /** Takes fields from every manager, because they changed hands or are gone. */
  void release(FieldSet fields) {
    entries.replaceAll(entry -> entry.with(entry.fields().minus(fields)));
  }

  /**
   * Sets what a manager has. The time stays when nothing changed, so that a write without effect
   * changes nothing.
   */
  void set(
      String manager,
      String operation,
      String subresource,
      String apiVersion,
      FieldSet fields,
      String now) {
    for (Iterator<Entry> iterator = entries.iterator(); iterator.hasNext(); ) {
      Entry entry = iterator.next();
      if (entry.is(manager, operation, subresource)) {
        if (entry.fields().equals(fields)) {
          return;
        }
        iterator.remove();
      }
    }
    entries.add(new Entry(manager, operation, subresource, apiVersion, now, fields));
  }

  /** Adds to what a manager has by updates. */
  void add(String manager, String subresource, String apiVersion, FieldSet fields, String now) {
    FieldSet before =
        entries.stream()
            .filter(entry -> entry.is(manager, "Update", subresource))
            .map(Entry::fields)
            .findFirst()
            .orElseGet(FieldSet::empty);
    set(manager, "Update", subresource, apiVersion, before.union(fields), now);
  }

  void writeTo(ObjectNode object) {
    entries.removeIf(entry -> entry.fields().isEmpty());
    ObjectNode metadata = Json.objectIn(object, "metadata");
    if (entries.isEmpty()) {
      metadata.remove("managedFields");
      return;
    }
    ArrayNode array = metadata.putArray("managedFields");
    for (Entry entry : entries) {
      ObjectNode node = array.addObject();
      node.put("manager", entry.manager())
          .put("operation", entry.operation())
          .put("apiVersion", entry.apiVersion());
      node.put("time", entry.time())
          .put("fieldsType", "FieldsV1")
          .set("fieldsV1", entry.fields().tree());
      if (!entry.subresource().isEmpty()) {
        node.put("subresource", entry.subresource());
      }
    }
  }
}
