package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dosql.quickstart.kubernetes.ApiException.Cause;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Checks a custom resource against its OpenAPI v3 schema, with the API server's wording. CEL rules
 * are in {@link ValidationRules}.
 */
final class SchemaValidation {

  private final List<Cause> causes = new ArrayList<>();

  private SchemaValidation() {}

  /** What is wrong with a value; empty if nothing. */
  static List<Cause> validate(JsonNode value, JsonNode schema) {
    SchemaValidation validation = new SchemaValidation();
    validation.check(value, schema, "");
    return validation.causes;
  }

  private void check(JsonNode value, JsonNode schema, String path) {
    if (value.isNull() && schema.path("nullable").asBoolean()) {
      return;
    }
    if (!typeMatches(value, schema)) {
      String type =
          schema.path("x-kubernetes-int-or-string").asBoolean()
              ? "integer,string"
              : schema.path("type").asText();
      causes.add(
          new Cause(
              "FieldValueTypeInvalid",
              path,
              "Invalid value: \""
                  + typeOf(value)
                  + "\": "
                  + path
                  + " in body must be of type "
                  + type
                  + ": \""
                  + typeOf(value)
                  + "\""));
      return;
    }
    checkEnum(value, schema, path);
    switch (value) {
      case ObjectNode object -> checkObject(object, schema, path);
      case ArrayNode list -> checkList(list, schema, path);
      default -> {
        if (value.isTextual()) {
          checkText(value.asText(), schema, path);
        } else if (value.isNumber()) {
          checkNumber(value, schema, path);
        }
      }
    }
  }

  private static boolean typeMatches(JsonNode value, JsonNode schema) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return value.isTextual() || value.isIntegralNumber();
    }
    return switch (schema.path("type").asText("")) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "boolean" -> value.isBoolean();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      default -> true;
    };
  }

  private static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "array";
      case BOOLEAN -> "boolean";
      case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
      case STRING, BINARY -> "string";
      case NULL, MISSING -> "null";
      case OBJECT, POJO -> "object";
    };
  }

  private void checkEnum(JsonNode value, JsonNode schema, String path) {
    JsonNode allowed = schema.path("enum");
    if (allowed.isArray() && !FieldSet.contains(allowed, value)) {
      List<String> texts = new ArrayList<>();
      allowed.forEach(item -> texts.add(item.toString()));
      causes.add(
          new Cause(
              "FieldValueNotSupported",
              path,
              "Unsupported value: " + value + ": supported values: " + String.join(", ", texts)));
    }
  }

  private void checkObject(ObjectNode object, JsonNode schema, String path) {
    for (JsonNode required : schema.path("required")) {
      if (!object.hasNonNull(required.asText())) {
        causes.add(Cause.required(child(path, required.asText())));
      }
    }
    checkCount(object.size(), schema, "Properties", "properties", path);
    for (var field : object.properties()) {
      JsonNode property = schema.path("properties").path(field.getKey());
      JsonNode fieldSchema = property.isObject() ? property : schema.path("additionalProperties");
      if (fieldSchema.isObject()) {
        check(field.getValue(), fieldSchema, child(path, field.getKey()));
      }
    }
  }

  private void checkList(ArrayNode list, JsonNode schema, String path) {
    checkCount(list.size(), schema, "Items", "items", path);
    for (int i = 0; i < list.size(); i++) {
      check(list.get(i), schema.path("items"), path + "[" + i + "]");
    }
    if (new SchemaStructure(schema).listType() instanceof Structure.MapByKeys map) {
      List<ObjectNode> keys = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        ObjectNode key = map.keyOf(list.get(i));
        if (keys.contains(key)) {
          causes.add(
              new Cause(
                  "FieldValueDuplicate",
                  path + "[" + i + "]",
                  "Duplicate value: " + Json.text(key)));
        }
        keys.add(key);
      }
    }
  }

  private void checkCount(int count, JsonNode schema, String suffix, String noun, String path) {
    JsonNode max = schema.path("max" + suffix);
    if (max.isNumber() && count > max.asLong()) {
      causes.add(
          new Cause(
              "FieldValueTooMany",
              path,
              "Too many: " + count + ": must have at most " + max.asLong() + " " + noun));
    }
    JsonNode min = schema.path("min" + suffix);
    if (min.isNumber() && count < min.asLong()) {
      causes.add(
          Cause.invalid(
              path,
              Integer.toString(count),
              path + " in body should have at least " + min.asLong() + " " + noun));
    }
  }

  private void checkText(String text, JsonNode schema, String path) {
    String quoted = "\"" + text + "\"";
    JsonNode max = schema.path("maxLength");
    int length = text.codePointCount(0, text.length());
    if (max.isNumber() && length > max.asLong()) {
      causes.add(
          new Cause(
              "FieldValueTooLong",
              path,
              "Too long: may not be more than " + max.asLong() + " bytes"));
    }
    JsonNode min = schema.path("minLength");
    if (min.isNumber() && length < min.asLong()) {
      causes.add(
          Cause.invalid(
              path, quoted, path + " in body should be at least " + min.asLong() + " chars long"));
    }
    String pattern = schema.path("pattern").asText("");
    if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(text).find()) {
      causes.add(Cause.invalid(path, quoted, path + " in body should match '" + pattern + "'"));
    }
    if (schema.path("format").asText("").equals("date-time") && !isDateTime(text)) {
      causes.add(
          Cause.invalid(path, quoted, path + " in body must be of type date-time: " + quoted));
    }
  }

  private static boolean isDateTime(String text) {
    try {
      var _ = OffsetDateTime.parse(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private void checkNumber(JsonNode value, JsonNode schema, String path) {
    BigDecimal number = value.decimalValue();
    JsonNode min = schema.path("minimum");
    if (min.isNumber()) {
      int comparison = number.compareTo(min.decimalValue());
      boolean exclusive = schema.path("exclusiveMinimum").asBoolean();
      if (comparison < 0 || (exclusive && comparison == 0)) {
        String bound = exclusive ? "greater than " : "greater than or equal to ";
        causes.add(
            Cause.invalid(
                path, value.asText(), path + " in body should be " + bound + min.asText()));
      }
    }
    JsonNode max = schema.path("maximum");
    if (max.isNumber()) {
      int comparison = number.compareTo(max.decimalValue());
      boolean exclusive = schema.path("exclusiveMaximum").asBoolean();
      if (comparison > 0 || (exclusive && comparison == 0)) {
        String bound = exclusive ? "less than " : "less than or equal to ";
        causes.add(
            Cause.invalid(
                path, value.asText(), path + " in body should be " + bound + max.asText()));
      }
    }
    if (schema.path("format").asText("").equals("int32") && !value.canConvertToInt()) {
      causes.add(Cause.invalid(path, value.asText(), path + " in body must be of type int32"));
    }
  }

  private static String child(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
