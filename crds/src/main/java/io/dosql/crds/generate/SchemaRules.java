package io.dosql.crds.generate;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Adds to a generated schema what annotations cannot say: the spec is required, sets and maps are
 * lists with unique members, columns stand in the order of their declaration, and the API's own
 * fields are described.
 */
final class SchemaRules implements CRDPostProcessor {

  /** Lists whose members are told apart by a field; all others hold unique strings. */
  private static final Map<String, String> KEYS =
      Map.of("conditions", "type", "migrations", "id", "users", "name", "subjects", "subject");

  private static final Set<String> SETS =
      Set.of("names", "tenants", "revokedKeys", "revokedTokens", "corsOrigins");

  /** Their items have no one key; who applies the list owns all of it. */
  private static final Set<String> WHOLE =
      Set.of("serviceAccounts", "plan", "leftOut", "restored", "nextPruned");

  private static final long MAX_CONDITIONS = 16;

  @Override
  public HasMetadata process(HasMetadata resource, String version) {
    CustomResourceDefinition crd = (CustomResourceDefinition) resource;
    crd.getSpec()
        .getVersions()
        .forEach(
            served -> {
              served.setAdditionalPrinterColumns(
                  inOrderOfDeclaration(
                      type(crd.getSpec().getNames().getKind()),
                      served.getAdditionalPrinterColumns()));
              JSONSchemaProps root = served.getSchema().getOpenAPIV3Schema();
              root.setRequired(List.of("spec"));
              describe(root, crd.getSpec().getNames().getKind());
              visit(root);
            });
    return crd;
  }

  /** The generator sorts columns by path, which puts the age first and the name of things last. */
  private static List<CustomResourceColumnDefinition> inOrderOfDeclaration(
      Class<?> type, List<CustomResourceColumnDefinition> columns) {
    List<String> order =
        Arrays.stream(type.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    return columns.stream()
        .sorted(Comparator.comparingInt(column -> order.indexOf(column.getName())))
        .toList();
  }

  private static Class<?> type(String kind) {
    return GenerateCrds.TYPES.stream()
        .filter(type -> type.getSimpleName().equals(kind))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no type for the kind " + kind));
  }

  private static void describe(JSONSchemaProps root, String kind) {
    root.setDescription(
        switch (kind) {
          case "DoSQLDatabase" ->
              "A database: an engine pod that serves SQL to many isolated tenants.";
          case "DoSQLMigration" -> "Schema migrations for the tenants of a database.";
          case "DoSQLBackup" ->
              "One backup of a database's tenants. Deleting the resource keeps what is stored, unless"
                  + " deletionPolicy is Delete.";
          case "DoSQLRestore" ->
              "One restore, in place, to a backup, a moment or a commit; the state before it is saved"
                  + " first.";
          default -> throw new IllegalArgumentException("no description for the kind " + kind);
        });
    property(root, "spec").setDescription("What is wanted.");
    property(root, "status").setDescription("What the operator last saw and did.");
  }

  private static JSONSchemaProps property(JSONSchemaProps schema, String name) {
    return Objects.requireNonNull(schema.getProperties().get(name), name);
  }

  private static void visit(JSONSchemaProps schema) {
    schema.getProperties().forEach(SchemaRules::markList);
    schema.getProperties().values().forEach(SchemaRules::visit);
    if (schema.getItems() != null && schema.getItems().getSchema() != null) {
      visit(schema.getItems().getSchema());
    }
  }

  private static void markList(String name, JSONSchemaProps property) {
    if (!"array".equals(property.getType())) {
      return;
    }
    String key = KEYS.get(name);
    if (key != null) {
      property.setXKubernetesListType("map");
      property.setXKubernetesListMapKeys(List.of(key));
    } else if (SETS.contains(name)) {
      property.setXKubernetesListType("set");
    } else if (WHOLE.contains(name)) {
      property.setXKubernetesListType("atomic");
    }
    if ("conditions".equals(name)) {
      property.setMaxItems(MAX_CONDITIONS);
    }
  }
}
