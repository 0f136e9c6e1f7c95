package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Results as lines of JSON, through a pod with a heap of 64 MB. {@code -Ddosql.stream.rows=1000000}
 * lets a gigabyte through it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResultStreamTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int READERS_MAX = 16;
  private static final int ROW_BYTES = 1_000;

  private PodProcess pod;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    pod = PodProcess.start(folder, Map.of(), List.of("-Xmx64m"));
    pod.query("main", "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    pod.query("main", "INSERT INTO t VALUES (1, 'one'), (2, NULL)");
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  /** A request whose answer is read from the socket as it comes. */
  private final class Streamed implements AutoCloseable {
    private final Socket socket = new Socket();

    private Streamed(String sql) throws IOException {
      // Little room for what is not read: what cannot be sent waits in the pod.
      socket.setReceiveBufferSize(16 << 10);
      socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), pod.port()));
      socket.setSoTimeout(60_000);
      byte[] body = JSON.writeValueAsString(Map.of("sql", sql)).getBytes(StandardCharsets.UTF_8);
      String head =
          """
          POST /db/main/query HTTP/1.1
          Host: pod
          Accept: application/x-ndjson
          Content-Type: application/json
          Content-Length: %d

          """
              .formatted(body.length)
              .replace("\n", "\r\n");
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(body);
    }

    InputStream in() throws IOException {
      return socket.getInputStream();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private List<JsonNode> lines(String sql) throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    String body =
        pod.post(
                "/db/main/query",
                JSON.writeValueAsString(Map.of("sql", sql)),
                "Content-Type",
                "application/json",
                "Accept",
                "application/x-ndjson")
            .body();
    for (String line : body.lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  /** So many rows of a thousand bytes. */
  private static String rows(long count) {
    return ("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d)"
            + " SELECT i, printf('%%0%dd', i) FROM c")
        .formatted(count, ROW_BYTES);
  }

  @Test
  void aResultIsItsColumnsThenItsRowsThenItsOutcome() throws Exception {
    List<JsonNode> lines = lines("SELECT id, name FROM t ORDER BY id");
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0))
        .hasToString(
            "{\"columns\":[{\"name\":\"id\",\"type\":\"INTEGER\"},"
                + "{\"name\":\"name\",\"type\":\"TEXT\"}]}");
    assertThat(lines.get(1)).hasToString("[1,\"one\"]");
    assertThat(lines.get(2)).hasToString("[2,null]");
    JsonNode outcome = lines.get(3).get("outcome");
    assertThat(outcome.get("rows").asInt()).isEqualTo(2);
    assertThat(outcome.get("lsn").asText()).isEqualTo("2");
    assertThat(outcome.get("durability").asText()).isEqualTo("strict");
  }

  @Test
  void aStatementThatWritesAnswersInTheSameForm() throws Exception {
    List<JsonNode> lines = lines("UPDATE t SET name = name WHERE id = 1 RETURNING id");
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).hasToString("[1]");
    assertThat(lines.get(2).get("outcome").get("rowsWritten").asInt()).isEqualTo(1);
  }

  @Test
  void aFailureBeforeTheFirstRowIsAnErrorLikeAnyOther() throws Exception {
    List<JsonNode> lines = lines("SELECT * FROM missing");
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst().get("error").get("code").asText()).isEqualTo("TABLE_NOT_FOUND");
  }

  @Test
  void aFailureBetweenRowsIsTheLastLine() throws Exception {
    List<JsonNode> lines =
        lines(
            "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3)"
                + " SELECT abs(CASE i WHEN 3 THEN -9223372036854775808 ELSE i END) FROM c");
    assertThat(lines).hasSize(4);
    assertThat(lines.get(3).get("error").get("message").asText()).contains("integer overflow");
  }

  @Test
  void manyTimesTheHeapPassesThroughIt() throws Exception {
    long count = Long.getLong("dosql.stream.rows", 250_000);
    try (Streamed streamed = new Streamed(rows(count))) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(streamed.in(), StandardCharsets.US_ASCII));
      long rowLines = 0;
      String line = in.readLine();
      while (!line.contains("\"outcome\"")) {
        rowLines += line.startsWith("[") ? 1 : 0;
        line = in.readLine();
      }
      assertThat(line).contains("\"rows\":" + count);
      // A chunk's length may stand between two lines, but never within a row.
      assertThat(rowLines).isEqualTo(count);
    }
    assertThat(pod.isReady()).isTrue();
  }

  @Test
  void aResultWithoutLinesIsRefusedWhenItIsTooLarge() throws Exception {
    assertThat(
            pod.post("/db/main/query", JSON.writeValueAsString(Map.of("sql", rows(90_000)))).body())
        .contains("RESPONSE_TOO_LARGE", "maxResultBytes", "application/x-ndjson");
  }

  @Test
  void clientsThatGoAwayInTheMiddleLeaveNoReaderBehind() throws Exception {
    for (int i = 0; i < 2 * READERS_MAX; i++) {
      try (Streamed streamed = new Streamed(rows(100_000))) {
        assertThat(streamed.in().readNBytes(100_000)).hasSize(100_000);
      }
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThat(pod.value("main", "SELECT count(*) FROM t")).isEqualTo("2"));
    await().atMost(Duration.ofSeconds(30)).until(() -> requestsInWork() == 0);
  }

  @Test
  void aClientThatStopsReadingIsBrokenOffAndOthersReadMeanwhile() throws Exception {
    List<Streamed> slow = new ArrayList<>();
    try {
      // More than there are threads that read.
      for (int i = 0; i < READERS_MAX - 1; i++) {
        slow.add(new Streamed(rows(100_000)));
      }
      for (Streamed streamed : slow) {
        assertThat(streamed.in().readNBytes(1_000)).hasSize(1_000);
      }
      assertThat(pod.value("main", "SELECT count(*) FROM t")).isEqualTo("2");
      await().atMost(Duration.ofSeconds(60)).until(() -> requestsInWork() == 0);
      for (Streamed streamed : slow) {
        assertThat(new String(drain(streamed), StandardCharsets.US_ASCII))
            .doesNotContain("\"outcome\"");
      }
      assertThat(pod.output())
          .anyMatch(line -> line.contains("broken off") && line.contains("clientTimeout"));
    } finally {
      for (Streamed streamed : slow) {
        streamed.close();
      }
    }
  }

  private static byte[] drain(Streamed streamed) {
    try {
      return streamed.in().readAllBytes();
    } catch (IOException reset) {
      return new byte[0];
    }
  }

  private int requestsInWork() throws IOException, InterruptedException {
    return pod.get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("dosql_requests_in_work "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }
}
