package io.dosql.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SqliteConnectionTest {

  @TempDir Path folder;

  private static void assertFails(ResultCode code, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SqliteException.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  private static long number(SqliteConnection sqlite, String query) {
    try (SqliteStatement statement = sqlite.prepare(query)) {
      assertThat(statement.step()).isTrue();
      return statement.integer(0);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = OpenMode.class,
      names = {"READ_ONLY", "READ_WRITE"})
  void aMissingFileIsNotMade(OpenMode mode) {
    Path file = folder.resolve("absent.db");
    assertThatThrownBy(() -> SqliteConnection.open(file, mode))
        .isInstanceOfSatisfying(
            SqliteException.class,
            failure -> assertThat(failure.code().base()).isEqualTo(ResultCode.CANTOPEN))
        .hasMessageContaining("absent.db");
    assertThat(file).doesNotExist();
  }

  @Test
  void aFolderIsNoDatabase() {
    assertThatThrownBy(() -> SqliteConnection.open(folder, OpenMode.CREATE))
        .isInstanceOf(SqliteException.class)
        .hasMessageContaining("cannot open " + folder);
  }

  @Test
  void aFileThatIsNoDatabaseIsFoundOutWhenItIsRead() throws Exception {
    Path file = folder.resolve("text.db");
    Files.writeString(file, "this is no database, and it is longer than its header ".repeat(100));
    try (SqliteConnection sqlite = SqliteConnection.open(file, OpenMode.READ_WRITE)) {
      assertFails(ResultCode.NOTADB, () -> sqlite.execute("SELECT * FROM sqlite_schema"));
    }
  }

  @Test
  void aReadOnlyConnectionReadsAndDoesNotWrite() {
    Path file = folder.resolve("a.db");
    try (SqliteConnection writer = SqliteConnection.open(file, OpenMode.CREATE)) {
      writer.execute("CREATE TABLE t (v); INSERT INTO t VALUES (1)");
    }
    try (SqliteConnection reader = SqliteConnection.open(file, OpenMode.READ_ONLY)) {
      assertThat(number(reader, "SELECT v FROM t")).isEqualTo(1);
      assertFails(ResultCode.READONLY, () -> reader.execute("INSERT INTO t VALUES (2)"));
    }
  }

  @Test
  void aNameIsNeverTakenForAUriNorForADatabaseInMemory() throws Exception {
    for (String name : List.of("file:x.db?mode=memory", ":memory:", "ünï cödé 😀.db")) {
      Path file = folder.resolve(name);
      try (SqliteConnection sqlite = SqliteConnection.open(file, OpenMode.CREATE)) {
        sqlite.execute("CREATE TABLE t (v)");
      }
      assertThat(Files.size(file)).describedAs(name).isPositive();
    }
    Path relative = Path.of(":memory:");
    assertThatThrownBy(() -> SqliteConnection.open(relative, OpenMode.READ_ONLY))
        .isInstanceOf(SqliteException.class);
  }

  @Test
  void databasesInMemoryAreEachOnesOwn() {
    try (SqliteConnection one = SqliteConnection.openInMemory();
        SqliteConnection other = SqliteConnection.openInMemory()) {
      one.execute("CREATE TABLE t (v)");
      assertFails(ResultCode.ERROR, () -> other.execute("SELECT * FROM t"));
    }
  }

  @Test
  void codesAreExtendedAndNamed() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      sqlite.execute(
          "CREATE TABLE t (u UNIQUE, n NOT NULL DEFAULT 0, c CHECK (c < 9), p INTEGER PRIMARY KEY)");
      sqlite.execute("INSERT INTO t (u, p) VALUES (1, 1)");
      assertConstraint(
          sqlite,
          "INSERT INTO t (u) VALUES (1)",
          ResultCode.CONSTRAINT_UNIQUE,
          "UNIQUE constraint failed: t.u");
      assertConstraint(
          sqlite,
          "INSERT INTO t (n) VALUES (NULL)",
          ResultCode.CONSTRAINT_NOTNULL,
          "NOT NULL constraint failed: t.n");
      assertConstraint(
          sqlite,
          "INSERT INTO t (c) VALUES (10)",
          ResultCode.CONSTRAINT_CHECK,
          "CHECK constraint failed: c < 9");
      assertConstraint(
          sqlite,
          "INSERT INTO t (p) VALUES (1)",
          ResultCode.CONSTRAINT_PRIMARYKEY,
          "UNIQUE constraint failed: t.p");
    }
  }

  private static void assertConstraint(
      SqliteConnection sqlite, String sql, ResultCode code, String message) {
    assertThatThrownBy(() -> sqlite.execute(sql))
        .isInstanceOfSatisfying(
            SqliteException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.extendedCode()).isEqualTo(code.value());
              assertThat(failure.primaryCode()).isEqualTo(19);
              assertThat(failure.name()).isEqualTo("SQLITE_" + code.name());
              assertThat(failure.baseName()).isEqualTo("SQLITE_CONSTRAINT");
              assertThat(failure.getMessage()).isEqualTo(message);
              assertThat(failure.charOffset()).isEmpty();
            });
  }

  @Test
  void everyCodeIsFoundByItsNumberAndUnknownOnesByTheirBase() {
    for (ResultCode code : ResultCode.values()) {
      assertThat(ResultCode.of(code.value())).isEqualTo(code);
      assertThat(code.base().value()).isEqualTo(code.value() & 0xff);
      assertThat(code.sqliteName()).isEqualTo("SQLITE_" + code.name());
    }
    assertThat(ResultCode.of(ResultCode.IOERR.value() | 200 << 8)).isEqualTo(ResultCode.IOERR);
    assertThat(ResultCode.of(250)).isEqualTo(ResultCode.ERROR);
  }

  @Test
  void anErrorTellsWhereInTheText() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      String sql = "SELECT 'ü€😀', nowhere FROM (SELECT 1)";
      assertThatThrownBy(() -> sqlite.prepare(sql))
          .isInstanceOfSatisfying(
              SqliteException.class,
              failure -> {
                assertThat(failure.charOffset()).hasValue(sql.indexOf("nowhere"));
                assertThat(failure.byteOffset())
                    .hasValue(
                        sql.substring(0, sql.indexOf("nowhere"))
                            .getBytes(StandardCharsets.UTF_8)
                            .length);
              });
    }
  }

  @Test
  void transactionsAndChangesAreTold() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      sqlite.execute("CREATE TABLE t (v); CREATE TABLE log (v)");
      sqlite.execute("CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); END");
      assertThat(sqlite.isAutocommit()).isTrue();
      assertThat(sqlite.transactionState()).isEqualTo(TransactionState.NONE);
      sqlite.execute("BEGIN");
      assertThat(sqlite.isAutocommit()).isFalse();
      assertThat(sqlite.holdsSnapshot()).isFalse();
      sqlite.execute("SELECT * FROM t");
      assertThat(sqlite.transactionState()).isEqualTo(TransactionState.READ);
      assertThat(sqlite.holdsSnapshot()).isTrue();
      long before = sqlite.totalChanges();
      sqlite.execute("INSERT INTO t VALUES (1), (2)");
      assertThat(sqlite.transactionState()).isEqualTo(TransactionState.WRITE);
      assertThat(sqlite.changes()).isEqualTo(2);
      assertThat(sqlite.totalChanges() - before).isEqualTo(4);
      assertThat(sqlite.lastInsertRowid()).isEqualTo(2);
      sqlite.execute("COMMIT");
      assertThat(sqlite.holdsSnapshot()).isFalse();
      sqlite.setLastInsertRowid(Long.MIN_VALUE);
      assertThat(sqlite.lastInsertRowid()).isEqualTo(Long.MIN_VALUE);
      assertThat(number(sqlite, "SELECT last_insert_rowid()")).isEqualTo(Long.MIN_VALUE);
    }
  }

  @Test
  void limitsBindAndAreCutToWhatIsCompiledIn() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      int before = sqlite.limit(Limit.LENGTH);
      assertThat(sqlite.limit(Limit.LENGTH, 1_000)).isEqualTo(before);
      assertThat(sqlite.limit(Limit.LENGTH)).isEqualTo(1_000);
      assertFails(ResultCode.TOOBIG, () -> sqlite.execute("SELECT zeroblob(1001)"));
      assertThat(sqlite.limit(Limit.LENGTH, Integer.MAX_VALUE)).isEqualTo(1_000);
      assertThat(sqlite.limit(Limit.LENGTH)).isEqualTo(before);
      int _ = sqlite.limit(Limit.EXPRESSION_DEPTH, 3);
      assertThatThrownBy(() -> sqlite.execute("SELECT 1+1+1+1+1"))
          .hasMessageContaining("maximum depth 3");
      int _ = sqlite.limit(Limit.SQL_LENGTH, 10);
      assertFails(ResultCode.TOOBIG, () -> sqlite.execute("SELECT 1 /* " + "x".repeat(20) + " */"));
      assertThatThrownBy(() -> sqlite.limit(Limit.LENGTH, -1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Limit.class)
  void everyLimitCanBeRead(Limit limit) {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      assertThat(sqlite.limit(limit)).isGreaterThanOrEqualTo(limit == Limit.PARSER_DEPTH ? -1 : 0);
    }
  }

  @ParameterizedTest
  @EnumSource(DbConfig.class)
  void everySwitchTurnsOrSaysThatTheLibraryLacksIt(DbConfig option) {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      try {
        sqlite.configure(option, true);
        sqlite.configure(option, false);
      } catch (UnsupportedOperationException lacking) {
        assertThat(lacking).hasMessageContaining(option.name());
        assertThat(option).isIn(lackedBySomeLibraries());
      }
    }
  }

  private static List<DbConfig> lackedBySomeLibraries() {
    return List.of(
        DbConfig.STMT_SCANSTATUS,
        DbConfig.REVERSE_SCAN_ORDER,
        DbConfig.ENABLE_ATTACH_CREATE,
        DbConfig.ENABLE_ATTACH_WRITE,
        DbConfig.ENABLE_COMMENTS);
  }

  @Test
  void aSwitchHasItsEffect() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      sqlite.execute("CREATE TABLE p (id PRIMARY KEY); CREATE TABLE c (id REFERENCES p)");
      sqlite.configure(DbConfig.ENABLE_FOREIGN_KEYS, true);
      assertFails(
          ResultCode.CONSTRAINT_FOREIGNKEY, () -> sqlite.execute("INSERT INTO c VALUES (1)"));
      sqlite.configure(DbConfig.ENABLE_FOREIGN_KEYS, false);
      sqlite.execute("INSERT INTO c VALUES (1)");
    }
  }

  @Test
  void aLockOfAnotherIsWaitedForAsLongAsAsked() {
    Path file = folder.resolve("a.db");
    try (SqliteConnection holder = SqliteConnection.open(file, OpenMode.CREATE);
        SqliteConnection waiter = SqliteConnection.open(file, OpenMode.CREATE)) {
      holder.execute("CREATE TABLE t (v); BEGIN IMMEDIATE");
      waiter.busyTimeout(Duration.ZERO);
      assertFails(ResultCode.BUSY, () -> waiter.execute("BEGIN IMMEDIATE"));
      waiter.busyTimeout(Duration.ofMillis(60));
      long before = System.nanoTime();
      assertFails(ResultCode.BUSY, () -> waiter.execute("BEGIN IMMEDIATE"));
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(40));
      assertThatThrownBy(() -> waiter.busyTimeout(Duration.ofMillis(-1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void closingRollsBackWhatIsOpen() {
    Path file = folder.resolve("a.db");
    SqliteConnection sqlite = SqliteConnection.open(file, OpenMode.CREATE);
    sqlite.execute("CREATE TABLE t (v); BEGIN; INSERT INTO t VALUES (1)");
    sqlite.close();
    try (SqliteConnection again = SqliteConnection.open(file, OpenMode.READ_WRITE)) {
      assertThat(number(again, "SELECT count(*) FROM t")).isZero();
    }
  }

  @Test
  void executeStopsAtTheFirstFailureAndLeavesWhatWasOpen() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      assertFails(
          ResultCode.ERROR,
          () ->
              sqlite.execute(
                  "CREATE TABLE t (v); BEGIN; INSERT INTO t VALUES (1); SELEC 1;"
                      + " INSERT INTO t VALUES (2)"));
      assertThat(sqlite.isAutocommit()).isFalse();
      assertThat(number(sqlite, "SELECT count(*) FROM t")).isEqualTo(1);
    }
  }

  @Test
  void theStateOfAnInterruptIsToldWhereTheLibraryCan() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      assumeTrue(SqliteLibrary.get().has(Capability.INTERRUPT_STATE));
      assertThat(sqlite.isInterrupted()).isFalse();
      try (SqliteStatement statement = sqlite.prepare("SELECT 1 UNION ALL SELECT 2")) {
        assertThat(statement.step()).isTrue();
        sqlite.interrupt();
        assertThat(sqlite.isInterrupted()).isTrue();
        assertFails(ResultCode.INTERRUPT, statement::step);
      }
      sqlite.execute("SELECT 1");
      assertThat(sqlite.isInterrupted()).isFalse();
    }
  }

  @Test
  void anAbilityThatTheLibraryLacksIsRefusedClearly() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      assumeFalse(SqliteLibrary.get().has(Capability.INTERRUPT_STATE));
      assertThatThrownBy(sqlite::isInterrupted)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("sqlite3_is_interrupted");
    }
  }

  @Test
  void anInterruptWithNothingRunningHarmsNobody() {
    SqliteConnection sqlite = SqliteConnection.openInMemory();
    sqlite.interrupt();
    sqlite.execute("SELECT 1");
    sqlite.close();
    assertThatCode(sqlite::interrupt).doesNotThrowAnyException();
  }

  @Test
  void memoryOfClosedConnectionsIsGivenBack() {
    assumeTrue(SqliteLibrary.get().hasMemoryStatistics());
    openAndUse();
    long before = SqliteLibrary.get().memoryUsedBytes().orElseThrow();
    for (int i = 0; i < 50; i++) {
      openAndUse();
    }
    assertThat(SqliteLibrary.get().memoryUsedBytes().orElseThrow()).isEqualTo(before);
  }

  private static void openAndUse() {
    SqliteConnection sqlite = SqliteConnection.openInMemory();
    sqlite.setProgressHandler(1, () -> true);
    sqlite.execute(
        "CREATE TABLE t (v); INSERT INTO t VALUES (zeroblob(100000)) -- " + "x".repeat(20_000));
    SqliteStatement left = sqlite.prepare("SELECT * FROM t");
    assertThat(left.step()).isTrue();
    SqlScript script = sqlite.script("SELECT 1; SELECT 2");
    assertThat(script.next()).isPresent();
    assertThatThrownBy(() -> sqlite.prepare("SELECT nowhere")).isInstanceOf(SqliteException.class);
    sqlite.close();
  }
}
