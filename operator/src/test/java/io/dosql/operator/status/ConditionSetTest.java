package io.dosql.operator.status;

import static io.dosql.operator.testing.Conditions.find;
import static io.dosql.operator.testing.Conditions.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.ResourceCondition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionSetTest {

  @Test
  void conditionsKeepTheirOrder_newOnesStandBehind() {
    Instant now = Instant.parse("2026-11-24T10:00:00Z");
    List<ResourceCondition> first =
        new ConditionSet(List.of(), now, 1L)
            .set(ConditionType.READY, "True", "A", "a")
            .set(ConditionType.DISK_HEALTHY, "True", "B", "b")
            .build();
    List<ResourceCondition> second =
        new ConditionSet(first, now, 1L)
            .set(ConditionType.ARCHIVING, "True", "C", "c")
            .set(ConditionType.DISK_HEALTHY, "True", "B", "b")
            .set(ConditionType.READY, "True", "A", "a")
            .build();
    assertThat(second)
        .extracting(ResourceCondition::type)
        .containsExactly("Ready", "DiskHealthy", "Archiving");
    assertThat(second.subList(0, 2)).isEqualTo(first);
  }

  private static final Instant FIRST = Instant.parse("2026-11-24T10:00:00.7Z");
  private static final Instant LATER = Instant.parse("2026-11-24T11:00:00Z");

  private static List<ResourceCondition> ready(Instant now, Verdict verdict) {
    return new ConditionSet(List.of(), now, 1L).verdict(verdict).build();
  }

  @Test
  void verdicts_setTheThreeConditionsOfKstatus() {
    assertThat(verdict(ready(FIRST, new Verdict.Ready("Done", "m")))).isEqualTo("TFF");
    assertThat(verdict(ready(FIRST, new Verdict.InProgress("Doing", "m")))).isEqualTo("FTF");
    assertThat(verdict(ready(FIRST, new Verdict.Failed("Broken", "m")))).isEqualTo("FFT");
  }

  @Test
  void conditionWhoseStatusStays_keepsItsTransitionTime() {
    List<ResourceCondition> before = ready(FIRST, new Verdict.InProgress("Doing", "one"));
    List<ResourceCondition> after =
        new ConditionSet(before, LATER, 2L)
            .verdict(new Verdict.InProgress("Waiting", "two"))
            .build();
    assertThat(find(after, "Ready"))
        .isEqualTo(
            new ResourceCondition("Ready", "False", 2L, "2026-11-24T10:00:00Z", "Waiting", "two"));
  }

  @Test
  void conditionWhoseStatusChanges_getsTheTime() {
    List<ResourceCondition> before = ready(FIRST, new Verdict.InProgress("Doing", "one"));
    List<ResourceCondition> after =
        new ConditionSet(before, LATER, 1L).verdict(new Verdict.Ready("Done", "two")).build();
    assertThat(find(after, "Ready").lastTransitionTime()).isEqualTo("2026-11-24T11:00:00Z");
    assertThat(find(after, "Stalled").lastTransitionTime()).isEqualTo("2026-11-24T10:00:00Z");
  }

  @Test
  void samePass_isEqual_soThatNothingIsWritten() {
    List<ResourceCondition> before = ready(FIRST, new Verdict.Ready("Done", "m"));
    assertThat(new ConditionSet(before, LATER, 1L).verdict(new Verdict.Ready("Done", "m")).build())
        .isEqualTo(before);
  }

  private static ResourceCondition steady(
      List<ResourceCondition> previous, long generation, String reason, String message) {
    return find(
        new ConditionSet(previous, LATER, generation)
            .setSteady(ConditionType.LAST_BACKUP_SUCCEEDED, ConditionSet.FALSE, reason, message)
            .build(),
        "LastBackupSucceeded");
  }

  @Test
  void steadyMessage_staysWhileReasonAndResourceStay() {
    ResourceCondition first = steady(List.of(), 1, "StoreUnavailable", "request 17 failed");
    assertThat(steady(List.of(first), 1, "StoreUnavailable", "request 18 failed")).isEqualTo(first);
    assertThat(steady(List.of(first), 1, "StoreTimeout", "other").message()).isEqualTo("other");
    assertThat(steady(List.of(first), 2, "StoreUnavailable", "other bucket").message())
        .isEqualTo("other bucket");
  }

  @Test
  void conditionSetTwice_isThereOnce() {
    List<ResourceCondition> conditions =
        new ConditionSet(List.of(), FIRST, 1L)
            .set(ConditionType.READY, ConditionSet.FALSE, "A", "a")
            .set(ConditionType.READY, ConditionSet.TRUE, "B", "b")
            .build();
    assertThat(conditions).hasSize(1);
    assertThat(ConditionSet.isTrue(conditions, ConditionType.READY)).isTrue();
  }
}
