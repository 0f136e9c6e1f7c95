package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
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

  @TempDir Path folder;
  private final List<PodProcess> processes = new ArrayList<>();

  /** Rows that a client was told of: tenant to row to LSN. */
  private final Map<String, Map<String, Long>> acknowledged = new ConcurrentHashMap<>();

  @AfterEach
  void killAll() {
    processes.forEach(PodProcess::close);
  }

  @Test
  void acknowledgedRowsSurviveKills() throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    System.out.println("ProcessCrashTest: replay with -Ddosql.seed=" + seed);
    Random random = new Random(seed);
    int rounds = Integer.getInteger("dosql.rounds", 3);
    for (int round = 0; round < rounds; round++) {
      PodProcess pod = start();
      check(pod);
      AtomicBoolean stop = new AtomicBoolean();
      List<Thread> clients = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        String name = round + "-" + client;
        String tenant = TENANTS.get(client % TENANTS.size());
        clients.add(Thread.ofVirtual().start(() -> insertUntilKilled(pod, tenant, name, stop)));
      }
      boolean died = pod.process().waitFor(300 + random.nextInt(1_500), TimeUnit.MILLISECONDS);
      assertThat(died).describedAs("the pod died by itself").isFalse();
      pod.kill();
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }
    }
    PodProcess last = start();
    check(last);
    assertThat(acknowledged.values().stream().mapToInt(Map::size).sum()).isPositive();
    last.process().destroy();
    assertThat(last.process().waitFor(12, TimeUnit.SECONDS))
        .describedAs("ends on SIGTERM")
        .isTrue();
  }

  private void insertUntilKilled(PodProcess pod, String tenant, String name, AtomicBoolean stop) {
    for (int i = 0; !stop.get(); i++) {
      String row = name + "-" + i;
      try {
        JsonNode answer = pod.query(tenant, "INSERT INTO t (v) VALUES ('%s')".formatted(row));
        acknowledged
            .computeIfAbsent(tenant, absent -> new ConcurrentHashMap<>())
            .put(row, answer.get("lsn").asLong());
      } catch (IOException killed) {
        return;
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void check(PodProcess pod) throws IOException, InterruptedException {
    for (String tenant : TENANTS) {
      JsonNode made =
          pod.query(tenant, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)");
      assertThat(made.get("lsn").asLong()).isPositive();
      assertThat(rows(pod, tenant, "PRAGMA integrity_check")).containsExactly("ok");
      List<String> rows = rows(pod, tenant, "SELECT v FROM t ORDER BY id");
      Map<String, Long> told = acknowledged.getOrDefault(tenant, Map.of());
      assertThat(rows).containsAll(told.keySet());
      assertThat(rows).doesNotHaveDuplicates();
      assertThat(Set.copyOf(told.values())).describedAs("LSNs repeat").hasSize(told.size());
      // Each commit inserted one row, the first made the table: row n has LSN n + 1.
      told.forEach((row, lsn) -> assertThat(rows.get((int) (lsn - 2))).isEqualTo(row));
    }
  }

  private static List<String> rows(PodProcess pod, String tenant, String sql)
      throws IOException, InterruptedException {
    List<String> values = new ArrayList<>();
    pod.query(tenant, sql).get("rows").forEach(row -> values.add(row.get(0).asText()));
    return values;
  }

  private PodProcess start() throws Exception {
    PodProcess pod = PodProcess.start(folder, Map.of());
    processes.add(pod);
    return pod;
  }
}
