package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random statements against real tenants: each is answered, by rows or by an error of the
 * catalogue, and leaves its tenant whole and the other one as it was. More statements: {@code
 * -Ddosql.fuzz=N}; those of one seed: {@code -Ddosql.seed=N}.
 */
class SqlFuzzTest {

  private static final int STATEMENTS = Integer.getInteger("dosql.fuzz", 80_000);
  private static final int PER_SESSION = 200;
  private static final int PER_TENANT = 5_000;
  private static final SessionOptions OPTIONS =
      new SessionOptions(
          true, Duration.ofMillis(20), Duration.ofSeconds(5), Duration.ofSeconds(30));

  /** Never the fault of a statement. */
  private static final Set<ErrorCode> FAULTS =
      EnumSet.of(ErrorCode.INTERNAL, ErrorCode.TENANT_UNAVAILABLE, ErrorCode.TXN_ABORTED);

  private final Map<ErrorCode, Integer> seen = new EnumMap<>(ErrorCode.class);

  @Test
  void statementsAreAnsweredAndHarmNobody(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    SqlGenerator generator = new SqlGenerator(seed);
    FuzzTrace trace = new FuzzTrace("sql", seed);
    try (TestEngine engine = TestEngine.start(folder)) {
      engine.write("other", "CREATE TABLE t (v)");
      engine.write("other", "INSERT INTO t VALUES (7)");
      for (int done = 0; done < STATEMENTS; done += PER_TENANT) {
        String tenant = "fuzz-" + done / PER_TENANT;
        prepare(engine, tenant);
        for (int i = 0; i < PER_TENANT; i += PER_SESSION) {
          try (SqlSession session =
              new TenantSessions(engine.tenants(), engine.log()).open(tenant, OPTIONS)) {
            for (int j = 0; j < PER_SESSION; j++) {
              String sql = generator.next();
              trace.next(done + i + j, sql);
              run(session, sql, "seed %d, number %d: %s".formatted(seed, done + i + j, sql));
            }
          }
        }
        check(engine, tenant, seed);
      }
    }
    System.out.println("seed " + seed + ": " + STATEMENTS + " statements, " + seen);
  }

  private static void prepare(TestEngine engine, String tenant) {
    engine.write(tenant, "CREATE TABLE t1 (a, b, c)");
    engine.write(tenant, "CREATE TABLE t2 (a INTEGER PRIMARY KEY, b TEXT UNIQUE, c NOT NULL)");
    engine.write(tenant, "CREATE TABLE t3 (a PRIMARY KEY, b REFERENCES t2, c) WITHOUT ROWID");
    engine.write(tenant, "CREATE VIRTUAL TABLE f USING fts5 (a, b)");
    engine.write(tenant, "CREATE VIRTUAL TABLE r USING rtree (id, min0, max0)");
    engine.write(tenant, "INSERT INTO t1 VALUES (1, 'x', NULL), (2, x'00', 1.5)");
    engine.write(tenant, "INSERT INTO t2 VALUES (1, 'x', 0), (2, 'y', 1)");
    engine.write(tenant, "INSERT INTO f VALUES ('some words', 'and more words')");
    engine.write(tenant, "INSERT INTO r VALUES (1, 0, 1)");
  }

  private void run(SqlSession session, String sql, String what) {
    try {
      Outcome outcome = session.execute(new SqlStatement(sql, Parameters.NONE), new DecodingSink());
      assertThat(outcome).isNotNull();
      seen.merge(ErrorCode.NOT_FOUND, 0, Integer::sum);
    } catch (DosqlException told) {
      seen.merge(told.code(), 1, Integer::sum);
      if (FAULTS.contains(told.code())) {
        fail(what, told);
      }
    } catch (RuntimeException bug) {
      fail(what, bug);
    }
  }

  private static void check(TestEngine engine, String tenant, long seed) {
    String described = "seed %d, tenant %s".formatted(seed, tenant);
    assertThat(engine.isBusy(tenant)).describedAs(described).isFalse();
    assertThat(engine.writersWaiting(tenant)).describedAs(described).isZero();
    assertThat(intact(engine, tenant)).describedAs(described).isEmpty();
    assertThat(engine.rows("other", "SELECT v FROM t")).containsExactly(List.of("7"));
  }

  /**
   * What is wrong with the tenant's file. What clients wrote into the tables of a virtual table is
   * between them and its module.
   */
  private static List<List<String>> intact(TestEngine engine, String tenant) {
    return engine.rows(tenant, "PRAGMA integrity_check").stream()
        .filter(row -> !row.getFirst().equals("ok"))
        .filter(
            row ->
                !row.getFirst()
                    .matches(
                        "(?s).*(fts5|inverted index|rtree|Rtree|RTree|malformed inverted|unable to validate|NOT NULL|NULL value|CHECK constraint|non-unique|NUMERIC value|TEXT value).*"))
        .toList();
  }
}
