package io.dosql.engine.archiver.benchmark;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.CountingStore;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Server;
import io.dosql.engine.archiver.Archiver;
import io.dosql.engine.archiver.ArchiverLimits;
import io.dosql.engine.archiver.ArchiverThreads;
import io.dosql.engine.archiver.LineBook;
import io.dosql.engine.archiver.MaxLagPolicy;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.tenant.TestEngine;
import io.dosql.engine.tenant.WriteStop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * How long after a commit was acknowledged it is archived, while writers write as fast as they can,
 * to a store in a directory and to an S3 server on the loopback, which shares the machine: p50, p99
 * and the longest, in multiples of the archiver's interval, and how many objects were put. Chains
 * are not built. Run main; arguments: seconds per store (default 20), writers (64), tenants (8),
 * interval in milliseconds (1000).
 */
public final class ArchiveLagBenchmark {

  private static final String INSERT = "INSERT INTO t (v) VALUES (hex(randomblob(50)))";
  private static final Duration SAMPLED_EVERY = Duration.ofMillis(1);

  /**
   * An acknowledged commit.
   *
   * @param position the log is durable to there, the commit included
   * @param nanos when that was
   */
  private record Acknowledged(LogPosition position, long nanos) {}

  private final Duration duration;
  private final int writers;
  private final int tenants;
  private final ArchiverLimits limits;

  private ArchiveLagBenchmark(Duration duration, int writers, int tenants, Duration interval) {
    this.duration = duration;
    this.writers = writers;
    this.tenants = tenants;
    this.limits = ArchiverLimits.DEFAULT.withInterval(interval);
  }

  /** Prints a table. */
  public static void main(String[] arguments) throws Exception {
    ArchiveLagBenchmark benchmark =
        new ArchiveLagBenchmark(
            Duration.ofSeconds(argument(arguments, 0, 20)),
            argument(arguments, 1, 64),
            argument(arguments, 2, 8),
            Duration.ofMillis(argument(arguments, 3, 1000)));
    Path root = Files.createTempDirectory(Path.of("").toAbsolutePath(), "archive-lag-benchmark");
    System.out.println("store      commits/s  p50   p99   max   intervals; puts  log MB/s");
    try (S3Server server = new S3Server(Files.createDirectories(root.resolve("s3")))) {
      benchmark.run(
          "directory",
          root.resolve("of-directory"),
          new DirectoryObjectStore(Files.createDirectories(root.resolve("store"))),
          ArchiveLayout.forDirectory("shop"));
      benchmark.run(
          "S3",
          root.resolve("of-s3"),
          new S3ObjectStore(server.newBucket(), S3Limits.defaults(), () -> S3Server.CREDENTIALS),
          ArchiveLayout.forS3("shop"));
    } finally {
      deleteAll(root);
    }
  }

  private static int argument(String[] arguments, int index, int fallback) {
    return arguments.length > index ? Integer.parseInt(arguments[index]) : fallback;
  }

  private record FixedLine() implements LineBook {
    @Override
    public String line() {
      return "00000000000007f3";
    }

    @Override
    public void begin(String line) {
      throw new IllegalStateException("no reason for another line: " + line);
    }
  }

  private void run(String name, Path folder, ObjectStore target, ArchiveLayout layout)
      throws Exception {
    Path scratch = Files.createDirectories(folder.resolve("scratch"));
    try (CountingStore store = new CountingStore(target);
        TestEngine engine = TestEngine.start(folder.resolve("data"))) {
      for (int tenant = 0; tenant < tenants; tenant++) {
        long _ = engine.write("t" + tenant, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
      }
      Archiver archiver =
          new Archiver(
              engine.log(),
              new FixedLine(),
              new WriteStop(),
              new Archiver.Target(store, layout, "benchmark/pod", scratch),
              limits,
              MaxLagPolicy.KEEP_SERVING,
              new Archiver.Surroundings(
                  System::nanoTime, Clock.systemUTC(), ThreadLocalRandom.current()));
      try (ArchiverThreads threads =
          new ArchiverThreads(archiver, engine.log(), limits, Clock.systemUTC())) {
        threads.start();
        var _ = threads.awaitArchived(Duration.ofMinutes(1));
        // Once to warm up.
        List<Double> _ = measure(engine, archiver);
        store.reset();
        LogPosition before = engine.log().settled();
        List<Double> lags = measure(engine, archiver);
        double[] sorted = lags.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.printf(
            "%-10s %9.0f  %.2f  %.2f  %.2f             %4d  %.1f%n",
            name,
            sorted.length / (double) duration.toSeconds(),
            at(sorted, 0.5),
            at(sorted, 0.99),
            sorted[sorted.length - 1],
            store.puts(),
            (engine.log().settled().bytes() - before.bytes()) / 1e6 / duration.toSeconds());
      }
    }
  }

  private static double at(double[] sorted, double part) {
    return sorted[(int) (part * (sorted.length - 1))];
  }

  /** The lag of each commit, in intervals. */
  private List<Double> measure(TestEngine engine, Archiver archiver) throws Exception {
    Queue<Acknowledged> waiting = new ConcurrentLinkedQueue<>();
    List<Double> lags = new ArrayList<>();
    long end = System.nanoTime() + duration.toNanos();
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int writer = 0; writer < writers; writer++) {
        String tenant = "t" + writer % tenants;
        running.add(threads.submit(() -> write(engine, tenant, end, waiting)));
      }
      while (!waiting.isEmpty() || running.stream().anyMatch(each -> !each.isDone())) {
        take(waiting, archiver.archivedTo(), lags);
        LockSupport.parkNanos(SAMPLED_EVERY.toNanos());
      }
    }
    for (Future<?> each : running) {
      Object _ = each.get();
    }
    return lags;
  }

  private static void write(
      TestEngine engine, String tenant, long end, Queue<Acknowledged> waiting) {
    while (end - System.nanoTime() > 0) {
      long _ = engine.write(tenant, INSERT);
      waiting.add(new Acknowledged(engine.log().settled(), System.nanoTime()));
    }
  }

  private void take(Queue<Acknowledged> waiting, LogPosition archivedTo, List<Double> lags) {
    long now = System.nanoTime();
    for (Acknowledged next = waiting.peek();
        next != null && next.position().compareTo(archivedTo) <= 0;
        next = waiting.peek()) {
      Acknowledged archived = waiting.remove();
      lags.add((now - archived.nanos()) / (double) limits.interval().toNanos());
    }
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
