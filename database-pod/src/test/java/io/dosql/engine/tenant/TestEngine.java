package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.DirectoryLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.log.LogStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Log and tenants on real files, as the pod wires them, for tests. */
public final class TestEngine implements AutoCloseable {

  private final Path folder;
  private final CommitLog log;
  private final Pools pools;
  private final Tenants tenants;

  private TestEngine(Path folder, CommitLog log, Pools pools, Tenants tenants) {
    this.folder = folder;
    this.log = log;
    this.pools = pools;
    this.tenants = tenants;
  }

  /** Starts on what {@code folder} holds, with any tenant admitted. */
  public static TestEngine start(Path folder) throws Exception {
    return start(folder, TenantLimits.DEFAULT);
  }

  public static TestEngine start(Path folder, TenantLimits limits) throws Exception {
    return start(folder, limits, LogOptions.DEFAULT, directory -> directory);
  }

  /** Starts with a log that {@code storage} makes of its directory. */
  public static TestEngine start(
      Path folder, TenantLimits limits, LogOptions options, UnaryOperator<LogStorage> storage)
      throws Exception {
    return start(folder, limits, options, storage, RowChangeOptions.DEFAULT);
  }

  /** As above, with or without row changes. */
  public static TestEngine start(
      Path folder,
      TenantLimits limits,
      LogOptions options,
      UnaryOperator<LogStorage> storage,
      RowChangeOptions rowChanges)
      throws Exception {
    Files.createDirectories(folder);
    return start(
        folder,
        limits,
        new DiskGuard(folder, limits.diskReserveBytes()),
        options,
        storage,
        rowChanges);
  }

  /** Starts with another clock than {@link System#nanoTime}. */
  public static TestEngine start(Path folder, LongSupplier nanoTime) throws Exception {
    TenantLimits limits = TenantLimits.DEFAULT;
    return start(
        folder,
        limits,
        new DiskGuard(folder, limits.diskReserveBytes()),
        LogOptions.DEFAULT,
        directory -> directory,
        RowChangeOptions.DEFAULT,
        nanoTime);
  }

  static TestEngine start(Path folder, TenantLimits limits, DiskGuard disk) throws Exception {
    return start(
        folder, limits, disk, LogOptions.DEFAULT, directory -> directory, RowChangeOptions.DEFAULT);
  }

  private static TestEngine start(
      Path folder,
      TenantLimits limits,
      DiskGuard disk,
      LogOptions options,
      UnaryOperator<LogStorage> storage,
      RowChangeOptions rowChanges)
      throws Exception {
    return start(folder, limits, disk, options, storage, rowChanges, System::nanoTime);
  }

  private static TestEngine start(
      Path folder,
      TenantLimits limits,
      DiskGuard disk,
      LogOptions options,
      UnaryOperator<LogStorage> storage,
      RowChangeOptions rowChanges,
      LongSupplier nanoTime)
      throws Exception {
    Path logFolder = Files.createDirectories(folder.resolve("log"));
    CommitLog log =
        CommitLog.open(
            options,
            storage.apply(new DirectoryLogStorage(logFolder)),
            failure -> {
              throw new IllegalStateException("the log failed", failure);
            },
            Clock.systemUTC());
    Pools pools = Pools.forThisMachine();
    Tenants tenants =
        Tenants.open(
            new TenantEnvironment(
                folder.resolve("tenants"),
                log,
                pools,
                limits,
                disk,
                new WriteStop(),
                new LongAdder(),
                nanoTime,
                Clock.systemUTC(),
                new LostCommits(folder.resolve("tenants")),
                rowChanges),
            new Tenants.TenantAdmission(true, Set.of()));
    return new TestEngine(folder, log, pools, tenants);
  }

  public CommitLog log() {
    return log;
  }

  public Tenants tenants() {
    return tenants;
  }

  /** Whether anybody uses the tenant, or holds its writer. */
  public boolean isBusy(String tenant) {
    return tenants.get(new TenantName(tenant)).isInUse();
  }

  /** Who waits for the tenant's writer. */
  public int writersWaiting(String tenant) {
    TenantDatabase database = tenants.get(new TenantName(tenant)).databaseIfAwake();
    return database == null ? 0 : database.writersWaiting();
  }

  /** The rows of a query, each value as text. */
  public List<List<String>> rows(String tenant, String sql) {
    try (Tenant.Use use = tenants.get(new TenantName(tenant)).use()) {
      return use.database()
          .readOnce(
              java.time.Duration.ofSeconds(5),
              connection -> {
                List<List<String>> rows = new ArrayList<>();
                try (var statement = connection.sqlite().prepare(sql)) {
                  while (statement.step()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 0; i < statement.columnCount(); i++) {
                      row.add(statement.text(i));
                    }
                    rows.add(row);
                  }
                }
                return rows;
              });
    }
  }

  /** Runs one statement and waits until it is durable. */
  public long write(String tenant, String sql) {
    try (Tenant.Use use = tenants.get(new TenantName(tenant)).use()) {
      var written =
          use.database()
              .writeOnce(
                  java.time.Duration.ofSeconds(5),
                  connection -> {
                    connection.sqlite().execute(sql);
                    return true;
                  });
      use.database().settle();
      Long lsn = written.committedLsn();
      return lsn == null ? use.database().lastLsn() : lsn;
    }
  }

  /** Copies what is on disk now, as a crash of the process would leave it; the last thing done. */
  public void copyTo(Path target) throws Exception {
    tenants.stopMaintenance();
    for (Tenant tenant : tenants.page(null, Integer.MAX_VALUE)) {
      TenantDatabase database = tenant.databaseIfAwake();
      if (database != null) {
        boolean idle = database.jobs().onStrand(() -> true);
        assert idle;
      }
    }
    while (!copyAll(target)) {
      deleteAll(target);
    }
  }

  /** False if a file went meanwhile: the log's housekeeper renames and deletes segments. */
  private boolean copyAll(Path target) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        Path copy = target.resolve(folder.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    } catch (UncheckedIOException failure) {
      if (failure.getCause() instanceof NoSuchFileException) {
        return false;
      }
      throw failure;
    }
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() throws Exception {
    tenants.close();
    log.close();
    pools.close();
  }
}
