package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real process under load from many clients over some tenants, killed with SIGKILL at random
 * moments: each row that was acknowledged is there afterwards, with the LSN that was told, and LSNs
 * have neither gaps nor repeats. More rounds with {@code -Ddosql.rounds=N}, one schedule again with
 * {@code -Ddosql.seed=N}.
 */
class ProcessCrashTest {

  private static final int CLIENTS = 16;
  private static final List<String> TENANTS = List.of("main", "a", "b", "c");
  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();

  /** Rows that a client was told of: tenant to row to LSN. */
  private final Map<String, Map<String, Long>> acknowledged = new ConcurrentHashMap<>();

  @AfterEach
  void killAll() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void acknowledgedRowsSurviveKills() throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    System.out.println("ProcessCrashTest: replay with -Ddosql.seed=" + seed);
    Random random = new Random(seed);
    int rounds = Integer.getInteger("dosql.rounds", 3);
    for (int round = 0; round < rounds; round++) {
      int port = freePort();
      Process pod = start(port);
      check(port);
      AtomicBoolean stop = new AtomicBoolean();
      List<Thread> clients = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        String name = round + "-" + client;
        String tenant = TENANTS.get(client % TENANTS.size());
        clients.add(Thread.ofVirtual().start(() -> insertUntilKilled(port, tenant, name, stop)));
      }
      boolean died = pod.waitFor(300 + random.nextInt(1_500), TimeUnit.MILLISECONDS);
      assertThat(died).describedAs("the pod died by itself").isFalse();
      pod.destroyForcibly().waitFor();
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }
    }
    int port = freePort();
    Process last = start(port);
    check(port);
    assertThat(acknowledged.values().stream().mapToInt(Map::size).sum()).isPositive();
    last.destroy();
    assertThat(last.waitFor(12, TimeUnit.SECONDS)).describedAs("ends on SIGTERM").isTrue();
  }

  private void insertUntilKilled(int port, String tenant, String name, AtomicBoolean stop) {
    for (int i = 0; !stop.get(); i++) {
      String row = name + "-" + i;
      try {
        JsonNode answer = query(port, tenant, "INSERT INTO t (v) VALUES ('%s')".formatted(row));
        acknowledged
            .computeIfAbsent(tenant, absent -> new ConcurrentHashMap<>())
            .put(row, answer.get("lsn").asLong());
      } catch (IOException killed) {
        return;
      }
    }
  }

  private void check(int port) throws IOException {
    for (String tenant : TENANTS) {
      JsonNode made =
          query(port, tenant, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)");
      assertThat(made.get("lsn").asLong()).isPositive();
      assertThat(rows(port, tenant, "PRAGMA integrity_check")).containsExactly("ok");
      List<String> rows = rows(port, tenant, "SELECT v FROM t ORDER BY id");
      Map<String, Long> told = acknowledged.getOrDefault(tenant, Map.of());
      assertThat(rows).containsAll(told.keySet());
      assertThat(rows).doesNotHaveDuplicates();
      assertThat(Set.copyOf(told.values())).describedAs("LSNs repeat").hasSize(told.size());
      // Each commit inserted one row, the first made the table: row n has LSN n + 1.
      told.forEach((row, lsn) -> assertThat(rows.get((int) (lsn - 2))).isEqualTo(row));
    }
  }

  private List<String> rows(int port, String tenant, String sql) throws IOException {
    List<String> values = new ArrayList<>();
    JsonNode rows = query(port, tenant, sql).get("rows");
    rows.forEach(row -> values.add(row.get(0).asText()));
    return values;
  }

  private JsonNode query(int port, String tenant, String sql) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/db/%s/query".formatted(port, tenant)))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(20))
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(Map.of("sql", sql))))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(200);
      return JSON.readTree(answer.body());
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException(stop);
    }
  }

  private Process start(int port) throws Exception {
    Path token = folder.resolve("admin-token");
    Files.writeString(token, "a-token-of-the-admin");
    Path output = folder.resolve("pod.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx96m",
            "-cp",
            System.getProperty("java.class.path"),
            EngineMain.class.getName());
    builder
        .environment()
        .putAll(
            Map.of(
                "DOSQL_DATA_DIR", folder.resolve("data").toString(),
                "DOSQL_DATABASE", "test/crash",
                "DOSQL_BIND_HOST", "127.0.0.1",
                "DOSQL_HTTP_PORT", String.valueOf(port),
                "DOSQL_ADMIN_PORT", String.valueOf(freePort()),
                "DOSQL_AUTH", "none",
                "DOSQL_ADMIN_TOKEN_FILE", token.toString()));
    Process pod =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    processes.add(pod);
    await()
        .atMost(START_MAX)
        .pollInterval(Duration.ofMillis(50))
        .failFast("the pod ended, see " + output, () -> !pod.isAlive())
        .until(() -> isReady(port));
    return pod;
  }

  private boolean isReady(int port) throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/health/ready".formatted(port)))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
