package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cases that {@link ChainProperties} meets by chance, one by one. */
class ChainWorkTest {

  @TempDir Path folder;
  private int lives;

  @SuppressWarnings("NullAway.Init") // Set by each test.
  private ChainSimulation simulation;

  @AfterEach
  void close() throws Exception {
    simulation.close();
  }

  private ChainSimulation begin() throws Exception {
    if (lives > 0) {
      close();
    }
    simulation =
        new ChainSimulation(
            folder.resolve("life-" + lives++), new Random(7), ChainSimulation.smallLimits());
    return simulation;
  }

  private StoredChain chain(String tenant) throws Exception {
    StoredChain chain = new StoredChain(simulation.store, simulation.tenant(tenant));
    chain.checkEveryFile();
    return chain;
  }

  @Test
  void aNewTenantsChainBeginsWithASnapshotOutOfTheLog() throws Exception {
    begin().commit("a");
    simulation.commit("a");
    simulation.archiveAll();
    assertThat(simulation.round()).isTrue();
    assertThat(chain("a").files(9)).hasSize(1);
    assertThat(chain("a").files(9).getFirst().header().maxTxid()).isEqualTo(2);
    assertThat(chain("a").files(9).getFirst().header().firstLogObject())
        .describedAs("which tells that there was nothing before")
        .isPositive();
    assertThat(simulation.copies()).isZero();

    simulation.commit("a");
    simulation.archiveAll();
    assertThat(simulation.round()).isTrue();
    assertThat(chain("a").files(1)).hasSize(1);
    assertThat(chain("a").reach()).isEqualTo(3);
  }

  @Test
  void nothingIsBuiltOfWhatNoLogObjectHolds() throws Exception {
    begin().commit("a");
    assertThat(simulation.round()).isTrue();
    assertThat(simulation.store.keys()).isEmpty();
  }

  @Test
  void aTenantThatDidNotChangeCostsNothing() throws Exception {
    begin().commit("a");
    simulation.archiveAll();
    assertThat(simulation.round()).isTrue();
    simulation.archiveAll();
    long calls = simulation.store.calls();
    assertThat(simulation.round()).isTrue();
    assertThat(simulation.store.calls()).isEqualTo(calls);
  }

  @Test
  void whatALogThatWentOnDoesNotHold_comesWithASnapshot() throws Exception {
    begin().commit("a");
    simulation.archiveAll();
    assertThat(simulation.round()).isTrue();
    LogPosition before = simulation.status().chainedTo();
    for (int i = 0; i < 300; i++) {
      simulation.commit("a");
    }
    simulation.commit("b");
    simulation.archiveAll();

    assertThat(simulation.round()).isTrue();

    assertThat(simulation.status().gaps()).isOne();
    assertThat(simulation.status().isCatchingUp()).isTrue();
    assertThat(simulation.status().chainedTo()).isEqualTo(before);
    simulation.workUntilDone();
    assertThat(simulation.status().isCatchingUp()).isFalse();
    assertThat(simulation.copies()).isPositive();
    assertThat(chain("a").reach()).isEqualTo(301);
    assertThat(chain("b").reach()).isEqualTo(1);
    chain("a").checkNothingIsBehindAGap();
  }

  @Test
  void theLogIsLetGoOfAlsoWhileNothingGetsIntoLogObjects() throws Exception {
    begin().commit("a");
    simulation.archiveAll();
    assertThat(simulation.round()).isTrue();
    for (int i = 0; i < 300; i++) {
      simulation.commit("a");
    }
    assertThat(simulation.round()).isTrue();
    assertThat(simulation.status().gaps()).isOne();
    simulation.workUntilDone();
    assertThat(chain("a").reach()).isEqualTo(301);
  }

  @Test
  void aTenantInWhoseFolderAnotherWrites_stopsAlone_andGoesOnWhenThatIsGone() throws Exception {
    begin().commit("a");
    simulation.commit("b");
    simulation.archiveAll();
    assertThat(simulation.round()).isTrue();
    String stranger = ChainSimulation.PREFIX + "a/0001/notes.txt";
    simulation.store.put(stranger, new byte[1], Map.of(), simulation.now());
    simulation.restart();
    simulation.commit("a");
    simulation.commit("b");
    simulation.archiveAll();

    assertThat(simulation.round()).isTrue();

    assertThat(chain("b").reach()).isEqualTo(2);
    ChainFailure failure = simulation.status().failure().orElseThrow();
    assertThat(failure.tenant()).isEqualTo("a");
    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_CONFLICT);
    assertThat(failure.message()).contains(stranger);
    assertThat(simulation.status().tenantsInDebt()).isOne();
    LogPosition stuck = simulation.status().chainedTo();
    simulation.commit("b");
    simulation.archiveAll();
    assertThat(simulation.round()).isTrue();
    assertThat(simulation.status().chainedTo()).isEqualTo(stuck);

    simulation.store.delete(List.of(stranger));
    simulation.workUntilDone();
    assertThat(simulation.status().tenantsInDebt()).isZero();
    assertThat(simulation.status().failure()).isEmpty();
    assertThat(chain("a").reach()).isEqualTo(2);
  }

  @Test
  void filesAreMergedUpwardsAndSnapshotsTakenInTime() throws Exception {
    begin().commit("a");
    for (int i = 0; i < 40; i++) {
      simulation.commit("a");
      simulation.archiveAll();
      assertThat(simulation.round()).isTrue();
      simulation.pass(Duration.ofMinutes(4));
      for (int j = 0; j < 4; j++) {
        assertThat(simulation.upkeep()).isTrue();
      }
    }
    simulation.pass(Duration.ofHours(24));
    for (int i = 0; i < 10; i++) {
      assertThat(simulation.upkeep()).isTrue();
    }
    StoredChain chain = chain("a");
    assertThat(chain.files(1)).hasSizeGreaterThan(30);
    assertThat(chain.files(2)).hasSizeGreaterThan(5);
    assertThat(chain.files(3)).isNotEmpty();
    assertThat(chain.files(9).getLast().header().maxTxid()).isEqualTo(41);
    assertThat(simulation.status().files().get(ChainLevel.THIRD)).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void afterAFailureAtAnyStep_andARestart_nothingIsMissingOrDoneTwice(MemoryStore.Fault fault)
      throws Exception {
    int step = 0;
    while (failAt(step, fault)) {
      step++;
    }
    assertThat(step).describedAs("calls that can fail").isGreaterThan(20);
  }

  /** Whether there was such a step. */
  private boolean failAt(int step, MemoryStore.Fault fault) throws Exception {
    begin();
    simulation.store.failAfter(step, fault);
    if (!live()) {
      simulation.restart();
    }
    boolean hasFailed = simulation.store.hasFailed();
    simulation.store.heal();
    simulation.workUntilDone();
    for (String tenant : List.of("a", "b")) {
      StoredChain chain = chain(tenant);
      assertThat(chain.reach())
          .describedAs("tenant %s after step %d failed", tenant, step)
          .isEqualTo(simulation.tenant(tenant).lsn);
      long covered = 0;
      for (StoredChain.File file : chain.files(1)) {
        assertThat(file.header().minTxid()).describedAs(file.key()).isGreaterThan(covered);
        covered = file.header().maxTxid();
      }
    }
    assertThat(simulation.scratchFiles()).isEmpty();
    return hasFailed;
  }

  /** Rounds, merges and snapshots; whether all of it worked. */
  private boolean live() throws Exception {
    boolean isGood = true;
    for (int i = 0; i < 6; i++) {
      simulation.commit("a");
      simulation.commit("b", List.of(() -> simulation.commit("a")));
      simulation.archiveAll();
      isGood &= simulation.round();
      simulation.pass(Duration.ofMinutes(30));
      for (int j = 0; j < 4; j++) {
        isGood &= simulation.upkeep();
      }
    }
    simulation.pass(Duration.ofHours(25));
    for (int j = 0; j < 6; j++) {
      isGood &= simulation.upkeep();
    }
    return isGood && simulation.status().failure().isEmpty();
  }
}
