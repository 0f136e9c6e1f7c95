package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dosql.quickstart.kubernetes.ApiException.Cause;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an object goes through before it is stored: unknown fields, defaults, schema, rules.
 * Thread-safe.
 */
final class Admission {

  private final ValidationRules rules = new ValidationRules();

  /**
   * Completes and checks an object in place.
   *
   * @param old the object that is replaced, if any
   * @throws ApiException 400 for unknown fields (if strict), 422 for wrong values
   */
  void admit(ResourceType type, @Nullable ObjectNode old, ObjectNode object, WriteOptions options) {
    if (!type.custom()) {
      BuiltinDefaults.apply(type, object);
      if (type.equals(CustomResources.DEFINITION)) {
        List<Cause> causes = rules.compile(CustomResources.type(object).schema());
        if (!causes.isEmpty()) {
          throw ApiException.invalid(type, Json.textAt(object, "metadata", "name"), causes);
        }
      }
      return;
    }
    List<String> unknown = SchemaDefaults.prune(object, type.schema());
    if (options.strict() && !unknown.isEmpty()) {
      List<String> texts =
          unknown.stream().map(field -> "unknown field \"" + field + "\"").toList();
      throw ApiException.badRequest(
          type.kind()
              + " in version \""
              + type.version()
              + "\" cannot be handled as a "
              + type.kind()
              + ": strict decoding error: "
              + String.join(", ", texts));
    }
    SchemaDefaults.setDefaults(object, type.schema());
    List<Cause> causes = new ArrayList<>(SchemaValidation.validate(object, type.schema()));
    if (causes.isEmpty()) {
      causes.addAll(rules.validate(type.schema(), old, object));
    }
    if (!causes.isEmpty()) {
      throw ApiException.invalid(type, Json.textAt(object, "metadata", "name"), causes);
    }
  }
}
