package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactions as clients see them, over Hrana and plain JSON, on a real pod. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransactionApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LOCK_TIMEOUT = "X-DoSQL-Lock-Timeout";
  private static final String INSERT = "{\"sql\":\"INSERT INTO t VALUES (NULL)\"}";

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private RealPod pod;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    pod = new RealPod(folder);
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  @BeforeEach
  void empty() throws Exception {
    pod.sql("main", "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY)");
    pod.sql("main", "DELETE FROM t");
  }

  private long count() throws Exception {
    return pod.sql("main", "SELECT count(*) FROM t").at("/rows/0/0").asLong();
  }

  /** A Hrana stream over HTTP. */
  private final class Stream implements AutoCloseable {
    private final String header;
    private final String value;
    private @Nullable String baton;

    private Stream() {
      this("X-Request-Id", "of-a-test");
    }

    private Stream(String header, String value) {
      this.header = header;
      this.value = value;
    }

    /** The result, or the error, of one statement. */
    private JsonNode run(String sql) throws Exception {
      return send(Map.of("type", "execute", "stmt", Map.of("sql", sql)));
    }

    private void ok(String sql) throws Exception {
      JsonNode result = run(sql);
      assertThat(result.get("type").asText()).describedAs("%s", result).isEqualTo("ok");
    }

    private String failure(String sql) throws Exception {
      JsonNode error = run(sql).path("error");
      return error.path("code").asText() + ": " + error.path("message").asText();
    }

    private JsonNode send(Map<String, ?> request) throws Exception {
      Map<String, Object> body = new HashMap<>();
      body.put("baton", baton);
      body.put("requests", List.of(request));
      RealPod.Answer answer =
          pod.post("/v2/pipeline", JSON.writeValueAsString(body), header, value);
      assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(200);
      baton = answer.body().path("baton").asText(null);
      return answer.body().at("/results/0");
    }

    @Override
    public void close() throws Exception {
      if (baton != null) {
        JsonNode _ = send(Map.of("type", "close"));
      }
    }
  }

  @Test
  void anAbandonedStream_losesTheWriterToOthersSoon() throws Exception {
    try (Stream abandoned = new Stream()) {
      abandoned.ok("BEGIN IMMEDIATE");
      abandoned.ok("INSERT INTO t VALUES (1)");
      // Who waits would not give up for long: it is the idle one who loses.
      assertThat(pod.post("/query", INSERT, LOCK_TIMEOUT, "30000").status()).isEqualTo(200);
      assertThat(abandoned.failure("INSERT INTO t VALUES (2)"))
          .startsWith("SQLITE_BUSY: ")
          .contains("it was idle for", "while others waited to write");
      assertThat(count()).isEqualTo(1);
    }
  }

  @Test
  void aHundredWriteBatchesQueue_andNoneFails() throws Exception {
    String batch = "{\"statements\":[" + INSERT + "," + INSERT + "]}";
    List<Future<RealPod.Answer>> answers = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        answers.add(clients.submit(() -> pod.post("/batch", batch, LOCK_TIMEOUT, "30000")));
      }
    }
    for (Future<RealPod.Answer> answer : answers) {
      assertThat(answer.get().status()).describedAs("%s", answer.get().body()).isEqualTo(200);
    }
    assertThat(count()).isEqualTo(200);
  }

  @Test
  void lockTimeout_isTheRequests() throws Exception {
    RealPod.Answer refused =
        whileTheWriterIsHeld(
            () -> pod.post("/query", INSERT, LOCK_TIMEOUT, "200"),
            answer -> answer.status() == 200);
    assertThat(refused.status()).isEqualTo(408);
    assertThat(refused.code()).isEqualTo("TXN_LOCK_TIMEOUT");
    assertThat(refused.body().at("/error/message").asText()).contains("200 ms");
    assertThat(refused.body().at("/error/retryable").asBoolean()).isTrue();
    assertThat(refused.body().at("/error/retryAfter").asDouble()).isPositive();
    assertThat(refused.response().headers().firstValue("Retry-After")).isPresent();
    JsonNode failed =
        whileTheWriterIsHeld(
            () -> {
              try (Stream impatient = new Stream(LOCK_TIMEOUT, "100")) {
                return impatient.run("BEGIN IMMEDIATE");
              }
            },
            result -> result.get("type").asText().equals("ok"));
    assertThat(failed.at("/error/code").asText()).isEqualTo("SQLITE_BUSY");
    assertThat(failed.at("/error/message").asText()).contains("100 ms");
  }

  /**
   * What {@code ask} is told while a transaction holds the writer. That loses it to whoever waits
   * when it was idle for 2 s, which a machine may stand still for: then it is asked again.
   */
  private <T> T whileTheWriterIsHeld(Callable<T> ask, Predicate<T> wasServed) throws Exception {
    for (int attempt = 1; true; attempt++) {
      try (Stream holder = new Stream()) {
        holder.ok("BEGIN IMMEDIATE");
        T answer = ask.call();
        if (!wasServed.test(answer) || attempt == 5) {
          return answer;
        }
      }
    }
  }

  @Test
  void overallTimeout_isTheRequests() throws Exception {
    try (Stream brief = new Stream("X-DoSQL-Timeout", "2000")) {
      brief.ok("BEGIN");
      assertThat(pod.post("/query", INSERT).status()).isEqualTo(200);
      await()
          .untilAsserted(
              () ->
                  assertThat(brief.failure("SELECT 1"))
                      .startsWith("SQLITE_BUSY: ")
                      .contains("2000 ms"));
      brief.ok("SELECT 1");
    }
    RealPod.Answer slow =
        pod.post(
            "/query",
            "{\"sql\":\"WITH RECURSIVE r(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM r)"
                + " SELECT max(a) FROM r\"}",
            "X-DoSQL-Timeout",
            "150");
    assertThat(slow.code()).isEqualTo("TIMEOUT");
  }

  @ParameterizedTest
  @CsvSource({
    "X-DoSQL-Timeout, 120001, 120000",
    "X-DoSQL-Timeout, 0, 120000",
    "X-DoSQL-Timeout, 5s, 120000",
    "X-DoSQL-Lock-Timeout, 30001, 30000",
    "X-DoSQL-Lock-Timeout, -1, 30000",
    "X-DoSQL-Lock-Timeout, 99999999999999999999, 30000"
  })
  void timesBeyondTheMostAreRefused(String header, String value, String most) throws Exception {
    for (String path : List.of("/query", "/explain")) {
      RealPod.Answer refused = pod.post(path, "{\"sql\":\"SELECT 1\"}", header, value);
      assertThat(refused.code()).isEqualTo("INVALID_REQUEST");
      assertThat(refused.body().at("/error/message").asText()).contains(header, most);
    }
    assertThat(pod.post("/query", INSERT, header, most).status()).isEqualTo(200);
  }

  @Test
  void anUpgradeThatCannotWork_isToldAtOnceThoughTheWriterIsHeld() throws Exception {
    try (Stream reader = new Stream();
        Stream holder = new Stream()) {
      reader.ok("BEGIN");
      reader.ok("SELECT count(*) FROM t");
      assertThat(pod.post("/query", INSERT).status()).isEqualTo(200);
      holder.ok("BEGIN IMMEDIATE");
      // Had it waited for the writer, it would have been told of the lock's timeout.
      assertThat(reader.failure("INSERT INTO t VALUES (7)"))
          .isEqualTo("SQLITE_BUSY: another transaction has committed since this one began to read");
      holder.ok("ROLLBACK");
      reader.ok("ROLLBACK");
    }
  }

  @Test
  void savepointsNest() throws Exception {
    try (Stream stream = new Stream()) {
      stream.ok("BEGIN");
      stream.ok("INSERT INTO t VALUES (1)");
      stream.ok("SAVEPOINT outer_one");
      stream.ok("INSERT INTO t VALUES (2)");
      stream.ok("SAVEPOINT inner_one");
      stream.ok("INSERT INTO t VALUES (3)");
      stream.ok("ROLLBACK TO inner_one");
      stream.ok("INSERT INTO t VALUES (4)");
      stream.ok("RELEASE outer_one");
      assertThat(stream.failure("ROLLBACK TO inner_one")).contains("no such savepoint: inner_one");
      stream.ok("COMMIT");
    }
    assertThat(pod.sql("main", "SELECT group_concat(id) FROM t").at("/rows/0/0").asText())
        .isEqualTo("1,2,4");
  }

  /** All of the statements or none, inside a transaction that goes on. */
  private static Map<String, ?> nestedBatch(String... statements) {
    List<Map<String, ?>> steps = new ArrayList<>();
    steps.add(Map.of("stmt", Map.of("sql", "SAVEPOINT nested")));
    for (String sql : statements) {
      steps.add(step(sql, Map.of("type", "ok", "step", steps.size() - 1)));
    }
    int last = steps.size() - 1;
    Map<String, ?> failed = Map.of("type", "not", "cond", Map.of("type", "ok", "step", last));
    steps.add(step("ROLLBACK TO nested", failed));
    steps.add(Map.of("stmt", Map.of("sql", "RELEASE nested")));
    return Map.of("type", "batch", "batch", Map.of("steps", steps));
  }

  private static Map<String, ?> step(String sql, Map<String, ?> condition) {
    return Map.of("stmt", Map.of("sql", sql), "condition", condition);
  }

  @Test
  void aBatchInsideATransaction_isAllOrNoneOfItself() throws Exception {
    try (Stream stream = new Stream()) {
      stream.ok("BEGIN");
      stream.ok("INSERT INTO t VALUES (1)");
      JsonNode failed =
          stream.send(nestedBatch("INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (1)"));
      assertThat(failed.at("/response/result/step_errors/2/code").asText())
          .describedAs("%s", failed)
          .isEqualTo("SQLITE_CONSTRAINT");
      JsonNode done =
          stream.send(nestedBatch("INSERT INTO t VALUES (3)", "INSERT INTO t VALUES (4)"));
      assertThat(done.at("/response/result/step_errors").toString())
          .isEqualTo("[null,null,null,null,null]");
      stream.ok("COMMIT");
    }
    assertThat(pod.sql("main", "SELECT group_concat(id) FROM t").at("/rows/0/0").asText())
        .isEqualTo("1,3,4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN",
        "begin transaction;",
        "BEGIN DEFERRED",
        "BEGIN IMMEDIATE TRANSACTION",
        "BEGIN EXCLUSIVE",
        "BEGIN CONCURRENT",
        "BEGIN /* why not */ IMMEDIATE -- here"
      })
  void modesThatMayWrite(String begin) throws Exception {
    try (Stream stream = new Stream()) {
      stream.ok(begin);
      stream.ok("INSERT INTO t VALUES (1)");
      stream.ok("COMMIT");
    }
    assertThat(count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN TRANSACTION READONLY",
        "BEGIN READONLY",
        "BEGIN READ ONLY",
        "BEGIN TRANSACTION READ ONLY",
        "BEGIN DEFERRED TRANSACTION READONLY"
      })
  void readOnlyModes(String begin) throws Exception {
    try (Stream stream = new Stream()) {
      stream.ok(begin);
      stream.ok("SELECT * FROM t");
      assertThat(stream.failure("INSERT INTO t VALUES (1)"))
          .isEqualTo("SQLITE_READONLY: the transaction is read-only");
      stream.ok("COMMIT");
    }
    assertThat(count()).isZero();
  }

  @Test
  void aBeginThatIsNoneIsRefused() throws Exception {
    try (Stream stream = new Stream()) {
      assertThat(stream.failure("BEGIN NONSENSE")).startsWith("SQL_PARSE_ERROR: near \"NONSENSE\"");
      assertThat(stream.failure("BEGIN; INSERT INTO t VALUES (1)"))
          .startsWith("SQL_MANY_STATEMENTS");
      assertThat(stream.failure("COMMIT")).contains("no transaction is active");
    }
  }
}
