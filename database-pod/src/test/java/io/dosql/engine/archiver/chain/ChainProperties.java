package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Whatever happens, in whatever order: each file of a chain does exactly what the commits did, and
 * what is said to be in chains is. jqwik prints the seed of a failure and replays it.
 */
class ChainProperties {

  private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void chainsHoldWhatWasCommitted(@ForAll long seed) throws Exception {
    run(seed);
  }

  /** Log objects alone would tell what it held, and here there are none. */
  @Example
  void whatATenantHeldThatWasDeletedBeforeItGotIntoAChainIsNotAskedOfTheNextOfItsName()
      throws Exception {
    run(-4654144331434415024L);
  }

  private static void run(long seed) throws Exception {
    Random random = new Random(seed);
    Path folder = Files.createTempDirectory("chains");
    try (ChainSimulation simulation =
        new ChainSimulation(folder, random, ChainSimulation.smallLimits())) {
      for (int i = 0; i < 120; i++) {
        step(simulation, random);
        checkPromise(simulation);
      }
      simulation.store.heal();
      simulation.archiveGoesOn(true);
      simulation.workUntilDone();
      checkPromise(simulation);
      check(simulation);
    } finally {
      deleteAll(folder);
    }
  }

  private static void step(ChainSimulation simulation, Random random) throws IOException {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5 -> simulation.commit(name);
      case 6, 7 -> {
        String other = NAMES.get((NAMES.indexOf(name) + 1) % NAMES.size());
        simulation.commit(name, List.of(() -> simulation.commit(other)));
      }
      case 8 -> {
        if (simulation.tenant(name).exists) {
          simulation.beginCommit(name);
        }
      }
      case 9 -> {
        if (simulation.tenant(name).exists && simulation.tenant(name).lsn > 0) {
          simulation.delete(name);
        }
      }
      case 10, 11 -> simulation.archiveAll();
      case 12 ->
          simulation
              .tenant(name)
              .states
              .values()
              .forEach(
                  state ->
                      simulation.archiveUpTo(random.nextBoolean() ? state.end() : state.last()));
      case 13, 14, 15, 16 -> {
        boolean _ = simulation.round();
      }
      case 17, 18 -> {
        boolean _ = simulation.upkeep();
      }
      case 19 -> simulation.pass(Duration.ofSeconds(random.nextInt(20_000)));
      case 20 -> {
        if (random.nextBoolean()) {
          simulation.restart();
        } else {
          simulation.restartWithoutHold();
        }
      }
      case 21 ->
          simulation.store.failAfter(
              random.nextInt(12),
              random.nextBoolean() ? MemoryStore.Fault.BEFORE : MemoryStore.Fault.AFTER);
      case 22 -> {
        simulation.checkpoint();
        simulation.archiveGoesOn(random.nextBoolean());
      }
      case 23 -> {
        ModelTenant tenant = simulation.tenant(name);
        if (tenant.exists && tenant.states.containsKey(tenant.lsn)) {
          simulation.store.heal();
          simulation.backUp(name);
        }
      }
      default -> throw new IllegalStateException("no such step");
    }
  }

  /**
   * What is before the position that is told is in chains, as long as the tenant is there; what
   * another of its name had before it is not its own.
   */
  private static void checkPromise(ChainSimulation simulation) throws IOException {
    LogPosition chainedTo = simulation.status().chainedTo();
    for (ModelTenant tenant : simulation.tenants.values()) {
      long begin = tenant.deletions.isEmpty() ? 0 : tenant.deletions.lastKey();
      long promised =
          tenant.states.tailMap(begin, false).entrySet().stream()
              .filter(commit -> commit.getValue().end().compareTo(chainedTo) <= 0)
              .mapToLong(commit -> commit.getKey())
              .max()
              .orElse(0);
      if (tenant.exists) {
        assertThat(new StoredChain(simulation.store, tenant).reach())
            .describedAs("tenant %s, chained to %s", tenant.name, chainedTo)
            .isGreaterThanOrEqualTo(promised);
      }
    }
  }

  private static void check(ChainSimulation simulation) throws IOException {
    for (ModelTenant tenant : simulation.tenants.values()) {
      StoredChain chain = new StoredChain(simulation.store, tenant);
      chain.checkEveryFile();
      chain.checkNothingIsBehindAGap();
      if (tenant.exists && tenant.states.containsKey(tenant.lsn)) {
        assertThat(chain.reach()).describedAs("tenant " + tenant.name).isEqualTo(tenant.lsn);
      }
    }
    assertThat(simulation.scratchFiles()).isEmpty();
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
