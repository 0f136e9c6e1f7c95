package io.dosql.engine.tenant.benchmark;

import io.dosql.engine.log.LogOptions;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.session.TenantSessions;
import io.dosql.engine.sqlite.Value;
import io.dosql.engine.tenant.RowChangeOptions;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantConnection;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What capturing row changes costs: the speed of writes with it, against the same without, round by
 * round in turn. Run main; arguments: directory (default: a new one under the working directory)
 * and rounds (default 15). Prints medians. On a machine with other load go by the last column; bulk
 * inserts must keep 0.70.
 */
public final class RowChangesBenchmark {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int ROWS = 10_000;

  /** So many in a row that checkpoints happen among them, as in a real load. */
  private static final int BULK_TIMES = 10;

  private static final int SINGLES = 1_000;
  private static final int WARM_UP_ROUNDS = 4;

  /** Work on a tenant. */
  private interface Work {
    void run(Tenant.Use use);
  }

  private record Case(String name, int rows, int times, Work work) {
    boolean isOnRows() {
      return name.startsWith("one statement");
    }
  }

  private final Path directory;
  private final int rounds;
  private final IdentityHashMap<Tenant.Use, TestEngine> engines = new IdentityHashMap<>();

  private RowChangesBenchmark(Path directory, int rounds) {
    this.directory = directory;
    this.rounds = rounds;
  }

  /** Prints a table. */
  public static void main(String[] arguments) throws Exception {
    Path directory =
        arguments.length > 0
            ? Files.createDirectories(Path.of(arguments[0]))
            : Files.createTempDirectory(Path.of("").toAbsolutePath(), "row-changes-benchmark");
    new RowChangesBenchmark(directory, arguments.length > 1 ? Integer.parseInt(arguments[1]) : 15)
        .run();
    delete(directory);
  }

  private void run() throws Exception {
    System.out.printf("%-47s %19s %23s%n", "", "rows/s, in the log", "speed with / without");
    System.out.printf(
        "%-47s %9s %9s %7s %8s %7s%n", "case", "without", "with", "in log", "durable", "writer");
    try (TestEngine without = start("without", RowChangeOptions.OFF);
        TestEngine with = start("with", RowChangeOptions.DEFAULT);
        Tenant.Use plain = without.tenants().get(TenantName.MAIN).use();
        Tenant.Use captured = with.tenants().get(TenantName.MAIN).use()) {
      engines.put(plain, without);
      engines.put(captured, with);
      for (Case measured : cases()) {
        measure(measured, plain, captured);
      }
    }
  }

  private TestEngine start(String name, RowChangeOptions rowChanges) throws Exception {
    TestEngine engine =
        TestEngine.start(
            directory.resolve(name),
            TenantLimits.DEFAULT,
            LogOptions.DEFAULT,
            storage -> storage,
            rowChanges);
    long _ = engine.write("main", "CREATE TABLE narrow (id INTEGER PRIMARY KEY, v)");
    long _ = engine.write("main", "CREATE TABLE wide (id INTEGER PRIMARY KEY, a, b, c REAL, d, e)");
    return engine;
  }

  private List<Case> cases() {
    return List.of(
        new Case(
            "transactions of 10,000 inserts, 2 columns",
            ROWS,
            BULK_TIMES,
            use -> inTransaction(use, "INSERT INTO narrow (v) VALUES (?1)", false)),
        new Case(
            "transactions of 10,000 inserts, 6 columns",
            ROWS,
            BULK_TIMES,
            use ->
                inTransaction(
                    use, "INSERT INTO wide (a, b, c, d, e) VALUES (?1, ?2, ?3, ?4, ?5)", true)),
        new Case(
            "batches of 10,000 inserts, 2 columns",
            ROWS,
            BULK_TIMES,
            use -> batch(use, "INSERT INTO narrow (v) VALUES (?1)", false)),
        new Case(
            "batches of 10,000 inserts, 6 columns",
            ROWS,
            BULK_TIMES,
            use ->
                batch(use, "INSERT INTO wide (a, b, c, d, e) VALUES (?1, ?2, ?3, ?4, ?5)", true)),
        new Case("1,000 transactions of one insert", SINGLES, 1, RowChangesBenchmark::singly),
        new Case(
            "one statement, all rows updated",
            ROWS,
            1,
            use -> once(use, "UPDATE wide SET a = a + 1 WHERE id > ?1")),
        new Case(
            "one statement, all deleted",
            ROWS,
            1,
            use -> once(use, "DELETE FROM wide WHERE id > ?1")));
  }

  private static void inTransaction(Tenant.Use use, String sql, boolean isWide) {
    var _ =
        use.database()
            .writeOnce(
                LONG,
                connection -> {
                  connection.sqlite().execute("BEGIN IMMEDIATE");
                  for (int i = 0; i < ROWS; i++) {
                    insert(connection, sql, i, isWide);
                  }
                  connection.sqlite().execute("COMMIT");
                  return true;
                });
  }

  private static boolean insert(TenantConnection connection, String sql, int i, boolean isWide) {
    return connection.run(
        sql,
        false,
        LONG,
        statement -> {
          statement.bindText(1, "customer " + i % 1_000);
          if (isWide) {
            statement.bindInteger(2, i);
            statement.bindReal(3, i / 7.0);
            statement.bindText(4, "some words of text that are not so short, " + i);
            statement.bindNull(5);
          }
          return statement.step();
        });
  }

  /** As {@code /batch} does it. */
  private void batch(Tenant.Use use, String sql, boolean isWide) {
    TestEngine engine = engines.get(use);
    List<SqlStatement> statements = new ArrayList<>(ROWS);
    for (int i = 0; i < ROWS; i++) {
      statements.add(new SqlStatement(sql, parameters(i, isWide)));
    }
    try (SqlSession session =
        new TenantSessions(engine.tenants(), engine.log())
            .open(TenantName.MAIN.value(), SessionOptions.DEFAULT)) {
      var _ = session.executeAtomically(statements, Collections.nCopies(ROWS, RowSink.NONE));
    }
  }

  private static Parameters parameters(int i, boolean isWide) {
    List<Value> values = new ArrayList<>();
    values.add(new Value.Text("customer " + i % 1_000));
    if (isWide) {
      values.add(new Value.Int(i));
      values.add(new Value.Real(i / 7.0));
      values.add(new Value.Text("some words of text that are not so short, " + i));
      values.add(Value.NULL);
    }
    return new Parameters(values, Map.of());
  }

  private static void singly(Tenant.Use use) {
    for (int i = 0; i < SINGLES; i++) {
      int number = i;
      var _ =
          use.database()
              .writeOnce(
                  LONG,
                  connection ->
                      insert(connection, "INSERT INTO narrow (v) VALUES (?1)", number, false));
    }
  }

  /** One statement on 10,000 rows, which are put there before, untimed. */
  private static void once(Tenant.Use use, String sql) {
    var _ =
        use.database()
            .writeOnce(
                LONG,
                connection ->
                    connection.run(
                        sql,
                        false,
                        LONG,
                        statement -> {
                          statement.bindInteger(1, 0);
                          return statement.step();
                        }));
  }

  /**
   * What one round took.
   *
   * @param logged seconds until all commits were in the log, in memory
   * @param durable seconds until they were durable
   * @param writers seconds of processor time of the threads that run statements, append to the log
   *     and checkpoint: what another load on the machine disturbs least
   */
  private record Sample(double logged, double durable, double writers) {}

  private void measure(Case measured, Tenant.Use plain, Tenant.Use captured) {
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    List<Double> logged = new ArrayList<>();
    List<Double> durable = new ArrayList<>();
    List<Double> writers = new ArrayList<>();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      boolean isPlainFirst = round % 2 == 0;
      Sample first = sample(measured, isPlainFirst ? plain : captured);
      Sample second = sample(measured, isPlainFirst ? captured : plain);
      Sample off = isPlainFirst ? first : second;
      Sample on = isPlainFirst ? second : first;
      if (round >= 0) {
        without.add(measured.rows() * measured.times() / off.logged);
        with.add(measured.rows() * measured.times() / on.logged);
        logged.add(off.logged / on.logged);
        durable.add(off.durable / on.durable);
        writers.add(off.writers / on.writers);
      }
    }
    System.out.printf(
        "%-47s %9.0f %9.0f %7.2f %8.2f %7.2f%n",
        measured.name(),
        median(without),
        median(with),
        median(logged),
        median(durable),
        median(writers));
  }

  private static Sample sample(Case measured, Tenant.Use use) {
    once(use, "DELETE FROM narrow WHERE id > ?1");
    once(use, "DELETE FROM wide WHERE id > ?1");
    if (measured.isOnRows()) {
      inTransaction(use, "INSERT INTO wide (a, b, c, d, e) VALUES (?1, ?2, ?3, ?4, ?5)", true);
    }
    use.database().settle();
    long writersBefore = writersNanos();
    long started = System.nanoTime();
    for (int i = 0; i < measured.times(); i++) {
      measured.work().run(use);
    }
    long logged = System.nanoTime();
    use.database().settle();
    long durable = System.nanoTime();
    return new Sample(
        (logged - started) / 1e9,
        (durable - started) / 1e9,
        (writersNanos() - writersBefore) / 1e9);
  }

  private static long writersNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.dumpAllThreads(false, false, 0))
        .filter(thread -> thread.getThreadName().startsWith("writer-"))
        .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getThreadId())))
        .sum();
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
