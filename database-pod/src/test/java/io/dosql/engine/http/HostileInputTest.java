package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.main.RealPod;
import io.dosql.engine.main.RealPod.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input to a whole engine: told by its code, and nothing is lost or made by it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileInputTest {

  private static final int TEN_MB = 10_000_000;

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private Path folder;

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private RealPod pod;

  @BeforeAll
  void start(@TempDir Path shared) throws Exception {
    folder = shared;
    pod = new RealPod(shared);
    pod.sql("main", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
    pod.sql("main", "INSERT INTO t (v) VALUES ('here')");
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  @AfterEach
  void nothingIsLostOrMade() throws Exception {
    assertThat(pod.sql("main", "SELECT v FROM t").get("rows").toString()).isEqualTo("[[\"here\"]]");
    try (Stream<Path> tenants = Files.list(folder.resolve("data").resolve("tenants"))) {
      assertThat(tenants.map(path -> path.getFileName().toString())).containsExactly("main");
    }
  }

  private static void assertCode(Answer answer, int status, String code, String message) {
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.body().path("error").path("message").asText()).contains(message);
    assertThat(answer.body().path("error").path("suggestion").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"sql":"SELECT ?"}                            | has 1 parameter, 0 values were given
          {"sql":"SELECT ?","params":[1,2]}             | has 1 parameter, 2 values were given
          {"sql":"SELECT 1","params":[1]}               | has 0 parameters, 1 value was given
          {"sql":"SELECT :a","params":{"b":1}}          | parameter :a has no value
          {"sql":"SELECT :a","params":{"a":1,"b":2}}    | no parameter named 'b'
          {"sql":"SELECT :a","params":{"a":1,":a":2}}   | given twice
          {"sql":""}                                    | no statement
          {"sql":";"}                                   | no statement
          {"sql":"SELECT 1; DELETE FROM t"}             | more than one statement
          {"sql":"DELETE FROM t\\u0000 WHERE 0"}        | U+0000
          {"sql":"DELETE FROM t","unknown":1}           | At '/unknown'
          """)
  void statementThatDoesNotFit_isRefused(String body, String message) throws Exception {
    assertCode(pod.post("/db/main/query", body), 400, "INVALID_REQUEST", message);
  }

  @Test
  void tenMegabytesOfSql_areRefusedEverywhere() throws Exception {
    String sql = "DELETE FROM t WHERE v <> '" + "x".repeat(TEN_MB) + "'";
    assertCode(
        pod.post("/db/main/query", "{\"sql\":\"" + sql + "\"}"), 413, "PAYLOAD_TOO_LARGE", "");
    assertCode(
        pod.post("/db/main/batch", "{\"statements\":[{\"sql\":\"" + sql + "\"}]}"),
        413,
        "PAYLOAD_TOO_LARGE",
        "");
    for (String request :
        new String[] {
          "{\"type\":\"execute\",\"stmt\":{\"sql\":\"%s\"}}",
          "{\"type\":\"sequence\",\"sql\":\"%s\"}",
          "{\"type\":\"describe\",\"sql\":\"%s\"}"
        }) {
      Answer answer =
          pod.post("/v2/pipeline", "{\"requests\":[%s]}".formatted(request.formatted(sql)));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().at("/results/0/error/code").asText())
          .describedAs("%s", answer.body())
          .isEqualTo("SQLITE_TOOBIG");
    }
  }

  @Test
  void statementTooDeepForSqlite_isRefused() throws Exception {
    String deep = "SELECT " + "(".repeat(5_000) + "1" + ")".repeat(5_000);
    Answer answer = pod.post("/db/main/query", "{\"sql\":\"" + deep + "\"}");
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(400);
    assertThat(answer.body().path("error").path("message").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/db/../x/query",
        "/db/..%2Fx/query",
        "/db/..%2fx/query",
        "/db/%2e%2e%2fx/query",
        "/db/%2E%2E/query",
        "/db/./query",
        "/db/x%2F..%2Fmain/query",
        "/db/main%00/query",
        "/db/Main/query",
        "/db/main./query",
        "/db/-main/query",
        "/db/a_b/query",
        "/db/%C3%A4/query",
        "/db/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/query"
      })
  void nameThatIsNoTenants_isRefusedAndTouchesNoFile(String path) throws Exception {
    Answer answer = pod.post(path, "{\"sql\":\"CREATE TABLE x (y)\"}");
    assertCode(answer, 400, "INVALID_REQUEST", "");
    Answer hrana =
        pod.post(
            path.replace("/query", "/v2/pipeline"),
            "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"CREATE TABLE x (y)\"}}]}");
    assertCode(hrana, 400, "INVALID_REQUEST", "");
    assertThat(folder.resolve("data").resolve("x")).doesNotExist();
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ATTACH '%s/other.db' AS o",
        "VACUUM INTO '%s/copy.db'",
        "SELECT load_extension('%s/x')",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA writable_schema = 1",
        "CREATE VIRTUAL TABLE v USING csv('%s/x')",
        "UPDATE __dosql_migrations SET id = 1",
        "CREATE TABLE __dosql_restores (id)"
      })
  void sqlThatReachesOutOfItsTenant_isRefused(String sql) throws Exception {
    Answer answer =
        pod.post("/db/main/query", "{\"sql\":\"" + sql.replace("%s", folder.toString()) + "\"}");
    assertThat(answer.status()).describedAs("%s", answer.body()).isBetween(400, 404);
    assertThat(folder.resolve("other.db")).doesNotExist();
    assertThat(folder.resolve("copy.db")).doesNotExist();
  }
}
