package io.dosql.engine.archive.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ChainRulesTest {

  private static final Instant NOW = Instant.parse("2026-11-24T02:00:00Z");
  private static final ChainRules RULES =
      new ChainRules(Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofHours(24), 4, 1000);

  private static ChainFile first(long min, long max) {
    return file(ChainLevel.FIRST, min, max, 10);
  }

  private static ChainFile file(ChainLevel level, long min, long max, long bytes) {
    return new ChainFile(level, min, max, bytes, NOW);
  }

  private static List<String> toMerge(ChainFile... files) {
    return RULES.filesToMerge(Arrays.asList(files)).stream().map(ChainRulesTest::shown).toList();
  }

  private static String shown(ChainFile file) {
    return file.level().number() + ":" + file.minLsn() + "-" + file.maxLsn();
  }

  @Test
  void filesThatFollowEachOtherAreMerged() {
    assertThat(toMerge(first(2, 5), first(6, 6), first(7, 9)))
        .containsExactly("1:2-5", "1:6-6", "1:7-9");
  }

  @Test
  void oneFileAloneIsNotCopied() {
    assertThat(toMerge()).isEmpty();
    assertThat(toMerge(first(2, 5))).isEmpty();
    assertThat(toMerge(first(2, 5), first(8, 9), first(11, 12))).isEmpty();
  }

  @Test
  void nothingIsMergedAcrossAGap() {
    assertThat(toMerge(first(2, 5), first(8, 9), first(10, 12), first(20, 21)))
        .containsExactly("1:8-9", "1:10-12");
    assertThat(toMerge(first(2, 5), first(6, 7), first(20, 21), first(22, 22)))
        .containsExactly("1:2-5", "1:6-7");
  }

  @Test
  void theLongestStepsAreTaken() {
    assertThat(
            toMerge(
                first(2, 5),
                first(6, 7),
                first(8, 9),
                first(10, 11),
                file(ChainLevel.SECOND, 2, 7, 10),
                first(12, 12)))
        .containsExactly("2:2-7", "1:8-9", "1:10-11", "1:12-12");
  }

  @Test
  void asManyAsAllowedAreMergedAtOnce() {
    assertThat(toMerge(first(2, 2), first(3, 3), first(4, 4), first(5, 5), first(6, 6)))
        .containsExactly("1:2-2", "1:3-3", "1:4-4", "1:5-5");
    assertThat(
            toMerge(
                file(ChainLevel.FIRST, 2, 2, 400),
                file(ChainLevel.FIRST, 3, 3, 400),
                file(ChainLevel.FIRST, 4, 4, 400)))
        .containsExactly("1:2-2", "1:3-3");
    assertThat(toMerge(file(ChainLevel.FIRST, 2, 2, 4000), file(ChainLevel.FIRST, 3, 3, 4000)))
        .describedAs("two are merged whatever they have, or nothing would ever be")
        .hasSize(2);
  }

  @Property
  void whatIsMergedIsARunOfTheFilesAndNoRunIsForgotten(@ForAll long seed) {
    Random random = new Random(seed);
    List<ChainFile> files = new ArrayList<>();
    long lsn = 1;
    for (int i = random.nextInt(30); i > 0; i--) {
      lsn += random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 0;
      long max = lsn + 1 + random.nextInt(4);
      files.add(file(ChainLevel.FIRST, lsn + 1, max, random.nextInt(600)));
      lsn = max;
    }
    List<ChainFile> left = new ArrayList<>(files);
    int merged = 0;
    for (List<ChainFile> run = RULES.filesToMerge(left);
        !run.isEmpty();
        run = RULES.filesToMerge(left)) {
      assertThat(run).hasSizeBetween(2, 4).isSubsetOf(left);
      for (int i = 1; i < run.size(); i++) {
        assertThat(run.get(i).minLsn()).isEqualTo(run.get(i - 1).maxLsn() + 1);
      }
      long end = run.getLast().maxLsn();
      left.removeIf(file -> file.minLsn() <= end);
      merged++;
    }
    assertThat(merged).isLessThanOrEqualTo(files.size() / 2);
    for (int i = 1; i < left.size(); i++) {
      assertThat(left.get(i).minLsn()).isNotEqualTo(left.get(i - 1).maxLsn() + 1);
    }
  }

  @Test
  void mergesAreDueWhenTheOldestOfTwoFilesHasWaited() {
    ChainState one = ChainState.NONE.restarted(5, 3, NOW).extended(7, 3, NOW);
    ChainState two = one.extended(9, 3, NOW.plusSeconds(200));
    assertThat(RULES.isMergeDue(ChainLevel.SECOND, one, NOW.plusSeconds(9000))).isFalse();
    assertThat(RULES.isMergeDue(ChainLevel.SECOND, two, NOW.plusSeconds(299))).isFalse();
    assertThat(RULES.isMergeDue(ChainLevel.SECOND, two, NOW.plusSeconds(300))).isTrue();
    assertThat(RULES.isMergeDue(ChainLevel.THIRD, two, NOW.plusSeconds(300))).isFalse();
    assertThat(RULES.isMergeDue(ChainLevel.THIRD, two, NOW.plusSeconds(3600))).isTrue();
    ChainState merged = two.merged(ChainLevel.SECOND);
    assertThat(RULES.isMergeDue(ChainLevel.SECOND, merged, NOW.plusSeconds(9000))).isFalse();
    assertThat(RULES.isMergeDue(ChainLevel.THIRD, merged, NOW.plusSeconds(3600))).isTrue();
  }

  @Test
  void snapshotsAreDueOfWhatHasChanged() {
    ChainState fresh = ChainState.NONE.restarted(5, 3, NOW);
    ChainState changed = fresh.extended(7, 3, NOW);
    Instant nextDay = NOW.plus(Duration.ofHours(24));
    assertThat(RULES.isSnapshotDue(fresh, nextDay)).isFalse();
    assertThat(RULES.isSnapshotDue(changed, nextDay.minusSeconds(1))).isFalse();
    assertThat(RULES.isSnapshotDue(changed, nextDay)).isTrue();
    assertThat(RULES.isSnapshotDue(changed.snapshotTaken(7, nextDay), nextDay.plusSeconds(86400)))
        .isFalse();
  }

  @Test
  void aChainGoesOnBehindItsEndOrBehindASnapshotThatBridgesAGap() {
    ChainState state =
        ChainState.NONE.restarted(5, 3, NOW).extended(7, 3, NOW).snapshotTaken(20, NOW);
    assertThat(state.continuesBehind(3)).isEqualTo(Optional.of(7L));
    assertThat(state.continuesBehind(8)).isEqualTo(Optional.of(7L));
    assertThat(state.continuesBehind(9)).isEqualTo(Optional.of(20L));
    assertThat(state.continuesBehind(21)).isEqualTo(Optional.of(20L));
    assertThat(state.continuesBehind(22)).isEmpty();
    assertThat(ChainState.NONE.continuesBehind(1)).isEmpty();
  }
}
