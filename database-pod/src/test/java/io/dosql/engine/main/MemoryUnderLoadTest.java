package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The memory of a pod with a thousand tenants, a hundred of them awake under a mixed load. Runs
 * only by command, for as long as that says; prints the memory every five seconds, and at the end
 * the latencies.
 *
 * <pre>
 *   ./mvnw -pl database-pod test -Dtest=MemoryUnderLoadTest -Ddosql.load.seconds=300
 * </pre>
 *
 * <p>How the pod is limited: {@link LimitedPod}.
 */
@EnabledIfSystemProperty(named = "dosql.load.seconds", matches = "[0-9]+")
class MemoryUnderLoadTest {

  private static final int TENANTS = 1_000;
  private static final int AWAKE = 100;
  private static final int CLIENTS = 16;
  private static final int ROWS = 200;
  private static final Duration LOAD = Duration.ofSeconds(Long.getLong("dosql.load.seconds", 0));

  @TempDir Path folder;

  private final Queue<Long> reads = new ConcurrentLinkedQueue<>();
  private final Queue<Long> writes = new ConcurrentLinkedQueue<>();

  @Test
  void staysWithinItsLimit() throws Exception {
    try (LimitedPod limited = LimitedPod.start(folder, Map.of())) {
      PodProcess pod = limited.pod();
      System.out.println(limited);
      together(client -> createTenants(pod, client));
      System.out.printf("%d tenants made, %s%n", TENANTS, limited);
      long end = System.nanoTime() + LOAD.toNanos();
      try (ExecutorService watch = Executors.newSingleThreadExecutor()) {
        Future<Long> mostUsed = watch.submit(() -> watch(limited, end));
        together(client -> use(pod, new Random(client), end));
        System.out.printf("reads %s; writes %s%n", latencies(reads), latencies(writes));
        assertThat(pod.process().isAlive()).isTrue();
        assertThat(mostUsed.get()).isLessThan(LimitedPod.LIMIT_BYTES);
      }
    }
  }

  private interface Client {
    void run(int number) throws Exception;
  }

  private static void together(Client client) throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        all.add(
            clients.submit(
                () -> {
                  client.run(number);
                  return true;
                }));
      }
      for (Future<?> each : all) {
        var _ = each.get();
      }
    }
  }

  private static void createTenants(PodProcess pod, int client) throws Exception {
    for (int number = client; number < TENANTS; number += CLIENTS) {
      String tenant = "tenant-" + number;
      var _ = pod.query(tenant, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
      var _ =
          pod.query(
              tenant,
              "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d)"
                      .formatted(ROWS)
                  + " INSERT INTO t SELECT i, printf('%0200d', i) FROM c");
    }
  }

  /** One write to nine reads, one of which sorts. */
  private void use(PodProcess pod, Random random, long end) throws Exception {
    while (System.nanoTime() < end) {
      String tenant = "tenant-" + random.nextInt(AWAKE);
      int id = 1 + random.nextInt(ROWS);
      int kind = random.nextInt(10);
      long start = System.nanoTime();
      var _ =
          pod.query(
              tenant,
              switch (kind) {
                case 0 -> "UPDATE t SET name = 'x' || id WHERE id = " + id;
                case 1 -> "SELECT * FROM t ORDER BY name LIMIT 20";
                default -> "SELECT * FROM t WHERE id = " + id;
              });
      (kind == 0 ? writes : reads).add(System.nanoTime() - start);
    }
  }

  /** Prints; returns the most memory that was seen, the pages of files not counted. */
  private long watch(LimitedPod pod, long end) throws Exception {
    long most = 0;
    int answers = 0;
    while (System.nanoTime() < end) {
      TimeUnit.SECONDS.sleep(5);
      int now = reads.size() + writes.size();
      System.out.printf("%6d answers/s, %s%n", (now - answers) / 5, pod);
      answers = now;
      most = Math.max(most, pod.anonymousBytes());
    }
    return most;
  }

  private static String latencies(Queue<Long> nanos) {
    List<Long> sorted = nanos.stream().sorted().toList();
    return sorted.isEmpty()
        ? "none"
        : "%d, p50 %.1f ms, p99 %.1f ms"
            .formatted(
                sorted.size(),
                sorted.get(sorted.size() / 2) / 1e6,
                sorted.get(sorted.size() * 99 / 100) / 1e6);
  }
}
