package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.HeldLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of sessions when answers, locks or the log fail them. */
class SessionRecoveryTest {

  /** A log that is full after a few commits when its syncs are held back. */
  private static final LogOptions SMALL_LOG = smallLog(Duration.ofMillis(200));

  /** Long enough to see that a commit waits for room, also on a machine that stalls. */
  private static final Duration PATIENT_APPEND = Duration.ofSeconds(10);

  @TempDir Path folder;
  private @Nullable HeldLogStorage storage;
  private TestEngine engine;
  private SqlSession session;

  private static LogOptions smallLog(Duration appendTimeout) {
    return new LogOptions(
        1 << 20, 640 << 10, 64 << 10, 64 << 10, appendTimeout, Duration.ofSeconds(10));
  }

  @BeforeEach
  void start() throws Exception {
    start(folder.resolve("pod"), SMALL_LOG);
  }

  private void start(Path pod, LogOptions log) throws Exception {
    engine =
        TestEngine.start(
            pod, TenantLimits.DEFAULT, log, directory -> storage = new HeldLogStorage(directory));
    session = open(SessionOptions.DEFAULT);
    run(session, "CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
    session.settle();
  }

  @AfterEach
  void stop() throws Exception {
    storage().release();
    session.close();
    engine.close();
  }

  private HeldLogStorage storage() {
    return Objects.requireNonNull(storage);
  }

  private SqlSession open(SessionOptions options) {
    return new TenantSessions(engine.tenants(), engine.log()).open("main", options);
  }

  private static SessionOptions options(Duration lockTimeout, Duration transactionTimeout) {
    return new SessionOptions(true, Duration.ofSeconds(60), lockTimeout, transactionTimeout);
  }

  private static Outcome run(SqlSession session, String sql) {
    return session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
  }

  private static void assertFails(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DosqlException.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  /** A sink whose rows do {@code onRow}. */
  private static RowSink sink(Runnable onRow) {
    return new RowSink() {
      @Override
      public void columns(List<Column> columns) {}

      @Override
      public void row(Row row) {
        onRow.run();
      }
    };
  }

  @Test
  void aWriteWhoseAnswerCannotBeTakenIsNotCommitted() {
    RowSink full =
        sink(
            () -> {
              throw new DosqlException(ErrorCode.RESPONSE_TOO_LARGE, "too large");
            });
    long before = engine.tenants().page(null, 1).getFirst().summary().lsn();
    assertFails(
        ErrorCode.RESPONSE_TOO_LARGE,
        () ->
            session.execute(
                new SqlStatement("INSERT INTO t (v) VALUES (1), (2) RETURNING id", Parameters.NONE),
                full));
    assertThat(Rows.of(session, "SELECT * FROM t")).isEmpty();
    assertThat(engine.tenants().page(null, 1).getFirst().summary().lsn()).isEqualTo(before);
    run(session, "INSERT INTO t (v) VALUES (3)");
    assertThat(Rows.of(session, "SELECT v FROM t")).containsExactly(List.of(3L));
  }

  @Test
  void closingASessionThatLostItsLockLeavesTheNextWriterAlone() throws Exception {
    // Long enough for its own BEGIN, and no longer than the next writer waits.
    SqlSession lost = open(options(Duration.ofSeconds(5), Duration.ofSeconds(1)));
    SqlSession patient = open(options(Duration.ofSeconds(60), Duration.ofSeconds(30)));
    run(lost, "BEGIN IMMEDIATE");
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    RowSink waits =
        sink(
            () -> {
              running.countDown();
              try {
                assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    CompletableFuture<Outcome> next =
        CompletableFuture.supplyAsync(
            () ->
                patient.execute(
                    new SqlStatement(
                        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
                            + " 20000) INSERT INTO t (v) SELECT i FROM n RETURNING id",
                        Parameters.NONE),
                    waits));
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
    Thread closing = Thread.ofPlatform().start(lost::close);
    await().until(() -> closing.getState() == Thread.State.WAITING);
    goOn.countDown();
    assertThat(next.get(60, TimeUnit.SECONDS).rowsWritten()).isEqualTo(20_000);
    closing.join();
    patient.close();
  }

  /** Commits until the log takes no more: the last of them is in SQLite, but not in the log. */
  private int breakTenant() {
    storage().hold();
    int written = 0;
    while (true) {
      try {
        run(session, "INSERT INTO t (v) VALUES (hex(randomblob(20000)))");
        written++;
      } catch (DosqlException failure) {
        assertThat(failure.code()).isEqualTo(ErrorCode.TXN_ABORTED);
        storage().release();
        return written;
      }
    }
  }

  @Test
  void aCommitThatDidNotReachTheLogNeverHappened() {
    int written = breakTenant();
    try (SqlSession other = open(SessionOptions.DEFAULT)) {
      assertThat(Rows.of(other, "SELECT count(*) FROM t")).containsExactly(List.of((long) written));
      assertThat(run(other, "INSERT INTO t (v) VALUES ('after')").lsn()).isEqualTo(written + 2);
      other.settle();
    }
    assertThat(engine.rows("main", "PRAGMA integrity_check")).containsExactly(List.of("ok"));
  }

  @Test
  void anAnswerThatSawACommitWhichIsLostIsVoidAndTheNextOneIsNot() throws Exception {
    stop();
    start(folder.resolve("patient"), smallLog(PATIENT_APPEND));
    try (SqlSession reader = open(SessionOptions.DEFAULT)) {
      CompletableFuture<Integer> breaking = CompletableFuture.supplyAsync(this::breakTenant);
      // For a moment that is true of every commit, but for so long only of the one without room.
      await().during(Duration.ofSeconds(1)).until(() -> seesWhatIsNotInTheLog(reader));
      assertFails(ErrorCode.TXN_ABORTED, reader::settle);
      long written = breaking.get(60, TimeUnit.SECONDS);
      assertThat(count(reader)).isEqualTo(written);
      reader.settle();
    }
  }

  /** The table was the first commit, and each row is one more. */
  private boolean seesWhatIsNotInTheLog(SqlSession reader) {
    return count(reader) + 1 > engine.log().lastLsn("main").orElse(0);
  }

  private static long count(SqlSession session) {
    return (long) Rows.of(session, "SELECT count(*) FROM t").getFirst().getFirst();
  }

  @Test
  void recoveryDoesNotWaitForAnIdleReadTransactionAndEndsIt() {
    try (SqlSession idle = open(SessionOptions.DEFAULT)) {
      run(idle, "BEGIN");
      assertThat(Rows.of(idle, "SELECT * FROM t")).isEmpty();
      int written = breakTenant();
      try (SqlSession other = open(SessionOptions.DEFAULT)) {
        assertThat(Rows.of(other, "SELECT count(*) FROM t"))
            .containsExactly(List.of((long) written));
        run(other, "INSERT INTO t (v) VALUES ('after')");
        other.settle();
      }
      assertFails(ErrorCode.TXN_ABORTED, () -> run(idle, "SELECT * FROM t"));
      assertThat(idle.isAutocommit()).isTrue();
      assertThat(Rows.of(idle, "SELECT count(*) FROM t"))
          .containsExactly(List.of((long) written + 1));
      idle.settle();
    }
  }

  @Test
  void recoveryEndsAWriteTransactionThatWasOpen() {
    SqlSession open = open(SessionOptions.DEFAULT);
    int written = breakTenant();
    try (open) {
      run(open, "BEGIN IMMEDIATE");
      run(open, "INSERT INTO t (v) VALUES (1)");
      run(open, "COMMIT");
      open.settle();
      assertThat(Rows.of(open, "SELECT count(*) FROM t"))
          .containsExactly(List.of((long) written + 1));
    }
  }
}
