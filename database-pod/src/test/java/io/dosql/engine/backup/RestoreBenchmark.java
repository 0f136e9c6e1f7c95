package io.dosql.engine.backup;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.Oracle;
import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.log.LogObjectPlace;
import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.Sha256;
import io.dosql.engine.archive.log.SpooledLogObject;
import io.dosql.engine.archive.restore.ArchiveHistory;
import io.dosql.engine.archive.restore.LineHistory;
import io.dosql.engine.archive.restore.RestorePlan;
import io.dosql.engine.archive.restore.RestoreTarget;
import io.dosql.engine.archive.store.CountingStore;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Server;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.DirectoryLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.PageImage;
import io.dosql.engine.log.StoredPart;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.tenant.TenantDatabase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * How fast a database comes back from a store in a directory and from an S3 server on the loopback:
 * from a snapshot, and from a snapshot and a minute of log objects behind it, which another tenant
 * has filled in turns with the database's. Against a copy of the database with fsync, and against
 * the stock Litestream with the same replica, if that is on the path. Rounds are interleaved;
 * medians of ratios are printed, and what a restore asked the store for. Arguments: MiB of the
 * database (512), rounds (7).
 */
final class RestoreBenchmark {

  private static final String LINE = "00000000000007f3";
  private static final long SNAPSHOT_LSN = 1000;

  /** Has the snapshot only. */
  private static final String SNAPSHOT_TENANT = "a";

  /** Has commits behind it. */
  private static final String LOG_TENANT = "b";

  /** Commits in turns with the other one. */
  private static final String NEIGHBOUR = "c";

  /** A minute of them, as the archiver writes them. */
  private static final int LOG_OBJECTS = 60;

  private static final int COMMIT_PAGES = 8;

  /** The log has this part of the database's pages. */
  private static final int LOG_PART = 4;

  private final Path root;
  private final Path scratch;
  private final Path database;
  private final List<Restored> all = new ArrayList<>();

  /** A restore that is measured. */
  private static final class Restored {
    private final String name;
    private final CountingStore store;
    private final ArchiveLayout layout;
    private final String tenant;
    private final List<Double> seconds = new ArrayList<>();

    /** The copy's time to this one's. */
    private final List<Double> ofCopy = new ArrayList<>();

    private int reads;
    private int listings;

    Restored(String name, CountingStore store, ArchiveLayout layout, String tenant) {
      this.name = name;
      this.store = store;
      this.layout = layout;
      this.tenant = tenant;
    }
  }

  private interface Work {
    void run(Path target) throws Exception;
  }

  private RestoreBenchmark(Path root, Path database) throws IOException {
    this.root = root;
    this.database = database;
    this.scratch = Files.createDirectories(root.resolve("scratch"));
  }

  public static void main(String[] arguments) throws Exception {
    int mebibytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 512;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 7;
    Path root = Files.createTempDirectory("dosql-restore-benchmark");
    try (S3Server server = new S3Server(Files.createDirectories(root.resolve("s3")));
        CountingStore directory =
            new CountingStore(
                new DirectoryObjectStore(Files.createDirectories(root.resolve("store"))));
        CountingStore s3 =
            new CountingStore(
                new S3ObjectStore(
                    server.newBucket(), S3Limits.defaults(), () -> S3Server.CREDENTIALS))) {
      RestoreBenchmark benchmark =
          new RestoreBenchmark(root, makeDatabase(root.resolve("source.db"), mebibytes));
      benchmark.store("directory", directory, ArchiveLayout.forDirectory("shop"));
      benchmark.store("S3", s3, ArchiveLayout.forS3("shop"));
      benchmark.run(rounds);
    } finally {
      deleteAll(root);
    }
  }

  /** Rows of which half compresses, as text and numbers do. */
  private static Path makeDatabase(Path file, int mebibytes) {
    try (SqliteConnection sqlite = SqliteConnection.open(file, OpenMode.CREATE)) {
      sqlite.execute("PRAGMA synchronous = OFF");
      sqlite.execute("PRAGMA journal_mode = OFF");
      sqlite.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB, w TEXT)");
      sqlite.execute(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                  .formatted(mebibytes * 1024L)
              + " INSERT INTO t SELECT i, randomblob(480), printf('%.480c', 'x') FROM n");
    }
    return file;
  }

  /** Fills a store, and has it measured. */
  private void store(String name, CountingStore store, ArchiveLayout layout) throws Exception {
    Instant now = Instant.now();
    for (String tenant : List.of(SNAPSHOT_TENANT, LOG_TENANT)) {
      new SnapshotUploader(new BackupCatalog(store, layout), scratch)
          .uploadForChain(
              new Snapshot(tenant, LINE, SNAPSHOT_LSN, now, now, null, database, List.of()));
    }
    Path folder = Files.createDirectories(root.resolve("log-" + name));
    try (CommitLog log =
        CommitLog.open(
            LogOptions.DEFAULT,
            new DirectoryLogStorage(folder),
            failure -> {
              throw new IllegalStateException("the log failed", failure);
            },
            Clock.systemUTC())) {
      log.retain("benchmark", LogPosition.START);
      writeLog(log, new LogObjects(store, layout, LINE));
    }
    deleteAll(folder);
    for (String tenant : List.of(SNAPSHOT_TENANT, LOG_TENANT)) {
      all.add(
          new Restored(
              name + (tenant.equals(LOG_TENANT) ? ", snapshot and log" : ", snapshot"),
              store,
              layout,
              tenant));
    }
  }

  private void writeLog(CommitLog log, LogObjects objects) throws Exception {
    long pages = Files.size(database) / TenantDatabase.PAGE_SIZE_BYTES;
    long commits = pages / LOG_PART / COMMIT_PAGES;
    Random random = new Random(1);
    LogPosition from = LogPosition.START;
    long lsn = SNAPSHOT_LSN;
    for (int number = 1; number <= LOG_OBJECTS; number++) {
      LogPosition to = from;
      for (long i = 0; i < commits / LOG_OBJECTS; i++) {
        lsn++;
        LogPosition _ = log.append(commit(LOG_TENANT, lsn, pages, random));
        to = log.append(commit(NEIGHBOUR, lsn, pages, random));
      }
      log.awaitSettled(to, Duration.ofMinutes(1));
      putObject(log, objects, number, new LogSpan(from, to));
      from = to;
    }
  }

  /** Of pages of the database, wherever they lie. */
  private CommitPart commit(String tenant, long lsn, long pages, Random random) throws IOException {
    List<PageImage> images = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(database, StandardOpenOption.READ)) {
      for (int i = 0; i < COMMIT_PAGES; i++) {
        long page = 1 + random.nextLong(pages);
        ByteBuffer content = ByteBuffer.allocate(TenantDatabase.PAGE_SIZE_BYTES);
        while (content.hasRemaining()
            && channel.read(
                    content, (page - 1) * TenantDatabase.PAGE_SIZE_BYTES + content.position())
                >= 0) {}
        images.add(new PageImage(page, content.flip()));
      }
    }
    return new CommitPart(
        tenant, lsn, 1, true, true, pages, TenantDatabase.PAGE_SIZE_BYTES, images, List.of());
  }

  private void putObject(CommitLog log, LogObjects objects, long number, LogSpan span)
      throws IOException {
    try (LogObjectWriter writer = new LogObjectWriter(scratch);
        LogReader reader = log.reader(span.from())) {
      for (Optional<StoredPart> part = reader.nextStored();
          part.isPresent();
          part = reader.nextStored()) {
        writer.add(part.get());
      }
      LogObjectPlace place =
          new LogObjectPlace(
              LINE,
              number,
              1,
              new UUID(1, 2),
              Sha256.NONE,
              span.from(),
              span,
              LogPosition.START,
              0,
              Optional.empty(),
              Instant.now());
      try (SpooledLogObject object = writer.finish(place, Optional.empty())) {
        var _ = objects.put(object);
      }
    }
  }

  private void run(int rounds) throws Exception {
    List<Double> ofLitestream = new ArrayList<>();
    Optional<String> litestream =
        Oracle.find("litestream").map(oracle -> oracle.program().toString());
    for (int round = -1; round < rounds; round++) {
      double copied = seconds(target -> copy(database, target));
      for (Restored restored : all) {
        restored.store.reset();
        double took = seconds(target -> restore(restored, target));
        restored.reads = restored.store.gets().size();
        restored.listings = restored.store.lists().size();
        if (round >= 0) {
          restored.seconds.add(took);
          restored.ofCopy.add(copied / took);
        }
      }
      if (litestream.isPresent()) {
        Restored ours = all.getFirst();
        Path replica =
            root.resolve("store")
                .resolve(ours.layout.absolute(ours.layout.replica(LINE, ours.tenant)));
        double stock = seconds(target -> restoreWith(litestream.get(), replica, target));
        if (round >= 0) {
          ofLitestream.add(stock / ours.seconds.getLast());
        }
      }
    }
    for (Restored restored : all) {
      System.out.printf(
          "%s: %.0f MB/s of database, %.2f of a copy with fsync; %d reads, %d listings%n",
          restored.name,
          Files.size(database) / 1e6 / median(restored.seconds),
          median(restored.ofCopy),
          restored.reads,
          restored.listings);
    }
    if (!ofLitestream.isEmpty()) {
      System.out.printf(
          "%s: %.2f of stock Litestream%n", all.getFirst().name, median(ofLitestream));
    }
  }

  private void restore(Restored of, Path target) throws IOException {
    LineHistory line =
        new ArchiveHistory(of.store, of.layout, TenantDatabase.PAGE_SIZE_BYTES, scratch).line(LINE);
    RestorePlan plan = line.planner().plan(of.tenant, new RestoreTarget.Latest(), Instant.EPOCH);
    line.builder().build(plan, target, bytes -> {});
  }

  private double seconds(Work work) throws Exception {
    Path target = root.resolve("restored.db");
    long begun = System.nanoTime();
    work.run(target);
    double took = (System.nanoTime() - begun) / 1e9;
    Scratch.delete(target);
    return took;
  }

  private static void copy(Path database, Path target) throws IOException {
    Path copied = Files.copy(database, target, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel channel = FileChannel.open(copied, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void restoreWith(String litestream, Path replica, Path target) throws Exception {
    Process process =
        new ProcessBuilder(litestream, "restore", "-o", target.toString(), "file://" + replica)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("litestream restore failed");
    }
    try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
