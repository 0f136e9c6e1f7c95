package io.dosql.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.SnapshotFetcher;
import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.archive.restore.ArchiveHistory;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.tenant.TenantDatabase;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TestEngine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A real engine and its backups in a real store. Each tenant has a table t with rows of text. */
final class BackupBench implements AutoCloseable {

  static final String LINE = "7f3a";
  static final Instant START = Instant.parse("2026-11-24T02:00:00Z");

  private static final ObjectMapper JSON = new ObjectMapper();

  final TestEngine engine;
  final HookedStore store;
  final ArchiveLayout layout;
  final BackupCatalog catalog;
  final ArchiveBackups backups;
  final Path scratch;

  /** Goes on by a second each time that it is asked. */
  private final AtomicReference<Instant> now = new AtomicReference<>(START);

  /** Of restores' durations: goes on only when a test says so. */
  private final AtomicLong nanos = new AtomicLong();

  private volatile Runnable whenAskedForTheTime = () -> {};

  BackupBench(Path folder, ObjectStore store, ArchiveLayout layout) throws Exception {
    this(folder, store, layout, LINE, TenantLimits.DEFAULT);
  }

  BackupBench(
      Path folder, ObjectStore store, ArchiveLayout layout, String line, TenantLimits limits)
      throws Exception {
    this.engine = TestEngine.start(folder.resolve("data"), limits);
    this.store = new HookedStore(store);
    this.layout = layout;
    this.catalog = new BackupCatalog(this.store, layout);
    this.scratch = Files.createDirectories(folder.resolve("scratch"));
    InstantSource clock =
        () -> {
          whenAskedForTheTime.run();
          return now.getAndUpdate(time -> time.plusSeconds(1));
        };
    this.backups =
        new ArchiveBackups(
            engine.tenants(),
            new ArchiveBackups.Stored(
                catalog,
                new ArchiveHistory(this.store, layout, TenantDatabase.PAGE_SIZE_BYTES, scratch),
                new RestoreRate(nanos::get)),
            Optional.empty(),
            SnapshotUse.NONE,
            scratch,
            () -> line,
            Completeness.UNKNOWN,
            clock);
  }

  void whenAskedForTheTime(Runnable action) {
    whenAskedForTheTime = action;
  }

  void later(Duration duration) {
    now.updateAndGet(time -> time.plus(duration));
  }

  /** So much time passes for whoever measures durations. */
  void takes(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }

  BackupService.Taken take(String name, String... tenants) {
    return backups.take("take-" + name, name, named(tenants), (done, total) -> {});
  }

  List<BackupService.RestoredTenant> restore(String id, String backup, String... tenants) {
    RestoreOrder order = RestoreOrder.ofBackup(backup, named(tenants));
    return backups.restore(id, order, (done, total) -> {}).tenants();
  }

  /** Brings back what another restore saved. */
  List<BackupService.RestoredTenant> restoreSaved(String id, String other, String... tenants) {
    return backups.restore(id, saved(other, tenants), (done, total) -> {}).tenants();
  }

  static RestoreOrder saved(String restore, String... tenants) {
    return new RestoreOrder(new RestoreOrder.Source.Saved(restore), named(tenants), false);
  }

  /** Deletes what restores saved, however young it is. */
  void pruneStates() {
    assertThat(catalog.pruneStatesBefore(Instant.MAX, SnapshotUse.NONE)).isPresent();
  }

  List<String> savedStates() {
    return backups.listPreRestore(null, 10).backups().stream()
        .map(BackupService.ListedBackup::name)
        .toList();
  }

  BackupService.Plan plan(String backup, String... tenants) {
    return backups.plan(RestoreOrder.ofBackup(backup, named(tenants)));
  }

  private static Optional<List<String>> named(String... tenants) {
    return tenants.length == 0 ? Optional.empty() : Optional.of(List.of(tenants));
  }

  void create(String tenant, String... rows) {
    engine.write(tenant, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
    for (String row : rows) {
      insert(tenant, row);
    }
  }

  long insert(String tenant, String row) {
    return engine.write(tenant, "INSERT INTO t (v) VALUES ('" + row + "')");
  }

  List<String> rows(String tenant) {
    return engine.rows(tenant, "SELECT v FROM t ORDER BY id").stream().map(List::getFirst).toList();
  }

  /** The rows of what a set holds of a tenant, fetched and checked. */
  List<String> rowsIn(BackupSet set, String tenant) throws IOException {
    BackupManifest manifest = catalog.manifest(set, tenant).orElseThrow();
    Path file = scratch.resolve("look-" + System.nanoTime() + ".db");
    new SnapshotFetcher(catalog, scratch).fetch(manifest, file);
    return query(file, "SELECT v FROM t ORDER BY id");
  }

  static List<String> query(Path database, String sql) {
    List<String> rows = new ArrayList<>();
    try (SqliteConnection sqlite = SqliteConnection.open(database, OpenMode.READ_ONLY);
        SqliteStatement all = sqlite.prepare(sql)) {
      while (all.step()) {
        rows.add(all.text(0));
      }
    }
    return rows;
  }

  String key(String key) {
    return layout.absolute(key);
  }

  String manifestKey(String backup, String tenant) {
    return key("backups/%s/tenants/%s.json".formatted(backup, tenant));
  }

  JsonNode document(String absoluteKey) throws IOException {
    return JSON.readTree(object(absoluteKey));
  }

  byte[] object(String absoluteKey) throws IOException {
    try (InputStream in = store.get(absoluteKey, 0)) {
      return in.readAllBytes();
    }
  }

  /** Puts other content under a key, as somebody with the store's keys could. */
  void overwrite(String absoluteKey, byte[] content) {
    store.delete(List.of(absoluteKey));
    assertThat(store.putIfAbsent(absoluteKey, ObjectContent.of(content), Map.of()))
        .isEqualTo(PutResult.CREATED);
  }

  List<String> keys(String prefix) {
    List<String> keys = new ArrayList<>();
    store.list(key(prefix), null).forEachRemaining((ObjectInfo object) -> keys.add(object.key()));
    return keys;
  }

  static void assertFails(ErrorCode code, String message, ThrowingCallable call) {
    Assertions.assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).describedAs("%s", failure).isEqualTo(code))
        .hasMessageContaining(message);
  }

  @Override
  public void close() throws Exception {
    engine.close();
    store.close();
    try (var left = Files.list(scratch)) {
      assertThat(left.filter(file -> !file.getFileName().toString().startsWith("look-")))
          .describedAs("copies left in the scratch folder")
          .isEmpty();
    }
  }
}
