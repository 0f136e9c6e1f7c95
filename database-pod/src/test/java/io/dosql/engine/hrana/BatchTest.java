package io.dosql.engine.hrana;

import static io.dosql.engine.hrana.PipelineClient.CLOSE;
import static io.dosql.engine.hrana.PipelineClient.result;
import static io.dosql.engine.hrana.PipelineClient.statement;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.main.RealPod;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches, whose steps run or not by what came of earlier ones. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchTest {

  private static final String GOOD = "SELECT 1";
  private static final String BAD = "SELECT * FROM nowhere";

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private RealPod pod;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    pod = new RealPod(folder);
    pod.sql("main", "CREATE TABLE t (v TEXT UNIQUE)");
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  private static String step(String condition, String sql) {
    return "{\"condition\":%s,\"stmt\":%s}"
        .formatted(condition.isEmpty() ? "null" : condition, statement(sql, ""));
  }

  private JsonNode batch(String... steps) throws Exception {
    String request =
        "{\"type\":\"batch\",\"batch\":{\"steps\":[%s]}}".formatted(String.join(",", steps));
    return result(new PipelineClient(pod, "/v2/pipeline").send(request, CLOSE).get(0));
  }

  /** For each step: {@code ok}, {@code error} or {@code skipped}. */
  private static List<String> outcomes(JsonNode batch) {
    JsonNode results = batch.get("step_results");
    JsonNode errors = batch.get("step_errors");
    assertThat(results).hasSameSizeAs(errors);
    List<String> outcomes = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      boolean ok = !results.get(i).isNull();
      boolean error = !errors.get(i).isNull();
      assertThat(ok && error).isFalse();
      outcomes.add(ok ? "ok" : error ? "error" : "skipped");
    }
    return outcomes;
  }

  /** Step 0 works, step 1 fails, step 2 is skipped; the condition decides over step 3. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"type":"ok","step":0}                                                     | ok
          {"type":"ok","step":1}                                                     | skipped
          {"type":"ok","step":2}                                                     | skipped
          {"type":"error","step":0}                                                  | skipped
          {"type":"error","step":1}                                                  | ok
          {"type":"error","step":2}                                                  | skipped
          {"type":"not","cond":{"type":"ok","step":0}}                               | skipped
          {"type":"not","cond":{"type":"ok","step":2}}                               | ok
          {"type":"and","conds":[{"type":"ok","step":0},{"type":"error","step":1}]}  | ok
          {"type":"and","conds":[{"type":"ok","step":0},{"type":"ok","step":1}]}     | skipped
          {"type":"and","conds":[]}                                                  | ok
          {"type":"or","conds":[{"type":"ok","step":1},{"type":"ok","step":0}]}      | ok
          {"type":"or","conds":[{"type":"ok","step":1},{"type":"error","step":0}]}   | skipped
          {"type":"or","conds":[]}                                                   | skipped
          {"type":"is_autocommit"}                                                   | ok
          {"type":"not","cond":{"type":"is_autocommit"}}                             | skipped
          """)
  void conditionsDecideOverSteps(String condition, String outcome) throws Exception {
    JsonNode batch =
        batch(
            step("", GOOD),
            step("", BAD),
            step("{\"type\":\"ok\",\"step\":1}", GOOD),
            step(condition, GOOD));
    assertThat(outcomes(batch)).containsExactly("ok", "error", "skipped", outcome);
    assertThat(batch.get("step_errors").get(1).get("code").asText()).isEqualTo("SQLITE_ERROR");
  }

  @Test
  void autocommitIsAskedWhenTheStepIsReached() throws Exception {
    JsonNode batch =
        batch(
            step("", "BEGIN"),
            step("{\"type\":\"is_autocommit\"}", GOOD),
            step("{\"type\":\"not\",\"cond\":{\"type\":\"is_autocommit\"}}", "ROLLBACK"));
    assertThat(outcomes(batch)).containsExactly("ok", "skipped", "ok");
  }

  @Test
  void transactionOfABatch_isRolledBackAsItsConditionsSay() throws Exception {
    JsonNode batch =
        batch(
            step("", "BEGIN IMMEDIATE"),
            step("{\"type\":\"ok\",\"step\":0}", "INSERT INTO t VALUES ('once')"),
            step("{\"type\":\"ok\",\"step\":1}", "INSERT INTO t VALUES ('once')"),
            step("{\"type\":\"ok\",\"step\":2}", "COMMIT"),
            step("{\"type\":\"not\",\"cond\":{\"type\":\"ok\",\"step\":3}}", "ROLLBACK"));
    assertThat(outcomes(batch)).containsExactly("ok", "ok", "error", "skipped", "ok");
    assertThat(pod.sql("main", "SELECT count(*) FROM t").get("rows").get(0).get(0).asInt())
        .isZero();
  }

  @Test
  void stepsWithoutATransaction_areEachOnTheirOwn() throws Exception {
    JsonNode batch =
        batch(
            step("", "INSERT INTO t VALUES ('own')"),
            step("", "INSERT INTO t VALUES ('own')"),
            step("", "DELETE FROM t WHERE v = 'own'"));
    assertThat(outcomes(batch)).containsExactly("ok", "error", "ok");
    assertThat(batch.get("step_results").get(2).get("affected_row_count").asInt()).isEqualTo(1);
  }
}
