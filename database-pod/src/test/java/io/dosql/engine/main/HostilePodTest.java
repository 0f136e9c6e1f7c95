package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pod whose one tenant does its worst, and whose other tenant does not notice. */
class HostilePodTest {

  private static final int CLIENTS = 8;
  private static final int QUIET_STATEMENTS = 200;

  /**
   * The JVM's heap (96 MiB) and itself, and SQLite's 64 MiB; each of the statements below would
   * take some hundred.
   */
  private static final long MEMORY_MAX_BYTES = 450L << 20;

  private static final String MANY =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000000) ";

  private static final List<String> HOSTILE =
      List.of(
          MANY + "SELECT i FROM n ORDER BY random()",
          MANY + "SELECT count(DISTINCT hex(i)) FROM n",
          MANY + "SELECT json_group_array(i) FROM n",
          MANY + "INSERT INTO t SELECT zeroblob(1000) FROM n ORDER BY random()",
          "SELECT hex(zeroblob(8000000)) || hex(zeroblob(8000000))",
          "SELECT instr(hex(zeroblob(4000000)), hex(zeroblob(3000000)) || 'x')",
          "SELECT count(*) FROM pragma_function_list a, pragma_function_list b,"
              + " pragma_function_list c WHERE a.name || b.name < c.name",
          "SELECT zeroblob(15000000), zeroblob(15000000), zeroblob(15000000)",
          "ATTACH ':memory:' AS x",
          "PRAGMA cache_size = 1000000");

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void hostileStatements_endBoundedAndTheOtherTenantIsServed(@TempDir Path folder)
      throws Exception {
    try (PodProcess pod = PodProcess.start(folder, Map.of());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      pod.query("hostile", "CREATE TABLE t (v)");
      pod.query("quiet", "CREATE TABLE t (v)");
      AtomicBoolean stop = new AtomicBoolean();
      List<Future<Integer>> hostile = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int first = i;
        hostile.add(clients.submit(() -> attack(pod, first, stop)));
      }
      for (int i = 0; i < QUIET_STATEMENTS; i++) {
        pod.query("quiet", "INSERT INTO t VALUES (" + i + ")");
        assertThat(pod.value("quiet", "SELECT count(*) FROM t")).isEqualTo(String.valueOf(i + 1));
      }
      stop.set(true);
      int statements = 0;
      for (Future<Integer> each : hostile) {
        statements += each.get();
      }
      assertThat(pod.process().isAlive()).isTrue();
      assertThat(pod.value("quiet", "PRAGMA integrity_check")).isEqualTo("ok");
      assertThat(pod.value("hostile", "PRAGMA integrity_check")).isEqualTo("ok");
      long memory = mostMemory(pod.process().pid());
      System.out.printf(
          "%d hostile statements; the pod took at most %d MiB%n", statements, memory >> 20);
      assertThat(memory).isLessThan(MEMORY_MAX_BYTES);
    }
  }

  private int attack(PodProcess pod, int first, AtomicBoolean stop) throws Exception {
    int done = 0;
    for (; done == 0 || !stop.get(); done++) {
      String sql = HOSTILE.get((first + done) % HOSTILE.size());
      HttpResponse<String> answer;
      try {
        answer = pod.post("/db/hostile/query", json.writeValueAsString(Map.of("sql", sql)));
      } catch (HttpTimeoutException impatient) {
        // The client goes, and its statement with it.
        continue;
      }
      assertThat(answer.statusCode()).describedAs("%s: %s", sql, answer.body()).isLessThan(500);
      assertThat(answer.body()).doesNotContain("INTERNAL", "java.", "Exception");
    }
    return done;
  }

  /** The most that was resident at a time. */
  private static long mostMemory(long pid) throws Exception {
    return Files.readAllLines(Path.of("/proc", String.valueOf(pid), "status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
