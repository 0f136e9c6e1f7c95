package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The memory of a pod of 128 MiB to which 500 WebSockets are open, each with a stream of its own on
 * which it reads a row ten times a second. Runs only by command, for as long as that says; prints
 * the memory every five seconds.
 *
 * <pre>
 *   ./mvnw -pl database-pod test -Dtest=MemoryOfWebSocketsTest -Ddosql.load.seconds=60
 * </pre>
 *
 * <p>How the pod is limited: {@link LimitedPod}. As the operator starts small pods, without C2.
 * Meant for the image: what its AOT cache saves is in docs/memory.md.
 */
@EnabledIfSystemProperty(named = "dosql.load.seconds", matches = "[0-9]+")
class MemoryOfWebSocketsTest {

  private static final int SOCKETS = 500;
  private static final int TENANTS = 50;
  private static final int ROWS = 200;
  private static final Duration LOAD = Duration.ofSeconds(Long.getLong("dosql.load.seconds", 0));
  private static final Duration PACE = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private final AtomicLong answers = new AtomicLong();

  @Test
  void manySockets_stayWithinTheLimitAndAllAreServed() throws Exception {
    try (LimitedPod limited =
            LimitedPod.start(folder, Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1"));
        HttpClient client = HttpClient.newHttpClient();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int tenant = 0; tenant < TENANTS; tenant++) {
        makeTable(limited.pod(), "tenant-" + tenant);
      }
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < SOCKETS; i++) {
        sockets.add(Socket.open(client, limited.pod().port(), "tenant-" + i % TENANTS));
      }
      System.out.printf("%d sockets open, %s%n", SOCKETS, limited);
      long end = System.nanoTime() + LOAD.toNanos();
      List<Future<Long>> reading = new ArrayList<>();
      for (Socket socket : sockets) {
        reading.add(threads.submit(() -> read(socket, end)));
      }
      long most = watch(limited, end);
      for (Future<Long> each : reading) {
        assertThat(each.get()).isPositive();
      }
      System.out.printf("%d answers, at most %d MiB not of files%n", answers.get(), most >> 20);
      assertThat(limited.pod().process().isAlive()).isTrue();
      assertThat(most).isLessThan(LimitedPod.LIMIT_BYTES);
    }
  }

  private static void makeTable(PodProcess pod, String tenant) throws Exception {
    var _ = pod.query(tenant, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    var _ =
        pod.query(
            tenant,
            "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d)"
                    .formatted(ROWS)
                + " INSERT INTO t SELECT i, printf('%050d', i) FROM c");
  }

  /** Returns how many answers came, each with its row. */
  private long read(Socket socket, long end) throws Exception {
    long count = 0;
    while (System.nanoTime() < end) {
      int id = 1 + (int) (count % ROWS);
      String answer =
          socket.ask(
              "{\"type\":\"execute\",\"stream_id\":1,\"stmt\":{\"sql\":\"SELECT name FROM t WHERE id ="
                  + " ?\",\"args\":[{\"type\":\"integer\",\"value\":\"%d\"}]}}".formatted(id));
      assertThat(answer).contains("response_ok").contains("%050d".formatted(id));
      count++;
      long _ = answers.incrementAndGet();
      TimeUnit.NANOSECONDS.sleep(PACE.toNanos());
    }
    return count;
  }

  /** Prints; returns the most memory that was seen, the pages of files not counted. */
  private long watch(LimitedPod pod, long end) throws Exception {
    long most = 0;
    long before = 0;
    while (System.nanoTime() < end) {
      TimeUnit.SECONDS.sleep(5);
      long now = answers.get();
      System.out.printf("%6d answers/s, %s%n", (now - before) / 5, pod);
      before = now;
      most = Math.max(most, pod.anonymousBytes());
    }
    return most;
  }

  /** A socket with the stream 1, that asks for one thing at a time. */
  private record Socket(WebSocket socket, BlockingQueue<String> messages) {

    static Socket open(HttpClient client, int port, String tenant) throws Exception {
      BlockingQueue<String> messages = new LinkedBlockingQueue<>();
      WebSocket connected =
          client
              .newWebSocketBuilder()
              .subprotocols("hrana3")
              .buildAsync(
                  URI.create("ws://127.0.0.1:%d/db/%s/".formatted(port, tenant)),
                  new Messages(messages))
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Socket opened = new Socket(connected, messages);
      assertThat(opened.send("{\"type\":\"hello\",\"jwt\":null}")).contains("hello_ok");
      assertThat(opened.ask("{\"type\":\"open_stream\",\"stream_id\":1}")).contains("response_ok");
      return opened;
    }

    String ask(String request) throws Exception {
      return send("{\"type\":\"request\",\"request_id\":1,\"request\":" + request + "}");
    }

    private String send(String message) throws Exception {
      var _ = socket.sendText(message, true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      String answer = messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (answer == null) {
        throw new IOException("no answer within " + PATIENCE);
      }
      return answer;
    }
  }

  /** Hands whole messages on; a close is one, too, so that nobody waits for what will not come. */
  private static final class Messages implements WebSocket.Listener {
    private final BlockingQueue<String> whole;
    private final StringBuilder text = new StringBuilder();

    private Messages(BlockingQueue<String> whole) {
      this.whole = whole;
    }

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket socket, CharSequence data, boolean isLast) {
      text.append(data);
      if (isLast) {
        whole.add(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      whole.add("closed with %d: %s".formatted(code, reason));
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      whole.add("failed: " + failure);
    }
  }
}
