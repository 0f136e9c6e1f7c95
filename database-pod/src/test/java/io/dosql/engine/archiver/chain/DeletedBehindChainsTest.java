package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.restore.ArchiveHistory;
import io.dosql.engine.archive.restore.LineHistory;
import io.dosql.engine.archive.restore.RestorePlan;
import io.dosql.engine.archive.restore.RestoreTarget;
import io.dosql.engine.archive.store.FaultyObjectStore;
import io.dosql.engine.archive.store.FaultyObjectStore.Fault;
import io.dosql.engine.archiver.DrivenArchiver;
import io.dosql.engine.archiver.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tenant that is deleted while its chain lacks commits: that all commits before a position are in
 * chains has to be true of it as well.
 */
class DeletedBehindChainsTest {

  private static final String GONE = "gone";

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final FaultyObjectStore store = new FaultyObjectStore(new MemoryStore(clock));
  private SimulatedPod pod;

  @BeforeEach
  void aTenantIsInItsChainWhichCannotGoOn() throws Exception {
    pod =
        new SimulatedPod(
            folder.resolve("pod"),
            new SimulatedPod.World(
                store,
                new BackupCatalog(store, DrivenArchiver.LAYOUT),
                clock,
                new Random(7),
                new SimulatedPod.Limits(
                    DrivenArchiver.LIMITS.withMaxLag(1 << 28), ChainSimulation.smallLimits())),
            new TreeMap<>());
    pod.pass(2);
    for (int i = 0; i < 3; i++) {
      pod.commitAndPass(GONE);
    }
    pod.pass(60);
    assertChained();
    refusePutsTo("/tenants/");
    for (int i = 0; i < 3; i++) {
      pod.commitAndPass(GONE);
    }
  }

  private void refusePutsTo(String part) {
    store.setFaults(
        (call, key) -> call.equals("put") && key.contains(part) ? Fault.REFUSED : Fault.NONE);
  }

  private ChainStatus chains() {
    return pod.chainStatus().orElseThrow();
  }

  /** More is committed than the log keeps for chains. */
  private void leaveChainsBehind() {
    while (chains().gaps() == 0) {
      pod.commitAndPass("other");
    }
  }

  private void assertRestorable() throws IOException {
    ModelTenant gone = Objects.requireNonNull(pod.tenants().get(GONE));
    ArchiveHistory history =
        new ArchiveHistory(store, DrivenArchiver.LAYOUT, ModelTenant.PAGE_SIZE, folder);
    LineHistory line = history.line(pod.claimed());
    ModelTenant.State last = gone.states.lastEntry().getValue();
    RestorePlan plan =
        line.planner().plan(GONE, new RestoreTarget.AtTime(last.time()), clock.instant());
    assertThat(plan.lsn()).isEqualTo(gone.states.lastKey());
    Path file = folder.resolve("restored.db");
    line.builder().build(plan, file, bytes -> {});
    assertThat(Files.readAllBytes(file)).isEqualTo(ChainSimulation.bytes(last.pages()));
  }

  private void assertClosed() {
    store.repair();
    pod.pass(300);
    // The newest log object says so as well.
    pod.commitAndPass("other");
    pod.pass(60);
    pod.commitAndPass("other");
    pod.pass(2);
    assertThat(chains().isCatchingUp()).isFalse();
    assertThat(chains().tenantsInDebt()).isZero();
    assertChained();
  }

  /** That it is said so, at least. */
  private void assertChained() {
    ModelTenant gone = Objects.requireNonNull(pod.tenants().get(GONE));
    assertThat(chains().chainedTo())
        .isGreaterThanOrEqualTo(gone.states.lastEntry().getValue().end());
  }

  @Test
  void whatChainsPassedOverOfATenantThatIsGoneComesIntoThem() throws Exception {
    pod.delete(GONE);
    leaveChainsBehind();
    assertClosed();
    assertRestorable();
  }

  @Test
  void aTenantThatIsDeletedWhileItOwesASnapshotPaysIt() throws Exception {
    leaveChainsBehind();
    refusePutsTo("/ltx/9/");
    pod.pass(60);
    assertThat(chains().tenantsInDebt()).isPositive();
    pod.delete(GONE);
    assertClosed();
    assertRestorable();
  }
}
