package io.dosql.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.ltx.DatabaseFiles;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets, snapshots and manifests in a store, without an engine; that is in the backups' tests. */
class BackupCatalogTest {

  private static final Instant TIME = Instant.parse("2026-11-24T02:00:00Z");
  private static final BackupSet SET = BackupSet.backup("first");

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private DirectoryObjectStore store;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private BackupCatalog catalog;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private SnapshotUploader uploader;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path database;

  @BeforeEach
  void open() throws IOException {
    store = new DirectoryObjectStore(Files.createDirectory(folder.resolve("store")));
    catalog = new BackupCatalog(store, ArchiveLayout.forDirectory(""));
    uploader = new SnapshotUploader(catalog, Files.createDirectory(folder.resolve("scratch")));
    database = DatabaseFiles.write(folder.resolve("a.db"), 4096, 10, 1);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private BackupManifest upload(BackupSet set, String tenant, long lsn, Instant time)
      throws IOException {
    return uploader.upload(
        set, new Snapshot(tenant, "line", lsn, time, time, null, database, List.of()));
  }

  private static void assertFails(ErrorCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DosqlException.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }

  @Test
  void manyWritersOfOneManifest_agreeOnTheFirst() throws Exception {
    int writers = 8;
    CountDownLatch begin = new CountDownLatch(1);
    Set<BackupManifest> seen = ConcurrentHashMap.newKeySet();
    List<Future<Boolean>> all = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(writers)) {
      for (int i = 0; i < writers; i++) {
        Instant time = TIME.plusSeconds(i);
        all.add(
            threads.submit(
                () -> {
                  begin.await();
                  return seen.add(upload(SET, "a", 7, time));
                }));
      }
      begin.countDown();
      for (Future<Boolean> one : all) {
        boolean _ = one.get();
      }
    }
    assertThat(seen).hasSize(1);
    assertThat(catalog.manifest(SET, "a")).hasValue(seen.iterator().next());
  }

  @Test
  void setIsCompletedOnlyWithTheTenantsThatItHolds() throws Exception {
    BackupManifest a = upload(SET, "a", 7, TIME);
    BackupManifest b = upload(SET, "b", 8, TIME);
    assertFails(
        ErrorCode.STORAGE_CONFLICT,
        "manifests are of 2 tenants",
        () -> catalog.complete(SET, "work", TIME, null, List.of(a)));
    assertThat(catalog.find("first")).isEmpty();
    BackupSummary done = catalog.complete(SET, "work", TIME, "001_x", List.of(a, b));
    assertThat(done.bytes()).isEqualTo(a.objectBytes() + b.objectBytes());
    assertThat(catalog.complete(SET, "work", TIME.plusSeconds(9), null, List.of(a, b)))
        .describedAs("once is enough")
        .isEqualTo(done);
    assertThat(catalog.manifests(SET)).containsExactly(a, b);
  }

  @Test
  void withdrawnTenant_isFiledAnewAndItsSnapshotStaysOnRecord() throws Exception {
    BackupSet set = BackupSet.preRestore("r1");
    BackupManifest old = upload(set, "a", 7, TIME);
    catalog.withdraw(set, old);
    assertThat(catalog.manifest(set, "a")).isEmpty();
    BackupManifest now = upload(set, "a", 9, TIME);
    assertThat(now.lsn()).isEqualTo(9);
    BackupSummary done = catalog.complete(set, "work", TIME, null, List.of(now));
    assertThat(done.tenants()).isEqualTo(1);
    assertThat(catalog.objects(set).orElseThrow().sizesByKey())
        .containsOnlyKeys(old.snapshotKey(), now.snapshotKey());
    assertFails(ErrorCode.STORAGE_CONFLICT, "complete already", () -> catalog.withdraw(set, now));
    assertThat(catalog.manifest(set, "a")).hasValue(now);
  }

  @Test
  void pagesThatCannotBe_areRefused() {
    assertFails(
        ErrorCode.STORAGE_NOT_FOUND, "gone", () -> catalog.list(BackupSet.Kind.BACKUP, "gone", 10));
    for (int limit : new int[] {0, BackupCatalog.LIMIT_MAX + 1}) {
      assertThatThrownBy(() -> catalog.list(BackupSet.Kind.BACKUP, null, limit))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(catalog.list(BackupSet.Kind.BACKUP, null, 1).backups()).isEmpty();
  }

  @Test
  void laterAttemptAtARestore_isGivenWhatTheFirstOneFound() {
    BackupSet before = BackupSet.preRestore("r1");
    RestoreRecord first =
        RestoreRecord.of(
            List.of(new RestoreRecord.TenantState("a", "line", 41, TIME)),
            List.of(new RestoreRecord.LeftOut("b", TIME)));
    assertThat(catalog.begin(before, first)).isEqualTo(first);
    RestoreRecord later =
        RestoreRecord.of(List.of(new RestoreRecord.TenantState("a", "line", 42, TIME)), List.of());
    assertThat(catalog.begin(before, later)).isEqualTo(first);
    assertThat(catalog.restoreRecord(before)).contains(first);
  }

  @Test
  void stateThatAnInterruptedRestoreNeeds_isNotPruned() throws Exception {
    BackupSet saved = BackupSet.preRestore("r1");
    catalog.complete(saved, "r1", TIME, null, List.of(upload(saved, "a", 7, TIME)));
    // As a process leaves it that dies before the restore has saved anything.
    BackupSet going = BackupSet.preRestore("r2");
    catalog.begin(going, saved);
    catalog.begin(going, saved);
    assertThat(catalog.pruneStatesBefore(Instant.MAX, SnapshotUse.NONE)).isPresent();
    assertThat(catalog.manifest(saved, "a")).isPresent();
    assertFails(
        ErrorCode.STORAGE_NOT_FOUND,
        "pre-restore-backups/r3 is gone",
        () -> catalog.begin(going, BackupSet.preRestore("r3")));
    BackupSet other = BackupSet.preRestore("r4");
    catalog.complete(other, "r4", TIME, null, List.of(upload(other, "a", 8, TIME)));
    assertFails(
        ErrorCode.STORAGE_CONFLICT, "pre-restore-backups/r4", () -> catalog.begin(going, other));

    catalog.letGo(going);

    assertThat(catalog.pruneStatesBefore(Instant.MAX, SnapshotUse.NONE)).isPresent();
    assertThat(store.folders("pre-restore-backups/")).isEmpty();
  }

  @Test
  void restoreThatHasSavedSomething_keepsWhatItNeeds() throws Exception {
    BackupSet saved = BackupSet.preRestore("r1");
    catalog.complete(saved, "r1", TIME, null, List.of(upload(saved, "a", 7, TIME)));
    BackupSet going = BackupSet.preRestore("r2");
    catalog.begin(going, saved);
    BackupManifest present = upload(going, "a", 9, TIME);
    catalog.letGo(going);
    assertThat(catalog.pruneStatesBefore(Instant.MAX, SnapshotUse.NONE)).isPresent();
    assertThat(catalog.manifest(saved, "a")).isPresent();

    catalog.complete(going, "r2", TIME, null, List.of(present));

    assertThat(catalog.pruneStatesBefore(Instant.MAX, SnapshotUse.NONE)).isPresent();
    assertThat(store.folders("pre-restore-backups/")).isEmpty();
  }

  @Test
  void damagedSnapshotOfTheSameLsn_isNotUsedAgain() throws Exception {
    BackupManifest first = upload(SET, "a", 7, TIME);
    String key = Objects.requireNonNull(first.key());
    byte[] bytes;
    try (var in = store.get(key, 0)) {
      bytes = in.readAllBytes();
    }
    store.delete(List.of(key));
    bytes[bytes.length / 2] ^= 1;
    assertThat(store.putIfAbsent(key, ObjectContent.of(bytes), Map.of()))
        .isEqualTo(PutResult.CREATED);
    assertThatThrownBy(() -> upload(BackupSet.backup("second"), "a", 7, TIME))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_CHECKSUM_MISMATCH);
              assertThat(failure.suggestion()).contains("Delete the damaged snapshot");
            });
    assertThat(catalog.manifest(BackupSet.backup("second"), "a")).isEmpty();
  }

  @Test
  void manifestWhoseSnapshotIsGone_isNotTakenForDone() throws Exception {
    BackupManifest first = upload(SET, "a", 7, TIME);
    store.delete(List.of(first.snapshotKey()));
    assertFails(ErrorCode.STORAGE_CHECKSUM_MISMATCH, "is gone", () -> upload(SET, "a", 7, TIME));
  }
}
