package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/**
 * A kind of object that the API serves.
 *
 * @param group empty for the core group
 * @param subresources of {@code status}, {@code log}
 * @param columns what {@code kubectl get} shows; empty for the built-in kinds, whose columns are in
 *     {@link Tables}
 * @param schema the OpenAPI v3 schema of a custom resource; a missing node for built-in kinds
 */
record ResourceType(
    String group,
    String version,
    String kind,
    String plural,
    String singular,
    List<String> shortNames,
    List<String> categories,
    boolean namespaced,
    Set<String> subresources,
    List<PrinterColumn> columns,
    JsonNode schema) {

  ResourceType {
    shortNames = List.copyOf(shortNames);
    categories = List.copyOf(categories);
    subresources = Set.copyOf(subresources);
    columns = List.copyOf(columns);
  }

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** {@code plural.group}, as error messages and the names of CRDs have it. */
  String qualifiedName() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  boolean custom() {
    return schema.isObject();
  }

  boolean hasStatus() {
    return subresources.contains("status");
  }

  Structure structure() {
    return custom() ? SchemaStructure.root(schema) : BuiltinStructure.ROOT;
  }
}
