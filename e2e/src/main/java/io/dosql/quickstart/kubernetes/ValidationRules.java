package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.CelValidationException;
import dev.cel.runtime.CelEvaluationException;
import io.dosql.quickstart.kubernetes.ApiException.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Holds the {@code x-kubernetes-validations} of a schema against an object and its predecessor.
 * Thread-safe.
 */
final class ValidationRules {

  private static final Pattern USES_OLD = Pattern.compile("\\boldSelf\\b");

  private final RuleCompiler compiler = new RuleCompiler();

  /** Which rules a schema has that cannot be compiled; empty if none. */
  List<Cause> compile(JsonNode schema) {
    List<Cause> causes = new ArrayList<>();
    compile(schema, "spec.versions[0].schema.openAPIV3Schema", causes);
    return causes;
  }

  private void compile(JsonNode schema, String path, List<Cause> causes) {
    for (JsonNode rule : schema.path("x-kubernetes-validations")) {
      for (String field : List.of("rule", "messageExpression")) {
        String expression = rule.path(field).asText("");
        try {
          if (!expression.isEmpty()) {
            compiler.compile(expression);
          }
        } catch (CelValidationException | CelEvaluationException e) {
          causes.add(
              Cause.invalid(
                  path + ".x-kubernetes-validations",
                  "\"" + expression + "\"",
                  "compilation failed: " + e.getMessage()));
        }
      }
    }
    for (var property : schema.path("properties").properties()) {
      compile(property.getValue(), path + ".properties[" + property.getKey() + "]", causes);
    }
    for (String below : List.of("items", "additionalProperties")) {
      if (schema.path(below).isObject()) {
        compile(schema.path(below), path + "." + below, causes);
      }
    }
  }

  List<Cause> validate(JsonNode schema, @Nullable ObjectNode old, ObjectNode object) {
    List<Cause> causes = new ArrayList<>();
    check(schema, old, object, "", causes);
    return causes;
  }

  private void check(
      JsonNode schema, @Nullable JsonNode old, JsonNode value, String path, List<Cause> causes) {
    if (value.isNull()) {
      return;
    }
    for (JsonNode rule : schema.path("x-kubernetes-validations")) {
      checkRule(rule, old, value, path, causes);
    }
    if (value instanceof ObjectNode object) {
      for (var field : object.properties()) {
        JsonNode property = schema.path("properties").path(field.getKey());
        JsonNode fieldSchema = property.isObject() ? property : schema.path("additionalProperties");
        JsonNode oldField = old == null ? null : old.get(field.getKey());
        check(
            fieldSchema,
            oldField,
            field.getValue(),
            path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
            causes);
      }
    } else if (value instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        check(
            schema.path("items"),
            oldItem(schema, old, list.get(i)),
            list.get(i),
            path + "[" + i + "]",
            causes);
      }
    }
  }

  /** Items have a predecessor only where keys tell which. */
  private static @Nullable JsonNode oldItem(
      JsonNode schema, @Nullable JsonNode old, JsonNode item) {
    return old instanceof ArrayNode oldList
            && new SchemaStructure(schema).listType() instanceof Structure.MapByKeys map
        ? map.find(oldList, item)
        : null;
  }

  private void checkRule(
      JsonNode rule, @Nullable JsonNode old, JsonNode value, String path, List<Cause> causes) {
    String expression = rule.path("rule").asText();
    if (old == null && USES_OLD.matcher(expression).find()) {
      return;
    }
    String problem = "";
    try {
      if (!Boolean.TRUE.equals(compiler.evaluate(expression, value, old))) {
        problem = message(rule, value, old);
      }
    } catch (CelValidationException | CelEvaluationException e) {
      problem = "rule evaluation error: " + e.getMessage();
    }
    if (!problem.isEmpty()) {
      String field = path + rule.path("fieldPath").asText("");
      String shown =
          value.isObject() ? "\"object\"" : value.isArray() ? "\"array\"" : value.toString();
      causes.add(
          new Cause(
              rule.path("reason").asText("FieldValueInvalid"),
              field,
              "Invalid value: " + shown + ": " + problem));
    }
  }

  private String message(JsonNode rule, JsonNode value, @Nullable JsonNode old)
      throws CelValidationException, CelEvaluationException {
    String expression = rule.path("messageExpression").asText("");
    if (!expression.isEmpty()) {
      return String.valueOf(compiler.evaluate(expression, value, old));
    }
    return rule.path("message").asText("failed rule: " + rule.path("rule").asText());
  }
}
