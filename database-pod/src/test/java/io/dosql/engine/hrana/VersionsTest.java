package io.dosql.engine.hrana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.main.RealPod;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The versions of the protocol over HTTP, and what came before it. */
class VersionsTest {

  private static final Pattern VERSION = Pattern.compile("(\\w+)\\s+([0-9.]+)\\s+(.+)");

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

  @ParameterizedTest
  @ValueSource(strings = {"", "/db/acme"})
  void eachVersionSaysThatItIsSpoken(String base) throws Exception {
    for (String version : new String[] {"/v1", "/v2", "/v3", "/v3-protobuf", "/health"}) {
      assertThat(pod.get(base + version).statusCode()).describedAs(version).isEqualTo(200);
    }
    HttpResponse<String> version = pod.get(base + "/version");
    assertThat(version.statusCode()).isEqualTo(200);
    assertThat(version.body()).matches(VERSION).startsWith("sqld ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v2/pipeline", "/v3/pipeline", "/db/acme/v3/pipeline"})
  void bothVersionsOfPipelinesRun(String path) throws Exception {
    JsonNode answer =
        pod.post(
                path,
                "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"SELECT 5\"}},"
                    + "{\"type\":\"get_autocommit\"},{\"type\":\"close\"}]}")
            .body();
    assertThat(answer.at("/results/0/response/result/rows/0/0/value").asText()).isEqualTo("5");
    assertThat(answer.at("/results/1/response/is_autocommit").asBoolean()).isTrue();
    assertThat(answer.get("baton").isNull()).isTrue();
  }

  @Test
  void theRootSpeaksToMain() throws Exception {
    pod.sql("main", "CREATE TABLE at_the_root (v)");
    JsonNode answer =
        pod.post("/v1/execute", "{\"stmt\":{\"sql\":\"SELECT count(*) FROM at_the_root\"}}").body();
    assertThat(answer.at("/result/rows/0/0/value").asText()).isEqualTo("0");
  }

  @Test
  void version1ExecutesWithoutAStream() throws Exception {
    RealPod.Answer answer =
        pod.post(
            "/db/one/v1/execute",
            "{\"stmt\":{\"sql\":\"SELECT :a\",\"named_args\":[{\"name\":\"a\",\"value\":"
                + "{\"type\":\"blob\",\"base64\":\"AAE\"}}],\"want_rows\":true}}");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().at("/result/rows/0/0/base64").asText()).isEqualTo("AAE");
    RealPod.Answer failed = pod.post("/db/one/v1/execute", "{\"stmt\":{\"sql\":\"SELEC 1\"}}");
    assertThat(failed.status()).isEqualTo(400);
    assertThat(failed.body().get("code").asText()).isEqualTo("SQL_PARSE_ERROR");
    assertThat(pod.post("/db/one/v1/execute", "{}").status()).isEqualTo(400);
  }

  @Test
  void version1LeavesNoTransactionOpen() throws Exception {
    RealPod.Answer answer =
        pod.post(
            "/db/one/v1/batch",
            "{\"batch\":{\"steps\":[{\"stmt\":{\"sql\":\"BEGIN IMMEDIATE\"}},"
                + "{\"stmt\":{\"sql\":\"CREATE TABLE gone (v)\"}},"
                + "{\"condition\":{\"type\":\"error\",\"step\":1},\"stmt\":{\"sql\":\"ROLLBACK\"}}"
                + "]}}");
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(200);
    assertThat(answer.body().at("/result/step_results")).hasSize(3);
    assertThat(answer.body().at("/result/step_results/2").isNull()).isTrue();
    assertThat(
            pod.sql("one", "SELECT count(*) FROM sqlite_schema WHERE name = 'gone'")
                .at("/rows/0/0")
                .asInt())
        .isZero();
    pod.sql("one", "CREATE TABLE the_writer_is_free (v)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/db/old", "/db/old/"})
  void statementsOfTheOlderFormRun(String path) throws Exception {
    JsonNode answer =
        pod.post(
                path,
                "{\"statements\":[\"DROP TABLE IF EXISTS t\",\"CREATE TABLE t (a, b)\","
                    + "{\"q\":\"INSERT INTO t VALUES (?, ?)\",\"params\":[1, {\"base64\":\"AAE=\"}]},"
                    + "{\"q\":\"SELECT a, b, 'x' AS c, 1.5 AS d FROM t WHERE a = :a\","
                    + "\"params\":{\":a\":1}}]}")
            .body();
    assertThat(answer).hasSize(4);
    assertThat(answer.at("/2/results/rows_written").asInt()).isEqualTo(1);
    assertThat(answer.at("/3/results/columns").toString()).isEqualTo("[\"a\",\"b\",\"c\",\"d\"]");
    assertThat(answer.at("/3/results/rows").toString())
        .isEqualTo("[[1,{\"base64\":\"AAE\"},\"x\",1.5]]");
    assertThat(answer.at("/3/results/rows_read").asInt()).isEqualTo(1);
    assertThat(answer.at("/3/results/query_duration_ms").isNumber()).isTrue();
  }

  @Test
  void statementsOfTheOlderFormEndWithTheFirstThatFails() throws Exception {
    JsonNode answer =
        pod.post(
                "/db/old",
                "{\"statements\":[\"BEGIN\",\"CREATE TABLE undone (v)\",\"SELECT * FROM nowhere\","
                    + "\"CREATE TABLE not_run (v)\"]}")
            .body();
    assertThat(answer.at("/2/error").asText()).contains("nowhere");
    assertThat(answer.at("/3/error").asText()).contains("not run");
    assertThat(
            pod.sql("old", "SELECT count(*) FROM sqlite_schema WHERE name IN ('undone', 'not_run')")
                .at("/rows/0/0")
                .asInt())
        .isZero();
  }

  @Test
  void theOlderFormTakesPathsOfOneTenantOnly() throws Exception {
    assertThat(pod.post("/db/old/nothing/here", "{}").status()).isEqualTo(404);
    assertThat(pod.post("/db/old", "{}").status()).isEqualTo(400);
    assertThat(pod.post("/", "{\"statements\":[\"SELECT 1\"]}").status()).isEqualTo(200);
  }
}
