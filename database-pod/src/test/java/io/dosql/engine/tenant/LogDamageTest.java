package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damage in the middle of the log: the tenants whose commits are gone are refused, with what is
 * lost and where, until they are restored; all others are served whole; the log goes on.
 */
class LogDamageTest {

  private static final String SEGMENT = "0000000000000000.log";

  @TempDir Path folder;
  private Path data;

  /** Where the second commit of the tenant "harmed" lies in the log, of four. */
  private long harmedAt;

  @BeforeEach
  void crash() throws Exception {
    data = folder.resolve("crashed");
    try (TestEngine engine = TestEngine.start(folder.resolve("data"))) {
      engine.write("quiet", "CREATE TABLE t (v)");
      engine.write("harmed", "CREATE TABLE t (v)");
      LogPosition begin = engine.log().settled();
      engine.write("harmed", "INSERT INTO t VALUES (2)");
      harmedAt = begin.bytes();
      engine.write("other", "CREATE TABLE t (v)");
      engine.write("harmed", "INSERT INTO t VALUES (3)");
      engine.write("harmed", "INSERT INTO t VALUES (4)");
      engine.write("other", "INSERT INTO t VALUES (5)");
      engine.copyTo(data);
    }
  }

  private void flip(long offset) throws Exception {
    try (RandomAccessFile file =
        new RandomAccessFile(data.resolve("log").resolve(SEGMENT).toFile(), "rw")) {
      file.seek(offset);
      int value = file.read();
      file.seek(offset);
      file.write(value ^ 0x40);
    }
  }

  private static void assertRefused(TestEngine engine, String... reasons) {
    assertThatThrownBy(() -> engine.rows("harmed", "SELECT v FROM t"))
        .isInstanceOfSatisfying(
            DosqlException.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(ErrorCode.TENANT_UNAVAILABLE);
              assertThat(refusal.suggestion()).contains("Restore").doesNotContain("retry");
            })
        .hasMessageContaining("its file is kept as of LSN 1")
        .hasMessageContainingAll(reasons);
  }

  private static void assertOthersAreServed(TestEngine engine) {
    assertThat(engine.rows("other", "SELECT v FROM t")).contains(List.of("5"));
    assertThat(engine.rows("quiet", "SELECT count(*) FROM t")).containsExactly(List.of("0"));
  }

  private List<String> logFiles() throws Exception {
    try (Stream<Path> files = Files.list(data.resolve("log"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void whoLostACommitIsRefusedAndToldWhat_theOthersAreServed() throws Exception {
    flip(harmedAt + 240);
    try (TestEngine engine = TestEngine.start(data)) {
      assertRefused(
          engine, "LSN 2 to 2", SEGMENT, "offset", "record body checksum", "expected", "found 0x");
      assertOthersAreServed(engine);
      assertThat(engine.tenants().lost()).hasSize(1);
      assertThat(engine.write("other", "INSERT INTO t VALUES (6)")).isEqualTo(3);
      assertThat(engine.log().damage()).hasSize(1);
    }
    assertThat(logFiles()).describedAs("the log goes on in another segment").hasSize(3);
  }

  @Test
  void theLossStaysKnown_whenTheLogHasMovedOn() throws Exception {
    flip(harmedAt + 240);
    TestEngine.start(data).close();
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.log().damage()).isEmpty();
      assertRefused(engine, "LSN 2 to 2", SEGMENT);
      assertOthersAreServed(engine);
    }
  }

  @Test
  void rotThatComesAfterTheJudgement_harmsNobodyUnseen() throws Exception {
    flip(harmedAt + 240);
    Path again = folder.resolve("again");
    try (TestEngine engine = TestEngine.start(data)) {
      // Nobody has used the other tenants since, so that only the log has woken them.
      engine.copyTo(again);
    }
    data = again;
    for (long offset = harmedAt + 512 + 200; offset < harmedAt + 8 * 512; offset += 256) {
      flip(offset);
    }
    try (TestEngine engine = TestEngine.start(data)) {
      assertOthersAreServed(engine);
      assertThat(engine.rows("other", "SELECT v FROM t")).containsExactly(List.of("5"));
      assertRefused(engine, "LSN 2 to 2");
    }
  }

  @Test
  void aTenantThatIsMadeAfterTheDamageIsServed_alsoAfterARestart() throws Exception {
    flip(harmedAt + 240);
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.write("newcomer", "CREATE TABLE t (v)")).isEqualTo(1);
    }
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.rows("newcomer", "SELECT count(*) FROM t")).containsExactly(List.of("0"));
    }
  }

  @Test
  void damageThatNobodyTellsOf_refusesWhoCannotBeProvedWhole() throws Exception {
    // The file of the tenant is gone with the segment's end; only its own files tell of the others.
    try (RandomAccessFile file =
        new RandomAccessFile(data.resolve("log").resolve(SEGMENT).toFile(), "rw")) {
      file.setLength(harmedAt);
    }
    try (TestEngine engine = TestEngine.start(data)) {
      assertRefused(engine, "from LSN 2 on may be lost", SEGMENT);
      assertThatThrownBy(() -> engine.rows("quiet", "SELECT 1"))
          .hasMessageContaining("may be lost");
      assertThat(engine.write("newcomer", "CREATE TABLE t (v)")).isEqualTo(1);
    }
  }

  @Test
  void aRestoreMendsTheTenant_andNoNumberComesTwice() throws Exception {
    flip(harmedAt + 240);
    Path backup = folder.resolve("backup.db");
    try (SqliteConnection source = SqliteConnection.open(backup, OpenMode.CREATE)) {
      source.execute("PRAGMA journal_mode=WAL");
      source.execute("CREATE TABLE t (v)");
      source.execute("INSERT INTO t VALUES (42)");
    }
    String aside;
    try (TestEngine engine = TestEngine.start(data)) {
      Tenant tenant = Objects.requireNonNull(engine.tenants().find(new TenantName("harmed")));
      try (SqliteConnection source = SqliteConnection.open(backup, OpenMode.READ_WRITE)) {
        TenantChange.Filled filled = tenant.fill(source, Duration.ofSeconds(30), "a test");
        assertThat(filled.lsn()).isGreaterThan(4);
        aside = Objects.requireNonNull(filled.aside());
      }
      assertThat(engine.rows("harmed", "SELECT v FROM t")).containsExactly(List.of("42"));
      assertThat(engine.tenants().lost()).isEmpty();
    }
    assertThat(logFiles()).noneMatch(name -> name.endsWith(".damaged"));
    assertThat(rowsOf(data.resolve("tenants").resolve(aside).resolve("data.db")))
        .describedAs("what was proved is kept")
        .isZero();
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.rows("harmed", "SELECT v FROM t")).containsExactly(List.of("42"));
    }
  }

  @Test
  void untilThenItsFileHoldsWhatIsProved() throws Exception {
    flip(harmedAt + 240);
    TestEngine.start(data).close();
    assertThat(rowsOf(data.resolve("tenants").resolve("harmed").resolve("data.db"))).isZero();
  }

  private static long rowsOf(Path database) {
    try (SqliteConnection file = SqliteConnection.open(database, OpenMode.READ_WRITE);
        var count = file.prepare("SELECT count(*) FROM t")) {
      return count.step() ? count.integer(0) : -1;
    }
  }

  @Test
  void theDeletedTenantIsForgotten_andItsNameIsFree() throws Exception {
    flip(harmedAt + 240);
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.tenants().delete(new TenantName("harmed"))).isTrue();
      assertThat(engine.tenants().lost()).isEmpty();
      assertThat(engine.write("harmed", "CREATE TABLE t (v)")).isGreaterThan(4);
    }
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.rows("harmed", "SELECT count(*) FROM t")).containsExactly(List.of("0"));
    }
  }

  @Test
  void damageThatTookNothingHarmsNobody() throws Exception {
    flip(100);
    try (TestEngine engine = TestEngine.start(data)) {
      assertThat(engine.log().damage()).hasSize(1);
      assertThat(engine.tenants().lost()).isEmpty();
      assertThat(engine.rows("harmed", "SELECT v FROM t")).hasSize(3);
      assertOthersAreServed(engine);
    }
  }
}
