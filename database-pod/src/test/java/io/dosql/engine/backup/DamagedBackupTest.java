package io.dosql.engine.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Backups that are damaged, or lie: each is told by its code, and the tenant is as it was. */
class DamagedBackupTest {

  private static final String SNAPSHOT = "lines/7f3a/tenants/a/ltx/9/";
  private static final String BEGIN = SNAPSHOT + "0000000000000001-";
  private static final String A_AT_2 = BEGIN + "0000000000000002.ltx";

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private BackupBench bench;

  @BeforeEach
  void open() throws Exception {
    Path store = Files.createDirectories(folder.resolve("store"));
    bench =
        new BackupBench(folder, new DirectoryObjectStore(store), ArchiveLayout.forDirectory(""));
    bench.create("a", "one");
    bench.create("b", "two");
    bench.take("first", "a", "b");
    bench.insert("a", "present");
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        Arguments.of(
            "a truncated snapshot",
            snapshot(bytes -> Arrays.copyOf(bytes, bytes.length - 1)),
            "STORAGE_CHECKSUM_MISMATCH",
            "objectBytes"),
        Arguments.of(
            "an empty snapshot",
            snapshot(bytes -> new byte[0]),
            "STORAGE_CHECKSUM_MISMATCH",
            "objectBytes"),
        Arguments.of(
            "a snapshot that is longer",
            snapshot(bytes -> Arrays.copyOf(bytes, bytes.length + 1)),
            "STORAGE_CHECKSUM_MISMATCH",
            "objectBytes"),
        Arguments.of(
            "a flipped bit",
            snapshot(
                bytes -> {
                  byte[] flipped = bytes.clone();
                  flipped[bytes.length / 2] ^= 1;
                  return flipped;
                }),
            "STORAGE_CHECKSUM_MISMATCH",
            "sha256"),
        Arguments.of(
            "a snapshot that is gone",
            (Consumer<BackupBench>) bench -> bench.store.delete(List.of(A_AT_2)),
            "STORAGE_NOT_FOUND",
            ".ltx"),
        Arguments.of(
            "another checksum",
            field("sha256", "0".repeat(64)),
            "STORAGE_CHECKSUM_MISMATCH",
            "sha256"),
        Arguments.of("no checksum", field("sha256", "none"), "STORAGE_CHECKSUM_MISMATCH", "sha256"),
        Arguments.of(
            "another size", field("objectBytes", 7), "STORAGE_CHECKSUM_MISMATCH", "objectBytes"),
        Arguments.of(
            "a negative size",
            field("objectBytes", -1),
            "STORAGE_CHECKSUM_MISMATCH",
            "objectBytes"),
        Arguments.of(
            "another database size",
            field("databaseBytes", 4096),
            "STORAGE_CHECKSUM_MISMATCH",
            "databaseBytes"),
        Arguments.of("another LSN", field("lsn", "3"), "STORAGE_CHECKSUM_MISMATCH", "key"),
        Arguments.of(
            "another LSN, and the key to go with it",
            manifest(
                text ->
                    text.replace("\"lsn\" : \"2\"", "\"lsn\" : \"3\"")
                        .replace("-0000000000000002.ltx", "-0000000000000003.ltx")),
            "STORAGE_NOT_FOUND",
            ".ltx"),
        Arguments.of(
            "another tenant's snapshot",
            manifest(text -> text.replace("tenants/a/", "tenants/b/")),
            "STORAGE_CHECKSUM_MISMATCH",
            "key"),
        Arguments.of(
            "a key outside the archive",
            field("key", "../../etc/passwd"),
            "STORAGE_CHECKSUM_MISMATCH",
            "key"),
        Arguments.of(
            "a tenant outside the pod",
            field("tenant", "../x"),
            "STORAGE_CHECKSUM_MISMATCH",
            "../x"),
        Arguments.of("another tenant", field("tenant", "b"), "STORAGE_CHECKSUM_MISMATCH", "tenant"),
        Arguments.of(
            "another backup", field("backup", "other"), "STORAGE_CHECKSUM_MISMATCH", "backup"),
        Arguments.of("a bad line", field("line", "../.."), "STORAGE_CHECKSUM_MISMATCH", "../.."),
        Arguments.of(
            "a field that nobody knows",
            manifest(text -> text.replaceFirst("\\{", "{\"more\":1,")),
            "STORAGE_CHECKSUM_MISMATCH",
            "more"),
        Arguments.of(
            "a field that is missing",
            manifest(text -> text.replaceFirst("\"time\"[^,]*,", "")),
            "STORAGE_CHECKSUM_MISMATCH",
            "time"),
        Arguments.of(
            "half a manifest",
            manifest(text -> text.substring(0, text.length() / 2)),
            "STORAGE_CHECKSUM_MISMATCH",
            "a.json"),
        Arguments.of(
            "an empty manifest", manifest(text -> ""), "STORAGE_CHECKSUM_MISMATCH", "a.json"),
        Arguments.of(
            "a manifest without end",
            manifest(text -> text + " ".repeat(1 << 20)),
            "STORAGE_CHECKSUM_MISMATCH",
            "a.json"),
        Arguments.of(
            "a manifest of a later release",
            field("formatVersion", 2),
            "SNAPSHOT_NOT_AVAILABLE",
            "format version 2"),
        Arguments.of(
            "a manifest that is gone",
            (Consumer<BackupBench>)
                bench -> bench.store.delete(List.of(bench.manifestKey("first", "a"))),
            "STORAGE_CHECKSUM_MISMATCH",
            "first"),
        Arguments.of(
            "a summary that lies",
            document(
                "backups/first/backup.json",
                text -> text.replace("\"tenants\" : 2", "\"tenants\" : 3")),
            "STORAGE_CHECKSUM_MISMATCH",
            "first"),
        Arguments.of(
            "a summary of another backup",
            document("backups/first/backup.json", text -> text.replace("first", "other")),
            "STORAGE_CHECKSUM_MISMATCH",
            "name"),
        Arguments.of(
            "a summary that is gone",
            (Consumer<BackupBench>)
                bench -> bench.store.delete(List.of("backups/first/backup.json")),
            "STORAGE_NOT_FOUND",
            "first"));
  }

  private static Consumer<BackupBench> snapshot(UnaryOperator<byte[]> change) {
    return bench -> bench.overwrite(A_AT_2, change.apply(read(bench, A_AT_2)));
  }

  private static Consumer<BackupBench> manifest(UnaryOperator<String> change) {
    return document("backups/first/tenants/a.json", change);
  }

  private static Consumer<BackupBench> document(String key, UnaryOperator<String> change) {
    return bench -> {
      String before = new String(read(bench, key), UTF_8);
      String after = change.apply(before);
      assertThat(after).describedAs("the damage does something").isNotEqualTo(before);
      bench.overwrite(key, after.getBytes(UTF_8));
    };
  }

  private static Consumer<BackupBench> field(String name, Object value) {
    String json = value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    return manifest(
        text -> text.replaceFirst("\"" + name + "\" : [^,}\\n]*", "\"" + name + "\" : " + json));
  }

  private static byte[] read(BackupBench bench, String key) {
    try {
      return bench.object(key);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void damage_isToldAndTheTenantIsAsItWas(
      String what, Consumer<BackupBench> damage, ErrorCode code, String message) throws Exception {
    damage.accept(bench);

    BackupBench.assertFails(code, message, () -> bench.restore("r1", "first"));

    assertThat(bench.rows("a")).containsExactly("one", "present");
    assertThat(bench.insert("a", "serving on")).isEqualTo(4);
    assertThat(bench.engine.rows("a", "PRAGMA integrity_check")).containsExactly(List.of("ok"));
    assertThat(bench.engine.tenants().total()).isEqualTo(3);
  }

  @Test
  void damageOfOneTenant_doesNotKeepAnotherFromBeingRestored() {
    field("sha256", "none").accept(bench);
    bench.insert("b", "later");
    bench.restore("r1", "first", "b");
    assertThat(bench.rows("b")).containsExactly("two");
  }

  @Test
  void damagedBackup_doesNotHideTheOthersInTheList() {
    bench.take("second");
    document("backups/first/backup.json", text -> "{").accept(bench);
    assertThat(bench.backups.list(null, 10).backups())
        .extracting(BackupService.ListedBackup::name)
        .containsExactly("second");
  }

  @Test
  void damagedBackup_canBePrunedAndTakesNothingElseWithIt() throws Exception {
    bench.take("second");
    manifest(text -> "{").accept(bench);
    bench.backups.prune(List.of("first"));
    assertThat(bench.keys("backups/first/")).isEmpty();
    assertThat(bench.rowsIn(BackupSet.backup("second"), "a")).containsExactly("one", "present");
  }

  @Test
  void pruning_keepsTheSnapshotsOfATenantWhoseOtherManifestCannotBeRead() {
    bench.take("second");
    bench.store.delete(List.of("backups/first/objects.json"));
    manifest(text -> "{").accept(bench);
    bench.backups.prune(List.of("second"));
    assertThat(bench.keys(SNAPSHOT)).contains(A_AT_2);
  }

  /** Files a database away as a sound snapshot with an honest manifest. */
  private void file(Path database) throws IOException {
    BackupSet set = BackupSet.backup("made");
    BackupManifest manifest =
        new SnapshotUploader(bench.catalog, bench.scratch)
            .upload(
                set,
                new Snapshot(
                    "a",
                    BackupBench.LINE,
                    77,
                    BackupBench.START,
                    BackupBench.START,
                    null,
                    database,
                    List.of()));
    assertThat(
            bench
                .catalog
                .complete(set, "other", BackupBench.START, null, List.of(manifest))
                .tenants())
        .isEqualTo(1);
  }

  private Path database(String... statements) {
    Path database = folder.resolve("made.db");
    try (SqliteConnection sqlite = SqliteConnection.open(database, OpenMode.CREATE)) {
      for (String statement : statements) {
        sqlite.execute(statement);
      }
    }
    return database;
  }

  private void assertRefused(String reason) throws Exception {
    BackupBench.assertFails(ErrorCode.RESTORE_FAILED, reason, () -> bench.restore("r1", "made"));
    assertThat(bench.rows("a")).containsExactly("one", "present");
    assertThat(bench.insert("a", "serving on")).isEqualTo(4);
    assertThat(bench.keys("pre-restore-backups/")).isEmpty();
  }

  @Test
  void databaseThatSqliteFindsCorrupt_isRefused() throws Exception {
    Path database =
        database(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
            "CREATE INDEX t_v ON t (v)",
            "INSERT INTO t (v) VALUES ('x')");
    byte[] bytes = Files.readAllBytes(database);
    // The index, whose cells lie at the end of its page.
    Arrays.fill(bytes, 3 * 4096 - 64, 3 * 4096, (byte) 0);
    Files.write(database, bytes);
    file(database);
    assertRefused("integrity_check");
  }

  @Test
  void databaseOfAnotherPageSize_isRefused() throws Exception {
    file(database("PRAGMA page_size = 1024", "CREATE TABLE t (v)"));
    assertRefused("1024");
  }

  @Test
  void databaseWhoseOwnTableIsInTheWay_isRefused() throws Exception {
    file(database("CREATE TABLE __dosql_restores (other)"));
    assertRefused("__dosql_restores");
  }
}
