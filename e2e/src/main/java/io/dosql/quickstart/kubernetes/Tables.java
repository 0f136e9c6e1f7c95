package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/** Answers in the form {@code kubectl get} asks for: a table with columns and cells. */
final class Tables {

  private final Clock clock;

  Tables(Clock clock) {
    this.clock = clock;
  }

  /**
   * A table of objects.
   *
   * @param include what of each object a row carries: {@code Metadata}, {@code Object} or {@code
   *     None}
   * @param header whether the columns are described
   */
  ObjectNode table(
      ResourceType type, List<ObjectNode> objects, String version, String include, boolean header) {
    ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    table.putObject("metadata").put("resourceVersion", version);
    List<PrinterColumn> columns =
        type.columns().isEmpty() ? BuiltinColumns.of(type) : type.columns();
    ArrayNode definitions = table.putArray("columnDefinitions");
    if (header) {
      definition(definitions, "Name", "string", "name", "", 0);
      for (PrinterColumn column : columns) {
        String shownType = column.type().equals("date") ? "string" : column.type();
        definition(
            definitions, column.name(), shownType, "", column.description(), column.priority());
      }
    }
    ArrayNode rows = table.putArray("rows");
    for (ObjectNode object : objects) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells").add(Json.textAt(object, "metadata", "name"));
      columns.forEach(column -> cells.add(cell(type, column, object)));
      switch (include) {
        case "None" -> {}
        case "Object" -> row.set("object", object);
        default -> {
          ObjectNode partial =
              row.putObject("object")
                  .put("kind", "PartialObjectMetadata")
                  .put("apiVersion", "meta.k8s.io/v1");
          partial.set("metadata", object.path("metadata"));
        }
      }
    }
    return table;
  }

  private static void definition(
      ArrayNode definitions,
      String name,
      String type,
      String format,
      String description,
      int priority) {
    definitions
        .addObject()
        .put("name", name)
        .put("type", type)
        .put("format", format)
        .put("description", description)
        .put("priority", priority);
  }

  private JsonNode cell(ResourceType type, PrinterColumn column, ObjectNode object) {
    if (!column.jsonPath().startsWith(".")) {
      return Json.array().add(BuiltinColumns.compute(type, column.jsonPath(), object)).get(0);
    }
    JsonNode value = JsonPath.parse(column.jsonPath()).read(object);
    if (column.type().equals("date")) {
      return Json.array().add(age(value.asText(""))).get(0);
    }
    return value.isMissingNode() ? Json.array().addNull().get(0) : value;
  }

  /** A time as its age in the two largest units, as kubectl shows it. */
  private String age(String time) {
    Duration age;
    try {
      age = Duration.between(Instant.parse(time), clock.instant());
    } catch (DateTimeParseException e) {
      return "<unknown>";
    }
    long seconds = Math.max(0, age.toSeconds());
    List<String> parts = new ArrayList<>();
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 600) {
      return minutes(seconds, parts);
    }
    if (age.toMinutes() < 180) {
      return age.toMinutes() + "m";
    }
    if (age.toHours() < 48) {
      return age.toHours() + "h";
    }
    return age.toDays() + "d";
  }

  private static String minutes(long seconds, List<String> parts) {
    parts.add(seconds / 60 + "m");
    if (seconds % 60 > 0) {
      parts.add(seconds % 60 + "s");
    }
    return String.join("", parts);
  }
}
