package io.dosql.engine.archive.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.chain.ChainRetention;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever a chain is like, what is deleted of it costs no moment that is to be kept. */
class ChainRetentionProperties {

  private static final Instant BEGIN = Instant.parse("2026-11-24T02:00:00Z");
  private static final Duration SPACING = Duration.ofSeconds(60);

  /** The time of each commit; index 0 is not one's. */
  private final List<Instant> times = new ArrayList<>(List.of(BEGIN));

  private ChainFile file(ChainLevel level, long min, long max) {
    return new ChainFile(level, min, max, 10, times.get((int) max));
  }

  private ChainFile snapshot(long lsn) {
    return file(ChainLevel.SNAPSHOT, 1, lsn);
  }

  /** A chain as it comes about: with snapshots at any LSN, stretches left out, files merged. */
  private List<ChainFile> randomChain(Random random, int commits) {
    times.clear();
    times.add(BEGIN);
    for (int lsn = 1; lsn <= commits; lsn++) {
      times.add(times.getLast().plusSeconds(random.nextInt(20)));
    }
    List<ChainFile> chain = new ArrayList<>();
    long end = 1L + random.nextInt(3);
    chain.add(snapshot(end));
    List<ChainFile> unmerged = new ArrayList<>();
    while (end < commits) {
      long next = Math.min(commits, end + 1 + random.nextInt(4));
      if (random.nextInt(12) == 0) {
        // The chain goes on from a snapshot; what was between is in log objects only.
        chain.add(snapshot(next));
        unmerged.clear();
      } else {
        ChainFile first = file(ChainLevel.FIRST, end + 1, next);
        chain.add(first);
        unmerged.add(first);
      }
      if (unmerged.size() > 1 && random.nextInt(3) == 0) {
        ChainLevel level = random.nextBoolean() ? ChainLevel.SECOND : ChainLevel.THIRD;
        chain.add(file(level, unmerged.getFirst().minLsn(), unmerged.getLast().maxLsn()));
        unmerged.clear();
      }
      end = next;
    }
    for (int backups = random.nextInt(8); backups > 0; backups--) {
      ChainFile snapshot = snapshot(1 + random.nextInt(commits));
      if (!chain.contains(snapshot)) {
        chain.add(snapshot);
      }
    }
    return chain;
  }

  private static List<ChainFile> without(List<ChainFile> chain, ChainRetention.Excess excess) {
    List<ChainFile> rest = new ArrayList<>(chain);
    rest.removeAll(excess.files());
    rest.removeAll(excess.snapshots());
    return rest;
  }

  @Property(tries = 2000)
  void everyLaterMomentIsReached(@ForAll long seed) {
    Random random = new Random(seed);
    int commits = 5 + random.nextInt(60);
    List<ChainFile> chain = randomChain(random, commits);
    Instant keptFrom = times.get(random.nextInt(commits + 1));
    ChainRetention retention = new ChainRetention(keptFrom, SPACING);
    List<ChainFile> rest = without(chain, retention.excess(chain, 0, ChainFile::modified));
    for (int lsn = 1; lsn <= commits; lsn++) {
      if (!times.get(lsn).isBefore(keptFrom)) {
        assertReached(chain, rest, times.get(lsn));
      }
    }
    ChainRetention.Excess again = retention.excess(rest, 0, ChainFile::modified);
    assertThat(again.files()).isEmpty();
    assertThat(again.snapshots()).isEmpty();
  }

  @Property(tries = 1000)
  void nothingIsLeftOfATenantThatWasDeleted_andAllOfTheNextOne(@ForAll long seed) {
    Random random = new Random(seed);
    int commits = 5 + random.nextInt(60);
    List<ChainFile> chain = randomChain(random, commits);
    // As a tenant does that was made anew behind it.
    List<ChainFile> snapshots =
        chain.stream().filter(file -> file.level() == ChainLevel.SNAPSHOT).toList();
    long voidTo = snapshots.get(random.nextInt(snapshots.size())).maxLsn() - 1;
    List<ChainFile> possible =
        chain.stream()
            .filter(
                file ->
                    file.minLsn() > voidTo
                        || file.maxLsn() <= voidTo
                        || file.level() == ChainLevel.SNAPSHOT)
            .toList();
    Instant keptFrom = times.get(random.nextInt(commits + 1));
    ChainRetention retention = new ChainRetention(keptFrom, SPACING);
    List<ChainFile> rest =
        without(possible, retention.excess(possible, voidTo, ChainFile::modified));
    assertThat(rest).allMatch(file -> file.maxLsn() > voidTo);
    List<ChainFile> alive = possible.stream().filter(file -> file.maxLsn() > voidTo).toList();
    List<ChainFile> restOfAlive = without(alive, retention.excess(alive, 0, ChainFile::modified));
    assertThat(rest).containsExactlyElementsOf(restOfAlive);
  }

  private static void assertReached(List<ChainFile> chain, List<ChainFile> rest, Instant time) {
    ChainPath before = path(chain, time);
    ChainPath after = path(rest, time);
    assertThat(after.files().isEmpty()).isEqualTo(before.files().isEmpty());
    if (after.lsn() < before.lsn()) {
      // A snapshot between two ends of files is gone; single commits lead there, which a file tells
      // where to find.
      ChainFile last = before.files().getLast();
      assertThat(last.level()).isEqualTo(ChainLevel.SNAPSHOT);
      assertThat(ChainPath.covering(rest, after.lsn()))
          .hasValueSatisfying(
              file -> assertThat(file.maxLsn()).isGreaterThanOrEqualTo(last.maxLsn()));
    }
  }

  private static ChainPath path(List<ChainFile> chain, Instant time) {
    return ChainPath.upTo(chain, ChainPath.lastLsnAt(chain, time, ChainFile::modified));
  }

  @Property(tries = 1000)
  void nothingIsLeftBehindTheBase(@ForAll long seed) {
    Random random = new Random(seed);
    int commits = 5 + random.nextInt(60);
    List<ChainFile> chain = randomChain(random, commits);
    Instant keptFrom = times.get(random.nextInt(commits + 1));
    List<ChainFile> rest =
        without(chain, new ChainRetention(keptFrom, SPACING).excess(chain, 0, ChainFile::modified));
    List<ChainFile> bases =
        rest.stream()
            .filter(file -> file.level() == ChainLevel.SNAPSHOT)
            .filter(file -> !file.modified().isAfter(keptFrom))
            .toList();
    assertThat(bases).hasSizeLessThanOrEqualTo(1);
    assertThat(rest)
        .allSatisfy(
            file ->
                assertThat(bases.isEmpty() || file.maxLsn() >= bases.getFirst().maxLsn()).isTrue());
  }

  @Example
  void snapshotsOfBackups_goIfOthersAreNear() {
    for (int lsn = 1; lsn <= 9; lsn++) {
      times.add(BEGIN.plusSeconds(lsn * 20L));
    }
    List<ChainFile> chain =
        List.of(
            snapshot(1),
            snapshot(3),
            snapshot(4),
            snapshot(8),
            file(ChainLevel.FIRST, 2, 5),
            file(ChainLevel.FIRST, 6, 7));
    ChainRetention.Excess excess =
        new ChainRetention(BEGIN, SPACING).excess(chain, 0, ChainFile::modified);
    // LSN 4 is a minute after 1, and 8 is behind what files lead to.
    assertThat(excess.snapshots()).containsExactly(snapshot(3));
    assertThat(excess.files()).isEmpty();
    assertThat(excess.nextBase()).contains(times.get(1));
  }

  @Example
  void theCommitsOwnTimeDecides_whereTheStoresClockIsLate() {
    for (int lsn = 1; lsn <= 3; lsn++) {
      times.add(BEGIN.plusSeconds(lsn * 100L));
    }
    List<ChainFile> chain = List.of(snapshot(1), snapshot(3), file(ChainLevel.FIRST, 2, 3));
    ChainRetention retention = new ChainRetention(BEGIN.plusSeconds(300), SPACING);
    assertThat(retention.excess(chain, 0, ChainFile::modified).snapshots())
        .containsExactly(snapshot(1));
    assertThat(retention.excess(chain, 0, file -> file.modified().plusSeconds(1)).snapshots())
        .isEmpty();
  }
}
