package io.dosql.engine.log.benchmark;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.DirectoryLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogStatistics;
import io.dosql.engine.log.PageImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * How much group commit gains: durable commits a second of one client, who pays a sync each, and of
 * many, who share them, in one run. Run main; arguments: directory (default: a new one under the
 * working directory) and seconds per row (default 3).
 */
public final class GroupCommitBenchmark {

  private static final int PAGE_SIZE = 4096;
  private static final int MAX_PAGES = 256;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Path directory;
  private final Duration duration;
  private final List<PageImage> pages = pages();

  private GroupCommitBenchmark(Path directory, Duration duration) {
    this.directory = directory;
    this.duration = duration;
  }

  /** Prints a table. */
  public static void main(String[] arguments) throws Exception {
    Path directory =
        arguments.length > 0
            ? Files.createDirectories(Path.of(arguments[0]))
            : Files.createTempDirectory(Path.of("").toAbsolutePath(), "log-benchmark");
    long seconds = arguments.length > 1 ? Long.parseLong(arguments[1]) : 3;
    new GroupCommitBenchmark(directory, Duration.ofSeconds(seconds)).run();
    Files.deleteIfExists(directory);
  }

  /** Pages with about as much repetition as rows of text have. */
  private static List<PageImage> pages() {
    Random random = new Random(1);
    List<PageImage> pages = new ArrayList<>();
    for (int i = 0; i < MAX_PAGES; i++) {
      byte[] page = new byte[PAGE_SIZE];
      for (int at = 0; at < PAGE_SIZE; at += 8) {
        byte[] word =
            Integer.toString(random.nextInt(10_000_000) + 10_000_000)
                .getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(word, 0, page, at, 8);
      }
      pages.add(new PageImage(i + 1, ByteBuffer.wrap(page)));
    }
    return pages;
  }

  private void run() throws Exception {
    System.out.println("clients pages  commits/s     MB/s  per sync  p50 ms  p99 ms   ratio");
    row(1, 1, 0);
    double alone = row(1, 1, 0);
    for (int clients : new int[] {8, 64, 512}) {
      row(clients, 1, alone);
    }
    row(1, MAX_PAGES, alone);
    row(8, MAX_PAGES, alone);
  }

  private double row(int clients, int pageCount, double alone) throws Exception {
    List<Long> latencies = new ArrayList<>();
    LogStatistics statistics;
    long started = System.nanoTime();
    try (CommitLog log =
            CommitLog.open(
                LogOptions.DEFAULT,
                new DirectoryLogStorage(directory),
                failure -> Runtime.getRuntime().halt(1),
                InstantSource.system());
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<long[]>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        String tenant = "tenant-" + i;
        running.add(executor.submit(() -> commit(log, tenant, pageCount)));
      }
      for (Future<long[]> client : running) {
        Arrays.stream(client.get()).forEach(latencies::add);
      }
      statistics = log.statistics();
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    deleteFiles();
    print(clients, pageCount, alone, latencies, statistics, seconds);
    return latencies.size() / seconds;
  }

  private long[] commit(CommitLog log, String tenant, int pageCount) throws Exception {
    List<Long> nanos = new ArrayList<>();
    long end = System.nanoTime() + duration.toNanos();
    for (long lsn = 1; System.nanoTime() < end; lsn++) {
      long started = System.nanoTime();
      LogPosition position =
          log.append(
              new CommitPart(
                  tenant,
                  lsn,
                  1,
                  true,
                  true,
                  1,
                  PAGE_SIZE,
                  pages.subList(0, pageCount),
                  List.of()));
      log.awaitSettled(position, TIMEOUT);
      nanos.add(System.nanoTime() - started);
      if (lsn % 50 == 0) {
        log.checkpointed(tenant, lsn);
      }
    }
    return nanos.stream().mapToLong(Long::longValue).toArray();
  }

  private static void print(
      int clients,
      int pageCount,
      double alone,
      List<Long> latencies,
      LogStatistics statistics,
      double seconds) {
    latencies.sort(null);
    double perSecond = latencies.size() / seconds;
    System.out.printf(
        "%7d %5d %10.0f %8.1f %9.1f %7.2f %7.2f %7s%n",
        clients,
        pageCount,
        perSecond,
        (double) latencies.size() * pageCount * PAGE_SIZE / seconds / 1e6,
        (double) statistics.flushedRecords() / statistics.flushes(),
        latencies.get(latencies.size() / 2) / 1e6,
        latencies.get(latencies.size() * 99 / 100) / 1e6,
        alone == 0 || pageCount > 1 ? "" : "%.1f".formatted(perSecond / alone));
  }

  private void deleteFiles() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }
}
