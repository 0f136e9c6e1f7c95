package io.dosql.engine.log;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tries many seeds. {@code -Ddosql.seeds=N} tries more; {@code -Ddosql.seed=S} replays one. */
@ExtendWith(QuietLog.class)
class CrashSimulationTest {

  private static final int DEFAULT_SEEDS = 250;

  @Test
  void whatIsAcknowledgedSurvivesEveryCrashAndNothingElseIsMadeUp() {
    Long replayed = Long.getLong("dosql.seed");
    if (replayed != null) {
      run(replayed);
      return;
    }
    int seeds = Integer.getInteger("dosql.seeds", DEFAULT_SEEDS);
    long first = System.nanoTime();
    System.out.printf("Crash simulation: seeds %d to %d%n", first, first + seeds - 1);
    for (long seed = first; seed < first + seeds; seed++) {
      run(seed);
    }
  }

  private static void run(long seed) {
    try {
      new CrashSimulation(seed).run();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("Replay with -Ddosql.seed=" + seed, e);
    }
  }
}
