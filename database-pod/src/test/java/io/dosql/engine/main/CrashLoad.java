package io.dosql.engine.main;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Clients that write until the pod is gone, and what they were told: single rows, batches, and
 * interactive transactions over Hrana. Each commit writes its rows under a tag of its own, which
 * ends with the number of rows, so that a commit that is there by half shows.
 */
final class CrashLoad {

  /** Rows in a batch or an interactive transaction. */
  private static final int ROWS = 3;

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A commit that was acknowledged.
   *
   * @param lsn what was told; 0 where the protocol tells none
   */
  record Told(String tag, long lsn) {}

  private final Map<String, Queue<Told>> told = new ConcurrentHashMap<>();

  /** Answers that no crash explains. */
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  private final List<Thread> clients = new ArrayList<>();
  private volatile boolean stopped;

  Queue<Told> told(String tenant) {
    return told.computeIfAbsent(tenant, absent -> new ConcurrentLinkedQueue<>());
  }

  int total() {
    return told.values().stream().mapToInt(Queue::size).sum();
  }

  Queue<String> wrong() {
    return wrong;
  }

  /**
   * Starts a client.
   *
   * @param tenants it goes from one to the other, so that they fall asleep meanwhile, and wake
   */
  void start(PodProcess pod, String name, List<String> tenants, long seed) {
    stopped = false;
    clients.add(
        Thread.ofVirtual().start(() -> runUntilKilled(pod, name, tenants, new Random(seed))));
  }

  private void runUntilKilled(PodProcess pod, String name, List<String> tenants, Random random) {
    try {
      for (int i = 0; !stopped; i++) {
        String tenant = tenants.get(random.nextInt(tenants.size()));
        switch (random.nextInt(4)) {
          case 0 -> batch(pod, tenant, name + "-" + i + "/" + ROWS);
          case 1 -> transaction(pod, tenant, name + "-" + i + "/" + ROWS);
          default -> single(pod, tenant, name + "-" + i + "/1");
        }
      }
    } catch (IOException killed) {
      // The pod is gone: what was not answered may be there or not.
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<String, String> insert(String tag) {
    return sql("INSERT INTO t (tag, pad) VALUES ('%s', hex(randomblob(100)))".formatted(tag));
  }

  private static Map<String, String> sql(String text) {
    return Map.of("sql", text);
  }

  private void single(PodProcess pod, String tenant, String tag)
      throws IOException, InterruptedException {
    post(pod, "/db/" + tenant + "/query", insert(tag))
        .ifPresent(answer -> told(tenant).add(new Told(tag, answer.get("lsn").asLong())));
  }

  private void batch(PodProcess pod, String tenant, String tag)
      throws IOException, InterruptedException {
    List<Map<String, String>> statements = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      statements.add(insert(tag));
    }
    post(pod, "/db/" + tenant + "/batch", Map.of("statements", statements))
        .ifPresent(answer -> told(tenant).add(new Told(tag, answer.get("lsn").asLong())));
  }

  /** BEGIN and one row in a request, the other rows and COMMIT in another. */
  private void transaction(PodProcess pod, String tenant, String tag)
      throws IOException, InterruptedException {
    List<Map<String, String>> rest = new ArrayList<>();
    for (int i = 1; i < ROWS; i++) {
      rest.add(insert(tag));
    }
    rest.add(sql("COMMIT"));
    Optional<JsonNode> begun =
        pipeline(pod, tenant, null, List.of(sql("BEGIN IMMEDIATE"), insert(tag)));
    if (begun.isPresent()
        && pipeline(pod, tenant, begun.get().get("baton").asText(), rest).isPresent()) {
      told(tenant).add(new Told(tag, 0));
    }
  }

  /** Empty if a statement failed, as for a writer that others held for too long. */
  private Optional<JsonNode> pipeline(
      PodProcess pod, String tenant, @Nullable String baton, List<Map<String, String>> statements)
      throws IOException, InterruptedException {
    List<Map<String, Object>> requests = new ArrayList<>();
    statements.forEach(statement -> requests.add(Map.of("type", "execute", "stmt", statement)));
    Map<String, Object> body = new HashMap<>();
    body.put("baton", baton);
    body.put("requests", requests);
    return post(pod, "/db/" + tenant + "/v2/pipeline", body)
        .filter(answer -> answer.findValuesAsText("type").stream().noneMatch("error"::equals));
  }

  /** Empty for errors by which nothing was done and which a client is told to expect. */
  private Optional<JsonNode> post(PodProcess pod, String path, Object body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = pod.post(path, JSON.writeValueAsString(body));
    JsonNode json = JSON.readTree(answer.body());
    if (answer.statusCode() == 200) {
      return Optional.of(json);
    }
    boolean isExpected =
        json.path("error").path("retryable").asBoolean() || path.endsWith("pipeline");
    if (!isExpected) {
      wrong.add(answer.body());
    }
    return Optional.empty();
  }

  /** Waits for all clients, after the pod was killed. */
  void end() throws InterruptedException {
    stopped = true;
    for (Thread client : clients) {
      client.join();
    }
    clients.clear();
  }
}
