package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * The OpenAPI v3 documents: as much as {@code kubectl apply} needs to know that the server checks
 * fields itself, and {@code kubectl explain} needs to explain custom resources. Built-in kinds have
 * no schema here.
 */
final class OpenApi {

  private final ResourceTypes types;

  OpenApi(ResourceTypes types) {
    this.types = types;
  }

  /** The document at a path below {@code /openapi/v3}. */
  Optional<ObjectNode> document(String path) {
    if (path.equals("/openapi/v3") || path.equals("/openapi/v3/")) {
      return Optional.of(index());
    }
    String root = path.substring("/openapi/v3/".length());
    List<ResourceType> served =
        types.all().stream().filter(type -> root(type).equals(root)).toList();
    return served.isEmpty() ? Optional.empty() : Optional.of(document(root, served));
  }

  private static String root(ResourceType type) {
    return type.group().isEmpty() ? "api/" + type.version() : "apis/" + type.apiVersion();
  }

  private ObjectNode index() {
    ObjectNode document = Json.object();
    ObjectNode paths = document.putObject("paths");
    types.all().stream()
        .map(OpenApi::root)
        .distinct()
        .forEach(root -> paths.putObject(root).put("serverRelativeURL", "/openapi/v3/" + root));
    return document;
  }

  private static ObjectNode document(String root, List<ResourceType> served) {
    ObjectNode document = Json.object().put("openapi", "3.0.0");
    document.putObject("info").put("title", "Kubernetes").put("version", "v1.34.0");
    ObjectNode paths = document.putObject("paths");
    ObjectNode schemas = document.putObject("components").putObject("schemas");
    for (ResourceType type : served) {
      String collection =
          "/" + root + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.plural();
      String reference = "#/components/schemas/" + schemaName(type);
      operation(paths.putObject(collection).putObject("post"), type, "post", reference);
      ObjectNode item = paths.putObject(collection + "/{name}");
      operation(item.putObject("get"), type, "get", reference);
      operation(item.putObject("put"), type, "put", reference);
      operation(item.putObject("patch"), type, "patch", reference);
      schemas.set(schemaName(type), schema(type));
    }
    return document;
  }

  private static String schemaName(ResourceType type) {
    return (type.group().isEmpty() ? "core" : type.group())
        + "."
        + type.version()
        + "."
        + type.kind();
  }

  private static ObjectNode schema(ResourceType type) {
    ObjectNode schema =
        type.schema() instanceof ObjectNode own
            ? own.deepCopy()
            : Json.object().put("type", "object");
    addGroupVersionKind(schema.putArray("x-kubernetes-group-version-kind").addObject(), type);
    return schema;
  }

  private static void operation(
      ObjectNode operation, ResourceType type, String action, String schema) {
    operation.put("x-kubernetes-action", action);
    addGroupVersionKind(operation.putObject("x-kubernetes-group-version-kind"), type);
    operation
        .putObject("responses")
        .putObject("200")
        .put("description", "OK")
        .putObject("content")
        .putObject("application/json")
        .putObject("schema")
        .put("$ref", schema);
    if (!action.equals("get")) {
      ArrayNode parameters = operation.putArray("parameters");
      for (String name : List.of("dryRun", "fieldManager", "fieldValidation")) {
        parameters
            .addObject()
            .put("name", name)
            .put("in", "query")
            .putObject("schema")
            .put("type", "string");
      }
    }
  }

  private static void addGroupVersionKind(ObjectNode node, ResourceType type) {
    node.put("group", type.group()).put("kind", type.kind()).put("version", type.version());
  }
}
