package io.dosql.quickstart;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The embedded API and the runner know nothing of DoSQL; the engine is only ever a process. */
class ArchitectureTest {

  private static final JavaClasses QUICKSTART =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.dosql.quickstart");

  @Test
  void apiDependsOnNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage("..quickstart.kubernetes..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.dosql.quickstart",
            "io.dosql.quickstart.runner..",
            "io.dosql.crds..",
            "io.dosql.operator..",
            "io.dosql.engine..")
        .check(QUICKSTART);
  }

  @Test
  void runnerDependsOnNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage("..quickstart.runner..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.dosql.quickstart",
            "io.dosql.quickstart.kubernetes..",
            "io.dosql.crds..",
            "io.dosql.operator..",
            "io.dosql.engine..")
        .check(QUICKSTART);
  }

  @Test
  void engineIsNotPartOfThisProcess() {
    noClasses()
        .that()
        .resideInAPackage("io.dosql.quickstart..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.dosql.engine..")
        .check(QUICKSTART);
  }
}
