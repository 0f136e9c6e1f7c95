package io.dosql.engine.hrana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.session.Client;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.RequestTimeouts;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.TenantSessions;
import io.dosql.engine.tenant.TestEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bounds of streams, by a clock that the test moves. */
class HranaServiceTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final StreamOwner OWNER = new StreamOwner("main", true);
  private static final HranaLimits LIMITS =
      new HranaLimits(
          Duration.ofMillis(200), 4, 3, 3, 5, 5, 400, 2_000, 20, 1_000, Duration.ofMinutes(1));

  private final AtomicLong nanos = new AtomicLong();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestEngine engine;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private HranaService hrana;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    engine = TestEngine.start(folder);
    hrana =
        new HranaService(
            new TenantSessions(engine.tenants(), engine.log()),
            SessionOptions.DEFAULT,
            LIMITS,
            nanos::get);
  }

  @AfterEach
  void stop() throws Exception {
    hrana.close();
    engine.close();
  }

  private JsonNode send(StreamOwner owner, @Nullable String baton, String... requests)
      throws IOException {
    String body =
        "{\"baton\":%s,\"requests\":[%s]}"
            .formatted(baton == null ? "null" : "\"" + baton + "\"", String.join(",", requests));
    ByteBuffer answer =
        hrana.pipeline(
            owner,
            RequestTimeouts.USUAL,
            Encoding.JSON,
            body.getBytes(StandardCharsets.UTF_8),
            Durability.STRICT,
            Client.STAYS);
    byte[] bytes = new byte[answer.remaining()];
    answer.get(bytes);
    return JSON.readTree(bytes);
  }

  private String open(StreamOwner owner) throws IOException {
    return send(owner, null, PipelineClient.execute("SELECT 1")).get("baton").asText();
  }

  private static void assertFails(
      ErrorCode code, String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DosqlException.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }

  @Test
  void idleStream_isClosedAndItsTransactionRolledBack() throws Exception {
    JsonNode opened =
        send(
            OWNER,
            null,
            PipelineClient.execute("CREATE TABLE t (v)"),
            PipelineClient.execute("BEGIN IMMEDIATE"),
            PipelineClient.execute("INSERT INTO t VALUES (1)"));
    String baton = opened.get("baton").asText();
    nanos.addAndGet(LIMITS.streamIdle().toNanos() - 1);
    baton = send(OWNER, baton, PipelineClient.execute("SELECT 1")).get("baton").asText();
    assertThat(hrana.openStreams()).isEqualTo(1);

    nanos.addAndGet(LIMITS.streamIdle().toNanos());
    await().until(() -> hrana.openStreams() == 0);
    String late = baton;
    assertFails(
        ErrorCode.STREAM_EXPIRED,
        "streamIdle",
        () -> send(OWNER, late, PipelineClient.execute("COMMIT")));
    assertThat(engine.rows("main", "SELECT count(*) FROM t")).containsExactly(List.of("0"));
    engine.write("main", "INSERT INTO t VALUES (2)");
  }

  @Test
  void streamsBeyondTheLimits_areRefusedUntilOneCloses() throws Exception {
    List<String> batons = new ArrayList<>();
    for (int i = 0; i < LIMITS.maxStreamsPerTenant(); i++) {
      batons.add(open(OWNER));
    }
    assertFails(ErrorCode.RESOURCE_EXHAUSTED, "maxStreamsPerTenant", () -> open(OWNER));
    String other = open(new StreamOwner("a", true));
    assertFails(
        ErrorCode.RESOURCE_EXHAUSTED, "(maxStreams)", () -> open(new StreamOwner("b", true)));
    assertThat(send(OWNER, batons.getFirst(), PipelineClient.CLOSE).get("baton").isNull()).isTrue();
    assertThat(open(OWNER)).isNotEmpty();
    assertThat(other).isNotEmpty();
  }

  @Test
  void tooManyRequestsOrSteps_areRefusedByTheLimitsName() {
    String[] six = new String[LIMITS.maxRequests() + 1];
    java.util.Arrays.fill(six, PipelineClient.execute("SELECT 1"));
    assertFails(ErrorCode.INVALID_REQUEST, "maxRequests", () -> send(OWNER, null, six));
    String steps = "{\"stmt\":{\"sql\":\"SELECT 1\"}},".repeat(LIMITS.maxSteps());
    assertFails(
        ErrorCode.INVALID_REQUEST,
        "maxSteps",
        () ->
            send(
                OWNER,
                null,
                "{\"type\":\"batch\",\"batch\":{\"steps\":[%s{\"stmt\":{\"sql\":\"x\"}}]}}"
                    .formatted(steps)));
    assertThat(hrana.openStreams()).isZero();
  }

  @Test
  void resultsBeyondTheLimits_areAnErrorAndTheStreamGoesOn() throws Exception {
    JsonNode results =
        send(
                OWNER,
                null,
                PipelineClient.execute(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 21)"
                        + " SELECT i FROM n"),
                PipelineClient.execute("SELECT printf('%2000c', 'x')"),
                PipelineClient.execute("SELECT 1"),
                PipelineClient.CLOSE)
            .get("results");
    assertThat(PipelineClient.error(results.get(0)).get("message").asText())
        .contains("maxResultRows");
    assertThat(PipelineClient.error(results.get(0)).get("code").asText())
        .isEqualTo("RESPONSE_TOO_LARGE");
    assertThat(PipelineClient.error(results.get(1)).get("message").asText())
        .contains("maxResultBytes");
    assertThat(PipelineClient.result(results.get(2)).get("rows"))
        .describedAs("what was thrown away does not count")
        .hasSize(1);
  }

  @Test
  void storedSqlBeyondTheLimit_isRefused() throws Exception {
    String store = "{\"type\":\"store_sql\",\"sql_id\":%d,\"sql\":\"%s\"}";
    JsonNode results =
        send(
                OWNER,
                null,
                store.formatted(1, "x".repeat(100)),
                store.formatted(2, "x".repeat(100)),
                "{\"type\":\"close_sql\",\"sql_id\":1}",
                store.formatted(2, "x".repeat(100)))
            .get("results");
    assertThat(PipelineClient.error(results.get(1)).get("message").asText())
        .contains("maxStoredSqlBytes");
    assertThat(results.get(3).get("type").asText()).isEqualTo("ok");
  }

  @Test
  void shutdown_closesStreamsAndOpensNoMore() throws Exception {
    String baton = open(OWNER);
    hrana.close();
    assertThat(hrana.openStreams()).isZero();
    assertFails(
        ErrorCode.STREAM_EXPIRED, "", () -> send(OWNER, baton, PipelineClient.execute("SELECT 1")));
    assertFails(ErrorCode.CONNECTION_ERROR, "shutting down", () -> open(OWNER));
  }
}
