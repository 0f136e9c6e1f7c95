package io.dosql.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TenantName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a backup and a restore promise while others write, and when they are cut off. */
class RestoreTest {

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private BackupBench bench;

  @BeforeEach
  void open() throws Exception {
    bench = open(folder, TenantLimits.DEFAULT);
  }

  private BackupBench open(Path data, TenantLimits limits) throws Exception {
    Path store = Files.createDirectories(folder.resolve("store"));
    return new BackupBench(
        data,
        new DirectoryObjectStore(store),
        ArchiveLayout.forDirectory(""),
        BackupBench.LINE,
        limits);
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  /** A write by a client that does not wait for the writer; whether it was acknowledged. */
  private boolean tryToInsert(String tenant, String row) {
    try (Tenant.Use use = bench.engine.tenants().get(new TenantName(tenant)).use()) {
      var written =
          use.database()
              .writeOnce(
                  Duration.ofMillis(50),
                  connection -> {
                    connection.sqlite().execute("INSERT INTO t (v) VALUES ('" + row + "')");
                    return true;
                  });
      use.database().settle();
      return written.committedLsn() != null;
    } catch (DosqlException refused) {
      assertThat(refused.code()).isEqualTo(ErrorCode.TXN_LOCK_TIMEOUT);
      assertThat(refused.code().retryable()).isTrue();
      return false;
    }
  }

  @Test
  void whatIsAcknowledgedWhileTheStateIsSaved_isSavedToo() throws Exception {
    bench.create("a", "one");
    bench.take("first", "a");
    List<String> acknowledged = new ArrayList<>();
    for (String moment : List.of("put pre-restore-backups/r1/tenants/a.json", "put lines/")) {
      bench.store.after(
          moment,
          () -> {
            String row = "during " + acknowledged.size();
            if (tryToInsert("a", row)) {
              acknowledged.add(row);
            }
          });
    }
    bench.insert("a", "before");
    bench.restore("r1", "first", "a");

    List<String> saved = bench.rowsIn(BackupSet.preRestore("r1"), "a");
    assertThat(saved).startsWith("one", "before").containsAll(acknowledged);
    assertThat(bench.rows("a")).containsExactly("one");
    assertThat(tryToInsert("a", "after")).isTrue();
  }

  @Test
  void restoreThatFailedAfterSaving_savesTheNewStateWhenRepeated() throws Exception {
    bench.create("a", "one");
    bench.take("first", "a");
    bench.insert("a", "two");
    bench.store.after("put pre-restore-backups/r1/tenants/a.json", BackupsContract::fail);
    BackupBench.assertFails(
        ErrorCode.STORAGE_UNAVAILABLE, "cut off", () -> bench.restore("r1", "first", "a"));
    assertThat(bench.rows("a")).containsExactly("one", "two");
    bench.insert("a", "three");

    bench.restore("r1", "first", "a");

    assertThat(bench.rows("a")).containsExactly("one");
    assertThat(bench.rowsIn(BackupSet.preRestore("r1"), "a"))
        .containsExactly("one", "two", "three");
  }

  @Test
  void restoreCutOffBetweenTenants_goesOnWithTheRestWhenRepeated() throws Exception {
    bench.create("a", "one");
    bench.create("b", "two");
    bench.take("first");
    bench.insert("a", "later");
    bench.insert("b", "later");
    bench.store.before("get lines/7f3a/tenants/b", BackupsContract::fail);
    BackupBench.assertFails(
        ErrorCode.STORAGE_UNAVAILABLE, "cut off", () -> bench.restore("r1", "first"));
    assertThat(bench.rows("a")).containsExactly("one");
    assertThat(bench.rows("b")).containsExactly("two", "later");
    bench.insert("a", "since");

    bench.restore("r1", "first");

    assertThat(bench.rows("a")).describedAs("not restored again").containsExactly("one", "since");
    assertThat(bench.rows("b")).containsExactly("two");
    assertThat(bench.rowsIn(BackupSet.preRestore("r1"), "a")).containsExactly("one", "later");
    assertThat(bench.keys("pre-restore-backups/r1/"))
        .contains("pre-restore-backups/r1/backup.json");
  }

  @Test
  void whatARestoreSavedThatFailedHalfWay_comesBackByTenant() throws Exception {
    bench.create("a", "one");
    bench.create("b", "two");
    bench.take("first");
    bench.insert("a", "precious");
    bench.store.before("get lines/7f3a/tenants/b", BackupsContract::fail);
    BackupBench.assertFails(
        ErrorCode.STORAGE_UNAVAILABLE, "cut off", () -> bench.restore("r1", "first"));
    assertThat(bench.rows("a")).containsExactly("one");
    assertThat(bench.savedStates()).isEmpty();
    BackupBench.assertFails(
        ErrorCode.STORAGE_NOT_FOUND,
        "no restore r1 has ended",
        () -> bench.restoreSaved("r2", "r1"));
    BackupBench.assertFails(
        ErrorCode.STORAGE_NOT_FOUND,
        "pre-restore-backups/r1 does not hold the tenants b",
        () -> bench.restoreSaved("r2", "r1", "a", "b"));

    bench.restoreSaved("r2", "r1", "a");

    assertThat(bench.rows("a")).containsExactly("one", "precious");
  }

  @Test
  void whatARestoreSaved_staysWhileItHasNotEnded() {
    bench.create("a", "one");
    bench.create("b", "two");
    bench.take("first");
    bench.insert("a", "precious");
    bench.store.before("get lines/7f3a/tenants/b", BackupsContract::fail);
    BackupBench.assertFails(
        ErrorCode.STORAGE_UNAVAILABLE, "cut off", () -> bench.restore("r1", "first"));
    List<String> keys = bench.keys("");

    bench.pruneStates();

    assertThat(bench.keys("")).isEqualTo(keys);
    bench.restore("r1", "first");
    bench.pruneStates();
    assertThat(bench.keys("pre-restore-backups/")).isEmpty();
  }

  @Test
  void whatAnotherRestoreBringsBack_staysUntilThatHasEnded() {
    bench.create("a", "one");
    bench.create("b", "two");
    bench.take("first");
    bench.insert("a", "precious");
    bench.insert("b", "dear");
    bench.restore("r1", "first");
    // In the midst of it, and after it was cut off with one tenant restored.
    bench.store.before("get lines/7f3a/tenants/a", bench::pruneStates);
    bench.store.before("get lines/7f3a/tenants/b", BackupsContract::fail);
    BackupBench.assertFails(
        ErrorCode.STORAGE_UNAVAILABLE, "cut off", () -> bench.restoreSaved("r2", "r1"));
    bench.pruneStates();
    assertThat(bench.savedStates()).containsExactly("r1");

    bench.restoreSaved("r2", "r1");

    assertThat(bench.rows("a")).containsExactly("one", "precious");
    assertThat(bench.rows("b")).containsExactly("two", "dear");
    bench.pruneStates();
    assertThat(bench.keys("pre-restore-backups/")).isEmpty();
  }

  @Test
  void restoreThatFailedBeforeItSavedAnything_needsNothingAnyMore() {
    bench.create("a", "one");
    bench.take("first");
    bench.insert("a", "precious");
    bench.restore("r1", "first");
    bench.store.before("get lines/7f3a/tenants/a", BackupsContract::fail);
    BackupBench.assertFails(
        ErrorCode.STORAGE_UNAVAILABLE, "cut off", () -> bench.restoreSaved("r2", "r1"));

    bench.pruneStates();

    assertThat(bench.keys("pre-restore-backups/")).isEmpty();
  }

  @Test
  void whatWasAcknowledgedBeforeABackupsTime_isInIt() throws Exception {
    bench.create("a");
    bench.whenAskedForTheTime(() -> bench.insert("a", "just before"));
    bench.store.after("put lines/", () -> bench.later(Duration.ofHours(1)));
    BackupService.Taken taken = bench.take("first", "a");
    bench.whenAskedForTheTime(() -> {});

    BackupManifest manifest = bench.catalog.manifest(BackupSet.backup("first"), "a").orElseThrow();
    long secondsAsked = Duration.between(BackupBench.START, manifest.time()).toSeconds();
    assertThat(bench.rowsIn(BackupSet.backup("first"), "a")).hasSizeGreaterThan((int) secondsAsked);
    assertThat(taken.time())
        .describedAs("the whole is as old as its oldest part")
        .isBeforeOrEqualTo(manifest.time());
  }

  @Test
  void repeatedBackup_isAsOldAsItsOldestPart() {
    bench.create("a", "one");
    bench.store.after("put backups/first/tenants/a.json", BackupsContract::fail);
    BackupBench.assertFails(ErrorCode.STORAGE_UNAVAILABLE, "", () -> bench.take("first", "a"));
    bench.later(Duration.ofDays(1));
    assertThat(bench.take("first", "a").time()).isBefore(BackupBench.START.plusSeconds(60));
  }

  @Test
  void schemaVersion_isThatOfTheSnapshotAndNotOfAMomentLater() throws Exception {
    bench.create("a");
    bench.engine.write(
        "a",
        "CREATE TABLE __dosql_migrations (id TEXT PRIMARY KEY NOT NULL, applied_at TEXT NOT NULL,"
            + " checksum TEXT NOT NULL, duration_ms INTEGER NOT NULL, success INTEGER NOT NULL)");
    AtomicBoolean stop = new AtomicBoolean();
    Thread migrating =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 1; !stop.get(); i++) {
                    bench.engine.write(
                        "a",
                        "INSERT INTO __dosql_migrations VALUES ('%d_x', '', '', 0, 1)"
                            .formatted(i));
                  }
                });
    try {
      for (int i = 0; i < 5; i++) {
        String name = "b" + i;
        BackupService.TakenTenant taken = bench.take(name, "a").tenants().getFirst();
        BackupManifest manifest = bench.catalog.manifest(BackupSet.backup(name), "a").orElseThrow();
        // LSN 1 made one table, LSN 2 the other, each further one is a migration.
        String expected = taken.lsn() < 3 ? null : (taken.lsn() - 2) + "_x";
        assertThat(manifest.schemaVersion()).isEqualTo(expected);
        assertThat(taken.schemaVersion()).isEqualTo(expected);
      }
    } finally {
      stop.set(true);
      migrating.join();
    }
  }

  @Test
  void tenantThatWasEmptyInTheBackup_isEmptyAgain() throws Exception {
    bench.create("a", "one");
    bench.take("first");
    bench.create("main", "written since");
    List<BackupService.RestoredTenant> restored = bench.restore("r1", "first", "main");

    assertThat(restored).hasSize(1);
    assertThat(bench.engine.rows("main", "SELECT name FROM sqlite_schema WHERE name = 't'"))
        .isEmpty();
    assertThat(bench.rowsIn(BackupSet.preRestore("r1"), "main")).containsExactly("written since");
  }

  @Test
  void tenantThatIsEmptyNowAndThen_isLeftAlone() {
    bench.create("a", "one");
    bench.take("first");
    List<BackupService.RestoredTenant> restored = bench.restore("r1", "first");
    assertThat(restored).extracting(BackupService.RestoredTenant::tenant).containsExactly("a");
    assertThat(bench.engine.tenants().get(TenantName.MAIN).summary().lsn()).isZero();
  }

  @Test
  void plan_estimatesByWhatRestoresHaveTaken_andByWhatItTakesItself() {
    bench.create("a", "one");
    bench.create("b", "two");
    bench.take("first", "a", "b");
    assertThat(bench.plan("first", "a").estimate())
        .describedAs("nothing is measured yet")
        .isBetween(RestoreRate.DEFAULT_TENANT_TIME, RestoreRate.DEFAULT_TENANT_TIME.plusMillis(99));
    bench.store.before("get lines/7f3a/tenants/a", () -> bench.takes(Duration.ofSeconds(4)));
    bench.restore("r1", "first", "a");
    bench.store.before("get backups/first/backup", () -> bench.takes(Duration.ofSeconds(10)));
    BackupService.Plan plan = bench.plan("first");
    assertThat(plan.tenants()).hasSize(2);
    assertThat(plan.estimate()).isBetween(Duration.ofSeconds(18), Duration.ofMillis(18_099));
  }

  @Test
  void tenantThatIsRestoredAlready_saysNothingOfTheRate() {
    bench.create("a", "one");
    bench.take("first", "a");
    bench.restore("r1", "first", "a");
    Duration before = bench.plan("first").estimate();
    bench.store.before("get pre-restore-backups/", () -> bench.takes(Duration.ofHours(1)));
    bench.restore("r1", "first", "a");
    assertThat(bench.plan("first").estimate()).isEqualTo(before);
  }

  @Test
  void namesThatAreWrong_areToldAndMakeNoTenant() {
    bench.create("a", "one");
    bench.take("first");
    BackupBench.assertFails(ErrorCode.NOT_FOUND, "typo", () -> bench.take("second", "a", "typo"));
    BackupBench.assertFails(
        ErrorCode.STORAGE_NOT_FOUND, "typo", () -> bench.restore("r", "first", "a", "typo"));
    BackupBench.assertFails(ErrorCode.STORAGE_NOT_FOUND, "nope", () -> bench.restore("r", "nope"));
    for (String bad : List.of("../x", "A", "", "a/b")) {
      BackupBench.assertFails(ErrorCode.INVALID_REQUEST, "", () -> bench.take("second", bad));
      BackupBench.assertFails(
          ErrorCode.INVALID_REQUEST, "", () -> bench.restore("r", "first", bad));
      BackupBench.assertFails(ErrorCode.INVALID_REQUEST, "", () -> bench.take(bad + "..", "a"));
      BackupBench.assertFails(
          ErrorCode.INVALID_REQUEST, "", () -> bench.restore("r", bad + "..", "a"));
      BackupBench.assertFails(
          ErrorCode.INVALID_REQUEST, "", () -> bench.restoreSaved("r", bad + "..", "a"));
      BackupBench.assertFails(
          ErrorCode.INVALID_REQUEST, "", () -> bench.backups.prune(List.of(bad + "..")));
    }
    assertThat(bench.engine.tenants().total()).isEqualTo(2);
    assertThat(bench.rows("a")).containsExactly("one");
    assertThat(bench.keys("pre-restore-backups/")).isEmpty();
  }

  @Test
  void nameOfACompleteBackupOfOtherTenants_isTaken() {
    bench.create("a", "one");
    bench.create("b", "two");
    BackupService.Taken first = bench.take("first", "a");
    BackupBench.assertFails(ErrorCode.STORAGE_CONFLICT, "first", () -> bench.take("first", "b"));
    BackupBench.assertFails(
        ErrorCode.STORAGE_CONFLICT, "first", () -> bench.take("first", "a", "b"));
    assertThat(bench.take("first", "a")).isEqualTo(first);
    // A repeat for all tenants finds the ones that there were.
    BackupService.Taken all = bench.take("all");
    bench.create("c", "three");
    assertThat(bench.take("all")).isEqualTo(all);
  }

  @Test
  void nameOfACompleteBackupOfAnotherOperation_isTaken() {
    bench.create("a", "one");
    bench.take("first", "a");
    bench.insert("a", "two");
    BackupBench.assertFails(
        ErrorCode.STORAGE_CONFLICT,
        "first",
        () ->
            bench.backups.take("another", "first", Optional.of(List.of("a")), (done, total) -> {}));
  }

  @Test
  void diskThatIsNearlyFull_failsTheRestoreAndKeepsTheTenant(@TempDir Path full) throws Exception {
    bench.create("a", "one");
    bench.take("first", "a");
    TenantLimits limits = TenantLimits.DEFAULT;
    try (BackupBench other =
        open(
            full,
            new TenantLimits(
                limits.maxTenants(),
                limits.maxAwake(),
                limits.sleepAfter(),
                limits.maxWaitingWriters(),
                limits.maxReaders(),
                limits.pageCacheBytes(),
                limits.checkpointBytes(),
                limits.maxTransactionBytes(),
                limits.maxSqlBytes(),
                limits.maxValueBytes(),
                Long.MAX_VALUE))) {
      BackupBench.assertFails(
          ErrorCode.RESOURCE_EXHAUSTED, "diskReserveBytes", () -> other.restore("r", "first", "a"));
      assertThat(other.take("of-main", "main").tenants()).hasSize(1);
    }
    assertThat(bench.rows("a")).containsExactly("one");
  }
}
