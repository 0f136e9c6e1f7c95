package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.ArchiveLines;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.log.ArchivedSnapshots;
import io.dosql.engine.archive.ltx.DatabaseFiles;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineDeletionTest {

  private static final String OLD = "old";
  private static final String LINES = "shop/orders/lines/";
  private static final int BATCH = 3;
  private static final int STEPS_MAX = 500;

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private ChainSimulation simulation;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private MemoryStore store;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private BackupCatalog backups;

  @BeforeEach
  void begin() throws Exception {
    begin("first");
  }

  private void begin(String life) throws Exception {
    simulation =
        new ChainSimulation(folder.resolve(life), new Random(7), ChainSimulation.smallLimits());
    store = simulation.store;
    backups = new BackupCatalog(store, simulation.layout);
    fill();
  }

  @AfterEach
  void close() throws Exception {
    simulation.close();
  }

  /** A line that has ended, and the own one, which is three weeks old. */
  private void fill() {
    Instant now = simulation.now();
    begin(OLD, null, now.minus(Duration.ofDays(60)));
    for (int number = 1; number <= 8; number++) {
      put("%s/log/%016x.dlo".formatted(OLD, number));
    }
    for (String tenant : List.of("a", "b")) {
      put(OLD + "/tenants/" + tenant + "/0009/0000000000000001-0000000000000001.ltx");
      put(OLD + "/tenants/" + tenant + "/0001/0000000000000002-0000000000000003.ltx");
      put(OLD + "/tenants/" + tenant + "/0001/0000000000000004-0000000000000007.ltx");
      put(OLD + "/tenants/" + tenant + "/0002/0000000000000002-0000000000000007.ltx");
      put(OLD + "/tenants/" + tenant + "/0009/0000000000000001-0000000000000007.ltx");
    }
    for (int i = 0; i < 4; i++) {
      put(OLD + "/deletions/gone-%d/0000000000000009-0000019ac0f4e100".formatted(i));
    }
    begin(ChainSimulation.LINE, OLD, now.minus(Duration.ofDays(21)));
    put(ChainSimulation.LINE + "/log/0000000000000001.dlo");
    put("unarchived/tenants/a/0009/0000000000000001-0000000000000001.ltx");
  }

  private void begin(String line, @Nullable String previous, Instant time) {
    begin(line, previous, time, ArchiveLine.Reason.Diverged);
  }

  private void begin(
      String line, @Nullable String previous, Instant time, ArchiveLine.Reason reason) {
    // Past the clock of the store, as every object here.
    ArchiveLine document = ArchiveLine.begin(line, "shop/orders", time, reason, previous);
    MemoryStore other = new MemoryStore(() -> time);
    assertThat(new ArchiveLines(other, simulation.layout).begin(document)).isTrue();
    String key = other.keys().getFirst();
    store.put(key, other.bytes(key), Map.of(), time);
  }

  private void put(String key) {
    store.put(LINES + key, new byte[10], Map.of(), simulation.now().minus(Duration.ofDays(30)));
  }

  private LineDeletion deletion() {
    return new LineDeletion(simulation.context(), BATCH);
  }

  private void pass(LineDeletion deletion) {
    deletion.begin(
        simulation.now().minus(Duration.ofDays(8)),
        Optional.of(simulation.now().minus(Duration.ofDays(20))));
    for (int i = 0; i < STEPS_MAX && deletion.hasWork(); i++) {
      assertThat(deletion.step()).isTrue();
    }
    assertThat(deletion.hasWork()).isFalse();
  }

  private List<String> keysOf(String line) {
    return store.keys().stream().filter(key -> key.startsWith(LINES + line + "/")).toList();
  }

  private List<String> othersThan(String line) {
    return store.keys().stream().filter(key -> !key.startsWith(LINES + line + "/")).toList();
  }

  @Test
  void anEndedLineGoesWhole_andNothingElse() {
    List<String> others = othersThan(OLD);
    pass(deletion());
    assertThat(store.keys()).isEqualTo(others);
    RetentionStatus status = simulation.status().retention();
    assertThat(status.deletedObjects()).isEqualTo(22);
    assertThat(status.deletedLines()).isOne();
    pass(deletion());
    assertThat(store.keys()).isEqualTo(others);
  }

  @Test
  void insideTheWindowNothingGoes() {
    List<String> keys = store.keys();
    LineDeletion deletion = deletion();
    deletion.begin(
        simulation.now().minus(Duration.ofDays(22)),
        Optional.of(simulation.now().minus(Duration.ofDays(40))));
    assertThat(deletion.step()).isTrue();
    assertThat(deletion.hasWork()).isFalse();
    assertThat(store.keys()).isEqualTo(keys);
  }

  @ParameterizedTest
  @EnumSource
  void interruptedAtAnyCall_itKeepsTheOrder_andTheNextProcessFinishesIt(MemoryStore.Fault fault)
      throws Exception {
    int call = 0;
    while (failAt(call, fault)) {
      call++;
    }
    assertThat(call).describedAs("calls that can fail").isGreaterThan(20);
  }

  /** Whether there was such a call. */
  private boolean failAt(int call, MemoryStore.Fault fault) throws Exception {
    close();
    begin("life-" + fault + call);
    List<String> others = othersThan(OLD);
    store.failAfter(call, fault);
    try {
      pass(deletion());
    } catch (DosqlException interrupted) {
      assertThat(interrupted.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
    }
    boolean hasFailed = store.hasFailed();
    store.heal();
    checkOrder();
    pass(deletion());
    assertThat(store.keys()).describedAs("after call %d failed", call).isEqualTo(others);
    return hasFailed;
  }

  private void checkOrder() {
    List<String> left = keysOf(OLD);
    boolean isRetired = left.contains(LINES + OLD + "/retired.json");
    long logObjects = left.stream().filter(key -> key.contains("/log/")).count();
    long files = left.stream().filter(key -> key.contains("/tenants/")).count();
    if (!left.isEmpty()) {
      assertThat(left).contains(LINES + OLD + "/line.json");
    }
    if (logObjects + files > 0 && logObjects + files < 18) {
      assertThat(isRetired).isTrue();
    }
    if (files < 10) {
      assertThat(logObjects).isZero();
    }
    if (logObjects > 0) {
      assertThat(left).contains(LINES + OLD + "/log/0000000000000008.dlo");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whatBackupsReferToStays_untilTheyArePruned(long seed) throws Exception {
    Random random = new Random(seed);
    List<String> needed = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean isBeforeARestore = random.nextInt(4) == 0;
      BackupSet set = isBeforeARestore ? BackupSet.preRestore("r" + i) : BackupSet.backup("b" + i);
      List<BackupManifest> manifests = new ArrayList<>();
      for (String tenant : List.of("a", "b", "c")) {
        if (random.nextBoolean()) {
          manifests.add(upload(set, tenant, 20 + random.nextInt(5)));
        }
      }
      boolean isComplete = random.nextInt(4) > 0;
      if (isComplete) {
        var _ = backups.complete(set, "o" + i, simulation.now(), null, manifests);
      }
      manifests.forEach(manifest -> needed.add("shop/orders/" + manifest.key()));
      if (!isBeforeARestore) {
        names.add(set.name());
      }
    }
    simulation.pass(Duration.ofDays(100));
    LineDeletion deletion = deletion();
    pass(deletion);
    List<String> left = new ArrayList<>(keysOf(OLD));
    left.removeIf(key -> key.endsWith(".json"));
    assertThat(left).containsExactlyInAnyOrderElementsOf(needed.stream().distinct().toList());
    assertThat(keysOf(OLD).contains(LINES + OLD + "/line.json")).isEqualTo(!needed.isEmpty());

    simulation.pass(Duration.ofDays(1));
    var _ =
        backups.prune(
            names,
            new ArchivedSnapshots(
                store,
                simulation.layout,
                (line, tenants) -> {
                  throw new AssertionError("left to others: " + line + tenants);
                }));
    assertThat(backups.pruneStatesBefore(simulation.now(), simulation.context().snapshotUse()))
        .isPresent();
    pass(deletion);
    List<String> unfinished =
        store.keys().stream().filter(key -> key.contains("/pre-restore-backups/")).toList();
    assertThat(keysOf(OLD).isEmpty())
        .describedAs("left %s; for %s", keysOf(OLD), unfinished)
        .isEqualTo(unfinished.stream().noneMatch(key -> key.contains("/tenants/")));
  }

  private BackupManifest upload(BackupSet set, String tenant, long lsn) throws Exception {
    Path scratch = Files.createDirectories(folder.resolve("uploads"));
    Path database = DatabaseFiles.write(scratch.resolve(tenant + ".db"), 4096, 2, lsn);
    return new SnapshotUploader(backups, scratch)
        .upload(
            set,
            new Snapshot(
                tenant, OLD, lsn, simulation.now(), simulation.now(), null, database, List.of()));
  }

  @Test
  void aLineThatIsWrittenAgain_isLeftAlone_andTold() {
    LineDeletion deletion = deletion();
    deletion.begin(
        simulation.now().minus(Duration.ofDays(8)),
        Optional.of(simulation.now().minus(Duration.ofDays(20))));
    // The decision, what is retired, and three of the log objects.
    for (int i = 0; i < 3; i++) {
      assertThat(deletion.step()).isTrue();
    }
    assertThat(keysOf(OLD)).hasSize(22 + 2 - 2);
    String key = LINES + OLD + "/log/0000000000000009.dlo";
    store.put(key, new byte[10], Map.of(), simulation.now());
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < STEPS_MAX; i++) {
                boolean _ = deletion.step();
              }
            })
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_CONFLICT))
        .hasMessageContaining(key);
    assertThat(keysOf(OLD)).contains(key).anyMatch(other -> other.contains("/tenants/"));
    List<String> left = keysOf(OLD);
    assertThatThrownBy(() -> pass(deletion())).hasMessageContaining("was written again");
    assertThat(keysOf(OLD)).isEqualTo(left);
  }

  @Test
  void aLineThatIsStillBeingFilled_provesNothingWhole() {
    String line = ChainSimulation.LINE;
    String document = LINES + line + "/line.json";
    store.delete(List.of(document));
    begin(line, OLD, simulation.now().minus(Duration.ofDays(21)), ArchiveLine.Reason.Bootstrap);
    List<String> keys = store.keys();
    pass(deletion());
    assertThat(store.keys()).isEqualTo(keys);
    new ArchiveLines(store, simulation.layout).markWhole(line, simulation.now());
    pass(deletion());
    assertThat(keysOf(OLD)).isEmpty();
  }

  @Test
  void whileABackupIsUnderWay_snapshotsWait() throws Exception {
    Path scratch = Files.createDirectories(folder.resolve("uploads"));
    Path database = DatabaseFiles.write(scratch.resolve("a.db"), 4096, 2, 1);
    ChainContext context = simulation.context();
    LineDeletion deletion = new LineDeletion(context, BATCH);
    deletion.begin(
        simulation.now().minus(Duration.ofDays(8)),
        Optional.of(simulation.now().minus(Duration.ofDays(20))));
    List<Boolean> waited = new ArrayList<>();
    store.onNextPut(
        () -> {
          // On another thread, as retention is: a thread's own backup would not keep it waiting.
          try (ExecutorService retention = Executors.newSingleThreadExecutor()) {
            waited.add(retention.submit(() -> stepsUntilItWaits(deletion)).get());
          } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
          }
        });
    BackupManifest _ =
        new SnapshotUploader(context.backups(), scratch)
            .upload(
                BackupSet.backup("b"),
                new Snapshot(
                    "c",
                    ChainSimulation.LINE,
                    1,
                    simulation.now(),
                    simulation.now(),
                    null,
                    database,
                    List.of()));
    assertThat(waited).containsExactly(true);
    assertThat(keysOf(OLD)).filteredOn(key -> key.contains("/0009/")).hasSize(4);
    assertThat(keysOf(OLD)).filteredOn(key -> key.contains("/log/")).isEmpty();
    pass(deletion);
    assertThat(keysOf(OLD)).isEmpty();
  }

  /** Whether it came to that. */
  private static boolean stepsUntilItWaits(LineDeletion deletion) {
    for (int i = 0; i < STEPS_MAX && deletion.hasWork(); i++) {
      if (!deletion.step()) {
        return true;
      }
    }
    return false;
  }

  @Test
  void whatNobodyKnows_stays_withTheDocumentsOfTheLine() {
    put(OLD + "/tenants/a/notes.txt");
    put(OLD + "/tenants/Z/0001/0000000000000002-0000000000000003.ltx");
    pass(deletion());
    assertThat(keysOf(OLD))
        .containsExactly(
            LINES + OLD + "/line.json",
            LINES + OLD + "/retired.json",
            LINES + OLD + "/tenants/Z/0001/0000000000000002-0000000000000003.ltx",
            LINES + OLD + "/tenants/a/notes.txt");
  }

  @Test
  void aPassOfRetentionDeletesAnEndedLine() throws Exception {
    List<String> own = keysOf(ChainSimulation.LINE);
    store.delete(own.stream().filter(key -> key.contains("/log/")).toList());
    simulation.commit("a");
    simulation.archiveAll();
    simulation.writeLogObject();
    assertThat(simulation.round()).isTrue();
    simulation.pass(Duration.ofDays(10));
    simulation.commit("a");
    simulation.archiveAll();
    simulation.writeLogObject();
    assertThat(simulation.round()).isTrue();
    for (int i = 0; i < 300; i++) {
      assertThat(simulation.upkeep()).isTrue();
    }
    assertThat(simulation.status().retention().failure()).isEmpty();
    assertThat(keysOf(OLD)).isEmpty();
    assertThat(simulation.status().retention().deletedLines()).isOne();
  }
}
