package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.DirectoryLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.PageImage;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How long log and tenants take to open, and what a sleeping tenant costs in memory: for an empty
 * pod, one with many sleeping tenants, one whose log holds a commit of each of them, and one whose
 * log holds as many commits of a single one. Rounds are interleaved; medians are printed.
 * Arguments: tenants (10,000), rounds (7).
 */
final class StartBenchmark {

  private static final Duration LONG = Duration.ofMinutes(1);

  private StartBenchmark() {}

  private record Kind(String name, Path data) {}

  /** What a pod opens before it is ready. */
  private static final class Opened implements AutoCloseable {
    private final CommitLog log;
    private final Pools pools = Pools.forThisMachine();
    private final Tenants tenants;

    Opened(Path data) throws Exception {
      this.log = openLog(data);
      this.tenants =
          Tenants.open(
              new TenantEnvironment(
                  data.resolve("tenants"),
                  log,
                  pools,
                  TenantLimits.DEFAULT,
                  new DiskGuard(data, 0)),
              new Tenants.TenantAdmission(true, Set.of()));
    }

    @Override
    public void close() throws Exception {
      tenants.close();
      log.close();
      pools.close();
    }
  }

  public static void main(String[] arguments) throws Exception {
    int tenants = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 7;
    Path root = Files.createTempDirectory("dosql-start-benchmark");
    try {
      List<Kind> kinds =
          List.of(
              new Kind("empty", make(root.resolve("empty"), 0, 0)),
              new Kind(tenants + " asleep", make(root.resolve("asleep"), tenants, 0)),
              new Kind(
                  tenants + " asleep, a commit of each in the log",
                  make(root.resolve("logged"), tenants, tenants)),
              new Kind(
                  "1 asleep, " + tenants + " commits of it in the log",
                  make(root.resolve("one"), 1, tenants)));
      run(kinds, tenants, rounds);
    } finally {
      try (Stream<Path> all = Files.walk(root)) {
        for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void run(List<Kind> kinds, int tenants, int rounds) throws Exception {
    long[][] nanos = new long[kinds.size()][rounds];
    long[][] heap = new long[kinds.size()][rounds];
    for (int round = -1; round < rounds; round++) {
      for (int kind = 0; kind < kinds.size(); kind++) {
        long before = usedHeap();
        long start = System.nanoTime();
        try (Opened opened = new Opened(kinds.get(kind).data())) {
          long took = System.nanoTime() - start;
          long used = usedHeap() - before;
          if (round >= 0) {
            nanos[kind][round] = took;
            heap[kind][round] = used;
          }
          long start2 = System.nanoTime();
          List<Tenant> page = opened.tenants.page(new TenantName("t05000"), 100);
          page.forEach(tenant -> tenant.summary());
          if (round == rounds - 1) {
            System.out.printf(
                "%s: a page of %d tenants in %.1f ms, states in %d ns%n",
                kinds.get(kind).name(),
                page.size(),
                (System.nanoTime() - start2) / 1e6,
                states(opened.tenants));
          }
        }
      }
    }
    System.out.println("| pod | open, median ms | heap after opening, KiB | bytes per tenant |");
    System.out.println("| --- | --- | --- | --- |");
    for (int kind = 0; kind < kinds.size(); kind++) {
      Arrays.sort(nanos[kind]);
      Arrays.sort(heap[kind]);
      System.out.printf(
          "| %s | %.1f | %d | %s |%n",
          kinds.get(kind).name(),
          nanos[kind][rounds / 2] / 1e6,
          heap[kind][rounds / 2] / 1024,
          kind == 0
              ? "-"
              : String.valueOf((heap[kind][rounds / 2] - heap[0][rounds / 2]) / tenants));
    }
  }

  private static long states(Tenants tenants) {
    long start = System.nanoTime();
    int sum = tenants.states().values().stream().mapToInt(Integer::intValue).sum();
    long took = System.nanoTime() - start;
    if (sum != tenants.total()) {
      throw new AssertionError(sum + " in states, " + tenants.total() + " in all");
    }
    return took;
  }

  private static Path make(Path data, int tenants, int commits) throws Exception {
    Files.createDirectories(data);
    try (Opened opened = new Opened(data)) {
      if (tenants > 0) {
        Tenant model = opened.tenants.get(new TenantName("model"));
        try (Tenant.Use use = model.use()) {
          var _ =
              use.database()
                  .writeOnce(
                      LONG,
                      connection -> {
                        connection.sqlite().execute("CREATE TABLE t (v)");
                        return true;
                      });
        }
        boolean _ = model.sleep().get();
      }
    }
    Path folder = data.resolve("tenants");
    for (int i = 0; i < tenants; i++) {
      LifeBench.copy(folder.resolve("model"), folder.resolve(name(i)));
    }
    if (commits > 0) {
      fillLog(data, tenants, commits);
    }
    return data;
  }

  private static String name(int number) {
    return "t%05d".formatted(number);
  }

  private static CommitLog openLog(Path data) throws Exception {
    return CommitLog.open(
        LogOptions.DEFAULT,
        new DirectoryLogStorage(Files.createDirectories(data.resolve("log"))),
        failure -> {
          throw new IllegalStateException("the log failed", failure);
        },
        Clock.systemUTC());
  }

  private static void fillLog(Path data, int tenants, int commits) throws Exception {
    Random random = new Random(1);
    try (CommitLog log = openLog(data)) {
      LogPosition end = LogPosition.START;
      for (int i = 0; i < commits; i++) {
        byte[] page = new byte[Connections.PAGE_SIZE];
        random.nextBytes(page);
        end =
            log.append(
                new CommitPart(
                    name(i % tenants),
                    2 + i / tenants,
                    1,
                    true,
                    true,
                    2,
                    Connections.PAGE_SIZE,
                    List.of(new PageImage(2, ByteBuffer.wrap(page))),
                    List.of()));
      }
      log.awaitSettled(end, LONG);
    }
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
