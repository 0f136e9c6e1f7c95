package io.dosql.operator.database;

import static io.dosql.operator.database.Observations.serving;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.ServiceEndpoints;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.EventNote;
import io.dosql.operator.testing.Databases;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Damage of the log and a full disk are conditions and events, and end as such. */
class DataHealthTest {

  private static final PodStatus.Log DAMAGED =
      new PodStatus.Log(2, List.of(new PodStatus.Damage("shop", "LSN 4 to 5 are lost")));

  private static PodStatus status(PodStatus.Log log, String disk) {
    return new PodStatus("0.1.0", true, null, null, null, log, new PodStatus.Checks(disk), null);
  }

  private static DatabaseDecision decide(DoSQLDatabase database, Observations observations) {
    return DatabaseDecider.decide(
        database,
        observations.build(),
        new ServiceEndpoints(),
        Instant.parse("2026-11-24T01:00:00Z"));
  }

  private static DoSQLDatabase after(DatabaseDecision decision) {
    DoSQLDatabase database = Databases.database().build();
    database.setStatus(decision.status());
    return database;
  }

  private static ResourceCondition condition(DatabaseDecision decision, ConditionType type) {
    return ConditionSet.find(decision.status().conditions(), type).orElseThrow();
  }

  private static DatabaseDecision heard(DoSQLDatabase database, PodStatus status) {
    return decide(database, serving().engine(new Reply.Ok<>(status)));
  }

  @Test
  void aDamagedLog_isACondition_withTheFirstTenantAndAdvice_andTheDatabaseStaysReady() {
    DatabaseDecision decision = heard(Databases.database().build(), status(DAMAGED, "ok"));
    ResourceCondition said = condition(decision, ConditionType.LOG_HEALTHY);
    assertThat(said.status()).isEqualTo("False");
    assertThat(said.reason()).isEqualTo("LogDamaged");
    assertThat(said.message())
        .contains("2 tenants are not served", "shop: LSN 4 to 5 are lost", "DoSQLRestore");
    assertThat(condition(decision, ConditionType.READY).status()).isEqualTo("True");
    assertThat(decision.events()).extracting(EventNote::reason).contains("LogDamaged");
  }

  @Test
  void aFullDisk_isACondition_andItsEndIsToldOnce() {
    DatabaseDecision full =
        heard(Databases.database().build(), status(new PodStatus.Log(0, List.of()), "error"));
    ResourceCondition said = condition(full, ConditionType.DISK_HEALTHY);
    assertThat(said.status()).isEqualTo("False");
    assertThat(said.reason()).isEqualTo("DiskNearlyFull");
    assertThat(said.message()).contains("reads go on", "storage.size");
    DatabaseDecision freed = heard(after(full), status(new PodStatus.Log(0, List.of()), "ok"));
    assertThat(condition(freed, ConditionType.DISK_HEALTHY).status()).isEqualTo("True");
    assertThat(freed.events()).extracting(EventNote::reason).containsExactly("SpaceLeft");
    DatabaseDecision again = heard(after(freed), status(new PodStatus.Log(0, List.of()), "ok"));
    assertThat(again.events()).isEmpty();
    assertThat(again.status()).isEqualTo(freed.status());
  }

  @Test
  void whatTheEngineSaidLast_stands_whileItCannotBeAsked() {
    DatabaseDecision damaged = heard(Databases.database().build(), status(DAMAGED, "ok"));
    DatabaseDecision unheard = decide(after(damaged), serving().engine(null));
    assertThat(condition(unheard, ConditionType.LOG_HEALTHY))
        .isEqualTo(condition(damaged, ConditionType.LOG_HEALTHY));
    assertThat(unheard.events()).isEmpty();
  }
}
