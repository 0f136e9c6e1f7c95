package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What plain JSON in means, and what comes out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueryApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private PodUnderTest pod;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    pod = new PodUnderTest(folder);
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  @Test
  void query_answersWithColumnsRowsAndWhatWasDone() throws Exception {
    HttpResponse<String> answer =
        pod.post(
            "/db/t1/query",
            """
            {"sql":"echo","params":[null,true,1,2.5,"a","\\u0000\\ud83d\\ude00"]}""");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(answer.body())
        .startsWith("{\"columns\":[{\"name\":\"c0\",\"type\":null},")
        .contains("\"rows\":[[null,1,1,2.5,\"a\",\"\\u0000😀\"]],\"rowsRead\":2,\"rowsWritten\":3")
        .contains("\"affectedRows\":4,\"lastInsertRowid\":\"9223372036854775807\"")
        .containsPattern("\"durationMs\":5.0,\"lsn\":\"\\d+\",\"durability\":\"strict\"}$");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "9007199254740991;9007199254740991",
        "-9007199254740991;-9007199254740991",
        "9007199254740992;{\"integer\":\"9007199254740992\"}",
        "9223372036854775807;{\"integer\":\"9223372036854775807\"}",
        "-9223372036854775808;{\"integer\":\"-9223372036854775808\"}",
        "{\"integer\":\"-9223372036854775808\"};{\"integer\":\"-9223372036854775808\"}",
        "{\"integer\":\"7\"};7",
        "{\"blob\":\"/wA=\"};{\"blob\":\"/wA=\"}",
        "{\"blob\":\"/wA\"};{\"blob\":\"/wA=\"}",
        "{\"blob\":\"\"};{\"blob\":\"\"}",
        "1.0;1.0",
        "1e2;100.0",
        "5e-324;4.9E-324",
        "false;0",
      })
  void value_comesBackAsItWasSent(String sent, String expected) throws Exception {
    HttpResponse<String> answer =
        pod.post("/db/t1/query", "{\"sql\":\"echo\",\"params\":[" + sent + "]}");
    assertThat(answer.body()).contains("\"rows\":[[" + expected + "]]");
  }

  @Test
  void namedParameters_keepTheirNames() throws Exception {
    HttpResponse<String> answer =
        pod.post("/db/t1/query", "{\"params\":{\":a\":1,\"b\":\"x\"},\"sql\":\"echo\"}");
    assertThat(answer.body())
        .contains("[{\"name\":\":a\",\"type\":\"ANY\"},{\"name\":\"b\",\"type\":\"ANY\"}]")
        .contains("[[1,\"x\"]]");
  }

  /** What it failed at may be a commit that is not on disk yet. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/db/t1/query | {\"sql\":\"FAIL\"}",
        "/db/t1/v1/execute | {\"stmt\":{\"sql\":\"FAIL\"}}",
        "/db/t1/v2/pipeline"
            + " | {\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"FAIL\"}}]}",
      })
  void anError_isSettledBeforeItLeaves(String path, String body) throws Exception {
    int before = pod.sessions.settled.get();
    assertThat(pod.post(path, body).body()).contains("UNIQUE constraint failed");
    assertThat(pod.sessions.settled.get()).isEqualTo(before + 1);
  }

  @Test
  void query_settlesBeforeItAnswersAndClosesItsSession() throws Exception {
    int before = pod.sessions.settled.get();
    pod.post("/db/t1/query", "{\"sql\":\"echo\"}");
    assertThat(pod.sessions.settled.get()).isEqualTo(before + 1);
    assertThat(pod.sessions.open.get()).isZero();
  }

  @Test
  void batch_answersWithOneResultForEachStatement() throws Exception {
    HttpResponse<String> answer =
        pod.post(
            "/db/t1/batch",
            """
            {"statements":[{"sql":"echo","params":[1]},{"sql":"NOTHING"},{"sql":"ROWS 2"},
             {"sql":"echo","params":["z"]}]}""");
    JsonNode results = JSON.readTree(answer.body()).get("results");
    assertThat(results).hasSize(4);
    assertThat(results.get(0).get("rows").toString()).isEqualTo("[[1]]");
    assertThat(results.get(1).get("columns")).isEmpty();
    assertThat(results.get(1).get("rows")).isEmpty();
    assertThat(results.get(2).get("rows")).hasSize(2);
    assertThat(results.get(3).get("rows").toString()).isEqualTo("[[\"z\"]]");
    assertThat(results.get(3).get("rowsWritten").asInt()).isEqualTo(3);
    assertThat(JSON.readTree(answer.body()).get("lsn").isTextual()).isTrue();
  }

  @Test
  void batch_namesTheStatementThatFailed() throws Exception {
    HttpResponse<String> answer =
        pod.post("/db/t1/batch", "{\"statements\":[{\"sql\":\"echo\"},{\"sql\":\"FAIL it\"}]}");
    assertThat(answer.statusCode()).isEqualTo(409);
    JsonNode error = JSON.readTree(answer.body()).get("error");
    assertThat(error.get("code").asText()).isEqualTo("CONSTRAINT_VIOLATION");
    assertThat(error.get("message").asText()).isEqualTo("UNIQUE constraint failed: t.c");
    assertThat(error.get("statement").asInt()).isEqualTo(1);
    assertThat(error.get("line").asInt()).isEqualTo(1);
    assertThat(error.get("column").asInt()).isEqualTo(6);
    assertThat(error.get("retryable").asBoolean()).isFalse();
    assertThat(error.get("suggestion").asText()).isNotEmpty();
    assertThat(error.get("requestId").asText()).isNotEmpty();
  }

  @Test
  void transactionThatWouldOutliveItsRequest_isRefused() throws Exception {
    HttpResponse<String> answer = pod.post("/db/t1/query", "{\"sql\":\"BEGIN\"}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("INVALID_REQUEST").contains("/batch");
  }

  @Test
  void tooManyRows_failByNameOfTheLimit() throws Exception {
    HttpResponse<String> answer = pod.post("/db/t1/query", "{\"sql\":\"ROWS 100001\"}");
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains("RESPONSE_TOO_LARGE").contains("maxResultRows");
  }

  @Test
  void tooManyBytesOverAllStatements_failByNameOfTheLimit() throws Exception {
    String half = "{\"sql\":\"ROWS 90000\"}";
    HttpResponse<String> one = pod.post("/db/t1/batch", "{\"statements\":[" + half + "]}");
    assertThat(one.statusCode()).isEqualTo(200);
    HttpResponse<String> two =
        pod.post("/db/t1/batch", "{\"statements\":[" + half + "," + half + "]}");
    assertThat(two.statusCode()).isEqualTo(413);
    assertThat(two.body()).contains("RESPONSE_TOO_LARGE");
  }

  @Test
  void bugInTheEngine_isToldWithoutItsSecrets() throws Exception {
    HttpResponse<String> answer = pod.post("/db/t1/query", "{\"sql\":\"BUG\"}");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).contains("\"INTERNAL\"").doesNotContain("secret", "Exception");
  }

  @Test
  void requestId_isTheClientsOwn() throws Exception {
    HttpResponse<String> answer =
        pod.send(
            pod.authorized("/db/t1/query")
                .header("X-Request-Id", "abc-1")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"FAIL\"}")));
    assertThat(answer.headers().firstValue("x-request-id")).hasValue("abc-1");
    assertThat(answer.body()).contains("\"requestId\":\"abc-1\"");
  }

  @Test
  void harmfulRequestId_isReplaced() throws Exception {
    HttpResponse<String> answer =
        pod.send(
            pod.authorized("/db/t1/query")
                .header("X-Request-Id", "a b\tc\"")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"echo\"}")));
    assertThat(answer.headers().firstValue("x-request-id").orElseThrow()).matches("[0-9a-f]{32}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "Application/JSON; charset=UTF-8", ""})
  void jsonByAnyOfItsNames_isTaken(String type) throws Exception {
    var request = pod.authorized("/db/t1/query");
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    HttpResponse<String> answer =
        pod.send(request.POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"echo\"}")));
    assertThat(answer.statusCode()).isEqualTo(200);
  }
}
