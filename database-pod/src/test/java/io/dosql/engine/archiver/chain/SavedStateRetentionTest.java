package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.archive.ltx.DatabaseFiles;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedStateRetentionTest {

  private static final Instant SAVED = Instant.parse("2026-11-24T02:00:00Z");
  private static final ChainLimits LIMITS = ChainLimits.DEFAULT;

  @TempDir Path folder;

  private final AtomicReference<Instant> now = new AtomicReference<>(SAVED);

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private DirectoryObjectStore store;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private BackupCatalog catalog;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private SavedStateRetention retention;

  @BeforeEach
  void open() throws IOException {
    store = new DirectoryObjectStore(Files.createDirectory(folder.resolve("store")));
    catalog = new BackupCatalog(store, ArchiveLayout.forDirectory(""));
    retention = new SavedStateRetention(catalog, SnapshotUse.NONE, LIMITS, now::get);
  }

  @AfterEach
  void close() {
    retention.close();
    store.close();
  }

  private void save(BackupSet set, long lsn) throws IOException {
    Path file = folder.resolve("a-" + lsn);
    SnapshotUploader uploader = new SnapshotUploader(catalog, folder);
    BackupManifest manifest =
        uploader.upload(
            set,
            new Snapshot(
                "a",
                "line",
                lsn,
                SAVED,
                SAVED,
                null,
                DatabaseFiles.write(file, 4096, 10, lsn),
                List.of()));
    catalog.complete(set, set.name(), SAVED, null, List.of(manifest));
  }

  @Test
  void whatARestoreSaved_staysForTheWindowAndItsGrace_andThenGoes() throws Exception {
    save(BackupSet.preRestore("r1"), 7);
    save(BackupSet.backup("nightly"), 8);
    now.set(SAVED.plus(LIMITS.window()).plus(LIMITS.windowGrace()));
    assertThat(retention.pass()).isEqualTo(LIMITS.retentionInterval());
    assertThat(catalog.find(BackupSet.preRestore("r1"))).isPresent();
    assertThat(retention.status().deletedObjects()).isZero();

    now.updateAndGet(time -> time.plusMillis(1));
    assertThat(retention.pass()).isEqualTo(LIMITS.retentionInterval());

    assertThat(store.folders("pre-restore-backups/")).isEmpty();
    assertThat(retention.status().deletedObjects()).isEqualTo(1);
    assertThat(catalog.manifests(BackupSet.backup("nightly"))).hasSize(1);
  }

  @Test
  void failure_isToldAndTriedAgainSoon() throws Exception {
    save(BackupSet.preRestore("r1"), 7);
    now.set(SAVED.plus(LIMITS.window()).plus(LIMITS.windowGrace()).plusMillis(1));
    Path summary = folder.resolve("store/pre-restore-backups/r1/backup.json");
    String content = Files.readString(summary);
    Files.writeString(summary, "damaged");
    assertThat(retention.pass()).isEqualTo(LIMITS.debtRetryAfter());
    assertThat(retention.status().failure().orElseThrow().code())
        .isEqualTo(ErrorCode.STORAGE_CHECKSUM_MISMATCH);
    assertThat(catalog.manifest(BackupSet.preRestore("r1"), "a")).isPresent();

    Files.writeString(summary, content);
    assertThat(retention.pass()).isEqualTo(LIMITS.retentionInterval());
    assertThat(retention.status().failure()).isEmpty();
    assertThat(retention.status().deletedObjects()).isEqualTo(1);
  }
}
