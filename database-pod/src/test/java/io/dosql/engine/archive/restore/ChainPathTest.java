package io.dosql.engine.archive.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.ChainLevel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The last commit of a moment, found by the times of files. */
class ChainPathTest {

  private static final Instant BEGIN = Instant.parse("2026-11-24T02:00:00Z");

  private static Instant at(long millis) {
    return BEGIN.plusMillis(millis);
  }

  /** Files of all levels, some within others; a snapshot may be up to 3 ms late. */
  private static List<ChainFile> randomChain(Random random, List<Instant> timeOfCommit) {
    int commits = timeOfCommit.size() - 1;
    List<ChainFile> chain = new ArrayList<>();
    for (ChainLevel level : ChainLevel.values()) {
      long end = 1;
      int files = random.nextInt(8);
      for (int i = 0; i < files && end < commits; i++) {
        long min = Math.max(2, end + 1 - random.nextInt(3));
        long max = Math.min(commits, min + random.nextInt(6));
        chain.add(
            level == ChainLevel.SNAPSHOT
                ? new ChainFile(level, 1, max, 1, timeOfCommit.get((int) max).plusMillis(3))
                : new ChainFile(level, min, max, 1, timeOfCommit.get((int) max)));
        end = max + random.nextInt(3);
      }
    }
    return chain;
  }

  @Property(tries = 3000)
  void itIsThatOfTheLastFileInTime(@ForAll long seed) {
    Random random = new Random(seed);
    List<Instant> timeOfCommit = new ArrayList<>(List.of(BEGIN));
    for (int lsn = 1; lsn <= 40; lsn++) {
      timeOfCommit.add(timeOfCommit.getLast().plusMillis(random.nextInt(3)));
    }
    List<ChainFile> chain = randomChain(random, timeOfCommit);
    for (long millis = -1; millis < 90; millis++) {
      Instant moment = at(millis);
      long expected =
          chain.stream()
              .filter(file -> !file.modified().isAfter(moment))
              .mapToLong(ChainFile::maxLsn)
              .max()
              .orElse(0);
      assertThat(ChainPath.lastLsnAt(chain, moment, ChainFile::modified))
          .describedAs("%s in %s", moment, chain)
          .isEqualTo(expected);
    }
  }

  @Example
  void ofFilesThatHoldACommitTheSmallestIsTaken() {
    ChainFile smallest = new ChainFile(ChainLevel.FIRST, 56, 59, 1, BEGIN);
    List<ChainFile> chain =
        List.of(
            new ChainFile(ChainLevel.THIRD, 9, 59, 1, BEGIN),
            new ChainFile(ChainLevel.SECOND, 27, 59, 1, BEGIN),
            smallest,
            new ChainFile(ChainLevel.FIRST, 60, 64, 1, BEGIN),
            new ChainFile(ChainLevel.SECOND, 27, 64, 1, BEGIN));
    assertThat(ChainPath.covering(chain, 55)).contains(smallest);
  }

  @Example
  void aWeekOfFiles_isAskedForAboutOneLevelOnly() {
    List<ChainFile> chain = new ArrayList<>();
    long commits = 20_160;
    for (long lsn = 2; lsn <= commits; lsn++) {
      chain.add(new ChainFile(ChainLevel.FIRST, lsn, lsn, 1, at(lsn)));
      if (lsn % 10 == 0) {
        chain.add(new ChainFile(ChainLevel.SECOND, Math.max(2, lsn - 9), lsn, 1, at(lsn)));
      }
      if (lsn % 120 == 0) {
        chain.add(new ChainFile(ChainLevel.THIRD, Math.max(2, lsn - 119), lsn, 1, at(lsn)));
      }
      if (lsn % 2880 == 0) {
        chain.add(new ChainFile(ChainLevel.SNAPSHOT, 1, lsn, 1, at(lsn)));
      }
    }
    List<ChainFile> asked = new ArrayList<>();
    long last =
        ChainPath.lastLsnAt(
            chain,
            at(12_345),
            file -> {
              asked.add(file);
              return file.modified();
            });
    assertThat(last).isEqualTo(12_345);
    // The logarithm of one level's files; of all levels it would be 36.
    assertThat(asked).hasSizeLessThanOrEqualTo(15);
  }
}
