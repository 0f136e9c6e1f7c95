package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Lives through a few hours, the same ones each time. {@code -Ddosql.seeds=N} tries so many others;
 * {@code -Ddosql.seed=S} replays one.
 */
class ArchiveFaultScheduleTest {

  private static final int DEFAULT_SEEDS = 6;
  private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.dosql.engine.archiver");

  @TempDir Path folder;

  @BeforeAll
  static void hideProvokedFailures() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void showFailures() {
    LOG.setLevel(null);
  }

  @Test
  void whatTheStatusPromisedIsRestoredExactly() throws Exception {
    Long replayed = Long.getLong("dosql.seed");
    if (replayed != null) {
      System.out.println(run(replayed));
      return;
    }
    Integer more = Integer.getInteger("dosql.seeds");
    int seeds = more == null ? DEFAULT_SEEDS : more;
    long first = more == null ? 1 : System.nanoTime();
    System.out.printf("Fault schedules: seeds %d to %d%n", first, first + seeds - 1);
    ArchiveFaultSchedule.Tally all = new ArchiveFaultSchedule.Tally();
    for (long seed = first; seed < first + seeds; seed++) {
      all.add(run(seed));
    }
    System.out.println(all);
    assertThat(all.deleted).isPositive();
    assertThat(all.restored).isGreaterThan(100 * seeds);
  }

  private ArchiveFaultSchedule.Tally run(long seed) throws IOException {
    Path own = Files.createDirectories(folder.resolve("seed" + seed));
    ArchiveFaultSchedule schedule = new ArchiveFaultSchedule(seed, own);
    try {
      return schedule.run();
    } catch (IOException | RuntimeException | AssertionError failure) {
      throw new AssertionError(
          "Replay with -Ddosql.seed=%d: %s".formatted(seed, schedule.describe()), failure);
    }
  }
}
