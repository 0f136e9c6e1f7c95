package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers the requests for objects that have one answer; watches and logs are answered elsewhere.
 * Thread-safe.
 */
final class ResourceHandler {

  /** An answer with its HTTP status code. */
  record Answer(int code, ObjectNode body) {}

  private final ObjectStore store;
  private final ObjectWriter writer;
  private final Tables tables;

  ResourceHandler(ObjectStore store, ObjectWriter writer, Tables tables) {
    this.store = store;
    this.writer = writer;
    this.tables = tables;
  }

  Answer handle(ApiRequest request, ResourceType type, ResourcePath path) {
    boolean status = path.subresource().equals("status") && type.hasStatus();
    boolean finalize = path.subresource().equals("finalize") && type.plural().equals("namespaces");
    if (!path.subresource().isEmpty() && !status && !finalize) {
      throw ApiException.unknownPath();
    }
    boolean collection = path.name().isEmpty();
    return switch (request.method()) {
      case "GET" -> collection ? list(request, type, path) : get(request, type, path);
      case "POST" -> post(request, type, path, collection);
      case "PUT" -> put(request, type, path, collection);
      case "PATCH" -> patch(request, type, path, collection);
      case "DELETE" -> collection ? deleteAll(request, type, path) : delete(request, type, path);
      default -> throw methodNotAllowed();
    };
  }

  private static ApiException methodNotAllowed() {
    return ApiException.of(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
  }

  private Answer get(ApiRequest request, ResourceType type, ResourcePath path) {
    ObjectNode object = store.get(key(type, path));
    if (object == null) {
      throw ApiException.notFound(type, path.name());
    }
    return new Answer(200, shown(request, type, object));
  }

  private ObjectNode shown(ApiRequest request, ResourceType type, ObjectNode object) {
    return request.wantsTable()
        ? tables.table(
            type,
            List.of(object),
            Json.textAt(object, "metadata", "resourceVersion"),
            include(request),
            true)
        : object;
  }

  private static String include(ApiRequest request) {
    return request.parameter("includeObject", "Metadata");
  }

  private Answer list(ApiRequest request, ResourceType type, ResourcePath path) {
    ObjectStore.Listing listing = store.list(type.qualifiedName(), path.namespace());
    var selector = request.selector();
    List<ObjectNode> selected = new ArrayList<>();
    for (ObjectNode object : listing.objects()) {
      if (selector.test(object)) {
        selected.add(object);
      }
    }
    String version = Long.toString(listing.version());
    if (request.wantsTable()) {
      return new Answer(200, tables.table(type, selected, version, include(request), true));
    }
    ObjectNode body =
        Json.object().put("kind", type.kind() + "List").put("apiVersion", type.apiVersion());
    body.putObject("metadata").put("resourceVersion", version);
    ArrayNode items = body.putArray("items");
    selected.forEach(items::add);
    return new Answer(200, body);
  }

  private Answer post(
      ApiRequest request, ResourceType type, ResourcePath path, boolean collection) {
    if (!collection) {
      throw methodNotAllowed();
    }
    ObjectNode created =
        writer.create(type, path.namespace(), request.bodyObject(), request.writeOptions());
    return new Answer(201, shown(request, type, created));
  }

  private Answer put(ApiRequest request, ResourceType type, ResourcePath path, boolean collection) {
    if (collection) {
      throw methodNotAllowed();
    }
    ObjectNode updated =
        writer.update(
            type,
            key(type, path),
            path.subresource(),
            ObjectWriter.replacement(type, request.bodyObject()),
            request.writeOptions());
    return new Answer(200, shown(request, type, updated));
  }

  private Answer patch(
      ApiRequest request, ResourceType type, ResourcePath path, boolean collection) {
    if (collection) {
      throw methodNotAllowed();
    }
    ObjectKey key = key(type, path);
    if (request.contentType().startsWith("application/apply-patch")) {
      if (request.parameter("fieldManager", "").isEmpty()) {
        throw ApiException.badRequest(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
      }
      boolean existed = store.get(key) != null;
      ObjectNode applied =
          writer.apply(type, key, path.subresource(), request.bodyObject(), request.writeOptions());
      return new Answer(existed ? 200 : 201, shown(request, type, applied));
    }
    JsonNode patch = request.body();
    ObjectNode patched =
        writer.update(
            type,
            key,
            path.subresource(),
            old -> patched(request.contentType(), type, old, patch),
            request.writeOptions());
    return new Answer(200, shown(request, type, patched));
  }

  private static ObjectNode patched(
      String contentType, ResourceType type, ObjectNode old, JsonNode patch) {
    JsonNode result =
        switch (contentType) {
          case "application/json-patch+json" -> Patches.jsonPatch(old, patch);
          case "application/merge-patch+json" -> Patches.mergePatch(old, patch);
          case "application/strategic-merge-patch+json" -> {
            if (type.custom()) {
              throw unsupportedMediaType(contentType);
            }
            yield Patches.strategicMergePatch(old, patch, type.structure());
          }
          default -> throw unsupportedMediaType(contentType);
        };
    if (result instanceof ObjectNode object) {
      return object;
    }
    throw ApiException.badRequest("the patched object is not an object");
  }

  private static ApiException unsupportedMediaType(String contentType) {
    return ApiException.of(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - "
            + contentType
            + " is not one of: application/json-patch+json,"
            + " application/merge-patch+json, application/apply-patch+yaml, for built-in kinds application/strategic-merge-patch+json");
  }

  private static DeleteOptions deleteOptions(ApiRequest request) {
    return DeleteOptions.of(
        request.body(),
        request.parameter("propagationPolicy", ""),
        request.parameter("dryRun", "").equals("All"));
  }

  private Answer delete(ApiRequest request, ResourceType type, ResourcePath path) {
    ObjectNode deleted = writer.delete(type, key(type, path), deleteOptions(request));
    boolean held = !Json.at(deleted, "metadata", "finalizers").isEmpty();
    return new Answer(200, held ? deleted : success(type, deleted));
  }

  private static ObjectNode success(ResourceType type, ObjectNode deleted) {
    ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Success");
    ObjectNode details = status.putObject("details");
    details.put("name", Json.textAt(deleted, "metadata", "name")).put("kind", type.plural());
    if (!type.group().isEmpty()) {
      details.put("group", type.group());
    }
    details.put("uid", Json.textAt(deleted, "metadata", "uid"));
    return status;
  }

  private Answer deleteAll(ApiRequest request, ResourceType type, ResourcePath path) {
    ObjectNode body =
        Json.object().put("kind", type.kind() + "List").put("apiVersion", type.apiVersion());
    body.putObject("metadata");
    ArrayNode items = body.putArray("items");
    DeleteOptions options = deleteOptions(request);
    var selector = request.selector();
    for (ObjectNode object : store.list(type.qualifiedName(), path.namespace()).objects()) {
      ObjectKey key = ObjectKey.of(type, object);
      if (selector.test(object) && store.get(key) != null) {
        items.add(writer.delete(type, key, options));
      }
    }
    return new Answer(200, body);
  }

  private static ObjectKey key(ResourceType type, ResourcePath path) {
    return ObjectKey.of(type, path.namespace(), path.name());
  }
}
