package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.Capability;
import io.dosql.engine.sqlite.SqliteHeap;
import io.dosql.engine.sqlite.SqliteLibrary;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that take too much memory fail by themselves, and what they did is undone. */
class MemoryTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String MANY =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) ";

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestEngine engine;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(SqliteLibrary.get().has(Capability.BOUNDED_HEAP));
    // A pod that another test has run in this process has left its own limit.
    SqliteHeap.limitProcess(0);
    engine = TestEngine.start(folder);
    engine.write("main", "CREATE TABLE t (k INTEGER PRIMARY KEY, v UNIQUE)");
    engine.write("main", "INSERT INTO t VALUES (1, 'one')");
  }

  @AfterEach
  void stop() throws Exception {
    SqliteHeap.limitProcess(0);
    if (engine != null) {
      engine.close();
    }
  }

  private SqlSession open() {
    return new TenantSessions(engine.tenants(), engine.log()).open("main", SessionOptions.DEFAULT);
  }

  private static void run(SqlSession session, String sql) {
    session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        MANY + "SELECT i FROM n ORDER BY random()",
        MANY + "SELECT count(DISTINCT hex(i) || i) FROM n",
        MANY + "SELECT count(*) FROM n GROUP BY i",
        MANY
            + "SELECT json_group_array(i) FROM (SELECT i, hex(randomblob(40)) r FROM n) GROUP BY r",
        "SELECT hex(zeroblob(8000000)) || hex(zeroblob(7000000)) || hex(zeroblob(9))",
        MANY + "INSERT INTO t SELECT i + 1, i FROM n ORDER BY random()",
        MANY + "SELECT row_number() OVER (ORDER BY random()) FROM n",
        MANY + "SELECT i FROM n UNION SELECT -i FROM n",
        MANY + ", m AS MATERIALIZED (SELECT i, hex(i) h FROM n) SELECT count(*) FROM m x, m y",
      })
  void statementThatTakesTooMuch_failsAndNamesTheLimit(String sql) {
    try (SqlSession session = open()) {
      assertThatThrownBy(() -> run(session, sql))
          .isInstanceOfSatisfying(
              DosqlException.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
                assertThat(failure).hasMessageContaining("maxStatementMemoryBytes");
              });
      assertThat(session.isAutocommit()).isTrue();
      run(session, "INSERT INTO t VALUES (2, 'two')");
      assertThat(Rows.of(session, "SELECT v FROM t"))
          .containsExactlyInAnyOrder(List.of("one"), List.of("two"));
      session.settle();
    }
  }

  @Test
  void whenThePodHasNoMoreMemory_largeStatementsFailAndSmallOnesGoOn() {
    SqliteHeap.limitProcess(1);
    try (SqlSession session = open()) {
      assertThatThrownBy(() -> run(session, MANY + "SELECT i FROM n ORDER BY random()"))
          .isInstanceOfSatisfying(
              DosqlException.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
                assertThat(failure).hasMessageContaining("maxHeapBytes");
              });
      assertThat(Rows.of(session, "SELECT v FROM t ORDER BY v")).containsExactly(List.of("one"));
    }
  }

  @Test
  void databaseThatIsFull_refusesRowsUntilSomeAreDeleted() throws Exception {
    engine.close();
    engine = TestEngine.start(folder, TenantLimits.DEFAULT.withMaxDatabaseBytes(2 << 20));
    try (SqlSession session = open()) {
      String large = "INSERT INTO t (v) VALUES (randomblob(1000000))";
      run(session, large);
      assertThatThrownBy(
              () -> {
                run(session, large);
                run(session, large);
              })
          .isInstanceOfSatisfying(
              DosqlException.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
                assertThat(failure).hasMessageContaining("maxDatabaseBytes");
              });
      assertThat(Rows.of(session, "SELECT 1")).containsExactly(List.of(1L));
      run(session, "DELETE FROM t");
      run(session, large);
      session.settle();
    }
    assertThat(engine.rows("main", "PRAGMA integrity_check")).containsExactly(List.of("ok"));
  }

  /**
   * Whichever allocation fails, the commit's own included: what is told to have worked has, what is
   * told to have failed has not, and the log says the same.
   */
  @Test
  void anyAllocationMayFail() throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    Random random = new Random(seed);
    int expected = 1;
    int failed = 0;
    try (Tenant.Use use = engine.tenants().get(TenantName.MAIN).use()) {
      for (int round = 0; round < 3_000; round++) {
        int key = round + 10;
        int failsAt = 1 + random.nextInt(60);
        String sql =
            switch (random.nextInt(3)) {
              case 0 ->
                  "INSERT INTO t VALUES (%d, hex(randomblob(%d)))".formatted(key, failsAt * 9);
              case 1 -> "INSERT INTO t SELECT %d, %d || group_concat(v) FROM t".formatted(key, key);
              default ->
                  "INSERT INTO t SELECT %d, v || 'x%d' FROM t WHERE k = 1".formatted(key, key);
            };
        long before = use.database().lastLsn();
        boolean worked = true;
        try {
          var written =
              use.database()
                  .writeOnce(
                      LONG,
                      connection ->
                          connection.run(
                              sql,
                              false,
                              LONG,
                              statement -> {
                                SqliteHeap.failAllocation(failsAt);
                                return statement.step();
                              }));
          assertThat(written.committedLsn()).describedAs("seed %d", seed).isNotNull();
        } catch (DosqlException refused) {
          assertThat(refused.code())
              .describedAs("seed %d, round %d: %s", seed, round, sql)
              .isIn(ErrorCode.RESOURCE_EXHAUSTED, ErrorCode.PAYLOAD_TOO_LARGE);
          worked = false;
        }
        expected += worked ? 1 : 0;
        failed += worked ? 0 : 1;
        assertThat(use.database().lastLsn() - before)
            .describedAs("seed %d, round %d: %s", seed, round, sql)
            .isEqualTo(worked ? 1 : 0);
      }
      use.database().settle();
    }
    assertThat(failed).describedAs("seed %d", seed).isGreaterThan(100);
    List<List<String>> rows = List.of(List.of(String.valueOf(expected)));
    assertThat(engine.rows("main", "SELECT count(*) FROM t")).isEqualTo(rows);
    assertThat(engine.rows("main", "PRAGMA integrity_check")).containsExactly(List.of("ok"));
    Path crashed = folder.resolveSibling(folder.getFileName() + "-crashed");
    engine.copyTo(crashed);
    try (TestEngine recovered = TestEngine.start(crashed)) {
      assertThat(recovered.rows("main", "SELECT count(*) FROM t"))
          .describedAs("seed %d", seed)
          .isEqualTo(rows);
    }
  }
}
