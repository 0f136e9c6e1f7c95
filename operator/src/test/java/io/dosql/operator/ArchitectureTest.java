package io.dosql.operator;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.dosql.operator.backup.BackupSchedule;
import io.dosql.operator.backup.BackupTerms;
import io.dosql.operator.backup.DueBackup;
import io.dosql.operator.backup.InvalidScheduleException;
import io.dosql.operator.backup.RetentionPlan;
import io.dosql.operator.backup.SchedulePlan;
import io.dosql.operator.backup.VerifySchedule;
import io.fabric8.kubernetes.client.Client;
import java.time.Clock;
import java.time.Instant;

/** Which way dependencies point, in the operator and in the resource types below it. */
@AnalyzeClasses(
    packages = {"io.dosql.operator", "io.dosql.crds"},
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static ArchRule only(String user, String... used) {
    String[] allowed = new String[used.length + 1];
    allowed[0] = "io.dosql.operator." + user + "..";
    for (int i = 0; i < used.length; i++) {
      allowed[i + 1] = "io.dosql.operator." + used[i] + "..";
    }
    return noClasses()
        .that()
        .resideInAPackage("io.dosql.operator." + user + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.dosql.operator..").and(not(resideInAnyPackage(allowed))));
  }

  @ArchTest static final ArchRule podKnowsNothing = only("pod");

  @ArchTest static final ArchRule statusKnowsPod = only("status", "pod");

  @ArchTest static final ArchRule stepKnowsPodAndStatus = only("step", "pod", "status");

  @ArchTest static final ArchRule podspecKnowsNothing = only("podspec");

  @ArchTest
  static final ArchRule backupKnowsSteps = only("backup", "pod", "podspec", "status", "step");

  @ArchTest static final ArchRule restoreKnowsSteps = only("restore", "pod", "status", "step");

  @ArchTest static final ArchRule migrationKnowsSteps = only("migration", "pod", "status", "step");

  @ArchTest
  static final ArchRule databaseKnowsSteps =
      only("database", "pod", "podspec", "status", "step", "backup");

  @ArchTest
  static final ArchRule databaseUsesOnlyThePureSideOfBackup =
      noClasses()
          .that()
          .resideInAPackage("io.dosql.operator.database..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.dosql.operator.backup..")
                  .and(
                      not(
                          belongToAnyOf(
                              BackupSchedule.class,
                              BackupTerms.class,
                              DueBackup.class,
                              SchedulePlan.class,
                              RetentionPlan.class,
                              VerifySchedule.class,
                              VerifySchedule.Request.class,
                              InvalidScheduleException.class))));

  @ArchTest
  static final ArchRule nobodyKnowsMain =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.dosql.operator.main..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.dosql.operator.main..");

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.dosql.operator.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule operatorAndEngineShareNoCode =
      noClasses().should().dependOnClassesThat().resideInAPackage("io.dosql.engine..");

  @ArchTest
  static final ArchRule resourceTypesKnowNothing =
      noClasses()
          .that()
          .resideInAPackage("io.dosql.crds..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.dosql.operator..", "io.fabric8.kubernetes.client.dsl..");

  @ArchTest
  static final ArchRule generatorIsForTheBuildOnly =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.dosql.crds.generate..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.dosql.crds.generate..");

  @ArchTest
  static final ArchRule onlyMainKnowsMicronaut =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.dosql.operator.main..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.micronaut..", "io.prometheus..");

  @ArchTest
  static final ArchRule onlyPodSpeaksHttp =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.dosql.operator.pod..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.net.http..");

  @ArchTest
  static final ArchRule onlyTheScheduleKnowsCron =
      noClasses()
          .that()
          .doNotBelongToAnyOf(BackupSchedule.class)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.cronutils..");

  @ArchTest
  static final ArchRule onlyDatabaseKnowsJose =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.dosql.operator.database..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.jose4j..");

  @ArchTest
  static final ArchRule decisionsAndBuildersArePure =
      noClasses()
          .that()
          .haveSimpleNameEndingWith("Decider")
          .or()
          .haveNameMatching(
              ".*\\.(DesiredObjects|EngineStatefulSet|EngineContainer|EngineVolumes|DatabaseServices"
                  + "|DisruptionBudget|AppSecret|Housekeeping|LastBackup|PodDiagnosis|ClaimGrowth"
                  + "|Credentials|Serving|ObjectComparison|DatabaseEvents|RetentionPlan|SchedulePlan"
                  + "|BackupSchedule|Patience|OperationView|ConditionSet|BackupTerms|VerifySchedule"
                  + "|VerificationPlan|VerificationJob|VerificationResult|BackupDeletion"
                  + "|BackupCare|BackupExpiry|ArchiveHealth|RestorableRange|VerifiedBackups"
                  + "|BootstrapPlan|EngineStores|RestoreView|StoreUse|StoreEnvironment"
                  + "|StoreVolumes|PodRights)")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Client.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class)
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("org.slf4j..", "java.net.http..", "io.javaoperatorsdk..");

  @ArchTest
  static final ArchRule timeComesThroughTheConstructor =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.dosql.operator.main..")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(Clock.class, "systemDefaultZone");

  @ArchTest
  static final ArchRule reconcilersAreWhatMainUses =
      classes()
          .that()
          .haveSimpleNameEndingWith("Reconciler")
          .and()
          .areNotInterfaces()
          .should()
          .onlyBeAccessed()
          .byAnyPackage(
              "io.dosql.operator.main..",
              "io.dosql.operator.database..",
              "io.dosql.operator.backup..",
              "io.dosql.operator.restore..",
              "io.dosql.operator.migration..");
}
