package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A refusal, as the API answers it: an HTTP status code and a {@code metav1.Status}. */
final class ApiException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** One field that is wrong. */
  record Cause(String reason, String field, String message) {

    static Cause required(String field) {
      return new Cause("FieldValueRequired", field, "Required value");
    }

    static Cause invalid(String field, String value, String message) {
      return new Cause("FieldValueInvalid", field, "Invalid value: " + value + ": " + message);
    }

    String text() {
      return field + ": " + message;
    }
  }

  private final int code;
  private final transient ObjectNode status;

  private ApiException(int code, String reason, String message, ObjectNode details) {
    super(message);
    this.code = code;
    this.status = Json.object();
    status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    status.put("status", "Failure").put("message", message).put("reason", reason);
    if (!details.isEmpty()) {
      status.set("details", details);
    }
    status.put("code", code);
  }

  int code() {
    return code;
  }

  ObjectNode status() {
    return status;
  }

  static ApiException of(int code, String reason, String message) {
    return new ApiException(code, reason, message, Json.object());
  }

  static ApiException badRequest(String message) {
    return of(400, "BadRequest", message);
  }

  static ApiException notFound(ResourceType type, String name) {
    return new ApiException(
        404,
        "NotFound",
        type.qualifiedName() + " \"" + name + "\" not found",
        details(type, type.plural(), name));
  }

  static ApiException unknownPath() {
    return of(404, "NotFound", "the server could not find the requested resource");
  }

  static ApiException alreadyExists(ResourceType type, String name) {
    return new ApiException(
        409,
        "AlreadyExists",
        type.qualifiedName() + " \"" + name + "\" already exists",
        details(type, type.plural(), name));
  }

  static ApiException conflict(ResourceType type, String name, String why) {
    String message =
        "Operation cannot be fulfilled on " + type.qualifiedName() + " \"" + name + "\": " + why;
    return new ApiException(409, "Conflict", message, details(type, type.plural(), name));
  }

  /** Server-side apply met fields that other managers own. */
  static ApiException applyConflict(List<Cause> causes) {
    String message =
        "Apply failed with "
            + (causes.size() == 1 ? "1 conflict: " : causes.size() + " conflicts: ")
            + String.join(
                ", ",
                causes.stream().map(cause -> cause.message() + ": " + cause.field()).toList());
    ObjectNode details = Json.object();
    addCauses(details, causes);
    return new ApiException(409, "Conflict", message, details);
  }

  static ApiException invalid(ResourceType type, String name, List<Cause> causes) {
    List<String> texts = causes.stream().map(Cause::text).toList();
    String list = texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
    String qualifiedKind = type.group().isEmpty() ? type.kind() : type.kind() + "." + type.group();
    ObjectNode details = details(type, type.kind(), name);
    addCauses(details, causes);
    return new ApiException(
        422, "Invalid", qualifiedKind + " \"" + name + "\" is invalid: " + list, details);
  }

  static ApiException expired(String message) {
    return of(410, "Expired", message);
  }

  private static ObjectNode details(ResourceType type, String kind, String name) {
    ObjectNode details = Json.object().put("name", name);
    if (!type.group().isEmpty()) {
      details.put("group", type.group());
    }
    return details.put("kind", kind);
  }

  private static void addCauses(ObjectNode details, List<Cause> causes) {
    ArrayNode array = details.putArray("causes");
    for (Cause cause : causes) {
      array
          .addObject()
          .put("reason", cause.reason())
          .put("message", cause.message())
          .put("field", cause.field());
    }
  }
}
