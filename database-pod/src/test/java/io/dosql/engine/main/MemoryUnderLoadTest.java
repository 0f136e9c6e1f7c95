package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
 * <p>The pod runs with the image's JVM options, and if there is a {@code target/image.tar}, with
 * all that is in there: its JVM, its jars, its AOT cache. If the memory controller of control
 * groups (version 1) can be written to, in a group with a limit of 128 MiB.
 */
@EnabledIfSystemProperty(named = "dosql.load.seconds", matches = "[0-9]+")
class MemoryUnderLoadTest {

  private static final long LIMIT_BYTES = 128L << 20;
  private static final int TENANTS = 1_000;
  private static final int AWAKE = 100;
  private static final int CLIENTS = 16;
  private static final int ROWS = 200;
  private static final Duration LOAD = Duration.ofSeconds(Long.getLong("dosql.load.seconds", 0));
  private static final Path GROUPS = Path.of("/sys/fs/cgroup/memory");

  @TempDir Path folder;

  private final Queue<Long> reads = new ConcurrentLinkedQueue<>();
  private final Queue<Long> writes = new ConcurrentLinkedQueue<>();

  @Test
  void staysWithinItsLimit() throws Exception {
    Path group = GROUPS.resolve("dosql-memory-" + ProcessHandle.current().pid());
    boolean isLimited = makeGroup(group);
    List<String> command = new ArrayList<>();
    if (isLimited) {
      command.addAll(
          List.of(
              "sh", "-c", "echo $$ > " + group.resolve("cgroup.procs") + " && exec \"$@\"", "sh"));
    }
    command.addAll(engine());
    try (PodProcess pod =
        PodProcess.startCommand(folder, Map.of("MALLOC_ARENA_MAX", "1"), command)) {
      System.out.printf("%s, %s%n", isLimited ? "limit 128 MiB" : "no limit", memory(pod));
      together(client -> createTenants(pod, client));
      System.out.printf("%d tenants made, %s%n", TENANTS, memory(pod));
      long end = System.nanoTime() + LOAD.toNanos();
      try (ExecutorService watch = Executors.newSingleThreadExecutor()) {
        Future<Long> mostUsed = watch.submit(() -> watch(pod, end));
        together(client -> use(pod, new Random(client), end));
        System.out.printf("reads %s; writes %s%n", latencies(reads), latencies(writes));
        assertThat(pod.process().isAlive()).isTrue();
        assertThat(mostUsed.get()).isLessThan(LIMIT_BYTES);
      }
    } finally {
      boolean _ = isLimited && group.toFile().delete();
    }
  }

  private static boolean makeGroup(Path group) {
    try {
      Files.createDirectory(group);
      Files.writeString(group.resolve("memory.limit_in_bytes"), Long.toString(LIMIT_BYTES));
      return true;
    } catch (IOException notAllowed) {
      return false;
    }
  }

  /** The command that starts the engine, as the image does if there is one. */
  private List<String> engine() throws Exception {
    Path image = Path.of("target", "image.tar").toAbsolutePath();
    List<String> command = new ArrayList<>();
    if (Files.exists(image)) {
      Path root = folder.resolve("image");
      assertThat(
              new ProcessBuilder(
                      "sh",
                      Path.of("..", ".mvn", "unpack-image").toString(),
                      image.toString(),
                      root.toString())
                  .inheritIO()
                  .start()
                  .waitFor())
          .isZero();
      String configuration = Files.readString(Path.of(root + ".config.json"));
      String home = configuration.replaceAll("(?s).*\"JAVA_HOME=([^\"]*)\".*", "$1");
      command.add(root + home + "/bin/java");
      options(root.resolve("app/jvm-options"))
          .forEach(option -> command.add(option.replace("=/app/", "=" + root + "/app/")));
      command.add("-cp");
      command.add(
          Arrays.stream(
                  Files.readString(root.resolve("app/jib-classpath-file")).strip().split(":", -1))
              .map(entry -> root + entry)
              .reduce((one, other) -> one + ":" + other)
              .orElseThrow());
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(options(Path.of("src", "main", "image", "jvm-options")));
      if (!Files.isDirectory(GROUPS)) {
        command.add("-XX:MaxRAM=" + LIMIT_BYTES);
      }
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
    }
    command.add(EngineMain.class.getName());
    return command;
  }

  private static List<String> options(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
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
  private long watch(PodProcess pod, long end) throws Exception {
    long most = 0;
    int answers = 0;
    while (System.nanoTime() < end) {
      TimeUnit.SECONDS.sleep(5);
      int now = reads.size() + writes.size();
      System.out.printf("%6d answers/s, %s%n", (now - answers) / 5, memory(pod));
      answers = now;
      most = Math.max(most, kib(pod, "RssAnon:") << 10);
    }
    return most;
  }

  private static String memory(PodProcess pod) throws IOException {
    return "resident %d MiB, of that not of files %d MiB; at most resident %d MiB"
        .formatted(kib(pod, "VmRSS:") >> 10, kib(pod, "RssAnon:") >> 10, kib(pod, "VmHWM:") >> 10);
  }

  private static long kib(PodProcess pod, String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pod.process().pid() + "/status")).stream()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
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
