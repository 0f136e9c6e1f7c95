package io.dosql.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.Retention;
import io.dosql.operator.pod.StoredBackup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetentionPlanTest {

  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  /** {@code day0} is an hour old, {@code day1} a day more, and so on. */
  private static List<StoredBackup> days(int count) {
    return IntStream.range(0, count).mapToObj(RetentionPlanTest::day).toList();
  }

  private static StoredBackup day(int age) {
    Instant time = NOW.minus(Duration.ofDays(age)).minus(Duration.ofHours(1));
    return new StoredBackup("day" + age, time, 1, 1, null);
  }

  private static List<String> prunable(
      List<StoredBackup> stored, @Nullable Integer last, @Nullable Integer days) {
    return RetentionPlan.prunable(stored, new Retention(last, days), Set.of(), Set.of(), NOW);
  }

  @Test
  void keepLast_keepsTheNewest_andNamesTheOldestFirst() {
    assertThat(prunable(days(5), 2, null)).containsExactly("day4", "day3", "day2");
  }

  @Test
  void keepLastOfMoreThanThereAre_prunesNothing() {
    assertThat(prunable(days(3), 3, null)).isEmpty();
  }

  @Test
  void keepDays_keepsWhatIsYounger() {
    assertThat(prunable(days(5), null, 2)).containsExactly("day4", "day3", "day2");
    assertThat(
            prunable(
                List.of(
                    day(0), new StoredBackup("exactly", NOW.minus(Duration.ofDays(2)), 1, 1, null)),
                null,
                2))
        .containsExactly("exactly");
  }

  @Test
  void eitherRule_keeps() {
    assertThat(prunable(days(6), 4, 2)).containsExactly("day5", "day4");
    assertThat(prunable(days(6), 2, 4)).containsExactly("day5", "day4");
  }

  @Test
  void theNewest_isKeptHoweverOldItIs() {
    assertThat(prunable(List.of(day(400)), null, 1)).isEmpty();
    assertThat(prunable(List.of(day(400), day(401)), null, 1)).containsExactly("day401");
  }

  @Test
  void backupThatIsBeingRestored_isKept_butCounts() {
    assertThat(
            RetentionPlan.prunable(days(4), new Retention(1, null), Set.of(), Set.of("day2"), NOW))
        .containsExactly("day3", "day1");
  }

  @Test
  void backupOfSomeTenants_replacesNoWholeOne() {
    assertThat(
            RetentionPlan.prunable(days(3), new Retention(1, null), Set.of("day0"), Set.of(), NOW))
        .containsExactly("day2");
  }

  @Test
  void backupOfSomeTenants_goesWhenAWholeOneOfItsAgeWould() {
    assertThat(
            RetentionPlan.prunable(days(3), new Retention(1, null), Set.of("day1"), Set.of(), NOW))
        .containsExactly("day2", "day1");
  }

  @Test
  void backupsOfSomeTenantsOnly_areCountedWhenThereAreNoOthers() {
    assertThat(
            RetentionPlan.prunable(
                days(3), new Retention(1, null), Set.of("day0", "day1", "day2"), Set.of(), NOW))
        .containsExactly("day2", "day1");
  }

  @Test
  void noBackups_pruneNothing() {
    assertThat(prunable(List.of(), 1, 1)).isEmpty();
  }

  @Test
  void orderOfTheListing_doesNotMatter() {
    List<StoredBackup> shuffled = new ArrayList<>(days(20));
    Collections.shuffle(shuffled, new Random(7));
    assertThat(prunable(shuffled, 5, null)).isEqualTo(prunable(days(20), 5, null));
  }
}
