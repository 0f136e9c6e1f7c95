package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Value;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantSessionTest {

  private static final SessionOptions PATIENT =
      new SessionOptions(
          true, Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(30));

  @TempDir Path folder;
  private TestEngine engine;
  private SqlSession session;

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder);
    session = open(SessionOptions.DEFAULT);
    run("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE)");
  }

  @AfterEach
  void stop() throws Exception {
    session.close();
    engine.close();
  }

  /** Nobody is idle there, however long the test takes. */
  private void startWhereTimeStandsStill() throws Exception {
    stop();
    engine = TestEngine.start(folder, () -> 0L);
    session = open(SessionOptions.DEFAULT);
  }

  private SqlSession open(SessionOptions options) {
    return new TenantSessions(engine.tenants(), engine.log()).open("main", options);
  }

  private Outcome run(String sql, Value... values) {
    return session.execute(
        new SqlStatement(sql, new Parameters(List.of(values), Map.of())), RowSink.NONE);
  }

  private static void assertFails(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DosqlException.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  @Test
  void eachWriteGetsTheNextLsn() {
    long before = run("INSERT INTO t (v) VALUES ('a')").lsn();
    Outcome second = run("INSERT INTO t (v) VALUES ('b')");
    session.settle();
    assertThat(second.lsn()).isEqualTo(before + 1);
    assertThat(second.lastInsertRowid()).hasValue(2);
    assertThat(second.affectedRows()).isEqualTo(1);
  }

  @Test
  void aReadDoesNotMakeAnLsn() {
    long before = run("INSERT INTO t (v) VALUES ('a')").lsn();
    assertThat(run("SELECT * FROM t").lsn()).isEqualTo(before);
    assertThat(run("WITH x AS (SELECT 1) SELECT * FROM x").lsn()).isEqualTo(before);
  }

  @Test
  void aWriteThatLooksLikeAReadIsWritten() {
    long before = run("INSERT INTO t (v) VALUES ('a')").lsn();
    assertThat(run("WITH x AS (SELECT 'b') INSERT INTO t (v) SELECT * FROM x").lsn())
        .isEqualTo(before + 1);
    run("PRAGMA user_version = 7");
    assertThat(Rows.of(session, "PRAGMA user_version")).containsExactly(List.of(7L));
  }

  @Test
  void integersAreExactOver64Bits() {
    run("INSERT INTO t VALUES (?, 'x')", new Value.Int(Long.MIN_VALUE));
    run("INSERT INTO t VALUES (?, 'y')", new Value.Int(Long.MAX_VALUE));
    assertThat(Rows.of(session, "SELECT id FROM t ORDER BY id"))
        .containsExactly(List.of(Long.MIN_VALUE), List.of(Long.MAX_VALUE));
  }

  @Test
  void namedParametersMayLackTheirPrefix() {
    session.execute(
        new SqlStatement(
            "INSERT INTO t VALUES (:id, @v)",
            new Parameters(
                List.of(), Map.of("id", new Value.Int(5), "@v", new Value.Text("five")))),
        RowSink.NONE);
    assertThat(Rows.of(session, "SELECT * FROM t")).containsExactly(List.of(5L, "five"));
  }

  @Test
  void wrongParametersAreNamed() {
    assertThatThrownBy(() -> run("INSERT INTO t VALUES (?, ?)", new Value.Int(1)))
        .hasMessageContaining("parameter 2 has no value");
    assertThatThrownBy(() -> run("SELECT ?", new Value.Int(1), new Value.Int(2)))
        .hasMessageContaining("1 parameter, 2 values");
    assertThatThrownBy(
            () ->
                session.execute(
                    new SqlStatement(
                        "SELECT :a",
                        new Parameters(
                            List.of(), Map.of("a", new Value.Int(1), "b", new Value.Int(2)))),
                    RowSink.NONE))
        .hasMessageContaining("no parameter named 'b'");
  }

  @Test
  void failuresHaveCodeAndPosition() {
    assertThatThrownBy(() -> run("SELECT 1,\n  nowhere FROM t"))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.COLUMN_NOT_FOUND);
              assertThat(failure.position()).isEqualTo(new DosqlException.Position(2, 3));
            });
    assertFails(ErrorCode.SYNTAX_ERROR, () -> run("SELEKT 1"));
    assertFails(ErrorCode.TABLE_NOT_FOUND, () -> run("SELECT * FROM nowhere"));
    assertFails(ErrorCode.INVALID_REQUEST, () -> run("SELECT 1; SELECT 2"));
    run("INSERT INTO t (v) VALUES ('a')");
    assertThatThrownBy(() -> run("INSERT INTO t (v) VALUES ('a')"))
        .hasMessageContaining("UNIQUE constraint failed: t.v");
  }

  @Test
  void anInteractiveTransactionIsSeenWholeOrNotAtAll() {
    run("BEGIN IMMEDIATE");
    run("INSERT INTO t (v) VALUES ('a')");
    try (SqlSession other = open(SessionOptions.DEFAULT)) {
      assertThat(Rows.of(other, "SELECT * FROM t")).isEmpty();
      run("COMMIT");
      assertThat(Rows.of(other, "SELECT * FROM t")).hasSize(1);
    }
    assertThat(session.isAutocommit()).isTrue();
  }

  @Test
  void rollbackLeavesNothing() {
    run("BEGIN");
    run("INSERT INTO t (v) VALUES ('a')");
    run("SAVEPOINT s");
    run("INSERT INTO t (v) VALUES ('b')");
    run("ROLLBACK TO s");
    assertThat(Rows.of(session, "SELECT v FROM t")).containsExactly(List.of("a"));
    run("ROLLBACK");
    assertThat(Rows.of(session, "SELECT v FROM t")).isEmpty();
  }

  @Test
  void aSavepointAloneIsATransaction() {
    run("SAVEPOINT s");
    run("INSERT INTO t (v) VALUES ('a')");
    assertThat(session.isAutocommit()).isFalse();
    run("RELEASE s");
    assertThat(session.isAutocommit()).isTrue();
    assertThat(Rows.of(session, "SELECT v FROM t")).hasSize(1);
  }

  @Test
  void aDeferredTransactionWhoseSnapshotIsOldCannotWrite() {
    run("BEGIN");
    assertThat(Rows.of(session, "SELECT * FROM t")).isEmpty();
    try (SqlSession other = open(SessionOptions.DEFAULT)) {
      other.execute(
          new SqlStatement("INSERT INTO t (v) VALUES ('x')", Parameters.NONE), RowSink.NONE);
    }
    assertFails(ErrorCode.TXN_SERIALIZATION_FAILURE, () -> run("INSERT INTO t (v) VALUES ('y')"));
    run("ROLLBACK");
    run("INSERT INTO t (v) VALUES ('y')");
  }

  @Test
  void aReadOnlyTransactionRefusesToWrite() {
    run("BEGIN TRANSACTION READONLY");
    assertThat(Rows.of(session, "SELECT count(*) FROM t")).containsExactly(List.of(0L));
    assertFails(ErrorCode.TXN_READ_ONLY_VIOLATION, () -> run("INSERT INTO t (v) VALUES ('a')"));
    run("COMMIT");
  }

  @Test
  void aReadOnlySessionCannotWrite() {
    SessionOptions readOnly =
        new SessionOptions(
            false, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5));
    try (SqlSession reader = open(readOnly)) {
      assertThat(Rows.of(reader, "SELECT * FROM t")).isEmpty();
      for (String sql :
          List.of(
              "INSERT INTO t (v) VALUES (1)",
              "BEGIN IMMEDIATE",
              "WITH x AS (SELECT 1) DELETE FROM t",
              "PRAGMA user_version = 3",
              "VACUUM")) {
        assertFails(
            ErrorCode.TXN_READ_ONLY_VIOLATION,
            () -> reader.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE));
      }
    }
  }

  @Test
  void aBatchIsAllOrNothing() {
    List<SqlStatement> statements =
        List.of(
            new SqlStatement("INSERT INTO t (v) VALUES ('a')", Parameters.NONE),
            new SqlStatement("INSERT INTO t (v) VALUES ('a')", Parameters.NONE));
    assertThatThrownBy(
            () -> session.executeAtomically(statements, List.of(RowSink.NONE, RowSink.NONE)))
        .isInstanceOfSatisfying(
            DosqlException.class, failure -> assertThat(failure.statementIndex()).isEqualTo(1));
    assertThat(Rows.of(session, "SELECT * FROM t")).isEmpty();
  }

  @Test
  void aScriptIsSplitBySqlitesParser() {
    session.executeScript(
        """
        CREATE TABLE log (x TEXT); -- a comment; with a semicolon
        CREATE TRIGGER tr AFTER INSERT ON t BEGIN
          INSERT INTO log VALUES ('one;two');
          INSERT INTO log VALUES (new.v);
        END;
        BEGIN; INSERT INTO t (v) VALUES ('é;ü'); COMMIT;
        """);
    assertThat(Rows.of(session, "SELECT x FROM log ORDER BY rowid"))
        .containsExactly(List.of("one;two"), List.of("é;ü"));
  }

  @Test
  void foreignKeysAreOnUntilTheSessionTurnsThemOff() {
    run("CREATE TABLE c (t_id REFERENCES t (id))");
    assertFails(ErrorCode.CONSTRAINT_VIOLATION, () -> run("INSERT INTO c VALUES (99)"));
    run("PRAGMA foreign_keys = OFF");
    run("INSERT INTO c VALUES (99)");
    assertThat(Rows.of(session, "PRAGMA foreign_keys")).containsExactly(List.of(0L));
    try (SqlSession other = open(SessionOptions.DEFAULT)) {
      assertFails(
          ErrorCode.CONSTRAINT_VIOLATION,
          () ->
              other.execute(
                  new SqlStatement("INSERT INTO c VALUES (98)", Parameters.NONE), RowSink.NONE));
    }
  }

  @Test
  void theLastInsertedRowidBelongsToTheSession() {
    run("INSERT INTO t VALUES (41, 'a')");
    try (SqlSession other = open(SessionOptions.DEFAULT)) {
      other.execute(
          new SqlStatement("INSERT INTO t VALUES (77, 'b')", Parameters.NONE), RowSink.NONE);
    }
    assertThat(Rows.of(session, "SELECT last_insert_rowid()")).containsExactly(List.of(41L));
  }

  @Test
  void hostileSqlStaysInItsTenant() {
    for (String sql :
        List.of(
            "ATTACH 'x.db' AS x",
            "VACUUM INTO 'x.db'",
            "PRAGMA journal_mode = DELETE",
            "PRAGMA synchronous = OFF",
            "PRAGMA writable_schema = ON",
            "PRAGMA mmap_size = 1000000",
            "PRAGMA wal_checkpoint",
            "CREATE TEMP TABLE x (a)",
            "SELECT load_extension('x')",
            "CREATE TABLE __dosql_migrations (a)")) {
      assertThatThrownBy(() -> run(sql))
          .describedAs(sql)
          .isInstanceOfSatisfying(
              DosqlException.class,
              failure ->
                  assertThat(failure.code()).describedAs(sql).isEqualTo(ErrorCode.FORBIDDEN));
    }
    run("VACUUM");
  }

  @Test
  void aStatementThatRunsTooLongIsStopped() {
    SessionOptions hasty =
        new SessionOptions(
            true, Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofSeconds(5));
    try (SqlSession other = open(hasty)) {
      assertFails(
          ErrorCode.TIMEOUT,
          () ->
              Rows.of(
                  other,
                  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                      + " SELECT count(*) FROM n"));
      assertThat(Rows.of(other, "SELECT 1")).hasSize(1);
    }
  }

  @Test
  void aWriterThatWaitsTooLongIsTold() throws Exception {
    startWhereTimeStandsStill();
    run("BEGIN IMMEDIATE");
    SessionOptions hasty =
        new SessionOptions(
            true, Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ofSeconds(5));
    try (SqlSession other = open(hasty)) {
      assertFails(
          ErrorCode.TXN_LOCK_TIMEOUT,
          () ->
              other.execute(
                  new SqlStatement("INSERT INTO t (v) VALUES (1)", Parameters.NONE), RowSink.NONE));
    }
    run("ROLLBACK");
  }

  @Test
  void anAbandonedTransactionLosesTheLockWhenOthersWait() {
    run("BEGIN IMMEDIATE");
    run("INSERT INTO t (v) VALUES ('abandoned')");
    try (SqlSession other = open(PATIENT)) {
      other.execute(
          new SqlStatement("INSERT INTO t (v) VALUES ('b')", Parameters.NONE), RowSink.NONE);
      assertThat(Rows.of(other, "SELECT v FROM t")).containsExactly(List.of("b"));
    }
    assertFails(ErrorCode.TXN_TIMEOUT, () -> run("INSERT INTO t (v) VALUES ('c')"));
    assertThat(session.isAutocommit()).isTrue();
  }

  @Test
  void aHundredWritersQueueAndNoneFails() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Void>> all =
          java.util.stream.IntStream.range(0, 100)
              .mapToObj(
                  i ->
                      CompletableFuture.runAsync(
                          () -> {
                            try (SqlSession own = open(PATIENT)) {
                              own.executeAtomically(
                                  List.of(
                                      new SqlStatement(
                                          "INSERT INTO t (v) VALUES ('w" + i + "')",
                                          Parameters.NONE)),
                                  List.of(RowSink.NONE));
                              own.settle();
                            }
                          },
                          threads))
              .toList();
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    }
    assertThat(Rows.of(session, "SELECT count(*) FROM t")).containsExactly(List.of(100L));
  }

  @Test
  void describeTellsParametersAndColumnsWithoutRunning() {
    Description description = session.describe("INSERT INTO t VALUES (:id, ?) RETURNING id AS x");
    assertThat(description.parameters()).hasSize(2);
    assertThat(description.parameters().getFirst()).hasValue(":id");
    assertThat(description.columns().getFirst().name()).isEqualTo("x");
    assertThat(description.isReadOnly()).isFalse();
    assertThat(Rows.of(session, "SELECT * FROM t")).isEmpty();
  }

  private static List<String> names(List<Column> columns) {
    return columns.stream().map(Column::name).toList();
  }

  private List<String> columnsOf(String sql) {
    Rows rows = new Rows();
    session.execute(new SqlStatement(sql, Parameters.NONE), rows);
    assertThat(rows.rows()).allSatisfy(row -> assertThat(row).hasSameSizeAs(rows.columns()));
    return names(rows.columns());
  }

  @Test
  void columnsAreThoseOfTheSchemaThatTheRowsCameFrom() {
    run("INSERT INTO t VALUES (1, 'a')");
    String read = "SELECT * FROM t";
    String write = "UPDATE t SET v = v RETURNING *";
    for (String added : List.of("x", "y")) {
      columnsOf(read);
      columnsOf(write);
      run("ALTER TABLE t ADD " + added);
      assertThat(columnsOf(read)).last().isEqualTo(added);
      assertThat(columnsOf(write)).last().isEqualTo(added);
    }
    assertThat(columnsOf(read)).containsExactly("id", "v", "x", "y");
  }

  @Test
  void columnsOfAStreamAreThoseOfTheSchemaThatItsRowsComeFrom() {
    SqlStatement read = new SqlStatement("SELECT * FROM t", Parameters.NONE);
    session.stream(read).orElseThrow().close();
    run("ALTER TABLE t ADD x");
    try (RowStream stream = session.stream(read).orElseThrow()) {
      assertThat(names(stream.columns())).containsExactly("id", "v", "x");
    }
  }

  @Test
  void aStatementIsDescribedByTheSchemaOfNow() {
    String read = "SELECT * FROM t";
    columnsOf(read);
    try (SqlSession other = open(SessionOptions.DEFAULT)) {
      for (String added : List.of("x", "y")) {
        assertThat(names(other.describe(read).columns())).doesNotContain(added);
        run("ALTER TABLE t ADD " + added);
        assertThat(names(other.describe(read).columns())).last().isEqualTo(added);
        assertThat(names(session.describe(read).columns())).last().isEqualTo(added);
      }
    }
  }

  @Test
  void aBeginOfOurOwnIsUnderstoodInScriptsAndDescriptions() {
    session.executeScript("; -- now\n BEGIN READ ONLY /* ; */; SELECT 1; COMMIT");
    assertThat(session.isAutocommit()).isTrue();
    session.executeScript("BEGIN TRANSACTION READONLY");
    assertFails(
        ErrorCode.TXN_READ_ONLY_VIOLATION, () -> session.executeScript("SELECT 1; DELETE FROM t"));
    session.executeScript("COMMIT; BEGIN CONCURRENT; INSERT INTO t VALUES (1, 'BEGIN'); COMMIT");
    assertThat(Rows.of(session, "SELECT id FROM t")).containsExactly(List.of(1L));
    assertFails(ErrorCode.SYNTAX_ERROR, () -> session.executeScript("BEGIN NONSENSE; SELECT 1"));
    assertThat(session.describe("BEGIN READ ONLY").columns()).isEmpty();
  }

  @Test
  void anInsertThatInsertsNothingTellsTheRowidOfTheOneBefore() {
    assertThat(run("INSERT INTO t VALUES (7, 'a')").lastInsertRowid()).hasValue(7);
    assertThat(run("INSERT OR IGNORE INTO t VALUES (7, 'b')").lastInsertRowid()).hasValue(7);
    assertThat(run("SELECT 1").lastInsertRowid()).isEmpty();
    try (SqlSession other = open(SessionOptions.DEFAULT)) {
      assertThat(
              other
                  .execute(
                      new SqlStatement("INSERT OR IGNORE INTO t VALUES (7, 'b')", Parameters.NONE),
                      RowSink.NONE)
                  .lastInsertRowid())
          .describedAs("it is not the session's own")
          .isEmpty();
    }
  }
}
