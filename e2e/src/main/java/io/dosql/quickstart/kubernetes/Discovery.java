package io.dosql.quickstart.kubernetes;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The documents by which a client finds out what the API serves. */
final class Discovery {

  private static final List<String> VERBS =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

  private final ResourceTypes types;

  Discovery(ResourceTypes types) {
    this.types = types;
  }

  /** The document at a path, if it is one of discovery's. */
  Optional<ObjectNode> document(String path) {
    List<String> parts =
        List.of(path.replaceFirst("^/+", "").replaceFirst("/+$", "").split("/", -1));
    return switch (parts.getFirst()) {
      case "version" -> Optional.of(version());
      case "api" ->
          switch (parts.size()) {
            case 1 -> Optional.of(coreVersions());
            case 2 -> resources("", parts.get(1));
            default -> Optional.empty();
          };
      case "apis" ->
          switch (parts.size()) {
            case 1 -> Optional.of(groups());
            case 2 ->
                groupsByName().containsKey(parts.get(1))
                    ? Optional.of(group(parts.get(1)))
                    : Optional.empty();
            case 3 -> resources(parts.get(1), parts.get(2));
            default -> Optional.empty();
          };
      default -> Optional.empty();
    };
  }

  private static ObjectNode version() {
    return Json.object()
        .put("major", "1")
        .put("minor", "34")
        .put("gitVersion", "v1.34.0+dosql-quickstart")
        .put("gitCommit", "")
        .put("gitTreeState", "clean")
        .put("buildDate", "2026-01-01T00:00:00Z")
        .put("goVersion", "")
        .put("compiler", "")
        .put("platform", "java");
  }

  private static ObjectNode coreVersions() {
    ObjectNode document = Json.object().put("kind", "APIVersions");
    document.putArray("versions").add("v1");
    document.putArray("serverAddressByClientCIDRs");
    return document;
  }

  private SortedMap<String, SortedSet<String>> groupsByName() {
    SortedMap<String, SortedSet<String>> groups = new TreeMap<>();
    for (ResourceType type : types.all()) {
      if (!type.group().isEmpty()) {
        groups.computeIfAbsent(type.group(), _ -> new TreeSet<>()).add(type.version());
      }
    }
    return groups;
  }

  private ObjectNode groups() {
    ObjectNode document = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode list = document.putArray("groups");
    groupsByName().keySet().forEach(name -> list.add(group(name)));
    return document;
  }

  private ObjectNode group(String name) {
    ObjectNode document =
        Json.object().put("kind", "APIGroup").put("apiVersion", "v1").put("name", name);
    ArrayNode versions = document.putArray("versions");
    SortedSet<String> known = requireNonNull(groupsByName().get(name));
    for (String version : known) {
      versions.addObject().put("groupVersion", name + "/" + version).put("version", version);
    }
    document
        .putObject("preferredVersion")
        .put("groupVersion", name + "/" + known.last())
        .put("version", known.last());
    return document;
  }

  private Optional<ObjectNode> resources(String group, String version) {
    ObjectNode document = Json.object().put("kind", "APIResourceList").put("apiVersion", "v1");
    document.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
    ArrayNode resources = document.putArray("resources");
    for (ResourceType type : types.all()) {
      if (type.group().equals(group) && type.version().equals(version)) {
        addResource(resources, type);
      }
    }
    return resources.isEmpty() ? Optional.empty() : Optional.of(document);
  }

  private static void addResource(ArrayNode resources, ResourceType type) {
    ObjectNode resource = resources.addObject();
    resource
        .put("name", type.plural())
        .put("singularName", type.singular())
        .put("namespaced", type.namespaced());
    resource.put("kind", type.kind()).set("verbs", Json.array(VERBS));
    if (!type.shortNames().isEmpty()) {
      resource.set("shortNames", Json.array(type.shortNames()));
    }
    if (!type.categories().isEmpty()) {
      resource.set("categories", Json.array(type.categories()));
    }
    for (String subresource : new TreeSet<>(type.subresources())) {
      ObjectNode sub = resources.addObject();
      sub.put("name", type.plural() + "/" + subresource)
          .put("singularName", "")
          .put("namespaced", type.namespaced());
      sub.put("kind", type.kind());
      sub.set(
          "verbs",
          Json.array(
              subresource.equals("log") ? List.of("get") : List.of("get", "patch", "update")));
    }
  }
}
