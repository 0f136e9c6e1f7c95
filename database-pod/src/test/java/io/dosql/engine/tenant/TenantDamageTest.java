package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are damaged: told, never served as if nothing were wrong, and nobody else suffers. */
class TenantDamageTest {

  @TempDir Path folder;

  private static void assertUnavailable(ThrowingCallable use, String... reasons) {
    assertThatThrownBy(use)
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TENANT_UNAVAILABLE))
        .hasMessageContainingAll(reasons);
  }

  /** A tenant with some pages, checkpointed and asleep, and one whose commits are in the log. */
  private Path makeTenants() throws Exception {
    Path data = folder.resolve("data");
    Path crashed = folder.resolve("crashed");
    try (TestEngine engine = TestEngine.start(data)) {
      engine.write("asleep", "CREATE TABLE t (v)");
      engine.write("asleep", "INSERT INTO t VALUES (hex(randomblob(20000)))");
      engine.tenants().get(new TenantName("asleep")).sleep().get();
      engine.write("logged", "CREATE TABLE t (v)");
      engine.write("logged", "INSERT INTO t VALUES (1)");
      engine.copyTo(crashed);
    }
    return crashed;
  }

  private static Path database(Path data, String tenant) {
    return data.resolve("tenants").resolve(tenant).resolve("data.db");
  }

  @Test
  void aStateFileThatIsDamagedStopsItsTenantAndNoOther() throws Exception {
    Path data = makeTenants();
    Files.writeString(data.resolve("tenants/logged/state.json"), "{\"version\":");
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.rows("asleep", "SELECT count(*) FROM t")).containsExactly(List.of("1"));
      assertUnavailable(() -> engine.rows("logged", "SELECT 1"), "state.json", "damaged");
      // What the tenant needs to be mended stays in the log.
      assertThat(engine.log().tenants()).contains("logged");
    }
    Files.delete(data.resolve("tenants/logged/state.json"));
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.rows("logged", "SELECT v FROM t")).containsExactly(List.of("1"));
    }
  }

  @Test
  void aStateFileWithAnotherNumberIsNotBelieved() throws Exception {
    Path data = makeTenants();
    Path state = data.resolve("tenants/asleep/state.json");
    String written = Files.readString(state);
    assertThat(written).contains("\"checkpointedLsn\":2");
    Files.writeString(state, written.replace("\"checkpointedLsn\":2", "\"checkpointedLsn\":3"));
    try (TestEngine engine = TestEngine.start(data)) {
      assertUnavailable(() -> engine.rows("asleep", "SELECT 1"), "state.json", "checksum");
      assertThat(engine.rows("logged", "SELECT v FROM t")).containsExactly(List.of("1"));
    }
  }

  @Test
  void aStateFileOfTheVersionWithoutChecksumIsRead() throws Exception {
    Path data = makeTenants();
    Path state = data.resolve("tenants/asleep/state.json");
    Files.writeString(
        state,
        Files.readString(state)
            .replace("\"version\":2", "\"version\":1")
            .replaceFirst(",\"checksum\":\"[0-9a-f]{8}\"", ""));
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.tenants().get(new TenantName("asleep")).summary().lsn()).isEqualTo(2);
      assertThat(engine.rows("asleep", "SELECT count(*) FROM t")).containsExactly(List.of("1"));
    }
  }

  @Test
  void aDatabaseFileThatWasCutShortIsNotServed() throws Exception {
    Path data = makeTenants();
    try (RandomAccessFile file = new RandomAccessFile(database(data, "asleep").toFile(), "rw")) {
      file.setLength(file.length() - Connections.PAGE_SIZE);
    }
    try (TestEngine engine = TestEngine.start(data)) {
      assertUnavailable(() -> engine.rows("asleep", "SELECT 1"), "data.db", "bytes");
      assertThat(engine.rows("logged", "SELECT v FROM t")).containsExactly(List.of("1"));
    }
  }

  @Test
  void aDatabaseFileThatIsNoDatabaseIsNotServed() throws Exception {
    Path data = makeTenants();
    byte[] garbage = new byte[Math.toIntExact(Files.size(database(data, "asleep")))];
    Arrays.fill(garbage, (byte) 0x5a);
    Files.write(database(data, "asleep"), garbage);
    try (TestEngine engine = TestEngine.start(data)) {
      assertUnavailable(() -> engine.rows("asleep", "SELECT 1"), "not a database");
      assertUnavailable(() -> engine.rows("asleep", "SELECT 1"), "not a database");
      assertThat(engine.rows("logged", "SELECT v FROM t")).containsExactly(List.of("1"));
    }
  }

  @Test
  void aDamagedPageIsToldByTheStatementThatMeetsIt() throws Exception {
    Path data = makeTenants();
    byte[] garbage = new byte[Connections.PAGE_SIZE];
    Arrays.fill(garbage, (byte) 0x5a);
    try (RandomAccessFile file = new RandomAccessFile(database(data, "asleep").toFile(), "rw")) {
      file.seek(Connections.PAGE_SIZE);
      file.write(garbage);
    }
    try (TestEngine engine = TestEngine.start(data);
        Tenant.Use use = engine.tenants().get(new TenantName("asleep")).use()) {
      assertUnavailable(
          () ->
              use.database()
                  .writeOnce(
                      Duration.ofSeconds(5),
                      connection ->
                          connection.run(
                              "INSERT INTO t VALUES (2)",
                              false,
                              Duration.ofSeconds(5),
                              s -> s.step())),
          "malformed");
    }
  }

  @Test
  void damageOfTheLogHarmsNobodyWhoseFileHoldsWhatItTook() throws Exception {
    Path data = makeTenants();
    Path segment;
    try (var files = Files.list(data.resolve("log"))) {
      segment = files.filter(file -> file.toString().endsWith(".log")).findFirst().orElseThrow();
    }
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(700);
      file.write(file.read() ^ 0xff);
    }
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.log().damage())
          .singleElement()
          .satisfies(
              damage ->
                  assertThat(damage.description())
                      .contains(segment.getFileName().toString(), "offset", "expected", "found"));
      assertThat(engine.rows("asleep", "SELECT count(*) FROM t")).containsExactly(List.of("1"));
      assertThat(engine.rows("logged", "SELECT v FROM t")).containsExactly(List.of("1"));
    }
  }

  @Test
  void aRollbackJournalThatACrashLeftBehindUndoesNothing() throws Exception {
    Path data = makeTenants();
    // As SQLite writes it before it makes an empty file a WAL database: go back to 0 pages.
    ByteBuffer journal = ByteBuffer.allocate(512);
    journal.putLong(0xd9d505f920a163d7L).putInt(0).putInt(1).putInt(0).putInt(512).putInt(4096);
    for (String tenant : List.of("asleep", "logged")) {
      Files.write(database(data, tenant).resolveSibling("data.db-journal"), journal.array());
    }
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.rows("asleep", "SELECT count(*) FROM t")).containsExactly(List.of("1"));
      assertThat(engine.rows("logged", "SELECT v FROM t")).containsExactly(List.of("1"));
    }
  }

  @Test
  void anEmptyFileCannotReplaceATenant() throws Exception {
    try (TestEngine engine = TestEngine.start(folder.resolve("data"))) {
      engine.write("main", "CREATE TABLE t (v)");
      try (Tenant.Use use = engine.tenants().get(TenantName.MAIN).use();
          SqliteConnection empty =
              SqliteConnection.open(folder.resolve("empty.db"), OpenMode.CREATE)) {
        assertThatThrownBy(() -> use.database().replaceWith(empty, Duration.ofSeconds(5), () -> {}))
            .isInstanceOfSatisfying(
                DosqlException.class,
                failure -> assertThat(failure.code()).isEqualTo(ErrorCode.RESTORE_FAILED));
      }
      assertThat(engine.rows("main", "SELECT count(*) FROM t")).containsExactly(List.of("0"));
      engine.write("main", "INSERT INTO t VALUES (1)");
    }
  }

  @Test
  void aRestoreThatFailsLeavesTheTenantAndItsNumbersAsTheyWere() throws Exception {
    Path bad = folder.resolve("bad.db");
    try (SqliteConnection source = SqliteConnection.open(bad, OpenMode.CREATE)) {
      source.execute("PRAGMA page_size = 8192; CREATE TABLE other (v)");
    }
    try (TestEngine engine = TestEngine.start(folder.resolve("data"))) {
      long before = engine.write("main", "CREATE TABLE t (v)");
      try (Tenant.Use use = engine.tenants().get(TenantName.MAIN).use();
          SqliteConnection source = SqliteConnection.open(bad, OpenMode.READ_ONLY)) {
        assertThatThrownBy(
                () -> use.database().replaceWith(source, Duration.ofSeconds(5), () -> {}))
            .isInstanceOf(DosqlException.class);
        assertThat(use.database().lastLsn()).isEqualTo(before);
      }
      assertThat(engine.write("main", "INSERT INTO t VALUES (1)")).isEqualTo(before + 1);
    }
  }
}
