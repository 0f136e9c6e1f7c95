package io.dosql.engine.tenant.benchmark;

import com.sun.management.OperatingSystemMXBean;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.tenant.RowChangeOptions;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantConnection;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What capturing row changes costs: the speed of writes with it, against the same without, round by
 * round in turn. Run main; arguments: directory (default: a new one under the working directory)
 * and rounds (default 21). Prints medians; bulk inserts must keep 0.70.
 */
public final class RowChangesBenchmark {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int ROWS = 10_000;
  private static final int SINGLES = 1_000;
  private static final int WARM_UP_ROUNDS = 8;

  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Work on a tenant. */
  private interface Work {
    void run(Tenant.Use use);
  }

  private record Case(String name, int rows, Work work) {
    boolean isOnRows() {
      return name.startsWith("one statement");
    }
  }

  private final Path directory;
  private final int rounds;

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
    new RowChangesBenchmark(directory, arguments.length > 1 ? Integer.parseInt(arguments[1]) : 21)
        .run();
    delete(directory);
  }

  private void run() throws Exception {
    System.out.println(
        "case                                        rows/s without     with   ratio");
    try (TestEngine without = start("without", RowChangeOptions.OFF);
        TestEngine with = start("with", RowChangeOptions.DEFAULT);
        Tenant.Use plain = without.tenants().get(TenantName.MAIN).use();
        Tenant.Use captured = with.tenants().get(TenantName.MAIN).use()) {
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

  private static List<Case> cases() {
    return List.of(
        new Case(
            "one transaction, 10,000 inserts, 2 columns",
            ROWS,
            use -> inTransaction(use, "INSERT INTO narrow (v) VALUES (?1)", false)),
        new Case(
            "one transaction, 10,000 inserts, 6 columns",
            ROWS,
            use ->
                inTransaction(
                    use, "INSERT INTO wide (a, b, c, d, e) VALUES (?1, ?2, ?3, ?4, ?5)", true)),
        new Case("1,000 transactions of one insert", SINGLES, RowChangesBenchmark::singly),
        new Case(
            "one statement, all rows updated",
            ROWS,
            use -> once(use, "UPDATE wide SET a = a + 1 WHERE id > ?1")),
        new Case(
            "one statement, all deleted",
            ROWS,
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
   * @param processor seconds of processor time, of all threads: what another load on the machine
   *     disturbs least
   */
  private record Sample(double logged, double durable, double processor) {}

  private void measure(Case measured, Tenant.Use plain, Tenant.Use captured) {
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    List<Double> logged = new ArrayList<>();
    List<Double> durable = new ArrayList<>();
    List<Double> processor = new ArrayList<>();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      boolean isPlainFirst = round % 2 == 0;
      Sample first = sample(measured, isPlainFirst ? plain : captured);
      Sample second = sample(measured, isPlainFirst ? captured : plain);
      Sample off = isPlainFirst ? first : second;
      Sample on = isPlainFirst ? second : first;
      if (round >= 0) {
        without.add(measured.rows() / off.logged);
        with.add(measured.rows() / on.logged);
        logged.add(off.logged / on.logged);
        durable.add(off.durable / on.durable);
        processor.add(off.processor / on.processor);
      }
    }
    System.out.printf(
        "%-42s %9.0f %9.0f %7.2f %8.2f %10.2f%n",
        measured.name(),
        median(without),
        median(with),
        median(logged),
        median(durable),
        median(processor));
  }

  private static Sample sample(Case measured, Tenant.Use use) {
    once(use, "DELETE FROM narrow WHERE id > ?1");
    once(use, "DELETE FROM wide WHERE id > ?1");
    if (measured.isOnRows()) {
      inTransaction(use, "INSERT INTO wide (a, b, c, d, e) VALUES (?1, ?2, ?3, ?4, ?5)", true);
    }
    use.database().settle();
    long processor = PROCESS.getProcessCpuTime();
    long started = System.nanoTime();
    measured.work().run(use);
    long logged = System.nanoTime();
    use.database().settle();
    long durable = System.nanoTime();
    return new Sample(
        (logged - started) / 1e9,
        (durable - started) / 1e9,
        (PROCESS.getProcessCpuTime() - processor) / 1e9);
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
