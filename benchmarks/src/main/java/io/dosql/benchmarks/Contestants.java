package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * The processes that are measured, each started when first asked for and kept until the end, all
 * with their data below one folder: on one disk.
 */
final class Contestants implements AutoCloseable {

  /** Tenants over which the rows about many tenants spread their load. */
  static final int MANY = 1_000;

  static final int CROWD = 10_000;
  static final int CROWD_AWAKE = 100;
  private static final int CROWD_ROWS = Http.ROWS / 1_000;

  /**
   * More tenants than a pod keeps awake by default are at work at once in one row; and nobody falls
   * asleep while the other contestants have their turns: waking is a row of its own.
   */
  private static final Map<String, String> KEEP_ALL_AWAKE =
      Map.of(
          "DOSQL_TENANTS_MAX_AWAKE",
          Integer.toString(MANY + 100),
          "DOSQL_TENANTS_SLEEP_AFTER",
          "1h");

  private final Installation installation;
  private final Path folder;
  private final Pod.Settings settings;
  private final Map<String, Pod> pods = new HashMap<>();
  private final Deque<AutoCloseable> started = new ConcurrentLinkedDeque<>();
  private @Nullable Workerd workerd;
  private @Nullable Postgres postgres;
  private @Nullable WakeProbe wake;
  private @Nullable Path readData;

  /**
   * @param folder exists, and is empty
   */
  Contestants(Installation installation, Path folder, Pod.Settings settings) {
    this.installation = installation;
    this.folder = folder;
    this.settings = settings;
  }

  Path folder() {
    return folder;
  }

  Pod.Settings settings() {
    return settings;
  }

  /** Without tokens. */
  Pod pod() throws IOException, InterruptedException {
    return pod("pod", settings, false);
  }

  /** Asks for tokens. */
  Pod guardedPod() throws IOException, InterruptedException {
    return pod("pod-jwt", settings, true);
  }

  private Pod pod(String name, Pod.Settings how, boolean withToken)
      throws IOException, InterruptedException {
    Pod pod = pods.get(name);
    if (pod == null) {
      pod = keep(name, Pod.start(installation, folder.resolve(name), how, withToken));
      pod.data().makeTables("bench");
    }
    return pod;
  }

  private Pod keep(String name, Pod pod) {
    pods.put(name, pod);
    started.push(pod);
    return pod;
  }

  /** With {@link #MANY} tenants beside {@code bench}, all awake from their first use on. */
  Pod podOfMany() throws IOException, InterruptedException {
    Pod pod = pods.get("pod-many");
    if (pod == null) {
      pod = pod("pod-many", settings.with(KEEP_ALL_AWAKE), false);
      for (int i = 0; i < MANY; i++) {
        String _ = pod.data().sql("bench-" + i, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
      }
    }
    return pod;
  }

  /** With {@link #CROWD} tenants that sleep, of {@value #CROWD_ROWS} rows each. */
  Pod crowdedPod() throws IOException, InterruptedException {
    Pod pod = pods.get("pod-crowd");
    if (pod == null) {
      Path home = folder.resolve("pod-crowd");
      try (Pod first = Pod.start(installation, home, settings, false)) {
        first.data().makeTables("bench");
        first.data().makeTables("bench-0", CROWD_ROWS);
      }
      CrowdedFolder.fill(home.resolve("data"), CROWD);
      pod = keep("pod-crowd", Pod.start(installation, home, settings, false));
    }
    return pod;
  }

  WakeProbe wake() throws IOException, InterruptedException {
    WakeProbe probe = wake;
    if (probe == null) {
      probe =
          WakeProbe.on(
              keep(
                  "pod-wake",
                  Pod.start(
                      installation,
                      folder.resolve("pod-wake"),
                      settings.with(WakeProbe.ENVIRONMENT),
                      false)));
      wake = probe;
    }
    return probe;
  }

  Workerd workerd() throws IOException, InterruptedException {
    Workerd running = workerd;
    if (running == null) {
      Path program =
          installation
              .tool("workerd")
              .orElseThrow(() -> new IOException("workerd is not installed"));
      running =
          Workerd.start(installation, program, Files.createDirectories(folder.resolve("workerd")));
      started.push(running);
      workerd = running;
    }
    return running;
  }

  Postgres postgres() throws IOException, InterruptedException {
    Postgres running = postgres;
    if (running == null) {
      running = Postgres.start(installation, folder.resolve("postgres"));
      started.push(running);
      postgres = running;
    }
    return running;
  }

  /** A SQLite database to read from in process, which the engine's pod has made. */
  Path readDatabase() throws IOException, InterruptedException {
    return readData().resolve("tenants/bench/data.db");
  }

  /** The data directory that it is in; no pod is running on it. */
  Path readData() throws IOException, InterruptedException {
    Path data = readData;
    if (data == null) {
      Path home = folder.resolve("reads");
      try (Pod maker = Pod.start(installation, home, settings, false)) {
        maker.data().makeTables("bench");
      }
      data = home.resolve("data");
      readData = data;
    }
    return data;
  }

  /** Ends all; any thread, so that nothing is left running when this process is told to end. */
  @Override
  public void close() {
    AutoCloseable next;
    while ((next = started.poll()) != null) {
      try {
        next.close();
      } catch (Exception failure) {
        System.err.println("Something did not stop: " + failure);
      }
    }
  }
}
