package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.main.RealPod;
import io.dosql.engine.session.FuzzTrace;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random requests to a whole pod: bodies that are nearly JSON, nearly requests, nearly UTF-8, and
 * requests that are nearly HTTP. Each is answered by an error of the catalogue, a result, or the
 * end of the connection, and nothing of the pod's inside is told. More requests: {@code
 * -Ddosql.fuzz=N}; those of one seed: {@code -Ddosql.seed=N}.
 */
class HttpFuzzTest {

  private static final int REQUESTS = Integer.getInteger("dosql.fuzz", 20_000);
  private static final int RAW_SHARE = 50;
  private static final int PIPELINED = 16;
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int RAW_PATIENCE_MILLIS = 20;

  private static final Set<String> CODES =
      Arrays.stream(ErrorCode.values()).map(Enum::name).collect(Collectors.toSet());

  private static final List<String> PATHS =
      List.of("/db/fuzz/query", "/db/fuzz/batch", "/db/fuzz/v2/pipeline");

  private static final List<List<String>> BODIES =
      List.of(
          List.of(
              "{\"sql\":\"SELECT 1\"}",
              "{\"sql\":\"SELECT ?, ?2, :a\",\"params\":[1,\"x\",null]}",
              "{\"sql\":\"SELECT :a\",\"params\":{\"a\":{\"integer\":\"9007199254740993\"}}}",
              "{\"sql\":\"INSERT INTO t VALUES (?)\",\"params\":[{\"blob\":\"AAEC\"}]}",
              "{\"sql\":\"BEGIN\"}",
              "{\"sql\":\"DELETE FROM t\",\"params\":[]}"),
          List.of(
              "{\"statements\":[{\"sql\":\"SELECT 1\"},{\"sql\":\"SELECT 2\"}]}",
              "{\"statements\":[{\"sql\":\"INSERT INTO t VALUES (?)\",\"params\":[1.5]},"
                  + "{\"sql\":\"SELECT count(*) FROM t\"}]}",
              "{\"statements\":[]}"),
          List.of(
              "{\"baton\":null,\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"SELECT ?\","
                  + "\"args\":[{\"type\":\"integer\",\"value\":\"1\"}],\"want_rows\":true}},"
                  + "{\"type\":\"close\"}]}",
              "{\"requests\":[{\"type\":\"batch\",\"batch\":{\"steps\":[{\"stmt\":{\"sql\":\"BEGIN\""
                  + "}},{\"condition\":{\"type\":\"ok\",\"step\":0},\"stmt\":{\"sql\":\"INSERT INTO"
                  + " t VALUES (1)\"}},{\"condition\":{\"type\":\"not\",\"cond\":{\"type\":\"ok\","
                  + "\"step\":1}},\"stmt\":{\"sql\":\"ROLLBACK\"}}]}},{\"type\":\"close\"}]}",
              "{\"requests\":[{\"type\":\"store_sql\",\"sql_id\":1,\"sql\":\"SELECT 1\"},{\"type\":"
                  + "\"execute\",\"stmt\":{\"sql_id\":1}},{\"type\":\"describe\",\"sql\":\"SELECT"
                  + " :a\"},{\"type\":\"sequence\",\"sql\":\"SELECT 1; SELECT 2\"},{\"type\":"
                  + "\"get_autocommit\"},{\"type\":\"close_sql\",\"sql_id\":1},{\"type\":\"close\"}]}",
              "{\"baton\":\"x.y\",\"requests\":[]}"));

  private static final List<String> ODD =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "\"",
          ":",
          ",",
          "null",
          "true",
          "1e999",
          "-",
          "-0",
          "0x1",
          "\\u0000",
          "\\ud800",
          "\\",
          "//",
          "NaN",
          "\"sql\":",
          "\"params\":",
          "[".repeat(600),
          "\u0000",
          "\uFEFF",
          "9999999999999999999999",
          "{\"type\":\"blob\",\"base64\":\"*\"}",
          "\"\":1,",
          "1.0e-400");

  @SuppressWarnings("StringConcatToTextBlock") // The ends of lines are what matters here.
  private static final List<String> HEADS =
      List.of(
          "POST /db/fuzz/query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\n"
              + "Content-Length: 18\r\n\r\n{\"sql\":\"SELECT 1\"}",
          "POST /db/fuzz/query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"sql\r\nD\r\n\":\"SELECT 1\"}\r\n0\r\n\r\n",
          "GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET /metrics HTTP/1.0\r\n\r\n",
          "OPTIONS * HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n",
          "HEAD /db/fuzz/v2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  private final ObjectMapper json = new ObjectMapper();
  private final TreeMap<String, Integer> seen = new TreeMap<>();

  @Test
  void requestsAreAnsweredAndHarmNobody(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    Random random = new Random(seed);
    FuzzTrace trace = new FuzzTrace("http", seed);
    try (RealPod pod = new RealPod(folder)) {
      pod.sql("fuzz", "CREATE TABLE t (v)");
      pod.sql("other", "CREATE TABLE t (v)");
      pod.sql("other", "INSERT INTO t VALUES (7)");
      int port = URI.create(pod.url()).getPort();
      try (KeptConnection connection = new KeptConnection(port, pod.keys().token())) {
        for (int number = 0; number < REQUESTS; number++) {
          String described = "seed %d, number %d".formatted(seed, number);
          if (random.nextInt(RAW_SHARE) == 0) {
            byte[] request = rawRequest(random, pod.keys().token());
            trace.next(number, text(request));
            checkRaw(sendRaw(port, request), described);
          } else {
            int kind = random.nextInt(PATHS.size());
            byte[] body = body(random, kind);
            trace.next(number, PATHS.get(kind) + "\n" + text(body));
            connection.send(new Request(described, PATHS.get(kind), body));
            if (connection.unanswered() >= PIPELINED) {
              checkAnswers(connection);
            }
          }
        }
        checkAnswers(connection);
      }
      assertThat(pod.sql("other", "SELECT v FROM t").get("rows").toString()).isEqualTo("[[7]]");
      assertThat(pod.sql("fuzz", "PRAGMA integrity_check").get("rows").toString())
          .isEqualTo("[[\"ok\"]]");
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> pod.get("/metrics").body().contains("dosql_requests_in_work 0.0"));
    }
    System.out.println("seed " + seed + ": " + REQUESTS + " requests, " + seen);
  }

  private static byte[] body(Random random, int kind) {
    List<String> bodies = BODIES.get(kind);
    String body = bodies.get(random.nextInt(bodies.size()));
    StringBuilder text = new StringBuilder(body);
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(text.length() + 1);
      int to = Math.min(text.length(), at + random.nextInt(20));
      switch (random.nextInt(5)) {
        case 0 -> text.delete(at, to);
        case 1 -> text.insert(at, ODD.get(random.nextInt(ODD.size())));
        case 2 -> text.insert(at, text.substring(at, to).repeat(1 + random.nextInt(3)));
        case 3 -> text.replace(at, to, BODIES.get(random.nextInt(3)).getFirst());
        default -> text.insert(at, (char) random.nextInt(0x10000));
      }
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    flip(random, bytes, 8);
    return bytes;
  }

  private static void flip(Random random, byte[] bytes, int oneIn) {
    if (bytes.length > 0 && random.nextInt(oneIn) == 0) {
      for (int i = random.nextInt(3); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
    }
  }

  private static byte[] rawRequest(Random random, String token) {
    String head = HEADS.get(random.nextInt(HEADS.size())).replace("TOKEN", token);
    StringBuilder text = new StringBuilder(head);
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(text.length() + 1);
      int to = Math.min(text.length(), at + random.nextInt(8));
      switch (random.nextInt(5)) {
        case 0 -> text.delete(at, to);
        case 1 -> text.insert(at, "\r\n");
        case 2 -> text.insert(at, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
        case 3 -> text.insert(at, "x".repeat(random.nextInt(3) * 9_000));
        default -> text.insert(at, (char) random.nextInt(256));
      }
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    flip(random, bytes, 3);
    return bytes;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** What the server says, to a client that goes away when there is nothing for a moment. */
  private static String sendRaw(int port, byte[] request) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(RAW_PATIENCE_MILLIS);
      socket.getOutputStream().write(request);
      byte[] part = new byte[8_192];
      for (int read = 0; read >= 0; read = socket.getInputStream().read(part)) {
        answer.write(part, 0, read);
      }
    } catch (SocketTimeoutException | SocketException ended) {
      // Either side may have had enough.
      return text(answer.toByteArray());
    }
    return text(answer.toByteArray());
  }

  private void checkRaw(String answer, String described) {
    assertTellsNothing(answer, described);
    seen.merge(answer.isEmpty() ? "closed" : answer.substring(0, 12), 1, Integer::sum);
    if (!answer.isEmpty()) {
      assertThat(answer).describedAs(described).startsWith("HTTP/1.");
      assertThat(answer).describedAs(described).doesNotContain(" 500 ", "INTERNAL");
    }
  }

  /** One that the server did not want to keep the connection after is the last. */
  private void checkAnswers(KeptConnection connection) throws IOException {
    while (connection.unanswered() > 0) {
      checkAnswer(connection.answer());
    }
  }

  private void checkAnswer(Answer answer) throws IOException {
    Request request = answer.request();
    String what = request.described() + "\n" + text(request.body()) + "\n" + answer.body();
    assertTellsNothing(answer.body(), what);
    JsonNode body = json.readTree(answer.body());
    if (answer.status() == 200) {
      seen.merge("200", 1, Integer::sum);
      body.path("results").forEach(result -> checkResult(result, what));
      return;
    }
    // Hrana's errors as a whole carry the code at the top.
    String code =
        body.path("error").isObject()
            ? body.at("/error/code").asText()
            : body.path("code").asText();
    seen.merge(answer.status() + " " + code, 1, Integer::sum);
    assertThat(answer.status()).describedAs(what).isBetween(400, 499);
    assertThat(code).describedAs(what).isNotEqualTo("INTERNAL").isNotEmpty();
    if (body.path("error").isObject()) {
      assertThat(CODES).describedAs(what).contains(code);
    }
  }

  private void checkResult(JsonNode result, String what) {
    if (result.path("type").asText().equals("error")) {
      String code = result.at("/error/code").asText();
      seen.merge("hrana " + code, 1, Integer::sum);
      assertThat(code).describedAs(what).isNotEqualTo("INTERNAL").isNotEqualTo("INTERNAL_ERROR");
    }
  }

  private static void assertTellsNothing(String answer, String described) {
    assertThat(answer)
        .describedAs(described)
        .doesNotContain("java.", "io.dosql", "io.netty", "io.micronaut", "Exception", "\tat ");
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Request(String described, String path, byte[] body) {}

  private record Answer(Request request, int status, String body) {}

  /** Sends bodies in sound requests, several before it reads their answers. */
  private static final class KeptConnection implements AutoCloseable {
    private final int port;
    private final String token;
    private final ArrayDeque<Request> sent = new ArrayDeque<>();
    private Socket socket;
    private InputStream in;

    private KeptConnection(int port, String token) throws IOException {
      this.port = port;
      this.token = token;
      this.socket = connect();
      this.in = new BufferedInputStream(socket.getInputStream());
    }

    private Socket connect() throws IOException {
      Socket connected = new Socket(InetAddress.getLoopbackAddress(), port);
      connected.setSoTimeout(TIMEOUT_MILLIS);
      connected.setTcpNoDelay(true);
      return connected;
    }

    private int unanswered() {
      return sent.size();
    }

    private void send(Request request) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(
          "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(request.path(), token, request.body().length)
              .getBytes(StandardCharsets.ISO_8859_1));
      bytes.writeBytes(request.body());
      sent.add(request);
      socket.getOutputStream().write(bytes.toByteArray());
    }

    private Answer answer() throws IOException {
      String status = line();
      int length = 0;
      boolean closes = false;
      for (String header = line(); !header.isEmpty(); header = line()) {
        String lower = header.toLowerCase(Locale.ROOT);
        if (lower.startsWith("content-length:")) {
          length = Integer.parseInt(lower.substring(15).strip());
        }
        closes |= lower.equals("connection: close");
      }
      String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
      Answer answer = new Answer(sent.remove(), Integer.parseInt(status.substring(9, 12)), text);
      if (closes) {
        sent.clear();
        socket.close();
        socket = connect();
        in = new BufferedInputStream(socket.getInputStream());
      }
      return answer;
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new IOException("closed in the middle of an answer: " + sent.peek());
        }
        line.append((char) next);
      }
      return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
