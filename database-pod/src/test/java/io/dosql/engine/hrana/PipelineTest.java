package io.dosql.engine.hrana;

import static io.dosql.engine.hrana.PipelineClient.CLOSE;
import static io.dosql.engine.hrana.PipelineClient.error;
import static io.dosql.engine.hrana.PipelineClient.execute;
import static io.dosql.engine.hrana.PipelineClient.result;
import static io.dosql.engine.hrana.PipelineClient.statement;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.main.RealPod;
import io.dosql.engine.main.RealPod.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire in a pipeline, request kind by request kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PipelineTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MAIN = "/v2/pipeline";

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private RealPod pod;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    pod = new RealPod(folder);
    send(
        MAIN,
        execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE NOT NULL, n REAL)"),
        execute("CREATE TABLE child (t INTEGER REFERENCES t(id))"));
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  /** On a stream of their own. */
  private JsonNode send(String path, String... requests) throws Exception {
    PipelineClient client = new PipelineClient(pod, path);
    JsonNode results = client.send(requests);
    client.send(CLOSE);
    assertThat(client.baton()).isNull();
    return results;
  }

  private JsonNode row(String sql, String more) throws Exception {
    return result(send(MAIN, execute(sql, more)).get(0)).get("rows").get(0);
  }

  @Test
  void everyKindOfValue_comesBackAsItWent() throws Exception {
    JsonNode row =
        row(
            "SELECT ?, ?, ?, ?, ?, ?, ?",
            """
            "args":[{"type":"null"},
                    {"type":"integer","value":"9223372036854775807"},
                    {"type":"integer","value":"-9223372036854775808"},
                    {"type":"float","value":0.1},
                    {"type":"float","value":3},
                    {"type":"text","value":"a\\u0000\\"é😀"},
                    {"type":"blob","base64":""}]""");
    assertThat(row)
        .isEqualTo(
            JSON.readTree(
                """
                [{"type":"null"},
                 {"type":"integer","value":"9223372036854775807"},
                 {"type":"integer","value":"-9223372036854775808"},
                 {"type":"float","value":0.1},
                 {"type":"float","value":3.0},
                 {"type":"text","value":"a\\u0000\\"é😀"},
                 {"type":"blob","base64":""}]"""));
  }

  @ParameterizedTest
  @CsvSource({"AQ, AQ", "AQ==, AQ", "AQI, AQI", "AQI=, AQI", "AQID, AQID", "-_8, ", "+/8, +/8"})
  void blobs_areTakenWithOrWithoutPaddingAndSentWithout(String in, String out) throws Exception {
    String argument = "\"args\":[{\"type\":\"blob\",\"base64\":\"%s\"}]".formatted(in);
    if (out == null) {
      Answer refused = new PipelineClient(pod, MAIN).raw(null, execute("SELECT ?", argument));
      assertThat(refused.status()).isEqualTo(400);
      return;
    }
    assertThat(row("SELECT ?", argument).get(0).get("base64").asText()).isEqualTo(out);
  }

  @Test
  void infinitiesAndNan_areWhatReadersOfJsonUnderstand() throws Exception {
    Answer answer =
        new PipelineClient(pod, MAIN)
            .raw(null, execute("SELECT 1e999, -1e999, 1e999 - 1e999, -0.0, 1e308"), CLOSE);
    assertThat(answer.response().body())
        .contains(
            "[{\"type\":\"float\",\"value\":1e999},{\"type\":\"float\",\"value\":-1e999},"
                + "{\"type\":\"null\"},{\"type\":\"float\",\"value\":-0.0},"
                + "{\"type\":\"float\",\"value\":1.0E308}]");
  }

  @Test
  void result_tellsColumnsCountsAndTheLastRowid() throws Exception {
    JsonNode results =
        send(
            MAIN,
            execute("INSERT INTO t (id, v) VALUES (9007199254740993, 'big')"),
            execute("SELECT id AS i, v, n + 1 FROM t WHERE v = 'big'"),
            execute("DELETE FROM t WHERE v = 'big'"));
    JsonNode insert = result(results.get(0));
    assertThat(insert.get("affected_row_count").asInt()).isEqualTo(1);
    assertThat(insert.get("last_insert_rowid"))
        .isEqualTo(JSON.getNodeFactory().textNode("9007199254740993"));
    assertThat(insert.get("cols")).isEmpty();
    JsonNode select = result(results.get(1));
    assertThat(select.get("cols"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"name":"i","decltype":"INTEGER"},{"name":"v","decltype":"TEXT"},
                 {"name":"n + 1","decltype":null}]"""));
    assertThat(select.get("affected_row_count").asInt()).isZero();
    assertThat(select.get("last_insert_rowid").isNull()).isTrue();
    assertThat(result(results.get(2)).get("affected_row_count").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", ":a"})
  void namedArguments_mayLackTheirPrefix(String name) throws Exception {
    JsonNode row =
        row(
            "SELECT :a || @b || $c",
            """
            "named_args":[{"name":"%s","value":{"type":"text","value":"1"}},
                          {"name":"@b","value":{"type":"text","value":"2"}},
                          {"name":"c","value":{"type":"text","value":"3"}}]"""
                .formatted(name));
    assertThat(row.get(0).get("value").asText()).isEqualTo("123");
  }

  @Test
  void numberedAndNamedParameters_areAlsoPositions() throws Exception {
    String two =
        """
        "args":[{"type":"text","value":"1"},{"type":"text","value":"2"}]""";
    assertThat(row("SELECT ?2 || ?1", two).get(0).get("value").asText()).isEqualTo("21");
    assertThat(row("SELECT :x || @y", two).get(0).get("value").asText()).isEqualTo("12");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT ?    |                                                     | has 1 parameter, 0 values
          SELECT ?, ? | "args":[{"type":"null"}]                            | has 2 parameters, 1 value was
          SELECT 1    | "args":[{"type":"null"}]                            | has 0 parameters, 1 value was
          SELECT :a   | "named_args":[{"name":"b","value":{"type":"null"}}] | parameter :a has no value
          """)
  void argumentsThatDoNotFit_areRefused(String sql, String more, String message) throws Exception {
    JsonNode error = error(send(MAIN, execute(sql, more == null ? "" : more)).get(0));
    assertThat(error.get("code").asText()).isEqualTo("ARGS_INVALID");
    assertThat(error.get("message").asText()).contains(message);
  }

  @Test
  void rowsThatNobodyWants_areLeftOut() throws Exception {
    JsonNode result = result(send(MAIN, execute("VALUES (1), (2)", "\"want_rows\":false")).get(0));
    assertThat(result.get("rows")).isEmpty();
    assertThat(result.get("cols")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          INSERT INTO t (v) VALUES (NULL)               | SQLITE_CONSTRAINT   | NOT NULL constraint failed: t.v
          INSERT INTO t (v) VALUES ('d'), ('d')         | SQLITE_CONSTRAINT   | UNIQUE constraint failed: t.v
          INSERT INTO child VALUES (99)                 | SQLITE_CONSTRAINT   | FOREIGN KEY constraint failed
          SELECT * FROM nowhere                         | SQLITE_ERROR        | no such table: nowhere
          SELEKT 1                                      | SQL_PARSE_ERROR     | near "SELEKT": syntax error
          SELECT (                                      | SQL_PARSE_ERROR     | incomplete input
          SELECT 1; SELECT 2                            | SQL_MANY_STATEMENTS | more than one statement
          -- nothing                                    | SQL_NO_STATEMENT    | no statement
          ATTACH 'x' AS y                               | SQLITE_AUTH         | ATTACH
          COMMIT                                        | SQLITE_ERROR        | cannot commit
          """)
  void errors_haveTheCodesThatLibsqlClientsKnow(String sql, String code, String message)
      throws Exception {
    JsonNode results = send(MAIN, execute(sql), execute("SELECT 1"));
    JsonNode error = error(results.get(0));
    assertThat(error.get("code").asText()).isEqualTo(code);
    assertThat(error.get("message").asText()).contains(message);
    assertThat(result(results.get(1)).get("rows")).describedAs("goes on after it").hasSize(1);
  }

  @Test
  void sequence_runsAllUpToTheFirstThatFails() throws Exception {
    String script =
        "CREATE TABLE s (a); -- first; \\n INSERT INTO s VALUES ('x;y');"
            + "INSERT INTO nowhere VALUES (1); INSERT INTO s VALUES (2)";
    JsonNode results =
        send(
            MAIN,
            "{\"type\":\"sequence\",\"sql\":\"%s\"}".formatted(script),
            execute("SELECT a FROM s"),
            "{\"type\":\"sequence\",\"sql\":\"DROP TABLE s;;\"}");
    assertThat(error(results.get(0)).get("message").asText()).contains("no such table: nowhere");
    assertThat(result(results.get(1)).get("rows"))
        .isEqualTo(JSON.readTree("[[{\"type\":\"text\",\"value\":\"x;y\"}]]"));
    assertThat(results.get(2))
        .isEqualTo(JSON.readTree("{\"type\":\"ok\",\"response\":{\"type\":\"sequence\"}}"));
  }

  @Test
  void describe_tellsParametersAndColumnsAndRunsNothing() throws Exception {
    JsonNode results =
        send(
            MAIN,
            "{\"type\":\"describe\",\"sql\":\"INSERT INTO t (id, v) VALUES (:id, ?) RETURNING v\"}",
            "{\"type\":\"describe\",\"sql\":\"EXPLAIN SELECT 1\"}",
            execute("SELECT count(*) FROM t WHERE id = 77"));
    JsonNode insert = results.get(0).get("response").get("result");
    assertThat(insert)
        .isEqualTo(
            JSON.readTree(
                """
                {"params":[{"name":":id"},{"name":null}],
                 "cols":[{"name":"v","decltype":"TEXT"}],
                 "is_explain":false,"is_readonly":false}"""));
    JsonNode explain = results.get(1).get("response").get("result");
    assertThat(explain.get("is_explain").asBoolean()).isTrue();
    assertThat(explain.get("is_readonly").asBoolean()).isTrue();
    assertThat(result(results.get(2)).get("rows").get(0).get(0).get("value").asText())
        .isEqualTo("0");
  }

  @Test
  void storedSql_isUsedByItsIdUntilItIsClosed() throws Exception {
    PipelineClient stream = new PipelineClient(pod, MAIN);
    JsonNode first =
        stream.send(
            "{\"type\":\"store_sql\",\"sql_id\":7,\"sql\":\"SELECT 7\"}",
            "{\"type\":\"store_sql\",\"sql_id\":7,\"sql\":\"SELECT 8\"}",
            "{\"type\":\"execute\",\"stmt\":{\"sql_id\":7}}");
    assertThat(first.get(0))
        .isEqualTo(JSON.readTree("{\"type\":\"ok\",\"response\":{\"type\":\"store_sql\"}}"));
    assertThat(error(first.get(1)).get("message").asText()).contains("sql_id 7");
    assertThat(result(first.get(2)).get("rows").get(0).get(0).get("value").asText()).isEqualTo("7");
    JsonNode later =
        stream.send(
            "{\"type\":\"describe\",\"sql_id\":7}",
            "{\"type\":\"sequence\",\"sql_id\":7}",
            "{\"type\":\"close_sql\",\"sql_id\":7}",
            "{\"type\":\"execute\",\"stmt\":{\"sql_id\":7}}",
            CLOSE);
    assertThat(later.get(0).get("type").asText()).isEqualTo("ok");
    assertThat(later.get(1).get("type").asText()).isEqualTo("ok");
    assertThat(later.get(2))
        .isEqualTo(JSON.readTree("{\"type\":\"ok\",\"response\":{\"type\":\"close_sql\"}}"));
    assertThat(error(later.get(3)).get("message").asText()).contains("sql_id 7");
  }

  @Test
  void autocommit_isToldInsideAndOutsideOfATransaction() throws Exception {
    String ask = "{\"type\":\"get_autocommit\"}";
    JsonNode results = send(MAIN, ask, execute("BEGIN"), ask, execute("ROLLBACK"), ask);
    assertThat(results.get(0).get("response"))
        .isEqualTo(JSON.readTree("{\"type\":\"get_autocommit\",\"is_autocommit\":true}"));
    assertThat(results.get(2).get("response").get("is_autocommit").asBoolean()).isFalse();
    assertThat(results.get(4).get("response").get("is_autocommit").asBoolean()).isTrue();
  }

  @Test
  void closedStream_takesNoMoreRequestsAndRollsBack() throws Exception {
    PipelineClient stream = new PipelineClient(pod, MAIN);
    JsonNode results =
        stream.send(
            execute("BEGIN IMMEDIATE"),
            execute("INSERT INTO t (v) VALUES ('never')"),
            CLOSE,
            execute("SELECT 1"));
    assertThat(results.get(2))
        .isEqualTo(JSON.readTree("{\"type\":\"ok\",\"response\":{\"type\":\"close\"}}"));
    assertThat(error(results.get(3)).get("message").asText()).contains("closed");
    assertThat(stream.baton()).isNull();
    assertThat(row("SELECT count(*) FROM t WHERE v = 'never'", "").get(0).get("value").asText())
        .isEqualTo("0");
  }

  @Test
  void tenants_areApart() throws Exception {
    send("/db/t1/v2/pipeline", execute("CREATE TABLE only_here (a)"));
    assertThat(error(send(MAIN, execute("SELECT * FROM only_here")).get(0)).get("message").asText())
        .contains("no such table");
    assertThat(result(send("/db/t1//v2/pipeline", execute("SELECT * FROM only_here")).get(0)))
        .isNotNull();
    assertThat(result(send("/db/main/v2/pipeline", execute("SELECT count(*) FROM t")).get(0)))
        .isNotNull();
  }

  @Test
  void tokenThatMayOnlyRead_cannotWrite() throws Exception {
    PipelineClient reader = new PipelineClient(pod, MAIN, pod.keys().readOnlyToken());
    JsonNode results =
        reader.send(
            execute("INSERT INTO t (v) VALUES ('x')"),
            execute("BEGIN IMMEDIATE"),
            execute("SELECT 1"),
            CLOSE);
    assertThat(error(results.get(0)).get("code").asText()).isEqualTo("SQLITE_READONLY");
    assertThat(error(results.get(1)).get("code").asText()).isEqualTo("SQLITE_READONLY");
    assertThat(result(results.get(2)).get("rows")).hasSize(1);
  }

  @Test
  void readOnlyTransaction_refusesToWrite() throws Exception {
    JsonNode results =
        send(
            MAIN,
            execute("BEGIN TRANSACTION READONLY"),
            execute("INSERT INTO t (v) VALUES ('x')"),
            execute("COMMIT"));
    assertThat(error(results.get(1)).get("code").asText()).isEqualTo("SQLITE_READONLY");
    assertThat(results.get(2).get("type").asText()).isEqualTo("ok");
  }

  @ParameterizedTest
  @CsvSource({
    "/v2, 200",
    "/db/t1/v2, 200",
    "/db/t1//v2, 200",
    "/v3, 200",
    "/v3-protobuf, 200",
    "/v4, 404"
  })
  void versions_areToldByGet(String path, int status) throws Exception {
    assertThat(pod.get(path).statusCode()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"requests\":{}}",
        "{\"baton\":1,\"requests\":[]}",
        "{\"requests\":[{}]}",
        "{\"requests\":[{\"type\":\"cursor\"}]}",
        "{\"requests\":[{\"type\":\"execute\"}]}",
        "{\"requests\":[{\"type\":\"execute\",\"stmt\":{}}]}",
        "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"x\",\"sql_id\":1}}]}",
        "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"x\",\"args\":[1]}}]}",
        "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"x\",\"args\":[{\"type\":\"integer\",\"value\":1}]}}]}",
        "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"x\",\"args\":[{\"type\":\"date\"}]}}]}",
        "{\"requests\":[{\"type\":\"store_sql\",\"sql\":\"x\"}]}",
        "{\"requests\":[{\"type\":\"batch\",\"batch\":{\"steps\":[{}]}}]}",
        "{\"requests\":[{\"type\":\"batch\",\"batch\":{\"steps\":[{\"condition\":{\"type\":\"ok\",\"step\":0},\"stmt\":{\"sql\":\"x\"}}]}}]}",
        "{\"requests\":[{\"type\":\"batch\",\"batch\":{\"steps\":[{\"condition\":{\"type\":\"xor\"},\"stmt\":{\"sql\":\"x\"}}]}}]}",
      })
  void malformedPipeline_isRefusedAsAWhole(String body) throws Exception {
    Answer answer = pod.post(MAIN, body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.response().headers().firstValue("content-type"))
        .describedAs("libSQL clients look into exactly this type")
        .hasValue("application/json");
    assertThat(answer.body().get("code").asText()).isEqualTo("INVALID_REQUEST");
    assertThat(answer.body().get("message").asText()).isNotEmpty();
  }

  @Test
  void fieldsOfLaterVersions_arePassedOver() throws Exception {
    String request =
        "{\"type\":\"execute\",\"new\":{\"a\":[1]},\"stmt\":%s}"
            .formatted(statement("SELECT 1", "\"replication_index\":\"3\""));
    assertThat(result(send(MAIN, request).get(0)).get("rows")).hasSize(1);
  }
}
