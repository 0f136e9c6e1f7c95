package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of nonsense gets a clear error, and runs nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {

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

  @AfterEach
  void nothingRan() {
    assertThat(pod.sessions.executed).isEmpty();
    assertThat(pod.sessions.open.get()).isZero();
  }

  static Stream<Arguments> badQueries() {
    return Stream.of(
        Arguments.of("", "empty"),
        Arguments.of("{", "ends too early"),
        Arguments.of("{\"sql\":\"x\"", "ends too early"),
        Arguments.of("{'sql':'x'}", "line 1, column 2"),
        Arguments.of("{\"sql\":\"x\",}", "line 1, column 12"),
        Arguments.of("{\"sql\":\"x\"}}", "not valid JSON"),
        Arguments.of("{\"sql\":\"x\"} 1", "more after the end"),
        Arguments.of("[]", "must be an object, but is an array"),
        Arguments.of("null", "must be an object, but is null"),
        Arguments.of("{}", "'sql' is missing"),
        Arguments.of("{\"sql\":1}", "At '/sql'"),
        Arguments.of("{\"sql\":null}", "must be a string, but is null"),
        Arguments.of("{\"sql\":\"x\",\"sql\":\"y\"}", "appears twice"),
        Arguments.of("{\"sql\":\"x\",\"sqll\":\"y\"}", "At '/sqll'"),
        Arguments.of("{\"sql\":\"x\",\"params\":1}", "must be an array of values"),
        Arguments.of("{\"sql\":\"x\",\"params\":[[1]]}", "At '/params/0'"),
        Arguments.of("{\"sql\":\"x\",\"params\":[1,{}]}", "At '/params/1'"),
        Arguments.of("{\"sql\":\"x\",\"params\":[{\"blob\":\"%\"}]}", "must be base64"),
        Arguments.of("{\"sql\":\"x\",\"params\":[{\"blob\":1}]}", "must be a string"),
        Arguments.of("{\"sql\":\"x\",\"params\":[{\"text\":\"a\"}]}", "no such field"),
        Arguments.of("{\"sql\":\"x\",\"params\":[{\"integer\":\"1.5\"}]}", "64-bit integer"),
        Arguments.of("{\"sql\":\"x\",\"params\":[9223372036854775808]}", "64 bits"),
        Arguments.of("{\"sql\":\"x\",\"params\":[-9223372036854775809]}", "64 bits"),
        Arguments.of("{\"sql\":\"x\",\"params\":[1e999]}", "64-bit float"),
        Arguments.of("{\"sql\":\"x\",\"params\":[NaN]}", "not valid JSON"),
        Arguments.of("{\"sql\":\"x\",\"params\":[01]}", "not valid JSON"),
        Arguments.of("{\"sql\":\"\\ud800\"}", "surrogate"),
        Arguments.of("{\"sql\":\"a\u0000b\"}", "not valid JSON"),
        Arguments.of(
            "{\"sql\":\"x\",\"params\":" + "[".repeat(100) + "]".repeat(100) + "}", "array"),
        Arguments.of("[".repeat(100_000), "must be an object"),
        Arguments.of("{\"a\":" + "[".repeat(100_000), "no such field"));
  }

  @ParameterizedTest
  @MethodSource("badQueries")
  void badBody_isRefusedWithItsPlace(String body, String expected) throws Exception {
    HttpResponse<String> answer = pod.post("/db/t1/query", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .contains("\"code\":\"INVALID_REQUEST\"")
        .contains(expected)
        .doesNotContain("Exception", "jackson", "Source");
  }

  static Stream<Arguments> badBatches() {
    return Stream.of(
        Arguments.of("{}", "'statements' is missing"),
        Arguments.of("{\"statements\":[]}", "at least one statement"),
        Arguments.of("{\"statements\":{}}", "must be an array"),
        Arguments.of("{\"statements\":[{\"sql\":\"a\"},{}]}", "At '/statements/1'"),
        Arguments.of("{\"statements\":[\"a\"]}", "At '/statements/0'"),
        Arguments.of("{\"statements\":[{\"sql\":\"a\"}],\"atomic\":1}", "At '/atomic'"),
        Arguments.of("{\"statements\":[{\"sql\":\"a\"}],\"onError\":\"stop\"}", "'onError' is for"),
        Arguments.of("{\"statements\":[{\"sql\":\"a\"}],\"atomick\":true}", "At '/atomick'"),
        Arguments.of(
            "{\"statements\":[" + "{\"sql\":\"a\"},".repeat(10_000) + "{\"sql\":\"a\"}]}",
            "maxStatements"));
  }

  @ParameterizedTest
  @MethodSource("badBatches")
  void badBatch_isRefusedWithItsPlace(String body, String expected) throws Exception {
    HttpResponse<String> answer = pod.post("/db/t1/batch", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"code\":\"INVALID_REQUEST\"").contains(expected);
  }

  static Stream<byte[]> notUtf8() {
    return Stream.of(
        new byte[] {(byte) 0xFF},
        new byte[] {(byte) 0xC0, (byte) 0x80},
        new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        new byte[] {(byte) 0xE2, (byte) 0x82});
  }

  @ParameterizedTest
  @MethodSource("notUtf8")
  void malformedUtf8_isRefused(byte[] text) throws Exception {
    byte[] start = "{\"sql\":\"".getBytes(StandardCharsets.UTF_8);
    byte[] body = new byte[start.length + text.length + 2];
    System.arraycopy(start, 0, body, 0, start.length);
    System.arraycopy(text, 0, body, start.length, text.length);
    body[body.length - 2] = '"';
    body[body.length - 1] = '}';
    HttpResponse<String> answer =
        pod.send(pod.authorized("/db/t1/query").POST(BodyPublishers.ofByteArray(body)));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("not valid UTF-8 at byte 8");
  }

  @Test
  void utf16_isRefused() throws Exception {
    byte[] body = "{\"sql\":\"x\"}".getBytes(StandardCharsets.UTF_16);
    HttpResponse<String> answer =
        pod.send(pod.authorized("/db/t1/query").POST(BodyPublishers.ofByteArray(body)));
    assertThat(answer.statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/db/..%2Fx/query",
        "/db/%2e%2e/query",
        "/db/%2e%2e%2fx/query",
        "/db/a%00b/query",
        "/db/A/query",
        "/db/-a/query",
        "/db/a.b/query",
        "/db/a/b/query",
        "/db/%C3%A9/query",
        "/db/%C3/query",
        "/db/a%20b/v2/pipeline",
        "/db/..%2Fx/v2/pipeline",
        "/db/..%2Fx/batch"
      })
  void badTenant_isRefused(String path) throws Exception {
    String body =
        path.endsWith("pipeline")
            ? "{\"requests\":[]}"
            : path.endsWith("batch") ? "{\"statements\":[{\"sql\":\"x\"}]}" : "{\"sql\":\"x\"}";
    HttpResponse<String> answer = pod.post(path, body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"code\":\"INVALID_REQUEST\"");
  }

  @ParameterizedTest
  @CsvSource({
    "/db, 404",
    "/db/, 404",
    "/db/t1/nope, 404",
    "/v4/pipeline, 404",
    "/admin/status, 404",
    "/healthy, 404",
    "/querys, 404",
    "/db/v2/pipeline, 404"
  })
  void unknownPath_isNotFound(String path, int status) throws Exception {
    HttpResponse<String> answer = pod.post(path, "{\"sql\":\"x\"}");
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains("\"code\":\"NOT_FOUND\"").contains("\"requestId\"");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /db/t1/query, POST",
    "PUT, /db/t1/query, POST",
    "OPTIONS, /db/t1/query, POST",
    "DELETE, /db/t1/v2/pipeline, POST",
    "BREW, /db/t1/batch, POST",
    "POST, /health/live, 'GET, HEAD'",
    "POST, /v2, 'GET, HEAD'"
  })
  void wrongMethod_isToldWhichOnesThereAre(String method, String path, String allowed)
      throws Exception {
    HttpResponse<String> answer =
        pod.send(pod.authorized(path).method(method, BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).hasValue(allowed);
    assertThat(answer.body()).contains("METHOD_NOT_ALLOWED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "nonsense"
      })
  void otherContentTypes_areRefused(String type) throws Exception {
    HttpResponse<String> answer =
        pod.send(
            pod.authorized("/db/t1/query")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString("{\"sql\":\"x\"}")));
    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.body()).contains("UNSUPPORTED_MEDIA_TYPE").contains("application/json");
  }

  @Test
  void compressedBody_isRefused() throws Exception {
    HttpResponse<String> answer =
        pod.send(
            pod.authorized("/db/t1/query")
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofString("{\"sql\":\"x\"}")));
    assertThat(answer.statusCode()).isEqualTo(415);
  }

  @Test
  void bodyBeyondTheLimit_isRefusedByTheLimitsName() throws Exception {
    HttpResponse<String> answer =
        pod.post("/db/t1/query", "{\"sql\":\"" + "x".repeat(17 << 20) + "\"}");
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains("PAYLOAD_TOO_LARGE").contains("maxBodyBytes");
  }

  @Test
  void chunkedBodyBeyondTheLimit_isRefusedByTheLimitsName() throws Exception {
    byte[] part = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> answer =
        pod.send(
            pod.authorized("/db/t1/query")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArrays(java.util.Collections.nCopies(17, part))));
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(answer.body()).contains("PAYLOAD_TOO_LARGE").contains("maxBodyBytes");
  }
}
