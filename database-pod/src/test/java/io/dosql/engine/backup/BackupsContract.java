package io.dosql.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.SnapshotFetcher;
import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.TenantLimits;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Taking, listing and restoring backups of a real engine, on every kind of store. */
abstract class BackupsContract {

  @TempDir Path folder;
  BackupBench bench;

  abstract ObjectStore openStore(Path folder) throws Exception;

  abstract ArchiveLayout layout();

  @BeforeEach
  void open() throws Exception {
    bench = new BackupBench(folder, openStore(folder), layout());
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  @Test
  void restore_bringsBackEveryTenantAsItWas() throws Exception {
    bench.create("a", "one", "two");
    bench.create("b", "three");
    BackupService.Taken taken = bench.take("first");
    assertThat(taken.tenants())
        .extracting(BackupService.TakenTenant::tenant)
        .containsExactly("a", "b", "main");

    bench.insert("a", "later");
    bench.engine.write("b", "DROP TABLE t");
    List<BackupService.RestoredTenant> restored = bench.restore("r1", "first");

    assertThat(bench.rows("a")).containsExactly("one", "two");
    assertThat(bench.rows("b")).containsExactly("three");
    BackupService.RestoredTenant a = restored.getFirst();
    assertThat(a.tenant()).isEqualTo("a");
    assertThat(a.fromLsn()).isEqualTo(3);
    assertThat(a.lsn()).describedAs("the LSN goes on counting").isEqualTo(5);
    assertThat(bench.insert("a", "after")).isEqualTo(6);
  }

  @Test
  void manifest_tellsWhatTheSnapshotIs() throws Exception {
    bench.create("a", "one");
    bench.engine.write(
        "a",
        "CREATE TABLE __dosql_migrations (id TEXT PRIMARY KEY NOT NULL, applied_at TEXT NOT NULL,"
            + " checksum TEXT NOT NULL, duration_ms INTEGER NOT NULL, success INTEGER NOT NULL)");
    bench.engine.write(
        "a", "INSERT INTO __dosql_migrations VALUES ('9_x', '', '', 0, 1), ('10_y', '', '', 0, 1)");
    BackupService.Taken taken = bench.take("first");

    JsonNode manifest = bench.document(bench.manifestKey("first", "a"));
    byte[] snapshot = bench.object(bench.key(manifest.get("key").asText()));
    assertThat(manifest.get("formatVersion").asInt()).isEqualTo(1);
    assertThat(manifest.get("tables").toString())
        .isEqualTo("[{\"table\":\"__dosql_migrations\",\"rows\":2},{\"table\":\"t\",\"rows\":1}]");
    assertThat(manifest.get("backup").asText()).isEqualTo("first");
    assertThat(manifest.get("tenant").asText()).isEqualTo("a");
    assertThat(manifest.get("line").asText()).isEqualTo(BackupBench.LINE);
    assertThat(manifest.get("lsn").isTextual()).isTrue();
    assertThat(manifest.get("lsn").asText()).isEqualTo("4");
    assertThat(manifest.get("schemaVersion").asText()).isEqualTo("10_y");
    assertThat(manifest.get("databaseBytes").asLong()).isPositive();
    assertThat(manifest.get("databaseBytes").asLong() % 4096).isZero();
    assertThat(manifest.get("objectBytes").asLong()).isEqualTo(snapshot.length);
    assertThat(manifest.get("sha256").asText())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(snapshot)));
    assertThat(manifest.get("key").asText())
        .matches("lines/7f3a/tenants/a/(0009|ltx/9)/0000000000000001-0000000000000004\\.ltx");

    JsonNode summary = bench.document(bench.key("backups/first/backup.json"));
    assertThat(summary.get("tenants").asInt()).isEqualTo(2);
    assertThat(summary.get("bytes").asLong()).isEqualTo(snapshot.length).isEqualTo(taken.bytes());
    assertThat(summary.get("schemaVersion").asText()).isEqualTo("10_y");
    JsonNode untouched = bench.document(bench.manifestKey("first", "main"));
    assertThat(untouched.get("lsn").asText()).isEqualTo("0");
    assertThat(untouched.get("key").isNull()).isTrue();
  }

  @Test
  void writerCommitsAllThroughABackup_whichHoldsExactlyItsLsn() throws Exception {
    bench.create("a");
    bench.engine.write("a", "CREATE TABLE big (b BLOB)");
    bench.engine.write(
        "a",
        "INSERT INTO big WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 150)"
            + " SELECT randomblob(20000) FROM n");
    long before = 3;
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong newest = new AtomicLong(before);
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(
            () -> {
              while (!stop.get()) {
                newest.set(bench.insert("a", String.valueOf(newest.get() + 1)));
              }
            });
    try {
      for (int i = 0; i < 2; i++) {
        long atStart = newest.get();
        // However fast the backup is, and however slow a commit.
        bench.store.before("put " + bench.key("lines/7f3a/tenants/a/"), () -> awaitTwoMore(newest));
        BackupService.TakenTenant taken = bench.take("b" + i, "a").tenants().getFirst();
        assertThat(newest.get())
            .describedAs("commits during the backup")
            .isGreaterThan(taken.lsn());
        assertThat(taken.lsn()).isGreaterThanOrEqualTo(atStart);
        List<String> rows = bench.rowsIn(BackupSet.backup("b" + i), "a");
        assertThat(rows).hasSize((int) (taken.lsn() - before));
        if (!rows.isEmpty()) {
          assertThat(rows.getLast()).isEqualTo(String.valueOf(taken.lsn()));
        }
      }
    } finally {
      stop.set(true);
      writing.get();
    }
    assertThat(bench.rows("a")).hasSize((int) (newest.get() - before));
  }

  /** Of commits: the first one may be in a copy already that was made before it is told. */
  private static void awaitTwoMore(AtomicLong newest) {
    long now = newest.get();
    await().until(() -> newest.get() > now + 1);
  }

  @Test
  void list_hasTheNewestFirstInPages() {
    bench.create("a", "one");
    for (String name : List.of("x", "b", "m")) {
      bench.take(name);
      bench.later(Duration.ofMinutes(1));
    }
    BackupService.Listing page = bench.backups.list(null, 2);
    assertThat(page.backups())
        .extracting(BackupService.ListedBackup::name)
        .containsExactly("m", "b");
    assertThat(page.next()).hasValue("b");
    BackupService.Listing rest = bench.backups.list("b", 2);
    assertThat(rest.backups()).extracting(BackupService.ListedBackup::name).containsExactly("x");
    assertThat(rest.next()).isEmpty();
  }

  @Test
  void interruptedBackup_isNotListedAndARepeatFinishesIt() throws Exception {
    bench.create("a", "one");
    bench.create("b", "two");
    bench.store.before("tenants/b/", BackupsContract::fail);
    BackupBench.assertFails(
        ErrorCode.STORAGE_UNAVAILABLE, "cut off", () -> bench.take("nightly", "a", "b"));
    assertThat(bench.backups.list(null, 10).backups()).isEmpty();
    BackupBench.assertFails(
        ErrorCode.STORAGE_NOT_FOUND, "nightly", () -> bench.restore("r", "nightly"));

    bench.insert("a", "later");
    BackupService.Taken taken = bench.take("nightly", "a", "b");

    assertThat(bench.store.calls("put " + bench.key("lines/7f3a/tenants/a/"))).hasSize(1);
    assertThat(taken.tenants()).hasSize(2);
    assertThat(taken.tenants().getFirst().lsn()).describedAs("as it was stored").isEqualTo(2);
    assertThat(bench.rowsIn(BackupSet.backup("nightly"), "b")).containsExactly("two");
    assertThat(bench.take("nightly", "a", "b")).isEqualTo(taken);
  }

  @Test
  void idleTenant_isNotSentTwice() {
    bench.create("a", "one");
    BackupService.Taken first = bench.take("first");
    BackupService.Taken second = bench.take("second");
    assertThat(second.tenants()).isEqualTo(first.tenants());
    assertThat(bench.store.calls(".ltx")).hasSize(1);
  }

  @Test
  void stateBeforeARestore_isSavedFirst() throws Exception {
    bench.create("a", "one");
    bench.take("first");
    bench.insert("a", "precious");
    BackupService.RestoredTenant restored = bench.restore("r1", "first", "a").getFirst();
    assertThat(bench.rows("a")).containsExactly("one");
    assertThat(bench.rowsIn(BackupSet.preRestore("r1"), "a")).containsExactly("one", "precious");
    assertThat(restored.preRestoreKey())
        .isEqualTo(
            bench.document(bench.key("pre-restore-backups/r1/tenants/a.json")).get("key").asText());
    assertThat(bench.keys("pre-restore-backups/r1/"))
        .contains(bench.key("pre-restore-backups/r1/backup.json"));
  }

  @Test
  void stateBeforeARestore_isListedAndComesBackByName() throws Exception {
    bench.create("a", "one");
    bench.create("b", "two");
    bench.take("first", "a", "b");
    bench.insert("a", "precious");
    bench.restore("r-1", "first");
    bench.later(Duration.ofMinutes(1));
    bench.restore("R-2", "first", "b");

    BackupService.Listing page = bench.backups.listPreRestore(null, 1);
    assertThat(page.backups()).extracting(BackupService.ListedBackup::name).containsExactly("R-2");
    assertThat(page.next()).hasValue("R-2");
    BackupService.ListedBackup first = bench.backups.listPreRestore("R-2", 1).backups().getFirst();
    assertThat(first.name()).isEqualTo("r-1");
    assertThat(first.tenants()).isEqualTo(2);
    assertThat(first.bytes()).isPositive();
    assertThat(bench.backups.list(null, 10).backups()).hasSize(1);

    assertThat(bench.backups.plan(BackupBench.saved("r-1")).tenants())
        .extracting(BackupService.PlannedTenant::lsn)
        .containsExactly(3L, 2L);
    assertThat(bench.restoreSaved("R-3", "r-1"))
        .extracting(BackupService.RestoredTenant::fromLsn)
        .containsExactly(3L, 2L);
    assertThat(bench.rows("a")).containsExactly("one", "precious");
    assertThat(bench.engine.rows("a", "SELECT backup FROM __dosql_restores WHERE id = 'R-3'"))
        .containsExactly(List.of("pre-restore-backups/r-1"));
    assertThat(bench.rowsIn(BackupSet.preRestore("R-3"), "a")).containsExactly("one");
  }

  @Test
  void statesThatRestoresSaved_areDeletedByTheirAge_withWhatOnlyTheyNeed() throws Exception {
    bench.create("a", "one");
    bench.take("first", "a");
    bench.insert("a", "two");
    bench.restore("old", "first");
    bench.later(Duration.ofDays(1));
    Instant between = BackupBench.START.plus(Duration.ofHours(12));
    bench.insert("a", "three");
    bench.restore("young", "first");

    assertThat(bench.catalog.pruneStatesBefore(between, SnapshotUse.NONE).orElseThrow().objects())
        .isEqualTo(1);

    assertThat(bench.savedStates()).containsExactly("young");
    assertThat(bench.keys("pre-restore-backups/old/")).isEmpty();
    assertThat(bench.rowsIn(BackupSet.preRestore("young"), "a")).containsExactly("one", "three");
    assertThat(bench.rowsIn(BackupSet.backup("first"), "a")).containsExactly("one");
    BackupBench.assertFails(
        ErrorCode.STORAGE_NOT_FOUND, "old", () -> bench.restoreSaved("r", "old"));
    BackupBench.assertFails(
        ErrorCode.STORAGE_NOT_FOUND, "old", () -> bench.restoreSaved("r", "old", "a"));
  }

  @Test
  void interruptedPruneOfSavedStates_isFinishedByTheNext() {
    bench.create("a", "one");
    bench.take("first", "a");
    bench.insert("a", "two");
    bench.restore("r1", "first");
    for (String step :
        List.of(
            "pre-restore-backups/r1/tenants/a.json",
            "lines/",
            "pre-restore-backups/r1/objects.json",
            "pre-restore-backups/r1/backup.json")) {
      bench.store.before("delete " + bench.key(step), BackupsContract::fail);
      BackupBench.assertFails(ErrorCode.STORAGE_UNAVAILABLE, "", bench::pruneStates);
    }
    bench.pruneStates();
    assertThat(bench.keys("pre-restore-backups/")).isEmpty();
    assertThat(bench.keys("lines/")).describedAs("that of the backup").hasSize(1);
  }

  @Test
  void restoreWithTheSameId_runsOnce() throws Exception {
    bench.create("a", "one");
    bench.take("first");
    List<BackupService.RestoredTenant> once = bench.restore("r1", "first", "a");
    bench.insert("a", "since");
    List<BackupService.RestoredTenant> again = bench.restore("r1", "first", "a");
    assertThat(bench.rows("a")).containsExactly("one", "since");
    assertThat(again.getFirst().preRestoreKey()).isEqualTo(once.getFirst().preRestoreKey());
    bench.restore("r2", "first", "a");
    assertThat(bench.rows("a")).containsExactly("one");
  }

  @Test
  void tenantThatIsGone_comesBack(@TempDir Path other) throws Exception {
    bench.create("a", "one");
    bench.take("first");
    try (BackupBench elsewhere =
        new BackupBench(other, openSameStore(), layout(), "b00c", TenantLimits.DEFAULT)) {
      elsewhere.restore("r1", "first");
      assertThat(elsewhere.rows("a")).containsExactly("one");
    }
  }

  /** The store of this test once more. */
  abstract ObjectStore openSameStore() throws Exception;

  @Test
  void secondWriterOfTheSameKey_losesAndNothingIsOverwritten(@TempDir Path other) throws Exception {
    bench.create("a", "mine");
    bench.take("first", "a");
    List<String> keys = bench.keys("");
    List<byte[]> content = new ArrayList<>();
    for (String key : keys) {
      content.add(bench.object(key));
    }
    // The same line and LSN with another state: a data directory that was copied.
    try (BackupBench twin = new BackupBench(other, openSameStore(), layout())) {
      twin.create("a", "theirs");
      BackupBench.assertFails(
          ErrorCode.STORAGE_CHECKSUM_MISMATCH,
          "holds another state of tenant a",
          () -> twin.take("second", "a"));
    }
    // Another line under the same name: a data directory that was made anew.
    try (BackupBench stranger =
        new BackupBench(
            other.resolve("stranger"), openSameStore(), layout(), "b00c", TenantLimits.DEFAULT)) {
      stranger.create("a", "theirs");
      BackupBench.assertFails(
          ErrorCode.STORAGE_CONFLICT, "another data directory", () -> stranger.take("first", "a"));
    }
    assertThat(bench.keys("")).containsAll(keys);
    for (int i = 0; i < keys.size(); i++) {
      assertThat(bench.object(keys.get(i))).describedAs(keys.get(i)).isEqualTo(content.get(i));
    }
    bench.engine.write("a", "DELETE FROM t");
    bench.restore("r1", "first");
    assertThat(bench.rows("a")).containsExactly("mine");
  }

  @Test
  void prune_leavesWhatIsStillNeeded() throws Exception {
    bench.create("a", "one");
    bench.create("b", "two");
    bench.take("first");
    bench.insert("a", "three");
    bench.take("second");
    bench.restore("r1", "first", "a");
    bench.insert("b", "four");
    bench.take("third");

    BackupService.Pruned pruned = bench.backups.prune(List.of("first", "third", "never-was"));

    // Gone: a at LSN 2, a and b as of the third. Kept: b of the second, a of the second, which is
    // also what the restore saved.
    assertThat(pruned.objects()).isEqualTo(3);
    assertThat(bench.backups.list(null, 10).backups())
        .extracting(BackupService.ListedBackup::name)
        .containsExactly("second");
    assertThat(bench.keys("backups/")).allMatch(key -> key.contains("backups/second/"));
    assertThat(bench.rowsIn(BackupSet.preRestore("r1"), "a")).containsExactly("one", "three");
    bench.restore("r2", "second");
    assertThat(bench.rows("a")).containsExactly("one", "three");
    assertThat(bench.rows("b")).containsExactly("two");
    assertThat(bench.backups.prune(List.of("first", "third")).objects()).isZero();
  }

  @Test
  void interruptedPrune_deletesNothingThatIsNeededAndARepeatFinishesIt() throws Exception {
    bench.create("a", "one");
    bench.take("first");
    bench.insert("a", "two");
    bench.take("second");
    for (String step :
        List.of(
            "delete " + bench.key("backups/first/backup.json"),
            "delete " + bench.key("backups/first/tenants/a.json"),
            "delete " + bench.key("lines/"))) {
      bench.store.before(step, BackupsContract::fail);
      BackupBench.assertFails(
          ErrorCode.STORAGE_UNAVAILABLE, "", () -> bench.backups.prune(List.of("first")));
      assertThat(bench.rowsIn(BackupSet.backup("second"), "a")).containsExactly("one", "two");
    }
    assertThat(bench.backups.prune(List.of("first")).objects()).isEqualTo(1);
    assertThat(bench.keys("backups/first/")).isEmpty();
    assertThat(bench.keys("lines/")).hasSize(1);
    bench.restore("r1", "second");
    assertThat(bench.rows("a")).containsExactly("one", "two");
  }

  static void fail() {
    throw new DosqlException(ErrorCode.STORAGE_UNAVAILABLE, "cut off");
  }

  @Test
  void fetcher_leavesNoFileBehindWhenTheSnapshotIsGone() {
    bench.create("a", "one");
    bench.take("first");
    var manifest = bench.catalog.manifest(BackupSet.backup("first"), "a").orElseThrow();
    bench.store.delete(List.of(bench.key(Objects.requireNonNull(manifest.key()))));
    Path target = bench.scratch.resolve("target.db");
    BackupBench.assertFails(
        ErrorCode.STORAGE_NOT_FOUND,
        "",
        () -> new SnapshotFetcher(bench.catalog, bench.scratch).fetch(manifest, target));
    assertThat(target).doesNotExist();
  }
}
