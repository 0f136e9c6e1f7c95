package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Validation, query plans, batches that are not atomic, and routes at the root; on a real pod. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private RealPod pod;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    pod = new RealPod(folder);
    pod.sql("main", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)");
    pod.sql("main", "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id REFERENCES users)");
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  private JsonNode post(String path, Object body) throws Exception {
    RealPod.Answer answer = pod.post(path, JSON.writeValueAsString(body));
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(200);
    return answer.body();
  }

  private JsonNode validate(String sql) throws Exception {
    return post("/db/main/validate", Map.of("sql", sql));
  }

  private long count(String table) throws Exception {
    return pod.sql("main", "SELECT count(*) FROM " + table).at("/rows/0/0").asLong();
  }

  // ---- validate

  @Test
  void validate_describesEachStatement() throws Exception {
    JsonNode answer =
        validate(
            """
            SELECT id, name FROM users WHERE id > ?1 AND name <> :n;
              INSERT INTO users VALUES (1, 'a') RETURNING id; -- last
            BEGIN IMMEDIATE; PRAGMA user_version;
            WITH x AS (SELECT 2) DELETE FROM users WHERE id IN x""");
    assertThat(answer.get("valid").asBoolean()).isTrue();
    JsonNode statements = answer.get("statements");
    assertThat(statements.findValuesAsText("kind"))
        .containsExactly("query", "change", "transaction", "pragma", "change");
    assertThat(statements.findValuesAsText("readOnly"))
        .containsExactly("true", "false", "false", "true", "false");
    assertThat(statements.get(0).get("parameters"))
        .hasToString("[{\"index\":1,\"name\":\"?1\"},{\"index\":2,\"name\":\":n\"}]");
    assertThat(statements.get(0).get("columns"))
        .hasToString(
            "[{\"name\":\"id\",\"type\":\"INTEGER\"},{\"name\":\"name\",\"type\":\"TEXT\"}]");
    assertThat(statements.get(1).get("line").asInt()).isEqualTo(2);
    assertThat(statements.get(1).get("column").asInt()).isEqualTo(3);
  }

  @Test
  void validate_runsNothing() throws Exception {
    long before = count("users");
    JsonNode answer =
        validate(
            "INSERT INTO users (name) VALUES ('v'); CREATE TABLE made (a); DROP TABLE orders;"
                + " PRAGMA user_version = 77");
    assertThat(answer.get("valid").asBoolean()).describedAs("%s", answer).isTrue();
    assertThat(count("users")).isEqualTo(before);
    assertThat(count("orders")).isZero();
    assertThat(pod.post("/query", "{\"sql\":\"SELECT * FROM made\"}").code())
        .isEqualTo("TABLE_NOT_FOUND");
    assertThat(pod.sql("main", "PRAGMA user_version").at("/rows/0/0").asInt()).isZero();
  }

  @Test
  void validate_knowsWhatEarlierStatementsDefine() throws Exception {
    JsonNode answer =
        validate(
            """
            CREATE TABLE items (id INTEGER PRIMARY KEY, price REAL);
            CREATE VIEW dear AS SELECT * FROM items WHERE price > 10;
            CREATE TRIGGER t AFTER INSERT ON items BEGIN
              INSERT INTO users (name) VALUES (new.id); SELECT 1;
            END;
            ALTER TABLE users ADD COLUMN age INTEGER;
            INSERT INTO items VALUES (1, 2);
            SELECT age, price FROM users, dear;
            DROP TABLE orders;
            SELECT * FROM orders;""");
    List<JsonNode> errors = answer.findValues("error");
    assertThat(errors).hasSize(1);
    assertThat(errors.getFirst().get("code").asText()).isEqualTo("TABLE_NOT_FOUND");
    assertThat(errors.getFirst().get("line").asInt()).isEqualTo(10);
    assertThat(errors.getFirst().get("column").asInt()).isEqualTo(15);
    assertThat(answer.get("statements")).hasSize(8);
  }

  @Test
  void validate_goesOnBehindErrorsAndPlacesThemInTheWholeText() throws Exception {
    JsonNode answer =
        validate(
            """
            SELECT 1; SELCT ';' FROM users;
            SELECT * FROM
              usres;
            CREATE TRIGER x AFTER INSERT ON users BEGIN SELECT 1; END;
            SELECT 2""");
    assertThat(answer.get("valid").asBoolean()).isFalse();
    List<JsonNode> errors = answer.findValues("error");
    assertThat(errors.get(0).get("line").asInt()).isEqualTo(1);
    assertThat(errors.get(0).get("column").asInt()).isEqualTo(11);
    assertThat(errors.get(0).get("suggestion").asText()).isEqualTo("Did you mean 'SELECT'?");
    assertThat(errors.get(0).get("source").asText()).isEqualTo("SELECT 1; SELCT ';' FROM users;");
    assertThat(errors.get(0).get("caret").asText()).isEqualTo("          ^");
    assertThat(errors.get(1).get("line").asInt()).isEqualTo(3);
    assertThat(errors.get(1).get("column").asInt()).isEqualTo(3);
    assertThat(errors.get(1).get("suggestion").asText()).isEqualTo("Did you mean 'users'?");
    JsonNode last = answer.get("statements").get(answer.get("statements").size() - 1);
    assertThat(last.get("kind").asText()).isEqualTo("query");
    assertThat(last.get("line").asInt()).isEqualTo(5);
  }

  @Test
  void validate_keepsThePolicy() throws Exception {
    JsonNode answer = validate("ATTACH 'x.db' AS x; CREATE TEMP TABLE t (a)");
    assertThat(answer.findValuesAsText("code")).containsExactly("FORBIDDEN", "FORBIDDEN");
  }

  @Test
  void validate_endsSchemaStatementsThatNeverEnd() throws Exception {
    JsonNode answer =
        validate(
            "CREATE TABLE x AS WITH RECURSIVE r(a) AS (SELECT 1 UNION ALL SELECT a FROM r)"
                + " SELECT randomblob(1000) FROM r");
    assertThat(answer.at("/statements/0/error/code").asText())
        .isIn("RESOURCE_EXHAUSTED", "TIMEOUT");
  }

  @Test
  void validate_ofNothingIsValid() throws Exception {
    JsonNode answer = validate(" -- nothing\n;;");
    assertThat(answer.get("valid").asBoolean()).isTrue();
    assertThat(answer.get("statements")).isEmpty();
  }

  // ---- explain

  @Test
  void explain_isATree() throws Exception {
    JsonNode plan =
        post(
                "/db/main/explain",
                Map.of(
                    "sql",
                    "SELECT name FROM users WHERE id IN (SELECT user_id FROM orders) UNION SELECT ?"))
            .get("plan");
    assertThat(plan.findValuesAsText("detail"))
        .anyMatch(detail -> detail.startsWith("MERGE (UNION)"))
        .anyMatch(detail -> detail.startsWith("SEARCH users USING INTEGER PRIMARY KEY"))
        .anyMatch(detail -> detail.startsWith("SCAN orders"));
    assertThat(plan).hasSize(1);
    JsonNode firstPart = plan.at("/0/children/0/children");
    assertThat(firstPart.findValuesAsText("detail")).anyMatch(detail -> detail.contains("users"));
  }

  @Test
  void explain_ofAWriteWritesNothing() throws Exception {
    long before = count("users");
    JsonNode answer =
        post("/explain", Map.of("sql", "INSERT INTO users (name) SELECT id FROM orders"));
    assertThat(answer.get("plan").findValuesAsText("detail")).contains("SCAN orders");
    assertThat(count("users")).isEqualTo(before);
  }

  @Test
  void explain_refusesWhatHasNoPlan() throws Exception {
    for (String sql :
        List.of("PRAGMA user_version", "EXPLAIN SELECT 1", "CREATE TABLE x (a)", "BEGIN")) {
      RealPod.Answer answer = pod.post("/explain", JSON.writeValueAsString(Map.of("sql", sql)));
      assertThat(answer.code()).describedAs(sql).isEqualTo("INVALID_REQUEST");
    }
    RealPod.Answer wrong = pod.post("/explain", "{\"sql\":\"SELECT * FROM usres\"}");
    assertThat(wrong.body().at("/error/column").asInt()).isEqualTo(15);
  }

  // ---- batch

  @Test
  void batch_notAtomicStopsAtTheFirstError() throws Exception {
    pod.sql("main", "DELETE FROM users");
    JsonNode answer =
        post(
            "/batch",
            Map.of(
                "atomic",
                false,
                "statements",
                statements(
                    "INSERT INTO users VALUES (1, 'a')",
                    "INSERT INTO users VALUES (2, 'a')",
                    "INSERT INTO users VALUES (3, 'c')")));
    assertThat(answer.get("results")).hasSize(2);
    assertThat(answer.at("/results/0/affectedRows").asInt()).isEqualTo(1);
    assertThat(answer.at("/results/1/error/code").asText()).isEqualTo("CONSTRAINT_VIOLATION");
    assertThat(answer.at("/results/1/error/statement").asInt()).isEqualTo(1);
    assertThat(count("users")).isEqualTo(1);
  }

  @Test
  void batch_notAtomicGoesOnIfAsked() throws Exception {
    pod.sql("main", "DELETE FROM users");
    JsonNode answer =
        post(
            "/db/main/batch",
            Map.of(
                "onError",
                "continue",
                "atomic",
                false,
                "statements",
                statements(
                    "INSERT INTO users VALUES (1, 'a')",
                    "SELECT id, nmae FROM users",
                    "BEGIN",
                    "SELECT name FROM users")));
    assertThat(answer.get("results")).hasSize(4);
    assertThat(answer.at("/results/1/error/suggestion").asText()).isEqualTo("Did you mean 'name'?");
    assertThat(answer.at("/results/2/error/code").asText()).isEqualTo("INVALID_REQUEST");
    assertThat(answer.at("/results/3/rows/0/0").asText()).isEqualTo("a");
    assertThat(answer.get("lsn").asText()).isNotEqualTo("0");
  }

  @Test
  void batch_onErrorIsNotForAtomicOnes() throws Exception {
    for (String more : List.of("\"onError\":\"stop\"", "\"atomic\":false,\"onError\":\"never\"")) {
      RealPod.Answer answer =
          pod.post("/batch", "{\"statements\":[{\"sql\":\"SELECT 1\"}]," + more + "}");
      assertThat(answer.code()).isEqualTo("INVALID_REQUEST");
    }
  }

  private static List<Map<String, String>> statements(String... sql) {
    return IntStream.range(0, sql.length).mapToObj(i -> Map.of("sql", sql[i])).toList();
  }

  // ---- routes at the root

  @Test
  void theRootIsTheTenantMain() throws Exception {
    pod.sql("main", "CREATE TABLE IF NOT EXISTS at_root (a)");
    JsonNode answer = post("/query", Map.of("sql", "SELECT count(*) FROM at_root"));
    assertThat(answer.at("/rows/0/0").asInt()).isZero();
    assertThat(post("/validate", Map.of("sql", "SELECT * FROM at_root")).get("valid").asBoolean())
        .isTrue();
    assertThat(pod.post("/db/other/query", "{\"sql\":\"SELECT * FROM at_root\"}").code())
        .isEqualTo("TABLE_NOT_FOUND");
  }
}
