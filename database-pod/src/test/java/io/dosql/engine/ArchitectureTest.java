package io.dosql.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The package rules of docs/architecture.md: dependencies point one way. */
class ArchitectureTest {

  private static final JavaClasses ENGINE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.dosql");

  @Test
  void packagesDependOnlyOnThoseBelowThem() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("error")
        .definedBy("io.dosql.engine.error..")
        .layer("auth")
        .definedBy("io.dosql.engine.auth..")
        .layer("json")
        .definedBy("io.dosql.engine.json..")
        .layer("memory")
        .definedBy("io.dosql.engine.memory..")
        .layer("sqlite")
        .definedBy("io.dosql.engine.sqlite..")
        .layer("log")
        .definedBy("io.dosql.engine.log..")
        .layer("changes")
        .definedBy("io.dosql.engine.changes..")
        .layer("archive")
        .definedBy("io.dosql.engine.archive..")
        .layer("archiver")
        .definedBy("io.dosql.engine.archiver..")
        .layer("tenant")
        .definedBy("io.dosql.engine.tenant..")
        .layer("session")
        .definedBy("io.dosql.engine.session..")
        .layer("migration")
        .definedBy("io.dosql.engine.migration..")
        .layer("backup")
        .definedBy("io.dosql.engine.backup..")
        .layer("archiver")
        .definedBy("io.dosql.engine.archiver..")
        .layer("hrana")
        .definedBy("io.dosql.engine.hrana..")
        .layer("admin")
        .definedBy("io.dosql.engine.admin..")
        .layer("http")
        .definedBy("io.dosql.engine.http..")
        .layer("main")
        .definedBy("io.dosql.engine.main..")
        .whereLayer("error")
        .mayNotAccessAnyLayer()
        .whereLayer("sqlite")
        .mayNotAccessAnyLayer()
        .whereLayer("log")
        .mayNotAccessAnyLayer()
        .whereLayer("changes")
        .mayNotAccessAnyLayer()
        .whereLayer("auth")
        .mayOnlyAccessLayers("error")
        .whereLayer("json")
        .mayOnlyAccessLayers("error")
        .whereLayer("memory")
        .mayOnlyAccessLayers("error")
        .whereLayer("archive")
        .mayOnlyAccessLayers("error", "json", "log")
        .whereLayer("archiver")
        .mayOnlyAccessLayers("error", "log", "tenant", "archive")
        .whereLayer("tenant")
        .mayOnlyAccessLayers("error", "sqlite", "log", "changes")
        .whereLayer("session")
        .mayOnlyAccessLayers("error", "sqlite", "log", "tenant")
        .whereLayer("migration")
        .mayOnlyAccessLayers("error", "sqlite", "tenant")
        .whereLayer("backup")
        .mayOnlyAccessLayers("error", "sqlite", "tenant", "archive")
        .whereLayer("hrana")
        .mayOnlyAccessLayers("error", "json", "memory", "sqlite", "session")
        .whereLayer("admin")
        .mayOnlyAccessLayers(
            "error", "json", "log", "tenant", "archive", "archiver", "migration", "backup")
        .whereLayer("http")
        .mayOnlyAccessLayers(
            "error", "auth", "json", "memory", "sqlite", "session", "hrana", "admin")
        .whereLayer("main")
        .mayNotBeAccessedByAnyLayer()
        .check(ENGINE);
  }

  @Test
  void onlyTheSqlitePackageKnowsForeignMemory() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.dosql.engine.sqlite..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(ENGINE);
  }

  @Test
  void theEngineKnowsNothingOfKubernetes() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..", "io.dosql.operator..")
        .check(ENGINE);
  }
}
