package io.dosql.engine.archiver;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tries many seeds. {@code -Ddosql.seeds=N} tries more; {@code -Ddosql.seed=S} replays one. */
class ArchiverSimulationTest {

  private static final int DEFAULT_SEEDS = 50;

  private static final Logger LOG =
      (Logger) LoggerFactory.getLogger(Archiver.class.getPackageName());

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
  void theStoreHoldsAtEveryMomentAPrefixOfWhatWasSettled() throws Exception {
    Long replayed = Long.getLong("dosql.seed");
    if (replayed != null) {
      run(replayed);
      return;
    }
    int seeds = Integer.getInteger("dosql.seeds", DEFAULT_SEEDS);
    long first = System.nanoTime();
    System.out.printf("Archiver simulation: seeds %d to %d%n", first, first + seeds - 1);
    for (long seed = first; seed < first + seeds; seed++) {
      run(seed);
    }
  }

  @Test
  void seedsThatFoundABugOnceHold() throws Exception {
    // A copy covered the rest of a block as empty that its original had filled meanwhile.
    run(26629442589777L);
  }

  private void run(long seed) throws IOException {
    Path own = Files.createDirectories(folder.resolve("seed" + seed));
    ArchiverSimulation simulation = new ArchiverSimulation(seed, own);
    try {
      simulation.run();
    } catch (IOException | RuntimeException | AssertionError failure) {
      throw new AssertionError(
          "Replay with -Ddosql.seed=%d: %s".formatted(seed, simulation.describe()), failure);
    }
    delete(own);
  }

  /** Each leaves some hundred segments. */
  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
