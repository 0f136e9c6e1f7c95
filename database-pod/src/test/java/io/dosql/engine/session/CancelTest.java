package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements whose client has gone, or whose time is up, end and let go of what they hold. */
class CancelTest {

  private static final String ENDLESS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) ";
  private static final SessionOptions HURRIED =
      new SessionOptions(
          true, Duration.ofMillis(50), Duration.ofSeconds(20), Duration.ofSeconds(30));

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestEngine engine;

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder);
    try (SqlSession session = open(SessionOptions.DEFAULT)) {
      run(session, "CREATE TABLE t (v)");
      run(session, "INSERT INTO t VALUES (1)");
    }
  }

  @AfterEach
  void stop() throws Exception {
    engine.close();
  }

  private SqlSession open(SessionOptions options) {
    return new TenantSessions(engine.tenants(), engine.log()).open("main", options);
  }

  private static void run(SqlSession session, String sql) {
    session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
  }

  private void assertRows(long rows) {
    try (SqlSession session = open(SessionOptions.DEFAULT)) {
      assertThat(Rows.of(session, "SELECT count(*) FROM t")).containsExactly(List.of(rows));
    }
  }

  /** Says when the statement has begun: its first row is there. */
  private static final class FirstRow implements RowSink {
    private final CountDownLatch seen = new CountDownLatch(1);

    @Override
    public void columns(List<Column> columns) {}

    @Override
    public void row(Row row) {
      seen.countDown();
    }
  }

  private static CompletableFuture<@Nullable Void> inBackground(
      SqlSession session, String sql, RowSink sink) {
    CompletableFuture<@Nullable Void> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                session.execute(new SqlStatement(sql, Parameters.NONE), sink);
                result.complete(null);
              } catch (Throwable failure) {
                result.completeExceptionally(failure);
              }
            });
    return result;
  }

  private static void assertFails(CompletableFuture<?> result, ErrorCode code) {
    assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            DosqlException.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ENDLESS + "SELECT i FROM n",
        ENDLESS + "INSERT INTO t SELECT i FROM n RETURNING v",
        "UPDATE t SET v = (" + ENDLESS + "SELECT count(*) FROM n) RETURNING v",
      })
  void cancelledStatement_endsAndLeavesNothing(String sql) throws Exception {
    try (SqlSession session = open(SessionOptions.DEFAULT)) {
      CompletableFuture<?> running = inBackground(session, sql, RowSink.NONE);
      await().until(() -> engine.isBusy("main"));
      session.cancel();
      assertFails(running, ErrorCode.CONNECTION_ERROR);
      assertThatThrownBy(() -> run(session, "SELECT 1")).isInstanceOf(DosqlException.class);
    }
    try (SqlSession next = open(SessionOptions.DEFAULT)) {
      run(next, "INSERT INTO t VALUES (2)");
    }
    assertRows(2);
    assertThat(engine.isBusy("main")).isFalse();
  }

  @Test
  void cancelledTransaction_isRolledBackWhileItsStatementRuns() throws Exception {
    SqlSession session = open(SessionOptions.DEFAULT);
    run(session, "BEGIN IMMEDIATE");
    run(session, "INSERT INTO t VALUES (2)");
    FirstRow sink = new FirstRow();
    CompletableFuture<?> running = inBackground(session, ENDLESS + "SELECT i FROM n", sink);
    assertThat(sink.seen.await(20, TimeUnit.SECONDS)).isTrue();
    session.cancel();
    assertFails(running, ErrorCode.CONNECTION_ERROR);
    session.close();
    try (SqlSession next = open(SessionOptions.DEFAULT)) {
      run(next, "INSERT INTO t VALUES (3)");
    }
    assertRows(2);
  }

  @Test
  void whoWaitsForTheWriterAndIsCancelled_leavesTheQueue() throws Exception {
    engine.close();
    // Where time stands still the holder is not idle, however long this takes.
    engine = TestEngine.start(folder, () -> 0L);
    try (SqlSession holder = open(SessionOptions.DEFAULT);
        SqlSession waiter = open(HURRIED)) {
      run(holder, "BEGIN IMMEDIATE");
      CompletableFuture<?> waiting = inBackground(waiter, "INSERT INTO t VALUES (2)", RowSink.NONE);
      await().until(() -> engine.writersWaiting("main") == 1);
      waiter.cancel();
      assertFails(waiting, ErrorCode.CONNECTION_ERROR);
      assertThat(engine.writersWaiting("main")).isZero();
      run(holder, "INSERT INTO t VALUES (3)");
      run(holder, "COMMIT");
    }
    assertRows(2);
  }

  @Test
  void cancelOfAnIdleSession_doesNotInterruptTheThreadThatGoesOn() {
    SqlSession session = open(SessionOptions.DEFAULT);
    run(session, "SELECT 1");
    session.cancel();
    assertThatThrownBy(() -> run(session, "SELECT 1"))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_ERROR));
    session.close();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertRows(1);
  }

  /** As SQLite has it: who writes and is interrupted loses the whole transaction. */
  @Test
  void writeThatTimesOutInATransaction_rollsItBack() {
    try (SqlSession session = open(HURRIED)) {
      run(session, "BEGIN IMMEDIATE");
      run(session, "INSERT INTO t VALUES (2)");
      assertTimesOut(session, ENDLESS + "INSERT INTO t SELECT i FROM n");
      assertThat(session.isAutocommit()).isTrue();
      run(session, "INSERT INTO t VALUES (3)");
    }
    assertRows(2);
  }

  /** And who only reads keeps it. */
  @Test
  void readThatTimesOutInATransaction_leavesItOpen() {
    try (SqlSession session = open(HURRIED)) {
      run(session, "BEGIN IMMEDIATE");
      run(session, "INSERT INTO t VALUES (2)");
      assertTimesOut(session, ENDLESS + "SELECT count(*) FROM n");
      assertThat(session.isAutocommit()).isFalse();
      run(session, "COMMIT");
    }
    assertRows(2);
  }

  @Test
  void batchThatTimesOut_isRolledBackAndTheWriterIsFree() {
    try (SqlSession session = open(HURRIED)) {
      List<SqlStatement> batch =
          List.of(
              new SqlStatement("INSERT INTO t VALUES (2)", Parameters.NONE),
              new SqlStatement(ENDLESS + "INSERT INTO t SELECT i FROM n", Parameters.NONE));
      assertThatThrownBy(
              () -> session.executeAtomically(batch, List.of(RowSink.NONE, RowSink.NONE)))
          .isInstanceOfSatisfying(
              DosqlException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TIMEOUT));
      run(session, "INSERT INTO t VALUES (3)");
    }
    assertRows(2);
  }

  private static void assertTimesOut(SqlSession session, String sql) {
    assertThatThrownBy(() -> run(session, sql))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.TIMEOUT);
              assertThat(failure).hasMessageContaining("statementTimeout");
            });
  }
}
