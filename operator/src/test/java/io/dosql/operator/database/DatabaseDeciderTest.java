package io.dosql.operator.database;

import static io.dosql.operator.database.Observations.serving;
import static io.dosql.operator.testing.Conditions.brief;
import static io.dosql.operator.testing.Conditions.find;
import static io.dosql.operator.testing.Conditions.verdict;
import static io.dosql.operator.testing.Databases.database;
import static io.dosql.operator.testing.Operations.refused;
import static io.dosql.operator.testing.Operations.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.dosql.crds.Tls;
import io.dosql.operator.backup.Backups;
import io.dosql.operator.backup.DueBackup;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.ServiceEndpoints;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.testing.Databases;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseDeciderTest {

  private static final String NOW = "2026-11-24T01:00:00Z";

  private static DatabaseDecision decide(DoSQLDatabase database, Observations observation) {
    return decide(database, observation, NOW);
  }

  private static DatabaseDecision decide(
      DoSQLDatabase database, Observations observation, String now) {
    return DatabaseDecider.decide(
        database, observation.build(), new ServiceEndpoints(), Instant.parse(now));
  }

  private static DatabaseDecision decide(Observations observation) {
    return decide(database().backup(Databases.s3Policy()).build(), observation);
  }

  /** The same database again, with the status that was decided. */
  private static DoSQLDatabase after(DatabaseDecision decision, Databases database) {
    return database.status(decision.status()).build();
  }

  private static List<String> reasons(DatabaseDecision decision) {
    return decision.events().stream().map(EventNote::reason).toList();
  }

  @Test
  void databaseThatServes_isReady() {
    DatabaseDecision decision = decide(serving());
    DatabaseStatus status = decision.status();
    assertThat(verdict(status.conditions())).isEqualTo("TFF");
    assertThat(status.phase()).isEqualTo("Ready");
    assertThat(status.observedGeneration()).isEqualTo(1);
    assertThat(status.endpoint()).isEqualTo("http://orders-rw.shop.svc:8080");
    assertThat(status.readyReplicas()).isEqualTo(1);
    assertThat(status.tenants()).isEqualTo(new DatabaseStatus.TenantCounts(3, 1));
    assertThat(status.currentVersion()).isEqualTo("0.1.0");
    assertThat(decision.actions()).isEmpty();
    assertThat(decision.requeue()).isEqualTo(Duration.ofSeconds(15));
    assertThat(reasons(decision)).containsExactly("Created", "Ready");
  }

  @Test
  void secondLookAtTheSame_changesNothing_andTellsNothing() {
    for (Observations observation :
        List.of(
            serving(),
            serving().statefulSet(null),
            serving().store("STORAGE_TIMEOUT", "No answer."),
            serving().problem("ApplyRefused", "No."),
            serving().engine(unavailable()))) {
      Databases database = database().backup(Databases.scheduled("0 2 * * *", "UTC"));
      DatabaseDecision once = decide(database.build(), observation);
      DatabaseDecision twice = decide(after(once, database), observation, "2026-11-24T01:30:00Z");
      assertThat(twice.status()).isEqualTo(once.status());
      assertThat(twice.events()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    // ready pods, revisions, what it says, phase
    "0, a, a, False/PodNotReady, Creating",
    "1, a, b, False/RollingOut,  Creating",
    "1, a, a, True/Serving,      Ready",
  })
  void statefulSet_decidesReadiness(
      int ready, String current, String update, String condition, String phase) {
    DatabaseStatus status =
        decide(serving().statefulSet(Observations.statefulSet(ready, current, update))).status();
    assertThat(brief(status.conditions(), "Ready")).isEqualTo(condition);
    assertThat(status.phase()).isEqualTo(phase);
  }

  private static DatabaseDecision decideWithTls(Observations observation) {
    return decide(database().tls(new Tls("orders-tls", null)).build(), observation);
  }

  @Test
  void podThatWaitsForItsCertificate_saysSo() {
    DatabaseDecision decision =
        decideWithTls(
            serving()
                .statefulSet(Observations.statefulSet(0, "a", "a"))
                .engine(null)
                .certificate("TlsSecretMissing", "The Secret orders-tls does not exist."));
    assertThat(brief(decision.status().conditions(), "Ready")).isEqualTo("False/TlsSecretMissing");
    assertThat(brief(decision.status().conditions(), "CertificateReady"))
        .isEqualTo("False/TlsSecretMissing");
    assertThat(reasons(decision)).contains("TlsSecretMissing");
    assertThat(decision.requeue()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void certificateThatHasExpired_leavesItReady_butDegraded() {
    Databases database = database().tls(new Tls("orders-tls", null));
    DatabaseDecision before = decide(database.build(), serving());
    assertThat(brief(before.status().conditions(), "CertificateReady"))
        .isEqualTo("True/CertificateGood");
    DatabaseDecision decision =
        decide(after(before, database), serving().certificate("CertificateExpired", "It is over."));
    assertThat(verdict(decision.status().conditions())).isEqualTo("TFF");
    assertThat(decision.status().phase()).isEqualTo("Degraded");
    assertThat(reasons(decision)).containsExactly("CertificateExpired");
    DatabaseDecision mended = decide(after(decision, database), serving());
    assertThat(reasons(mended)).containsExactly("CertificateGood");
  }

  @Test
  void databaseWithoutTls_hasNoConditionOfItsCertificate() {
    assertThat(decide(serving()).status().conditions())
        .noneMatch(condition -> condition.type().equals("CertificateReady"));
  }

  @Test
  void secretsOfFormerUsers_areEmptied_andThatIsTold() {
    DatabaseDecision decision = decide(serving().formerUsers("orders-user-ann"));
    assertThat(decision.actions())
        .containsExactly(new DatabaseAction.EmptySecrets(List.of("orders-user-ann")));
    assertThat(reasons(decision)).contains("UserRemoved");
  }

  @Test
  void statefulSetThatItsControllerHasNotSeenYet_isNotReady() {
    var statefulSet = Observations.statefulSet(1, "a", "a");
    statefulSet.getMetadata().setGeneration(3L);
    DatabaseStatus status = decide(serving().statefulSet(statefulSet)).status();
    assertThat(verdict(status.conditions())).isEqualTo("FTF");
  }

  @Test
  void noStatefulSet_isBeingCreated_andLookedAtSoon() {
    DatabaseDecision decision = decide(serving().statefulSet(null).engine(null));
    assertThat(brief(decision.status().conditions(), "Reconciling")).isEqualTo("True/Creating");
    assertThat(decision.status().phase()).isEqualTo("Creating");
    assertThat(decision.status().readyReplicas()).isZero();
    assertThat(decision.requeue()).isEqualTo(Duration.ofSeconds(5));
    assertThat(reasons(decision)).containsExactly("Created");
  }

  @Test
  void deletedPredecessor_isWaitedFor_withoutBeingStalled() {
    DatabaseDecision decision = decide(serving().statefulSet(null).engine(null).leaving());
    assertThat(verdict(decision.status().conditions())).isEqualTo("FTF");
    assertThat(brief(decision.status().conditions(), "Ready"))
        .isEqualTo("False/PreviousDatabaseLeaving");
    assertThat(reasons(decision)).containsExactly("Created");
  }

  @Test
  void podThatWentAway_isAWarning_andNotCreationAgain() {
    Databases database = database().backup(Databases.s3Policy());
    DatabaseDecision before = decide(database.build(), serving());
    DatabaseDecision decision =
        decide(
            after(before, database),
            serving().statefulSet(Observations.statefulSet(0, "a", "a")).engine(null));
    assertThat(decision.status().phase()).isEqualTo("NotReady");
    assertThat(reasons(decision)).containsExactly("NotReady");
    assertThat(decision.status().tenants()).isEqualTo(before.status().tenants());
  }

  @Test
  void engineThatCannotBeReached_preventsTheFirstReadiness() {
    DatabaseDecision decision = decide(serving().engine(unavailable()).stored(unavailable()));
    assertThat(verdict(decision.status().conditions())).isEqualTo("FTF");
    assertThat(brief(decision.status().conditions(), "Ready")).isEqualTo("False/EngineUnreachable");
    assertThat(find(decision.status().conditions(), "Ready").message())
        .contains("Check that the operator may connect to the pod");
    assertThat(reasons(decision)).contains("EngineUnreachable");
  }

  @Test
  void engineThatCannotBeReachedLater_leavesItReady_butDegraded() {
    Databases database = database().backup(Databases.s3Policy());
    DoSQLDatabase before = after(decide(database.build(), serving()), database);
    DatabaseDecision decision =
        decide(before, serving().engine(unavailable()).stored(unavailable()));
    assertThat(verdict(decision.status().conditions())).isEqualTo("TTF");
    assertThat(decision.status().phase()).isEqualTo("Degraded");
    assertThat(decision.requeue()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void engineThatRefusesTheOperator_saysWhy() {
    DatabaseStatus status = decide(serving().engine(refused(401, "UNAUTHORIZED"))).status();
    assertThat(find(status.conditions(), "Ready").message())
        .isEqualTo("The engine refuses the operator: It failed. Mend it.");
  }

  @Test
  void whatTheApiServerRefuses_stalls() {
    DatabaseDecision decision =
        decide(serving().statefulSet(null).problem("ApplyRefused", "The API server refused it."));
    assertThat(verdict(decision.status().conditions())).isEqualTo("FFT");
    assertThat(decision.status().phase()).isEqualTo("Stalled");
    assertThat(reasons(decision)).contains("ApplyRefused");
  }

  @Test
  void problemWhileItServes_isStalledAndDegraded_butServes() {
    DatabaseStatus status =
        decide(serving().problem("StorageCannotGrow", "The class cannot expand.")).status();
    assertThat(verdict(status.conditions())).isEqualTo("TFT");
    assertThat(status.phase()).isEqualTo("Degraded");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "61 2 * * *  | UTC          | backup.schedule '61 2 * * *' is not a cron expression",
        "0 2 * * *   | Mars/Olympus | backup.timeZone 'Mars/Olympus' is not known",
        "0 0 30 2 *  | UTC          | backup.schedule '0 0 30 2 *' names a time that never comes",
      })
  void scheduleThatCannotWork_stalls(String cron, String zone, String message) {
    DatabaseStatus status =
        decide(database().backup(Databases.scheduled(cron, zone)).build(), serving()).status();
    assertThat(brief(status.conditions(), "Stalled")).isEqualTo("True/InvalidSchedule");
    assertThat(find(status.conditions(), "Stalled").message()).startsWith(message);
    assertThat(verdict(status.conditions())).isEqualTo("TFT");
  }

  private static final Databases NIGHTLY =
      database().backup(Databases.scheduled("0 2 * * *", "UTC"));

  private static DatabaseStatus.BackupSummary summary(DatabaseStatus status) {
    return Objects.requireNonNull(status.backup());
  }

  @Test
  void schedule_isPromised_thenDue_thenActedOn() {
    DatabaseDecision first =
        decide(NIGHTLY.status(null).build(), serving(), "2026-11-20T10:00:05Z");
    assertThat(summary(first.status()).nextTime()).isEqualTo("2026-11-21T02:00:00Z");
    assertThat(first.actions()).isEmpty();

    DatabaseDecision due = decide(after(first, NIGHTLY), serving(), "2026-11-21T02:00:00Z");
    assertThat(due.actions())
        .containsExactly(
            new DatabaseAction.CreateBackup(
                new DueBackup("orders-20261121-020000", Instant.parse("2026-11-21T02:00:00Z"))));
    assertThat(summary(due.status()).lastScheduledTime()).isNull();

    DatabaseDecision seen =
        decide(
            after(due, NIGHTLY),
            serving().backups(Backups.scheduled("orders-20261121-020000", null)),
            "2026-11-21T02:00:01Z");
    assertThat(seen.actions()).isEmpty();
    assertThat(summary(seen.status()).lastScheduledTime()).isEqualTo("2026-11-21T02:00:00Z");
    assertThat(summary(seen.status()).nextTime()).isEqualTo("2026-11-22T02:00:00Z");
  }

  @Test
  void backupThatCouldNotBeCreated_isTriedAgain() {
    DatabaseDecision first =
        decide(NIGHTLY.status(null).build(), serving(), "2026-11-20T10:00:05Z");
    DatabaseDecision due = decide(after(first, NIGHTLY), serving(), "2026-11-21T02:00:00Z");
    DatabaseDecision again = decide(after(due, NIGHTLY), serving(), "2026-11-21T02:05:00Z");
    assertThat(again.actions()).isEqualTo(due.actions());
  }

  @Test
  void operatorThatIsAwayAtTheFirstTime_makesUpForItOnce() {
    DatabaseDecision first =
        decide(NIGHTLY.status(null).build(), serving(), "2026-11-24T09:00:00Z");
    assertThat(first.actions())
        .containsExactly(
            new DatabaseAction.CreateBackup(
                new DueBackup("orders-20261124-020000", Instant.parse("2026-11-24T02:00:00Z"))));
  }

  @Test
  void scheduleThatIsAddedLater_waitsForItsNextTime() {
    DatabaseDecision before =
        decide(database().backup(Databases.s3Policy()).build(), serving(), "2026-11-24T09:00:00Z");
    DatabaseDecision edited =
        decide(
            NIGHTLY.generation(2).status(before.status()).build(),
            serving(),
            "2026-11-24T09:00:00Z");
    assertThat(edited.actions()).isEmpty();
    assertThat(summary(edited.status()).nextTime()).isEqualTo("2026-11-25T02:00:00Z");
  }

  @Test
  void requeue_isShortened_soThatABackupIsOnTime() {
    DatabaseDecision decision =
        decide(NIGHTLY.status(null).build(), serving(), "2026-11-20T10:00:05Z");
    DatabaseDecision shortly = decide(after(decision, NIGHTLY), serving(), "2026-11-21T01:59:53Z");
    assertThat(shortly.requeue()).isEqualTo(Duration.ofSeconds(7));
    DatabaseDecision due = decide(after(decision, NIGHTLY), serving(), "2026-11-21T02:00:00Z");
    assertThat(due.requeue()).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void databaseWithoutBackups_hasNoBackupConditions() {
    DatabaseStatus status = decide(database().build(), serving()).status();
    assertThat(status.conditions())
        .extracting(ResourceCondition::type)
        .containsExactly("Ready", "Reconciling", "Stalled", "LogHealthy", "DiskHealthy");
    assertThat(status.backup()).isNull();
  }

  @Test
  void storeTrouble_degrades_isToldOnce_andItsRecoveryToo() {
    Databases database = database().backup(Databases.s3Policy());
    DatabaseDecision trouble =
        decide(database.build(), serving().store("STORAGE_PERMISSION_DENIED", "Request 1 denied."));
    assertThat(trouble.status().phase()).isEqualTo("Degraded");
    assertThat(verdict(trouble.status().conditions())).isEqualTo("TFF");
    assertThat(brief(trouble.status().conditions(), "LastBackupSucceeded"))
        .isEqualTo("False/StorePermissionDenied");
    assertThat(reasons(trouble)).contains("StorePermissionDenied");

    DatabaseDecision still =
        decide(
            after(trouble, database),
            serving().store("STORAGE_PERMISSION_DENIED", "Request 2 denied."));
    assertThat(still.status()).isEqualTo(trouble.status());
    assertThat(still.events()).isEmpty();

    DatabaseDecision healed = decide(after(still, database), serving());
    assertThat(brief(healed.status().conditions(), "LastBackupSucceeded"))
        .isEqualTo("Unknown/NoBackupYet");
    assertThat(reasons(healed)).containsExactly("BackupsRecovered");
    assertThat(healed.status().phase()).isEqualTo("Ready");
  }

  @Test
  void conditionNamesTheNewestBackup_alsoWhenAnotherWasGoodBefore() {
    Databases database = database().backup(Databases.s3Policy());
    DatabaseDecision one =
        decide(database.build(), serving().stored("one", "2026-11-23T02:00:00Z"));
    DatabaseDecision two =
        decide(
            after(one, database),
            serving().stored("two", "2026-11-24T00:00:00Z", "one", "2026-11-23T02:00:00Z"));
    assertThat(find(two.status().conditions(), "LastBackupSucceeded").message())
        .isEqualTo("The backup two is complete.");
    assertThat(summary(two.status()).lastName()).isEqualTo("two");
    assertThat(summary(two.status()).count()).isEqualTo(2);
  }

  @Test
  void quarantinedTenants_degrade_areToldOnce_andTheirRecoveryToo() {
    Databases database = database();
    PodStatus.QuarantinedTenant b = new PodStatus.QuarantinedTenant("b", "data.db is missing");
    DatabaseDecision trouble = decide(database.build(), serving().quarantined(b));
    assertThat(trouble.status().phase()).isEqualTo("Degraded");
    assertThat(verdict(trouble.status().conditions())).isEqualTo("TFF");
    assertThat(brief(trouble.status().conditions(), "TenantsHealthy"))
        .isEqualTo("False/TenantsQuarantined");
    assertThat(find(trouble.status().conditions(), "TenantsHealthy").message())
        .isEqualTo(
            "1 of 9 tenants cannot be used: b (data.db is missing). Restore them with a"
                + " DoSQLRestore that names them.");
    assertThat(reasons(trouble)).contains("TenantsQuarantined");

    DatabaseDecision still = decide(after(trouble, database), serving().quarantined(b));
    assertThat(still.status()).isEqualTo(trouble.status());
    assertThat(still.events()).isEmpty();

    DatabaseDecision unheard = decide(after(still, database), serving().engine(unavailable()));
    assertThat(brief(unheard.status().conditions(), "TenantsHealthy"))
        .isEqualTo("False/TenantsQuarantined");

    DatabaseDecision healed = decide(after(unheard, database), serving().quarantined());
    assertThat(brief(healed.status().conditions(), "TenantsHealthy")).isEqualTo("True/AllUsable");
    assertThat(reasons(healed)).contains("AllUsable");
    assertThat(healed.status().phase()).isEqualTo("Ready");
  }

  @Test
  void manyQuarantinedTenants_areCounted_andAFewNamed() {
    PodStatus.QuarantinedTenant[] all = new PodStatus.QuarantinedTenant[5];
    for (int i = 0; i < all.length; i++) {
      all[i] = new PodStatus.QuarantinedTenant("t" + i, "x".repeat(1_000));
    }
    DatabaseStatus status = decide(serving().quarantined(all)).status();
    assertThat(find(status.conditions(), "TenantsHealthy").message())
        .startsWith("5 of 9 tenants cannot be used: t0 (x")
        .contains("t2 (x", "; …")
        .doesNotContain("t3")
        .hasSizeLessThan(1_000);
  }

  @Test
  void engineThatDoesNotTellOfQuarantine_hasNoSuchCondition() {
    assertThat(decide(serving()).status().conditions())
        .noneMatch(condition -> condition.type().equals("TenantsHealthy"));
  }
}
