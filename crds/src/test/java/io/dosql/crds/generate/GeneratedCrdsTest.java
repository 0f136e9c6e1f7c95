package io.dosql.crds.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GeneratedCrdsTest {

  private static List<CustomResourceDefinition> crds() {
    try (Stream<Path> files = Files.list(Path.of("generated"))) {
      return files
          .sorted()
          .map(
              file -> {
                try {
                  return Serialization.unmarshal(
                      Files.readString(file), CustomResourceDefinition.class);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              })
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static CustomResourceDefinitionVersion version(CustomResourceDefinition crd) {
    assertThat(crd.getSpec().getVersions()).hasSize(1);
    return crd.getSpec().getVersions().getFirst();
  }

  private static void visit(
      String path, JSONSchemaProps schema, BiConsumer<String, JSONSchemaProps> visitor) {
    visitor.accept(path, schema);
    if (schema.getProperties() != null) {
      schema.getProperties().forEach((name, child) -> visit(path + "." + name, child, visitor));
    }
    if (schema.getItems() != null && schema.getItems().getSchema() != null) {
      visit(path + "[]", schema.getItems().getSchema(), visitor);
    }
  }

  private static void visitAll(BiConsumer<String, JSONSchemaProps> visitor) {
    crds()
        .forEach(
            crd ->
                visit(
                    crd.getSpec().getNames().getKind(),
                    version(crd).getSchema().getOpenAPIV3Schema(),
                    visitor));
  }

  @Test
  void fourKinds_inOneGroupAndCategory_withStatus() {
    assertThat(crds())
        .extracting(crd -> crd.getSpec().getNames().getKind())
        .containsExactly("DoSQLBackup", "DoSQLDatabase", "DoSQLMigration", "DoSQLRestore");
    assertThat(crds())
        .allSatisfy(
            crd -> {
              assertThat(crd.getSpec().getGroup()).isEqualTo("dosql.io");
              assertThat(crd.getSpec().getScope()).isEqualTo("Namespaced");
              assertThat(crd.getSpec().getNames().getCategories()).containsExactly("dosql");
              assertThat(version(crd).getSubresources().getStatus()).isNotNull();
            });
  }

  @Test
  void everyField_isDescribed() {
    List<String> silent = new ArrayList<>();
    visitAll(
        (path, schema) -> {
          boolean named = path.contains(".") && !path.endsWith("[]");
          if (named && (schema.getDescription() == null || schema.getDescription().isBlank())) {
            silent.add(path);
          }
        });
    assertThat(silent).isEmpty();
  }

  @Test
  void everyTextAndListOfASpec_isBounded_soThatRulesHaveACost() {
    List<String> unbounded = new ArrayList<>();
    visitAll(
        (path, schema) -> {
          boolean text = "string".equals(schema.getType()) && schema.getMaxLength() == null;
          boolean list = "array".equals(schema.getType()) && schema.getMaxItems() == null;
          if (path.contains(".spec.") && schema.getEnum().isEmpty() && (text || list)) {
            unbounded.add(path);
          }
        });
    assertThat(unbounded).isEmpty();
  }

  @Test
  void everyRule_saysInOurWordsWhatIsWrong() {
    List<String> rules = new ArrayList<>();
    visitAll(
        (path, schema) -> {
          if (schema.getXKubernetesValidations() != null) {
            schema
                .getXKubernetesValidations()
                .forEach(
                    rule -> {
                      rules.add(path);
                      assertThat(rule.getMessage()).as(path).isNotBlank();
                    });
          }
        });
    assertThat(rules)
        .contains(
            "DoSQLDatabase",
            "DoSQLDatabase.spec.backup.store",
            "DoSQLDatabase.spec.storage",
            "DoSQLDatabase.spec.tenants",
            "DoSQLBackup.spec",
            "DoSQLMigration.spec",
            "DoSQLRestore.spec");
  }

  @Test
  void columns_standInTheOrderOfTheirDeclaration() {
    Map<String, List<String>> columns =
        crds().stream()
            .collect(
                java.util.stream.Collectors.toMap(
                    crd -> crd.getSpec().getNames().getKind(),
                    crd ->
                        version(crd).getAdditionalPrinterColumns().stream()
                            .map(CustomResourceColumnDefinition::getName)
                            .toList()));
    assertThat(columns.get("DoSQLDatabase"))
        .containsExactly(
            "Ready",
            "Status",
            "Tenants",
            "Archiving",
            "Last Backup",
            "Backups",
            "Restorable Until",
            "Endpoint",
            "Version",
            "Age");
    assertThat(columns.get("DoSQLBackup"))
        .containsExactly(
            "Database",
            "Ready",
            "Status",
            "Bytes",
            "Tenants",
            "Completed",
            "LSN",
            "Verified",
            "Location",
            "Age");
    assertThat(columns.get("DoSQLRestore"))
        .containsExactly(
            "Database",
            "Backup",
            "Target Time",
            "Dry Run",
            "Ready",
            "Status",
            "Done",
            "Total",
            "Percent",
            "Reached",
            "Age");
  }

  @Test
  void lists_areMergedByTheirKeys() {
    visitAll(
        (path, schema) -> {
          if (path.endsWith(".conditions")) {
            assertThat(schema.getXKubernetesListMapKeys()).as(path).containsExactly("type");
          } else if (path.endsWith(".migrations")) {
            assertThat(schema.getXKubernetesListMapKeys()).as(path).containsExactly("id");
          } else if (path.endsWith(".users")) {
            assertThat(schema.getXKubernetesListMapKeys()).as(path).containsExactly("name");
          } else if (path.endsWith(".subjects")) {
            assertThat(schema.getXKubernetesListMapKeys()).as(path).containsExactly("subject");
          } else if (path.endsWith(".serviceAccounts")
              || path.endsWith(".plan")
              || path.endsWith(".leftOut")
              || path.endsWith(".restored")
              || path.endsWith(".nextPruned")) {
            assertThat(schema.getXKubernetesListType()).as(path).isEqualTo("atomic");
          } else if ("array".equals(schema.getType())) {
            assertThat(schema.getXKubernetesListType()).as(path).isEqualTo("set");
          }
        });
  }

  @Test
  void files_areSmallEnoughForKubectlApply() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("generated"))) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(4);
      for (Path file : all) {
        assertThat(Files.size(file)).as(file.toString()).isLessThan(100_000);
      }
    }
  }

  @Test
  void differences_nameFileAndLine() {
    assertThat(
            GenerateCrds.differences(
                Map.of("a.yml", "1\n2\n3", "new.yml", "x"),
                Map.of("a.yml", "1\ntwo\n3", "old.yml", "x")))
        .containsExactlyInAnyOrder(
            "a.yml differs from line 2: generated '2', committed 'two'",
            "new.yml is generated, but not committed",
            "old.yml is committed, but no longer generated");
    assertThat(GenerateCrds.differences(Map.of("a.yml", "1"), Map.of("a.yml", "1"))).isEmpty();
    assertThat(GenerateCrds.differences(Map.of("a.yml", "1\n2"), Map.of("a.yml", "1")))
        .containsExactly("a.yml differs from line 2: generated '2', committed '(end of file)'");
  }
}
