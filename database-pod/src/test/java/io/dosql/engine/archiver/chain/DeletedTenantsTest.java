package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.Deletion;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.restore.ArchiveHistory;
import io.dosql.engine.archive.restore.RestorePlan;
import io.dosql.engine.archive.restore.RestoreTarget;
import io.dosql.engine.archive.store.FaultyObjectStore;
import io.dosql.engine.archive.store.FaultyObjectStore.Fault;
import io.dosql.engine.archiver.DrivenArchiver;
import io.dosql.engine.archiver.TestClock;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeletedTenantsTest {

  private static final String GONE = "gone";
  private static final String OTHER = "other";
  private static final long LOG_MAX = 150_000;

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final FaultyObjectStore store = new FaultyObjectStore(new MemoryStore(clock));
  private final BackupCatalog backups = new BackupCatalog(store, DrivenArchiver.LAYOUT);

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private SimulatedPod pod;

  @BeforeEach
  void aTenantIsInItsChain() throws Exception {
    start(new TreeMap<>());
    pod.pass(2);
    pod.commitAndPass(GONE);
    pod.commitAndPass(GONE);
    pod.pass(60);
    assertThat(chain()).isNotEmpty();
  }

  /** Starts the process, anew if there was one. */
  private void start(Map<String, ModelTenant> tenants) throws IOException {
    pod =
        new SimulatedPod(
            folder.resolve("pod"),
            new SimulatedPod.World(
                store,
                backups,
                clock,
                new Random(7),
                new SimulatedPod.Limits(
                    DrivenArchiver.LIMITS.withMaxLag(LOG_MAX), ChainSimulation.smallLimits())),
            tenants);
  }

  /** Somebody else commits now and then. */
  private void passDays(int days) {
    for (int i = 0; i < 24 * days; i++) {
      clock.advance(Duration.ofHours(1));
      pod.commitAndPass(OTHER);
      pod.pass(5);
    }
  }

  private Deletions deletions() {
    return new Deletions(store, DrivenArchiver.LAYOUT, pod.claimed());
  }

  private List<?> chain() {
    return new ChainCatalog(store, DrivenArchiver.LAYOUT, pod.claimed()).files(GONE);
  }

  private ModelTenant gone() {
    return Objects.requireNonNull(pod.tenants().get(GONE));
  }

  private RestorePlan plan(RestoreTarget target) {
    return new ArchiveHistory(store, DrivenArchiver.LAYOUT, ModelTenant.PAGE_SIZE, folder)
        .line(pod.claimed())
        .planner()
        .plan(GONE, target, clock.instant());
  }

  private Deletion deletion() {
    List<Deletion> found = deletions().of(GONE);
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private void deleteAndWriteDown() {
    pod.delete(GONE);
    pod.pass(2);
    for (int i = 0; i < 3; i++) {
      pod.commitAndPass(OTHER);
    }
  }

  @Test
  void fromTheDeletionOnATenantIsNotThere() {
    Instant before = clock.instant();
    deleteAndWriteDown();
    Deletion deletion = deletion();
    assertThat(deletion.lsn()).isEqualTo(3);
    assertThat(deletion.time()).isBetween(before, before.plusSeconds(2));

    assertThat(plan(new RestoreTarget.AtTime(before)).lsn()).isEqualTo(2);
    RestorePlan after = plan(new RestoreTarget.AtTime(deletion.time()));
    assertThat(after.isEmpty()).isTrue();
    assertThat(after.deletion()).contains(deletion);
    RestorePlan latest = plan(new RestoreTarget.Latest());
    assertThat(latest.lsn()).isEqualTo(2);
    assertThat(latest.deletion()).contains(deletion);
    RestorePlan commit = plan(new RestoreTarget.AtLsn(2));
    assertThat(commit.lsn()).isEqualTo(2);
    assertThat(commit.deletion()).isEmpty();
  }

  @Test
  void aTenantThatIsMadeAgainIsThereFromItsFirstCommitOn() {
    deleteAndWriteDown();
    Instant between = clock.instant();
    pod.pass(1);
    pod.commitAndPass(GONE);
    Instant after = clock.instant();
    // In log objects only, and then in a chain.
    for (int i = 0; i < 2; i++) {
      assertThat(plan(new RestoreTarget.AtTime(between)).isEmpty()).isTrue();
      RestorePlan plan = plan(new RestoreTarget.AtTime(after));
      assertThat(plan.lsn()).isEqualTo(4);
      assertThat(plan.deletion()).isEmpty();
      assertThat(plan(new RestoreTarget.Latest()).deletion()).isEmpty();
      pod.pass(90);
    }
    assertThat(plan(new RestoreTarget.AtTime(after)).files()).isNotEmpty();
  }

  @Test
  void aDeletionIsKnownWhereNobodyWritesByTwoEmptyLogObjects() {
    long before = pod.archiver().archiver().stored();
    pod.delete(GONE);
    pod.pass(10);
    assertThat(deletions().tenants()).containsExactly(GONE);
    assertThat(pod.archiver().archiver().stored()).isEqualTo(before + 2);
    assertThat(plan(new RestoreTarget.AtTime(clock.instant())).isEmpty()).isTrue();
    pod.pass(600);
    assertThat(pod.archiver().archiver().stored()).isEqualTo(before + 2);
  }

  @Test
  void aDeletionWaitsForTheProofThatNobodyElseWritesTheLine() {
    pod.delete(GONE);
    store.setFaults(
        (call, key) -> call.equals("put") && key.contains("/log/") ? Fault.REFUSED : Fault.NONE);
    pod.pass(600);
    assertThat(deletions().tenants()).isEmpty();
    store.repair();
    pod.pass(20);
    assertThat(deletions().tenants()).containsExactly(GONE);
  }

  @Test
  void aProcessThatEndedBeforeWritesItDownAfterItsNextStart() throws Exception {
    pod.delete(GONE);
    start(pod.tenants());
    pod.pass(10);
    assertThat(deletion().lsn()).isEqualTo(3);
    // Once, however often it starts, and nobody has to prove anything.
    start(pod.tenants());
    pod.pass(10);
    assertThat(deletions().of(GONE)).hasSize(1);
    assertThat(pod.archiver().archiver().stored()).isZero();
  }

  @Test
  void whatFollowsADeletionOutOfTheWindowIsForgotten() {
    deleteAndWriteDown();
    passDays(5);
    assertThat(chain()).isNotEmpty();
    assertThat(deletions().of(GONE)).isNotEmpty();
    passDays(4);
    assertThat(chain()).isEmpty();
    passDays(8);
    assertThat(deletions().tenants()).isEmpty();
    RestorePlan plan = plan(new RestoreTarget.AtTime(clock.instant().minus(Duration.ofDays(6))));
    assertThat(plan.isEmpty()).isTrue();
  }

  @Test
  void aDeletionOfATenantThatIsThereIsNotBelieved() {
    deletions().put(new Deletion(GONE, 1000, clock.instant()));
    passDays(9);
    assertThat(plan(new RestoreTarget.Latest()).lsn()).isEqualTo(2);
    assertThat(chain()).isNotEmpty();
  }

  /** More is committed than the log keeps for the archive, while the store fails. */
  private void loseCommits() {
    store.setFaults((call, key) -> Fault.REFUSED);
    pod.commitAndPass(GONE);
    pod.delete(GONE);
    pod.pass(2);
    long end = pod.settled().bytes() + 2 * LOG_MAX;
    while (pod.settled().bytes() < end) {
      pod.commitAndPass(OTHER);
    }
    store.repair();
  }

  @Test
  void whatAGapMayHaveHeldIsRefusedRatherThanAnsweredWithAnOlderState() {
    Instant before = clock.instant();
    loseCommits();
    Instant within = before.plusMillis(1500);
    pod.pass(120);
    pod.commitAndPass(OTHER);
    pod.pass(60);
    pod.commitAndPass(OTHER);
    pod.pass(60);
    assertThat(pod.archiver().archiver().status().gaps()).isPositive();
    Deletion deletion = deletion();
    assertThat(deletion.lsn()).isEqualTo(4);

    assertThatThrownBy(() -> plan(new RestoreTarget.AtTime(within)))
        .isInstanceOfSatisfying(
            DosqlException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.SNAPSHOT_NOT_AVAILABLE))
        .hasMessageContaining("is in a gap of the archive");
    assertThat(plan(new RestoreTarget.AtTime(deletion.time())).isEmpty()).isTrue();
    assertThat(plan(new RestoreTarget.Latest()).lsn()).isEqualTo(2);
  }

  @Test
  void aDeletionThatTheFoldersForgotWithTheLogIsFound() throws Exception {
    loseCommits();
    gone().tombstone = 0;
    start(pod.tenants());
    pod.pass(120);
    for (int i = 0; i < 4; i++) {
      pod.commitAndPass(OTHER);
      pod.pass(60);
    }
    assertThat(deletion().lsn()).isEqualTo(3);
    assertThat(plan(new RestoreTarget.AtTime(clock.instant())).isEmpty()).isTrue();
  }
}
