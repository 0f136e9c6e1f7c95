package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.tenant.TestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How long after its deadline a statement has ended, rolled back, and left the writer free: the
 * median and the most of several rounds, by kind of statement. Run main; arguments: rounds (default
 * 5).
 */
public final class StopBenchmark {

  private static final Duration TIMEOUT = Duration.ofMillis(60);
  private static final SessionOptions HURRIED =
      new SessionOptions(true, TIMEOUT, Duration.ofSeconds(20), Duration.ofSeconds(60));
  private static final String MANY =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000000) ";

  private static final List<String> STATEMENTS =
      List.of(
          MANY + "SELECT sum(i) FROM n",
          MANY + "INSERT INTO t (v) SELECT i FROM n",
          "UPDATE t SET v = v || 'x'",
          "DELETE FROM t",
          "SELECT count(*) FROM t x, t y WHERE x.v < y.v",
          "SELECT v FROM t ORDER BY v || random() LIMIT 1 OFFSET 100000",
          "CREATE INDEX i ON t (v, k)",
          "SELECT group_concat(v) FROM t",
          "PRAGMA integrity_check",
          "VACUUM",
          "INSERT INTO f SELECT v FROM t",
          "INSERT INTO f (f) VALUES ('rebuild')",
          "INSERT INTO t (v) VALUES (zeroblob(16000000))",
          "SELECT zeroblob(16000000) || zeroblob(16)",
          "SELECT hex(zeroblob(500000)) LIKE '%' || substr(hex(zeroblob(500)), 1, 990) || 'x'",
          "SELECT instr(hex(zeroblob(500000)), substr(hex(zeroblob(5000)), 1, 9990) || 'x')",
          "SELECT replace(hex(zeroblob(500000)), substr(hex(zeroblob(5000)), 1, 9990) || 'x', 'y')",
          "SELECT trim(hex(zeroblob(500000)), '123456789ABCDEF' || hex(randomblob(490)))",
          "SELECT json_patch(a, b) FROM (SELECT json_group_object('a' || k, 1) a,"
              + " json_group_object('b' || k, 1) b FROM t WHERE k < 20000)");

  private StopBenchmark() {}

  /** Prints a table. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "stop-benchmark");
    try (TestEngine engine = TestEngine.start(folder)) {
      engine.write("main", "CREATE TABLE t (k INTEGER PRIMARY KEY, v)");
      engine.write("main", "CREATE VIRTUAL TABLE f USING fts5 (v)");
      engine.write(
          "main",
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000)"
              + " INSERT INTO t (v) SELECT hex(randomblob(60)) FROM n");
      System.out.printf("%10s %10s   %s%n", "median ms", "most ms", "after the deadline");
      for (String sql : STATEMENTS) {
        double[] late = new double[rounds];
        String outcome = "";
        for (int round = 0; round < rounds; round++) {
          long start = System.nanoTime();
          outcome = run(engine, sql);
          free(engine);
          late[round] = (System.nanoTime() - start - TIMEOUT.toNanos()) / 1e6;
        }
        Arrays.sort(late);
        System.out.printf(
            "%10.1f %10.1f   %s %s%n",
            late[rounds / 2],
            late[rounds - 1],
            outcome,
            sql.substring(0, Math.min(70, sql.length())));
      }
    } finally {
      deleteAll(folder);
    }
  }

  private static String run(TestEngine engine, String sql) {
    try (SqlSession session =
        new TenantSessions(engine.tenants(), engine.log()).open("main", HURRIED)) {
      if (!sql.equals("VACUUM")) {
        session.execute(new SqlStatement("BEGIN IMMEDIATE", Parameters.NONE), RowSink.NONE);
      }
      session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
      return "done";
    } catch (DosqlException ended) {
      return ended.code().name();
    }
  }

  /** Returns when another has been able to take the writer. */
  private static void free(TestEngine engine) {
    try (SqlSession session =
        new TenantSessions(engine.tenants(), engine.log()).open("main", HURRIED)) {
      session.execute(new SqlStatement("BEGIN IMMEDIATE", Parameters.NONE), RowSink.NONE);
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
