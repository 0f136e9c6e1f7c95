package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dosql.quickstart.kubernetes.ApiException.Cause;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads CustomResourceDefinitions. One version of each is served: the one that is stored. */
final class CustomResources {

  static final ResourceType DEFINITION =
      new ResourceType(
          "apiextensions.k8s.io",
          "v1",
          "CustomResourceDefinition",
          "customresourcedefinitions",
          "customresourcedefinition",
          List.of("crd", "crds"),
          List.of("api-extensions"),
          false,
          Set.of("status"),
          List.of(),
          MissingNode.getInstance());

  private CustomResources() {}

  /**
   * The kind that a CRD defines.
   *
   * @throws ApiException 422 if it defines none
   */
  static ResourceType type(ObjectNode definition) {
    JsonNode spec = definition.path("spec");
    JsonNode names = spec.path("names");
    JsonNode version = storedVersion(definition);
    JsonNode schema = version.path("schema").path("openAPIV3Schema");
    String kind = names.path("kind").asText("");
    String plural = names.path("plural").asText("");
    String group = spec.path("group").asText("");
    List<Cause> causes = new ArrayList<>();
    requireText(kind, "spec.names.kind", causes);
    requireText(plural, "spec.names.plural", causes);
    requireText(group, "spec.group", causes);
    if (!schema.isObject()) {
      causes.add(Cause.required("spec.versions[0].schema.openAPIV3Schema"));
    }
    String name = Json.textAt(definition, "metadata", "name");
    if (!name.equals(plural + "." + group)) {
      causes.add(
          Cause.invalid(
              "metadata.name", "\"" + name + "\"", "must be spec.names.plural+\".\"+spec.group"));
    }
    if (!causes.isEmpty()) {
      throw ApiException.invalid(DEFINITION, name, causes);
    }
    Set<String> subresources = new HashSet<>();
    if (version.path("subresources").has("status")) {
      subresources.add("status");
    }
    return new ResourceType(
        group,
        version.path("name").asText(),
        kind,
        plural,
        names.path("singular").asText(kind.toLowerCase(Locale.ROOT)),
        texts(names.path("shortNames")),
        texts(names.path("categories")),
        spec.path("scope").asText("").equals("Namespaced"),
        subresources,
        columns(version),
        schema);
  }

  private static JsonNode storedVersion(ObjectNode definition) {
    for (JsonNode version : definition.path("spec").path("versions")) {
      if (version.path("storage").asBoolean()) {
        return version;
      }
    }
    throw ApiException.invalid(
        DEFINITION,
        Json.textAt(definition, "metadata", "name"),
        List.of(Cause.required("spec.versions[0].storage")));
  }

  private static void requireText(String text, String field, List<Cause> causes) {
    if (text.isEmpty()) {
      causes.add(Cause.required(field));
    }
  }

  private static List<PrinterColumn> columns(JsonNode version) {
    List<PrinterColumn> columns = new ArrayList<>();
    for (JsonNode column : version.path("additionalPrinterColumns")) {
      columns.add(
          new PrinterColumn(
              column.path("name").asText(),
              column.path("type").asText("string"),
              column.path("description").asText(""),
              column.path("priority").asInt(0),
              column.path("jsonPath").asText("")));
    }
    if (columns.isEmpty()) {
      columns.add(new PrinterColumn("Age", "date", "", 0, ".metadata.creationTimestamp"));
    }
    return columns;
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  /** Marks a definition as accepted and served. */
  static void setEstablished(ObjectNode definition, String now) {
    ObjectNode status = Json.objectIn(definition, "status");
    JsonNode names = definition.path("spec").path("names").deepCopy();
    if (status.path("acceptedNames").equals(names)) {
      return;
    }
    status.set("acceptedNames", names);
    status.putArray("storedVersions").add(storedVersion(definition).path("name").asText());
    ArrayNode conditions = status.putArray("conditions");
    addCondition(conditions, "NamesAccepted", "NoConflicts", "no conflicts found", now);
    addCondition(
        conditions,
        "Established",
        "InitialNamesAccepted",
        "the initial names have been accepted",
        now);
  }

  private static void addCondition(
      ArrayNode conditions, String type, String reason, String message, String now) {
    conditions
        .addObject()
        .put("type", type)
        .put("status", "True")
        .put("reason", reason)
        .put("message", message)
        .put("lastTransitionTime", now);
  }
}
