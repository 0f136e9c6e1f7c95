package io.dosql.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.chain.ChainRules;
import io.dosql.engine.archive.restore.ArchiveHistory;
import io.dosql.engine.archive.restore.RestorePlan;
import io.dosql.engine.archive.restore.RestoreTarget;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archiver.Archiver;
import io.dosql.engine.archiver.ArchiverLimits;
import io.dosql.engine.archiver.ArchiverThreads;
import io.dosql.engine.archiver.LineBook;
import io.dosql.engine.archiver.MaxLagPolicy;
import io.dosql.engine.archiver.chain.ChainLimits;
import io.dosql.engine.archiver.chain.Chains;
import io.dosql.engine.archiver.chain.PodTenants;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.tenant.TenantDatabase;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import io.dosql.engine.tenant.WriteStop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real engine whose log is archived and carried into chains: every moment of it comes back. */
class HistoryRestoreTest {

  private static final String LINE = "00000000000007f3";
  private static final int STEPS = 250;
  private static final List<String> TENANTS = List.of("a", "b", "main");

  /** What a tenant held after a commit, and a moment at which it was the newest one. */
  private record State(long lsn, Instant time, List<String> rows) {}

  @TempDir Path folder;

  private final Map<String, List<State>> model = new TreeMap<>();
  private final Instant begun = Clock.systemUTC().instant();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestEngine engine;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private ObjectStore store;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private ArchiveHistory history;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private ArchiverThreads archiver;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Chains chains;

  private final ArchiveLayout layout = ArchiveLayout.forDirectory("");

  @BeforeEach
  void open() throws Exception {
    engine = TestEngine.start(folder.resolve("data"));
    store = new DirectoryObjectStore(Files.createDirectories(folder.resolve("store")));
    Path scratch = Files.createDirectories(folder.resolve("scratch"));
    history = new ArchiveHistory(store, layout, TenantDatabase.PAGE_SIZE_BYTES, scratch);
    ArchiverLimits limits = ArchiverLimits.DEFAULT.withInterval(Duration.ofMillis(20));
    Archiver loop =
        new Archiver(
            engine.log(),
            new FixedLine(),
            new WriteStop(),
            new Archiver.Target(store, layout, "test/pod", scratch),
            limits,
            MaxLagPolicy.KEEP_SERVING,
            new Archiver.Surroundings(
                System::nanoTime, Clock.systemUTC(), ThreadLocalRandom.current()));
    archiver = new ArchiverThreads(loop, engine.log(), limits, Clock.systemUTC());
    archiver.start();
    chains =
        new Chains(
            engine.log(),
            loop,
            new PodTenants(() -> engine.tenants(), LINE),
            new Chains.Target(store, layout, LINE, scratch, TenantDatabase.PAGE_SIZE_BYTES),
            new BackupCatalog(store, layout),
            LogPosition.START,
            quickChains(),
            Clock.systemUTC());
    loop.followChains(chains::chainedTo);
    chains.start();
  }

  private static ChainLimits quickChains() {
    ChainLimits usual = ChainLimits.DEFAULT;
    return new ChainLimits(
        Duration.ofMillis(120),
        new ChainRules(
            Duration.ofMillis(400), Duration.ofMillis(1200), Duration.ofSeconds(2), 32, 1L << 30),
        usual.maxRoundPages(),
        usual.maxCommitPages(),
        usual.maxHeldLogBytes(),
        1000,
        usual.maxRememberedTenants(),
        usual.unfinishedMax(),
        usual.archiveWait(),
        usual.retryAfter(),
        usual.debtRetryAfter(),
        usual.window(),
        usual.windowGrace(),
        usual.lineMargin(),
        usual.retentionInterval());
  }

  @AfterEach
  void close() throws Exception {
    chains.close();
    archiver.close();
    engine.close();
    store.close();
  }

  private record FixedLine() implements LineBook {
    @Override
    public String line() {
      return LINE;
    }

    @Override
    public void begin(String line) {
      throw new IllegalStateException("no reason for another line: " + line);
    }
  }

  @Test
  void everyMomentAndEveryCommit_comesBackAsItWas() throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    work(random, STEPS);
    awaitArchived();

    for (String tenant : TENANTS) {
      List<State> states = states(tenant);
      for (int i = 0; i < 25; i++) {
        State state = states.get(random.nextInt(states.size()));
        assertRestores(tenant, new RestoreTarget.AtLsn(state.lsn()), state);
        assertRestores(tenant, new RestoreTarget.AtTime(state.time()), state);
      }
      assertRestores(tenant, new RestoreTarget.Latest(), states.getLast());
    }
  }

  @Test
  void momentBeforeATenantsFirstCommit_isBeforeIt() throws Exception {
    engine.write("a", "CREATE TABLE t (id INTEGER)");
    awaitArchived("a", 1);
    await().until(() -> history.line(LINE).tenants().contains("a"));
    for (Instant time : List.of(begun.minusSeconds(60), begun)) {
      assertThat(plan("a", new RestoreTarget.AtTime(time)).isEmpty()).isTrue();
    }
  }

  @Test
  void aTenantThatIsDeletedAndMadeAgain_isThereWhenItWas() throws Exception {
    work(new Random(2), 20);
    awaitArchived();
    State last = states("a").getLast();
    assertThat(engine.tenants().delete(new TenantName("a"))).isTrue();
    await()
        .until(
            () -> {
              commit("b", "INSERT INTO t (v) VALUES ('others go on')");
              return plan("a", new RestoreTarget.Latest()).deletion().isPresent();
            });
    Instant gone = Clock.systemUTC().instant();
    commit("a", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
    commit("a", "INSERT INTO t (v) VALUES ('anew')");
    awaitArchived();

    assertRestores("a", new RestoreTarget.AtTime(last.time()), last);
    assertThat(plan("a", new RestoreTarget.AtTime(gone)).isEmpty()).isTrue();
    State anew = states("a").getLast();
    assertThat(anew.lsn()).isGreaterThan(last.lsn() + 1);
    assertRestores("a", new RestoreTarget.AtTime(anew.time()), anew);
    assertRestores("a", new RestoreTarget.Latest(), anew);
    assertThat(plan("a", new RestoreTarget.Latest()).deletion()).isEmpty();
  }

  @Test
  void whatTheArchiveDoesNotReach_isRefusedWithTheNearestPoint() throws Exception {
    engine.write("a", "CREATE TABLE t (id INTEGER)");
    awaitArchived("a", 1);
    BackupBench.assertFails(
        ErrorCode.SNAPSHOT_NOT_AVAILABLE,
        "the archive ends before it",
        () -> plan("a", new RestoreTarget.AtLsn(2)));
    Instant later = Clock.systemUTC().instant().plusSeconds(1);
    BackupBench.assertFails(
        ErrorCode.SNAPSHOT_NOT_AVAILABLE,
        "the archive ends before it",
        () -> plan("a", new RestoreTarget.AtTime(later)));
    assertThat(history.line(LINE).planner().plan("a", new RestoreTarget.AtTime(later), later).lsn())
        .describedAs("whoever knows that everything is archived may ask for it")
        .isEqualTo(1);
    BackupBench.assertFails(
        ErrorCode.NOT_FOUND, "nobody", () -> plan("nobody", new RestoreTarget.Latest()));
  }

  @Test
  void missingLogObject_isAGapThatIsNamed() throws Exception {
    work(new Random(1), 40);
    awaitArchived();
    // Or other files would lead there a moment later.
    await().until(() -> plan("a", new RestoreTarget.Latest()).slices().isEmpty());
    State middle =
        states("a").stream()
            .filter(state -> !plan("a", new RestoreTarget.AtLsn(state.lsn())).slices().isEmpty())
            .findFirst()
            .orElseThrow(() -> new AssertionError("no commit is within a file of the chain"));
    RestorePlan plan = plan("a", new RestoreTarget.AtLsn(middle.lsn()));
    String key = layout.absolute(layout.logObject(LINE, plan.slices().getLast().number()));
    store.delete(List.of(key));
    BackupBench.assertFails(
        ErrorCode.SNAPSHOT_NOT_AVAILABLE,
        key,
        () -> plan("a", new RestoreTarget.AtLsn(middle.lsn())));
  }

  private void work(Random random, int steps) throws Exception {
    for (String tenant : TENANTS) {
      commit(tenant, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
    }
    for (int i = 0; i < steps; i++) {
      String tenant = TENANTS.get(random.nextInt(TENANTS.size()));
      commit(
          tenant,
          switch (random.nextInt(12)) {
            case 0 -> "DELETE FROM t WHERE id % 3 = " + random.nextInt(3);
            case 1 -> "UPDATE t SET v = v || 'x' WHERE id % 5 = " + random.nextInt(5);
            case 2 ->
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                        .formatted(random.nextInt(1, 400))
                    + " INSERT INTO t (v) SELECT hex(randomblob(2000)) FROM n";
            case 3 -> "VACUUM";
            default -> "INSERT INTO t (v) VALUES ('row %d')".formatted(i);
          });
    }
  }

  /** Waits out the millisecond on both sides, for the log's times have no more than those. */
  private void commit(String tenant, String sql) throws Exception {
    Thread.sleep(2);
    long lsn = engine.write(tenant, sql);
    Thread.sleep(2);
    states(tenant).add(new State(lsn, Clock.systemUTC().instant(), rows(tenant)));
  }

  private List<State> states(String tenant) {
    return model.computeIfAbsent(tenant, name -> new ArrayList<>());
  }

  private List<String> rows(String tenant) {
    return engine.rows(tenant, DIGEST).stream().map(List::getFirst).toList();
  }

  private static final String DIGEST = "SELECT id || ':' || length(v) || substr(v, 1, 20) FROM t";

  private RestorePlan plan(String tenant, RestoreTarget target) {
    return history.line(LINE).planner().plan(tenant, target, Instant.EPOCH);
  }

  private void assertRestores(String tenant, RestoreTarget target, State expected)
      throws IOException {
    RestorePlan plan =
        history.line(LINE).planner().plan(tenant, target, Clock.systemUTC().instant());
    Path file = folder.resolve("restored.db");
    try {
      history.line(LINE).builder().build(plan, file, bytes -> {});
      assertThat(history.line(LINE).builder().databaseBytes(plan))
          .describedAs("size of %s", plan)
          .isEqualTo(Files.size(file));
      assertThat(plan.lsn())
          .describedAs("%s of %s: %s", target, tenant, plan)
          .isEqualTo(expected.lsn());
      try (SqliteConnection sqlite = SqliteConnection.open(file, OpenMode.READ_ONLY)) {
        assertThat(all(sqlite, "PRAGMA integrity_check"))
            .describedAs("%s of %s: %s", target, tenant, plan)
            .containsExactly("ok");
        assertThat(all(sqlite, DIGEST)).isEqualTo(expected.rows());
      }
    } finally {
      Scratch.delete(file);
    }
  }

  private static List<String> all(SqliteConnection sqlite, String sql) {
    List<String> rows = new ArrayList<>();
    try (SqliteStatement statement = sqlite.prepare(sql)) {
      while (statement.step()) {
        rows.add(statement.text(0));
      }
    }
    return rows;
  }

  private void awaitArchived() {
    model.forEach((tenant, states) -> awaitArchived(tenant, states.getLast().lsn()));
  }

  private void awaitArchived(String tenant, long lsn) {
    await()
        .ignoreException(DosqlException.class)
        .untilAsserted(
            () -> assertThat(plan(tenant, new RestoreTarget.Latest()).lsn()).isEqualTo(lsn));
  }
}
