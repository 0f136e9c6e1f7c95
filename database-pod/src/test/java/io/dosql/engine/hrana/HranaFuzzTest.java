package io.dosql.engine.hrana;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.main.RealPod;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Messages that are nearly sound, in both encodings, over WebSockets and HTTP. Each is answered, or
 * ends its connection by the client's fault; nothing fails inside the pod, and nothing of its
 * inside is told. More messages: {@code -Ddosql.fuzz=N}; those of one seed: {@code -Ddosql.seed=N}.
 */
class HranaFuzzTest {

  private static final int MESSAGES = Integer.getInteger("dosql.fuzz", 1_500);
  private static final int BEFORE_A_LOOK = 20;
  private static final int SYNC = 1_234_567;
  private static final List<Integer> CLIENTS_FAULT = List.of(1002, 1003, 1007, 1008, 1009, 4001);

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static final List<String> JSON =
      List.of(
          request(openStream()),
          request(SocketClient.execute(1, "SELECT ?")),
          request(
              "{\"type\":\"execute\",\"stream_id\":1,\"stmt\":{\"sql\":\"INSERT INTO t VALUES (:a)\","
                  + "\"named_args\":[{\"name\":\"a\",\"value\":{\"type\":\"blob\",\"base64\":\"AAE\"}}],"
                  + "\"want_rows\":false}}"),
          request(
              "{\"type\":\"batch\",\"stream_id\":1,\"batch\":{\"steps\":[{\"stmt\":{\"sql\":\"BEGIN\"}},"
                  + "{\"condition\":{\"type\":\"and\",\"conds\":[{\"type\":\"ok\",\"step\":0},{\"type\":"
                  + "\"not\",\"cond\":{\"type\":\"is_autocommit\"}}]},\"stmt\":{\"sql\":\"ROLLBACK\"}}]}}"),
          request(
              "{\"type\":\"open_cursor\",\"stream_id\":1,\"cursor_id\":1,\"batch\":{\"steps\":[{\"stmt\":"
                  + "{\"sql\":\"SELECT 1\"}}]}}"),
          request("{\"type\":\"fetch_cursor\",\"cursor_id\":1,\"max_count\":3}"),
          request("{\"type\":\"close_cursor\",\"cursor_id\":1}"),
          request("{\"type\":\"store_sql\",\"sql_id\":1,\"sql\":\"SELECT 1\"}"),
          request("{\"type\":\"describe\",\"stream_id\":1,\"sql\":\"SELECT 1\"}"),
          request("{\"type\":\"sequence\",\"stream_id\":1,\"sql\":\"SELECT 1; SELECT 2\"}"),
          request("{\"type\":\"get_autocommit\",\"stream_id\":1}"),
          request("{\"type\":\"close_stream\",\"stream_id\":1}"),
          "{\"type\":\"hello\",\"jwt\":null}");

  private final TreeMap<String, Integer> seen = new TreeMap<>();

  private static String openStream() {
    return SocketClient.openStream(1);
  }

  private static String request(String request) {
    return "{\"type\":\"request\",\"request_id\":5,\"request\":" + request + "}";
  }

  private static WireMessage statement(String sql) {
    return new WireMessage()
        .text(1, sql)
        .message(3, new WireMessage().zigzag(2, -7))
        .message(4, new WireMessage().text(1, "a").message(2, new WireMessage().real(3, 1.5)));
  }

  private static WireMessage batch() {
    return new WireMessage()
        .message(1, new WireMessage().message(2, statement("SELECT 1")))
        .message(
            1,
            new WireMessage()
                .message(
                    1,
                    new WireMessage().message(3, new WireMessage().message(6, new WireMessage())))
                .message(2, statement("SELECT :a, ?1")));
  }

  private static byte[] socketRequest(int kind, WireMessage message) {
    return new WireMessage()
        .message(2, new WireMessage().varint(1, 5).message(kind, message))
        .toBytes();
  }

  private static final List<byte[]> PROTOBUF =
      List.of(
          socketRequest(2, new WireMessage().varint(1, 1)),
          socketRequest(4, new WireMessage().varint(1, 1).message(2, statement("SELECT ?1, :a"))),
          socketRequest(5, new WireMessage().varint(1, 1).message(2, batch())),
          socketRequest(6, new WireMessage().varint(1, 1).varint(2, 1).message(3, batch())),
          socketRequest(8, new WireMessage().varint(1, 1).varint(2, 9)),
          socketRequest(7, new WireMessage().varint(1, 1)),
          socketRequest(9, new WireMessage().varint(1, 1).text(2, "SELECT 1; SELECT 2")),
          socketRequest(10, new WireMessage().varint(1, 1).text(2, "SELECT 1")),
          socketRequest(11, new WireMessage().varint(1, 1).text(2, "SELECT 1")),
          socketRequest(12, new WireMessage().varint(1, 1)),
          socketRequest(13, new WireMessage().varint(1, 1)),
          socketRequest(3, new WireMessage().varint(1, 1)));

  private static final List<byte[]> PIPELINES =
      List.of(
          new WireMessage()
              .message(
                  2,
                  new WireMessage()
                      .message(2, new WireMessage().message(1, statement("SELECT ?1, :a"))))
              .message(2, new WireMessage().message(1, new WireMessage()))
              .toBytes(),
          new WireMessage()
              .message(2, new WireMessage().message(3, new WireMessage().message(1, batch())))
              .message(2, new WireMessage().message(1, new WireMessage()))
              .toBytes(),
          new WireMessage().message(2, batch()).toBytes());

  @Test
  void messagesAreAnsweredAndHarmNobody(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    Random random = new Random(seed);
    System.out.println("HranaFuzzTest: seed " + seed);
    try (RealPod pod = new RealPod(folder)) {
      pod.sql("fuzz", "CREATE TABLE t (v)");
      pod.sql("other", "CREATE TABLE t (v)");
      pod.sql("other", "INSERT INTO t VALUES (7)");
      Connection json = new Connection(pod, "hrana3");
      Connection protobuf = new Connection(pod, "hrana3-protobuf");
      for (int number = 0; number < MESSAGES; number++) {
        String what = "seed %d, number %d".formatted(seed, number);
        switch (random.nextInt(3)) {
          case 0 -> {
            byte[] base = JSON.get(random.nextInt(JSON.size())).getBytes(StandardCharsets.UTF_8);
            json.send(mutated(random, base), what);
          }
          case 1 ->
              protobuf.send(mutated(random, PROTOBUF.get(random.nextInt(PROTOBUF.size()))), what);
          default ->
              post(
                  pod,
                  random.nextBoolean() ? "pipeline" : "cursor",
                  mutated(random, PIPELINES.get(random.nextInt(PIPELINES.size()))),
                  what);
        }
      }
      json.close();
      protobuf.close();
      assertThat(pod.sql("other", "SELECT v FROM t").get("rows").toString()).isEqualTo("[[7]]");
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> pod.get("/metrics").body().contains("dosql_requests_in_work 0.0"));
      pod.sql("fuzz", "INSERT INTO t VALUES ('the writer is free')");
    }
    System.out.println("HranaFuzzTest: " + seen);
    assertThat(seen.keySet()).contains("answered", "200");
  }

  private static byte[] mutated(Random random, byte[] base) {
    byte[] bytes = base.clone();
    for (int i = random.nextInt(3); i > 0 && bytes.length > 1; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        default -> {
          int length = random.nextInt(bytes.length - at);
          byte[] longer = new byte[bytes.length + length];
          System.arraycopy(bytes, 0, longer, 0, at);
          System.arraycopy(bytes, at, longer, at, length);
          System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
          bytes = longer;
        }
      }
    }
    return bytes;
  }

  private void post(RealPod pod, String endpoint, byte[] body, String what) throws Exception {
    HttpResponse<byte[]> answer =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create(pod.url() + "/db/fuzz/v3-protobuf/" + endpoint))
                .header("Authorization", "Bearer " + pod.keys().token())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    seen.merge(String.valueOf(answer.statusCode()), 1, Integer::sum);
    check(answer.body(), what);
    assertThat(answer.statusCode())
        .describedAs(what)
        .matches(status -> status == 200 || (status >= 400 && status < 500));
  }

  private static void check(byte[] answer, String what) {
    assertThat(new String(answer, StandardCharsets.ISO_8859_1))
        .describedAs(what)
        .doesNotContain("INTERNAL", "java.", "io.dosql", "io.netty", "Exception", "\tat ");
  }

  /** A connection, opened again when the pod has had enough of it. */
  private final class Connection {
    private final RealPod pod;
    private final String subprotocol;
    private @Nullable SocketClient client;
    private int sinceALook;

    private Connection(RealPod pod, String subprotocol) {
      this.pod = pod;
      this.subprotocol = subprotocol;
    }

    private boolean isText() {
      return subprotocol.equals("hrana3");
    }

    private SocketClient client() throws Exception {
      SocketClient now = client;
      if (now == null) {
        now = SocketClient.connect(pod, "/db/fuzz/", subprotocol, "Bearer " + pod.keys().token());
        client = now;
        sinceALook = 0;
        boolean _ =
            now.sendRaw(
                isText()
                    ? "{\"type\":\"hello\",\"jwt\":null}".getBytes(StandardCharsets.UTF_8)
                    : new WireMessage().message(1, new WireMessage()).toBytes(),
                isText());
      }
      return now;
    }

    private void send(byte[] message, String what) throws Exception {
      SocketClient to = client();
      boolean sent = to.sendRaw(message, isText());
      if (!sent || to.isClosed() || ++sinceALook >= BEFORE_A_LOOK) {
        look(to, what);
      }
    }

    /** Reads up to the answer of a request that is sound, or to the end. */
    private void look(SocketClient from, String what) throws Exception {
      sinceALook = 0;
      String text =
          request("{\"type\":\"close_sql\",\"sql_id\":77}").replace(":5,", ":" + SYNC + ",");
      boolean _ =
          from.sendRaw(
              isText()
                  ? text.getBytes(StandardCharsets.UTF_8)
                  : new WireMessage()
                      .message(
                          2,
                          new WireMessage()
                              .varint(1, SYNC)
                              .message(12, new WireMessage().varint(1, 77)))
                      .toBytes(),
              isText());
      long patience = System.nanoTime() + Duration.ofSeconds(40).toNanos();
      while (true) {
        byte[] message = from.poll(Duration.ofMillis(50));
        if (message == null) {
          if (from.isClosed()) {
            SocketClient.Close close = from.awaitClose();
            seen.merge("closed " + close.code(), 1, Integer::sum);
            assertThat(close.code()).describedAs(what + ": " + close).isIn(CLIENTS_FAULT);
            check(close.reason().getBytes(StandardCharsets.UTF_8), what);
            client = null;
            return;
          }
          assertThat(System.nanoTime()).describedAs(what).isLessThan(patience);
          continue;
        }
        seen.merge("answered", 1, Integer::sum);
        check(message, what);
        if (isSync(message)) {
          return;
        }
      }
    }

    private boolean isSync(byte[] message) {
      if (isText()) {
        return new String(message, StandardCharsets.UTF_8).contains("\"request_id\":" + SYNC);
      }
      List<WireMessage.Field> fields = WireMessage.parse(message);
      WireMessage.Field ok = WireMessage.find(fields, 3);
      WireMessage.Field id = ok == null ? null : WireMessage.find(ok.message(), 1);
      return id != null && id.number64() == SYNC;
    }

    private void close() {
      if (client != null) {
        client.close();
      }
    }
  }
}
