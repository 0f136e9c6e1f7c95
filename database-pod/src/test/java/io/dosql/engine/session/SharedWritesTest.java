package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that wait for each other, and so may share a transaction; nobody may notice. */
class SharedWritesTest {

  /** As long as a writer that is slow, and a machine that is slower, may make the next one wait. */
  private static final SessionOptions PATIENT =
      new SessionOptions(
          true, Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(30));

  @TempDir Path folder;

  /** Where time stands still, no writer is too slow for the others, and none is idle. */
  private volatile boolean timePasses;

  private volatile long resumedAtNanos;

  private TestEngine engine;
  private TenantSessions sessions;
  private SqlSession holder;
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder, () -> timePasses ? System.nanoTime() - resumedAtNanos : 0);
    sessions = new TenantSessions(engine.tenants(), engine.log());
    holder = open();
    run(holder, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE)");
  }

  @AfterEach
  void stop() throws Exception {
    holder.close();
    clients.close();
    engine.close();
  }

  private SqlSession open() {
    return sessions.open("main", PATIENT);
  }

  private static Outcome run(SqlSession session, String sql) {
    return session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
  }

  /** What a client was told: an outcome, or a failure. */
  private record Told(Outcome outcome, ErrorCode code, List<List<Object>> rows) {

    long lsn() {
      return outcome.lsn();
    }
  }

  private Told client(String sql) {
    try (SqlSession session = open()) {
      Rows rows = new Rows();
      Outcome outcome = session.execute(new SqlStatement(sql, Parameters.NONE), rows);
      session.settle();
      return new Told(outcome, ErrorCode.INTERNAL, rows.rows());
    } catch (DosqlException failure) {
      return new Told(run(holder, "SELECT 1"), failure.code(), List.of());
    }
  }

  /** Has clients wait in this order while somebody writes, then lets them all. */
  private List<Told> together(String... statements) {
    return together(() -> {}, statements);
  }

  private List<Told> together(Runnable whenAllWait, String... statements) {
    run(holder, "BEGIN IMMEDIATE");
    List<CompletableFuture<Told>> told = new ArrayList<>();
    for (String sql : statements) {
      told.add(CompletableFuture.supplyAsync(() -> client(sql), clients));
      await().until(() -> engine.writersWaiting("main") == told.size());
    }
    whenAllWait.run();
    run(holder, "COMMIT");
    return told.stream().map(CompletableFuture::join).toList();
  }

  /** Goes on from where it stood: nobody has been idle meanwhile. */
  private void letTimePass() {
    resumedAtNanos = System.nanoTime();
    timePasses = true;
  }

  private List<List<Object>> rows(String sql) {
    return Rows.of(holder, sql);
  }

  @Test
  void oneCommitIsForAllAndEachIsToldItsOwnOutcome() {
    List<Told> told =
        together(
            "INSERT INTO t (v) VALUES ('a')",
            "INSERT INTO t (v) VALUES ('b'), ('c')",
            "UPDATE t SET v = v || '!' WHERE v < 'c'",
            "DELETE FROM t WHERE v = 'nobody'");
    assertThat(told).extracting(Told::lsn).containsOnly(told.getFirst().lsn());
    assertThat(told)
        .extracting(each -> each.outcome().affectedRows())
        .containsExactly(1L, 2L, 2L, 0L);
    assertThat(told.get(0).outcome().lastInsertRowid()).hasValue(1);
    assertThat(told.get(1).outcome().lastInsertRowid()).hasValue(3);
    assertThat(rows("SELECT v FROM t ORDER BY id"))
        .containsExactly(List.of("a!"), List.of("b!"), List.of("c"));
  }

  @Test
  void aViolatedConstraintIsToldToWhoHasViolatedIt() {
    List<Told> told =
        together(
            "INSERT INTO t (v) VALUES ('a')",
            "INSERT INTO t (v) VALUES ('a')",
            "INSERT INTO missing VALUES (1)",
            "INSERT INTO t (v) VALUES ('b')");
    assertThat(told)
        .extracting(Told::code)
        .containsExactly(
            ErrorCode.INTERNAL,
            ErrorCode.CONSTRAINT_VIOLATION,
            ErrorCode.TABLE_NOT_FOUND,
            ErrorCode.INTERNAL);
    assertThat(told.get(3).lsn()).isEqualTo(told.get(0).lsn());
    assertThat(rows("SELECT v FROM t ORDER BY id")).containsExactly(List.of("a"), List.of("b"));
  }

  @Test
  void aStatementThatRollsBackTheTransactionHarmsNobodyElse() {
    List<Told> told =
        together(
            "INSERT INTO t (v) VALUES ('a')",
            "INSERT OR ROLLBACK INTO t (v) VALUES ('b'), ('a')",
            "INSERT INTO t (v) VALUES ('c')");
    assertThat(told.get(1).code()).isEqualTo(ErrorCode.CONSTRAINT_VIOLATION);
    assertThat(rows("SELECT v FROM t ORDER BY v")).containsExactly(List.of("a"), List.of("c"));
  }

  @Test
  void aConstraintThatIsCheckedAtTheCommitIsToldToWhoHasViolatedIt() {
    run(holder, "CREATE TABLE child (t INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)");
    List<Told> told =
        together(
            "INSERT INTO t (v) VALUES ('a')",
            "INSERT INTO child VALUES (77)",
            "INSERT INTO t (v) VALUES ('b')");
    assertThat(told)
        .extracting(Told::code)
        .containsExactly(ErrorCode.INTERNAL, ErrorCode.CONSTRAINT_VIOLATION, ErrorCode.INTERNAL);
    assertThat(rows("SELECT v FROM t ORDER BY v")).containsExactly(List.of("a"), List.of("b"));
    assertThat(rows("SELECT count(*) FROM child")).containsExactly(List.of(0L));
  }

  @Test
  void whatReturnsRowsHasATransactionOfItsOwn() {
    List<Told> told =
        together(
            "INSERT INTO t (v) VALUES ('a')",
            "INSERT INTO t (v) VALUES ('b') RETURNING id, v",
            "INSERT INTO t (v) VALUES ('c')");
    assertThat(told.get(1).rows()).containsExactly(List.of(2L, "b"));
    assertThat(told.get(1).lsn()).isEqualTo(told.get(0).lsn() + 1);
    assertThat(told.get(2).lsn()).isEqualTo(told.get(0).lsn() + 2);
  }

  @Test
  void whatRunsForLongHoldsNobodyUp() {
    List<Told> told =
        together(
            this::letTimePass,
            "INSERT INTO t (v) VALUES ('a')",
            "INSERT INTO t (v) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT"
                + " 300000) SELECT 'n' || max(i) FROM n",
            "INSERT INTO t (v) VALUES ('b')");
    assertThat(told).extracting(Told::code).containsOnly(ErrorCode.INTERNAL);
    assertThat(told.get(1).lsn()).isGreaterThan(told.get(0).lsn());
    assertThat(rows("SELECT v FROM t ORDER BY v"))
        .containsExactly(List.of("a"), List.of("b"), List.of("n300000"));
  }

  @Test
  void aSessionWithoutForeignKeysSharesWithNobody() throws Exception {
    run(holder, "CREATE TABLE child (t INTEGER REFERENCES t (id))");
    try (SqlSession lax = open()) {
      run(lax, "PRAGMA foreign_keys = OFF");
      run(holder, "BEGIN IMMEDIATE");
      var strict =
          CompletableFuture.supplyAsync(() -> client("INSERT INTO t (v) VALUES ('a')"), clients);
      await().until(() -> engine.writersWaiting("main") == 1);
      var loose =
          CompletableFuture.supplyAsync(() -> run(lax, "INSERT INTO child VALUES (77)"), clients);
      await().until(() -> engine.writersWaiting("main") == 2);
      var refused =
          CompletableFuture.supplyAsync(() -> client("INSERT INTO child VALUES (78)"), clients);
      await().until(() -> engine.writersWaiting("main") == 3);
      run(holder, "COMMIT");
      assertThat(loose.join().lsn()).isEqualTo(strict.join().lsn() + 1);
      assertThat(refused.join().code()).isEqualTo(ErrorCode.CONSTRAINT_VIOLATION);
    }
    assertThat(rows("SELECT t FROM child")).containsExactly(List.of(77L));
  }

  @Test
  void whatWasSharedIsThereAfterARestart() throws Exception {
    List<Told> told = together("INSERT INTO t (v) VALUES ('a')", "INSERT INTO t (v) VALUES ('b')");
    holder.close();
    engine.close();
    engine = TestEngine.start(folder);
    sessions = new TenantSessions(engine.tenants(), engine.log());
    holder = open();
    assertThat(rows("SELECT v FROM t ORDER BY v")).containsExactly(List.of("a"), List.of("b"));
    assertThat(run(holder, "INSERT INTO t (v) VALUES ('c')").lsn())
        .isEqualTo(told.getFirst().lsn() + 1);
  }
}
