package io.dosql.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.operator.pod.StoredBackup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    return new StoredBackup("day" + age, time, 1, 1, null, null);
  }

  private static RetentionPlan plan(
      @Nullable Integer last, @Nullable Integer days, Set<String> partial, Set<String> inUse) {
    return new RetentionPlan(
        Optional.ofNullable(last), Optional.ofNullable(days), Map.of(), partial, inUse);
  }

  private static RetentionPlan expiring(String name, Duration fromNow, @Nullable Integer last) {
    return new RetentionPlan(
        Optional.ofNullable(last),
        Optional.empty(),
        Map.of(name, NOW.plus(fromNow)),
        Set.of(),
        Set.of());
  }

  private static List<String> prunable(
      List<StoredBackup> stored, @Nullable Integer last, @Nullable Integer days) {
    return plan(last, days, Set.of(), Set.of()).prunable(stored, NOW);
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
                    day(0),
                    new StoredBackup("exactly", NOW.minus(Duration.ofDays(2)), 1, 1, null, null)),
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
    assertThat(plan(1, null, Set.of(), Set.of("day2")).prunable(days(4), NOW))
        .containsExactly("day3", "day1");
  }

  @Test
  void backupOfSomeTenants_replacesNoWholeOne() {
    assertThat(plan(1, null, Set.of("day0"), Set.of()).prunable(days(3), NOW))
        .containsExactly("day2");
  }

  @Test
  void backupOfSomeTenants_goesWhenAWholeOneOfItsAgeWould() {
    assertThat(plan(1, null, Set.of("day1"), Set.of()).prunable(days(3), NOW))
        .containsExactly("day2", "day1");
  }

  @Test
  void backupsOfSomeTenantsOnly_areCountedWhenThereAreNoOthers() {
    assertThat(plan(1, null, Set.of("day0", "day1", "day2"), Set.of()).prunable(days(3), NOW))
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

  @Test
  void withoutRules_onlyWhatExpired_goes() {
    assertThat(expiring("day2", Duration.ZERO, null).prunable(days(4), NOW))
        .containsExactly("day2");
    assertThat(expiring("day2", Duration.ofSeconds(1), null).prunable(days(4), NOW)).isEmpty();
  }

  @Test
  void timeOfItsOwn_goesBeforeTheRules_inBothDirections() {
    assertThat(expiring("day1", Duration.ZERO, 3).prunable(days(4), NOW))
        .containsExactly("day3", "day1");
    assertThat(expiring("day3", Duration.ofDays(1), 1).prunable(days(4), NOW))
        .containsExactly("day2", "day1");
  }

  @Test
  void theNewest_isKept_thoughItsTimeIsOver() {
    assertThat(expiring("day0", Duration.ZERO, null).prunable(days(2), NOW)).isEmpty();
  }

  @Test
  void upcoming_isWhatNewBackupsAndTimeWillMakeSuperfluous() {
    RetentionPlan two = plan(2, null, Set.of(), Set.of());
    assertThat(two.upcoming(days(3), 0, Duration.ofDays(1), NOW)).containsExactly("day2");
    assertThat(two.upcoming(days(3), 1, Duration.ofDays(1), NOW)).containsExactly("day2", "day1");
    assertThat(plan(null, 3, Set.of(), Set.of()).upcoming(days(4), 0, Duration.ofDays(1), NOW))
        .containsExactly("day3", "day2");
  }

  /** Whatever is pruned at a time was announced a day before, if the schedule was right. */
  @Test
  void whatGoes_wasUpcomingBefore() {
    Random random = new Random(11);
    for (int round = 0; round < 500; round++) {
      List<StoredBackup> stored = days(1 + random.nextInt(12));
      Integer last = random.nextBoolean() ? 1 + random.nextInt(6) : null;
      Integer keep = random.nextBoolean() ? 1 + random.nextInt(6) : null;
      RetentionPlan plan = plan(last, keep, Set.of(), Set.of());
      Instant later = NOW.plus(Duration.ofDays(1));
      List<StoredBackup> grown = new ArrayList<>(stored);
      grown.add(new StoredBackup("new", later, 1, 1, null, null));
      assertThat(plan.upcoming(stored, 1, Duration.ofDays(1), NOW))
          .as("last %s, days %s, %d backups", last, keep, stored.size())
          .containsAll(plan.prunable(grown, later));
    }
  }
}
