package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions and results whose client says nothing any more, on a connection that stays. */
class IdleTransactionTest {

  private static final int READERS = TenantLimits.DEFAULT.maxReaders();
  private static final Duration PATIENT = Duration.ofSeconds(30);

  /** How far the engine's clock is ahead. */
  private final AtomicLong aheadNanos = new AtomicLong();

  /** Whether the clock moves by {@link #pass} only. */
  private volatile boolean isStopped;

  private volatile long stoppedAtNanos;

  private final List<SqlSession> opened = new ArrayList<>();

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestEngine engine;

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder, this::nanoTime);
    run(session(), "CREATE TABLE t (id INTEGER PRIMARY KEY)");
    run(opened.getFirst(), "INSERT INTO t VALUES (1), (2), (3)");
  }

  @AfterEach
  void stop() throws Exception {
    opened.forEach(SqlSession::close);
    engine.close();
  }

  private long nanoTime() {
    return (isStopped ? stoppedAtNanos : System.nanoTime()) + aheadNanos.get();
  }

  private void stopClock() {
    stoppedAtNanos = System.nanoTime();
    isStopped = true;
  }

  private void pass(Duration time) {
    aheadNanos.addAndGet(time.toNanos());
  }

  private SqlSession session() {
    SessionOptions usual = SessionOptions.DEFAULT;
    SqlSession session =
        new TenantSessions(engine.tenants(), engine.log())
            .open(
                "main",
                new SessionOptions(
                    true, usual.statementTimeout(), PATIENT, usual.transactionTimeout()));
    opened.add(session);
    return session;
  }

  private static Outcome run(SqlSession session, String sql) {
    return session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
  }

  private SqlSession reading() {
    SqlSession session = session();
    run(session, "BEGIN");
    run(session, "SELECT * FROM t");
    return session;
  }

  private static DosqlException failure(SqlSession session, String sql) {
    DosqlException failure = catchThrowableOfType(DosqlException.class, () -> run(session, sql));
    assertThat(failure).describedAs("a failure of %s", sql).isNotNull();
    return failure;
  }

  private static long lost(List<SqlSession> sessions) {
    return sessions.stream().filter(session -> isLost(session)).count();
  }

  private static boolean isLost(SqlSession session) {
    try {
      run(session, "SELECT 1");
      return false;
    } catch (DosqlException told) {
      assertThat(told.code()).isEqualTo(ErrorCode.TXN_TIMEOUT);
      return true;
    }
  }

  private List<SqlSession> asManyAsThereAreReaders() {
    List<SqlSession> all = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      all.add(reading());
    }
    return all;
  }

  @Test
  void readTransactionThatOutlivesItsTime_givesItsReaderToOthersAndIsToldSo() {
    List<SqlSession> all = asManyAsThereAreReaders();
    pass(SessionOptions.DEFAULT.transactionTimeout().plusSeconds(1));
    run(session(), "SELECT * FROM t");
    for (SqlSession session : all) {
      DosqlException told = failure(session, "SELECT * FROM t");
      assertThat(told.code()).isEqualTo(ErrorCode.TXN_TIMEOUT);
      assertThat(told.getMessage()).contains("30000 ms", "transactionTimeout");
      assertThat(session.isAutocommit()).isTrue();
      run(session, "SELECT * FROM t");
    }
  }

  @Test
  void idleReadTransactions_areLeftAloneWhileNobodyWaits() {
    List<SqlSession> all = asManyAsThereAreReaders();
    run(all.getFirst(), "ROLLBACK");
    pass(Duration.ofSeconds(5));
    run(session(), "SELECT * FROM t");
    assertThat(lost(all.subList(1, READERS))).isZero();
  }

  @Test
  void idleReadTransaction_makesPlaceForOneThatWaits() throws Exception {
    List<SqlSession> all = asManyAsThereAreReaders();
    pass(Duration.ofSeconds(3));
    run(session(), "SELECT * FROM t");
    assertThat(lost(all)).isEqualTo(1);
  }

  @Test
  void describingInALostTransaction_tellsOfItAndEndsIt() {
    SqlSession session = reading();
    pass(SessionOptions.DEFAULT.transactionTimeout().plusSeconds(1));
    DosqlException told =
        catchThrowableOfType(DosqlException.class, () -> session.describe("SELECT 1"));
    assertThat(told.code()).isEqualTo(ErrorCode.TXN_TIMEOUT);
    assertThat(session.isAutocommit()).isTrue();
  }

  @Test
  void lostTransactions_doNotKeepTheirTenantAwake() {
    SqlSession reading = reading();
    SqlSession writing = session();
    run(writing, "BEGIN IMMEDIATE");
    run(writing, "INSERT INTO t VALUES (9)");
    assertThat(engine.isBusy("main")).isTrue();
    pass(SessionOptions.DEFAULT.transactionTimeout().plusSeconds(1));
    await().atMost(PATIENT).until(() -> !engine.isBusy("main"));
    assertThat(failure(reading, "SELECT 1").code()).isEqualTo(ErrorCode.TXN_TIMEOUT);
    assertThat(failure(writing, "COMMIT").code()).isEqualTo(ErrorCode.TXN_TIMEOUT);
    assertThat(Rows.of(session(), "SELECT count(*) FROM t")).containsExactly(List.of(3L));
    assertThat(engine.isBusy("main")).isFalse();
  }

  @Test
  void timeOfATransaction_countsFromItsBeginningAlsoWhenItHasComeToWrite() {
    stopClock();
    SqlSession session = reading();
    pass(Duration.ofSeconds(20));
    run(session, "INSERT INTO t VALUES (9)");
    pass(Duration.ofSeconds(11));
    await().atMost(PATIENT).until(() -> !engine.isBusy("main"));
    DosqlException told = failure(session, "COMMIT");
    assertThat(told.code()).isEqualTo(ErrorCode.TXN_TIMEOUT);
    assertThat(told.getMessage()).contains("30000 ms");
  }

  private List<RowStream> asManyStreamsAsThereAreReaders() {
    List<RowStream> all = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      RowStream rows =
          session().stream(new SqlStatement("SELECT * FROM t", Parameters.NONE)).orElseThrow();
      assertThat(rows.fetch(row -> false)).isTrue();
      all.add(rows);
    }
    return all;
  }

  private static boolean isCutOff(RowStream rows) {
    try {
      boolean _ = rows.fetch(row -> true);
      return false;
    } catch (DosqlException told) {
      assertThat(told.code()).isEqualTo(ErrorCode.TIMEOUT);
      assertThat(told.getMessage()).contains("were not taken");
      return true;
    }
  }

  @Test
  void rowsThatNobodyTakes_makePlaceForOneThatWaits() throws Exception {
    List<RowStream> all = asManyStreamsAsThereAreReaders();
    SqlSession other = session();
    CompletableFuture<Outcome> waiting =
        CompletableFuture.supplyAsync(() -> run(other, "SELECT * FROM t"));
    pass(Duration.ofSeconds(11));
    assertThat(waiting.get().rowsReturned()).isEqualTo(3);
    assertThat(all.stream().filter(rows -> isCutOff(rows)).count()).isEqualTo(1);
    all.forEach(RowStream::close);
    await().atMost(PATIENT).until(() -> !engine.isBusy("main"));
  }

  @Test
  void rowsThatNobodyTakesForTenMinutes_areGivenUp() {
    List<RowStream> all = asManyStreamsAsThereAreReaders();
    pass(SessionOptions.STREAM_TIME_MAX.plusSeconds(1));
    await().atMost(PATIENT).until(() -> !engine.isBusy("main"));
    assertThat(all).allMatch(rows -> isCutOff(rows));
  }
}
