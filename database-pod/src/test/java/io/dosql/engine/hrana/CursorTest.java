package io.dosql.engine.hrana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedInputStream;
import io.dosql.engine.hrana.WireMessage.Field;
import io.dosql.engine.main.RealPod;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cursors over HTTP, in both encodings. */
class CursorTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @SuppressWarnings("NullAway.Init") // Set before all tests.
  private static RealPod pod;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    pod = new RealPod(folder);
  }

  @AfterAll
  static void stop() {
    pod.close();
  }

  private static HttpResponse<byte[]> post(String path, byte[] body) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(pod.url() + path))
            .header("Authorization", "Bearer " + pod.keys().token())
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  /** The lines of an answer. */
  private static List<JsonNode> cursor(@Nullable String baton, String steps) throws Exception {
    String body =
        "{\"baton\":%s,\"batch\":{\"steps\":[%s]}}"
            .formatted(baton == null ? "null" : "\"" + baton + "\"", steps);
    HttpResponse<byte[]> answer = post("/db/curs/v3/cursor", body.getBytes(StandardCharsets.UTF_8));
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    assertThat(answer.statusCode()).describedAs(text).isEqualTo(200);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (!line.isEmpty()) {
        lines.add(JSON.readTree(line));
      }
    }
    return lines;
  }

  private static List<String> types(List<JsonNode> lines) {
    return lines.stream().skip(1).map(line -> line.get("type").asText()).toList();
  }

  private static String step(String sql) {
    return "{\"stmt\":{\"sql\":\"" + sql + "\"}}";
  }

  @Test
  void entriesTellOfEachStepInOrder() throws Exception {
    List<JsonNode> lines =
        cursor(
            null,
            step("CREATE TABLE IF NOT EXISTS t (a)")
                + ","
                + step("INSERT INTO t VALUES (1), (2) RETURNING a")
                + ","
                + step("SELECT * FROM nowhere")
                + ",{\"condition\":{\"type\":\"ok\",\"step\":2},\"stmt\":{\"sql\":\"SELECT 1\"}}"
                + ",{\"condition\":{\"type\":\"error\",\"step\":2},\"stmt\":{\"sql\":\"SELECT 5\"}}");
    assertThat(lines.getFirst().get("baton").asText()).isNotEmpty();
    assertThat(lines.getFirst().get("base_url").isNull()).isTrue();
    assertThat(types(lines))
        .containsExactly(
            "step_begin",
            "step_end",
            "step_begin",
            "row",
            "row",
            "step_end",
            "step_error",
            "step_begin",
            "row",
            "step_end");
    assertThat(lines.get(3).at("/cols/0/name").asText()).isEqualTo("a");
    assertThat(lines.get(6).get("affected_row_count").asInt()).isEqualTo(2);
    assertThat(lines.get(6).get("last_insert_rowid").asText()).isEqualTo("2");
    assertThat(lines.get(7).get("step").asInt()).isEqualTo(2);
    assertThat(lines.get(7).at("/error/code").asText()).isEqualTo("SQLITE_ERROR");
    assertThat(lines.get(8).get("step").asInt()).isEqualTo(4);
    assertThat(lines.get(9).at("/row/0/value").asText()).isEqualTo("5");
  }

  @Test
  void moreRowsThanAnyOtherResultMayHaveArrive() throws Exception {
    List<JsonNode> lines =
        cursor(
            null,
            step(
                "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 150000)"
                    + " SELECT i FROM n"));
    assertThat(lines).hasSize(1 + 1 + 150_000 + 1);
    assertThat(lines.get(150_001).at("/row/0/value").asText()).isEqualTo("150000");
  }

  @Test
  void aTransactionGoesOnByTheBatonAndStreamsWhatItReads() throws Exception {
    pod.sql("curs", "CREATE TABLE IF NOT EXISTS kept (v)");
    List<JsonNode> first = cursor(null, step("BEGIN") + "," + step("SELECT count(*) FROM kept"));
    pod.sql("curs", "INSERT INTO kept VALUES (1)");
    List<JsonNode> second =
        cursor(
            first.getFirst().get("baton").asText(),
            step(
                    "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i <"
                        + " 120000) SELECT i, (SELECT count(*) FROM kept) FROM n")
                + ","
                + step("COMMIT"));
    assertThat(second).hasSize(1 + 1 + 120_000 + 1 + 2);
    assertThat(second.get(2).at("/row/1/value").asText())
        .describedAs("what was committed since the snapshot")
        .isEqualTo(first.get(4).at("/row/0/value").asText());
  }

  @Test
  void aReadThatFailsHalfwayEndsItsStepOnly() throws Exception {
    List<JsonNode> lines =
        cursor(
            null,
            step(
                    "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 9)"
                        + " SELECT CASE WHEN i = 5 THEN json('bad') ELSE i END FROM n")
                + ","
                + step("SELECT 2"));
    assertThat(types(lines))
        .containsExactly(
            "step_begin",
            "row",
            "row",
            "row",
            "row",
            "step_error",
            "step_begin",
            "row",
            "step_end");
  }

  @Test
  void protobufEntriesAreDelimitedByTheirLengths() throws Exception {
    WireMessage request =
        new WireMessage()
            .message(
                2,
                new WireMessage()
                    .message(
                        1,
                        new WireMessage()
                            .message(2, new WireMessage().text(1, "SELECT 'x' AS a, 7 AS b")))
                    .message(
                        1,
                        new WireMessage()
                            .message(2, new WireMessage().text(1, "SELECT * FROM nowhere"))));
    HttpResponse<byte[]> answer = post("/db/curs/v3-protobuf/cursor", request.toBytes());
    assertThat(answer.statusCode()).isEqualTo(200);
    CodedInputStream in = CodedInputStream.newInstance(answer.body());
    List<List<Field>> messages = new ArrayList<>();
    while (!in.isAtEnd()) {
      messages.add(WireMessage.parse(in.readByteArray()));
    }
    assertThat(messages).hasSize(5);
    assertThat(WireMessage.get(messages.get(0), 1).text()).contains(".");
    List<Field> begin = WireMessage.at(messages.get(1), 1);
    assertThat(WireMessage.all(begin, 2).stream().map(c -> WireMessage.get(c.message(), 1).text()))
        .containsExactly("a", "b");
    List<Field> row = WireMessage.at(messages.get(2), 4);
    assertThat(WireMessage.get(row.get(0).message(), 4).text()).isEqualTo("x");
    assertThat(WireMessage.get(row.get(1).message(), 2).zigzag()).isEqualTo(7);
    assertThat(WireMessage.at(messages.get(3), 2)).isEmpty();
    assertThat(WireMessage.get(WireMessage.at(messages.get(4), 3), 1).number64()).isEqualTo(1);
  }

  @Test
  void aBatchThatIsMissingIsAnError() throws Exception {
    assertThat(post("/v3/cursor", "{}".getBytes(StandardCharsets.UTF_8)).statusCode())
        .isEqualTo(400);
    assertThat(post("/v3-protobuf/cursor", new byte[0]).statusCode()).isEqualTo(400);
    assertThat(
            post(
                    "/v3/cursor",
                    "{\"baton\":\"a.b\",\"batch\":{\"steps\":[]}}".getBytes(StandardCharsets.UTF_8))
                .statusCode())
        .isEqualTo(410);
  }
}
