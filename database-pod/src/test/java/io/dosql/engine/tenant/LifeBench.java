package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.DirectoryLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Log and tenants on real files, whose time passes, and whose maintenance runs, when told. */
final class LifeBench implements AutoCloseable {

  static final Duration LONG = Duration.ofSeconds(30);
  static final LogOptions SMALL_LOG =
      new LogOptions(2 << 20, 2 << 20, 256 << 10, 64 << 10, LONG, LONG);

  private final CommitLog log;
  private final Pools pools;
  private final AtomicLong nanos = new AtomicLong();
  final Tenants tenants;

  /** How a bench is to be; with as many tenants awake as want. */
  record Setup(int maxAwake, LifeLimits life, TenantFolders.Steps steps, Set<TenantName> declared) {

    static final LifeLimits LIFE =
        new LifeLimits(2, LONG, Duration.ofSeconds(1), Duration.ofSeconds(60), 2);

    static Setup standard() {
      return new Setup(20, LIFE, TenantFolders.Steps.UNHEARD, Set.of());
    }

    Setup awake(int max) {
      return new Setup(
          max,
          new LifeLimits(
              Math.min(2, max - 1),
              life.awakeWait(),
              life.retryMin(),
              life.retryMax(),
              life.maxDamagedCopies()),
          steps,
          declared);
    }

    Setup heard(TenantFolders.Steps by) {
      return new Setup(maxAwake, life, by, declared);
    }

    Setup declared(String name) {
      return new Setup(maxAwake, life, steps, Set.of(new TenantName(name)));
    }
  }

  LifeBench(Path data) throws IOException {
    this(data, Setup.standard());
  }

  LifeBench(Path data, Setup setup) throws IOException {
    this.log =
        CommitLog.open(
            SMALL_LOG,
            new DirectoryLogStorage(Files.createDirectories(data.resolve("log"))),
            failure -> {
              throw new IllegalStateException("the log failed", failure);
            },
            Clock.systemUTC());
    this.pools = Pools.forThisMachine();
    TenantLimits limits =
        new TenantLimits(
            1_000,
            setup.maxAwake(),
            Duration.ofSeconds(10),
            100,
            4,
            256 << 10,
            1L << 20,
            1L << 30,
            1 << 20,
            16 << 20,
            0);
    this.tenants =
        Tenants.openUntended(
            new TenantEnvironment(
                data.resolve("tenants"),
                log,
                pools,
                limits,
                new DiskGuard(data, 0),
                new WriteStop(),
                new LongAdder(),
                nanos::get,
                InstantSource.system(),
                new LostCommits(data.resolve("tenants")),
                RowChangeOptions.DEFAULT),
            new Tenants.TenantAdmission(true, setup.declared()),
            setup.life(),
            setup.steps());
  }

  CommitLog log() {
    return log;
  }

  void pass(Duration time) {
    long _ = nanos.addAndGet(time.toNanos());
  }

  /** Time passes, and maintenance sees it; what it began has ended on return. */
  void passAndMaintain(Duration time) throws Exception {
    pass(time);
    tenants.maintain();
    for (Tenant tenant : tenants.page(null, Integer.MAX_VALUE)) {
      boolean _ = tenant.strand().submit(() -> true).get();
    }
  }

  Tenant tenant(String name) {
    return tenants.get(new TenantName(name));
  }

  Tenant.Use use(String name) {
    return tenant(name).use();
  }

  TenantState state(String name) {
    Tenant tenant = tenants.find(new TenantName(name));
    return tenant == null ? TenantState.ABSENT : tenant.state();
  }

  boolean sleep(String name) throws Exception {
    return tenant(name).sleep().get();
  }

  /** Runs statements in a tenant and waits until they are durable; the LSN of the newest commit. */
  long write(String name, String sql) {
    try (Tenant.Use use = use(name)) {
      boolean _ =
          use.database()
              .writeOnce(
                  LONG,
                  connection -> {
                    connection.sqlite().execute(sql);
                    return true;
                  })
              .value();
      use.database().settle();
      return use.database().lastLsn();
    }
  }

  /** The first column of all rows, as text. */
  List<String> rows(String name, String sql) {
    try (Tenant.Use use = use(name)) {
      return use.database().readOnce(LONG, connection -> rows(connection.sqlite(), sql));
    }
  }

  static List<String> rows(SqliteConnection sqlite, String sql) {
    List<String> rows = new ArrayList<>();
    try (var statement = sqlite.prepare(sql)) {
      while (statement.step()) {
        rows.add(statement.text(0));
      }
    }
    return rows;
  }

  /** A file with one table {@code t} that holds this value. */
  static Path databaseWith(Path file, String value) {
    try (SqliteConnection sqlite = SqliteConnection.open(file, OpenMode.CREATE)) {
      sqlite.execute("PRAGMA page_size = 4096");
      sqlite.execute("CREATE TABLE t (v); INSERT INTO t VALUES ('" + value + "')");
    }
    return file;
  }

  TenantChange.Filled fill(String name, Path file) {
    try (SqliteConnection source = SqliteConnection.open(file, OpenMode.READ_ONLY)) {
      return tenant(name).fill(source, LONG, "a test");
    }
  }

  /** Copies what is on disk, as the end of the process would leave it now. */
  static void copy(Path from, Path to) {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @Override
  public void close() throws IOException {
    tenants.close();
    log.close();
    pools.close();
  }
}
