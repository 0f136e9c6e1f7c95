package io.dosql.engine.hrana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.memory.BufferBudget;
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
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bounds of streams, by a clock that the test moves. */
class HranaServiceTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final StreamOwner OWNER = new StreamOwner("main", true);
  private static final HranaLimits LIMITS =
      new HranaLimits(
          Duration.ofMillis(200), 4, 3, 3, 5, 5, 400, 2_000, 20, 1_000, Duration.ofMinutes(1));

  private final AtomicLong nanos = new AtomicLong();
  private final BufferBudget results = new BufferBudget(300_000, "Results", "maxOfTheTest");

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
            results,
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
    HranaAnswer answer =
        hrana.pipeline(
            owner,
            RequestTimeouts.USUAL,
            Encoding.JSON,
            body.getBytes(StandardCharsets.UTF_8),
            Durability.STRICT,
            Client.STAYS);
    byte[] bytes = new byte[answer.body().remaining()];
    answer.body().get(bytes);
    answer.memory().close();
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

  // ---- Memory of results

  /** Each takes 128 KiB of what all share. */
  private static final String LARGE =
      PipelineClient.execute("SELECT hex(zeroblob(30000)) AS large");

  private HranaService spacious() {
    return new HranaService(
        new TenantSessions(engine.tenants(), engine.log()),
        SessionOptions.DEFAULT,
        HranaLimits.DEFAULT,
        results,
        nanos::get);
  }

  private static HranaAnswer ask(HranaService service, String request) {
    return service.pipeline(
        OWNER,
        RequestTimeouts.USUAL,
        Encoding.JSON,
        "{\"baton\":null,\"requests\":[%s,{\"type\":\"close\"}]}"
            .formatted(request)
            .getBytes(StandardCharsets.UTF_8),
        Durability.STRICT,
        Client.STAYS);
  }

  private static String text(HranaAnswer answer) {
    return StandardCharsets.UTF_8.decode(answer.body().duplicate()).toString();
  }

  @Test
  void resultsOfAllPipelines_areBoundedTogetherUntilTheyAreSent() {
    try (HranaService service = spacious()) {
      HranaAnswer first = ask(service, LARGE);
      HranaAnswer second = ask(service, LARGE);
      HranaAnswer third = ask(service, LARGE);
      assertThat(text(first)).hasSizeGreaterThan(60_000);
      assertThat(text(second)).hasSizeGreaterThan(60_000);
      assertThat(text(third)).contains("RESOURCE_EXHAUSTED", "maxOfTheTest").hasSizeLessThan(1_000);
      assertThat(text(ask(service, PipelineClient.execute("SELECT 1 AS small"))))
          .contains("small", "\"ok\"");
      first.memory().close();
      HranaAnswer fourth = ask(service, LARGE);
      assertThat(text(fourth)).hasSizeGreaterThan(60_000);
      for (HranaAnswer answer : List.of(second, third, fourth)) {
        answer.memory().close();
      }
      assertThat(results.reservedBytes()).isZero();
    }
  }

  /** The other side of a socket, which takes answers and sends them when the test says so. */
  private static final class SlowPeer implements SocketPeer {
    private final BlockingQueue<Runnable> unsent = new LinkedBlockingQueue<>();

    @Override
    public StreamOwner authenticate(@Nullable String jwt) {
      return OWNER;
    }

    @Override
    public Admission enter() {
      return () -> {};
    }

    @Override
    public Map<String, String> logFields() {
      return Map.of();
    }

    @Override
    public void answer(ByteBuffer message, Answered answered) {
      unsent.add(answered.whenSent());
    }

    @Override
    public void close(int code, String reason) {}

    private Runnable next() throws InterruptedException {
      return Objects.requireNonNull(unsent.poll(20, TimeUnit.SECONDS), "no answer came");
    }
  }

  private static void send(HranaSocket socket, String message) {
    socket.receive(message.getBytes(StandardCharsets.UTF_8));
  }

  private static void request(HranaSocket socket, String request) {
    send(socket, "{\"type\":\"request\",\"request_id\":1,\"request\":" + request + "}");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answersOnASocket_areCountedUntilTheyAreSent(boolean keepsOrder) throws Exception {
    SlowPeer peer = new SlowPeer();
    try (HranaService service = spacious()) {
      HranaSocket socket =
          service.socket(Encoding.JSON, keepsOrder, peer, Durability.STRICT, RequestTimeouts.USUAL);
      send(socket, "{\"type\":\"hello\",\"jwt\":null}");
      request(socket, SocketClient.openStream(1));
      peer.next().run();
      peer.next().run();
      request(socket, SocketClient.execute(1, "SELECT hex(zeroblob(30000))"));
      Runnable sent = peer.next();
      assertThat(results.reservedBytes()).isEqualTo(128 << 10);
      sent.run();
      assertThat(results.reservedBytes()).isZero();
      request(
          socket,
          "{\"type\":\"open_cursor\",\"stream_id\":1,\"cursor_id\":1,\"batch\":{\"steps\":[{\"stmt\":{\"sql\":"
              + "\"SELECT hex(zeroblob(30000)) UNION ALL SELECT 2\"}}]}}");
      request(socket, "{\"type\":\"fetch_cursor\",\"cursor_id\":1,\"max_count\":2}");
      peer.next().run();
      peer.next().run();
      assertThat(results.reservedBytes()).describedAs("the cursor's own").isPositive();
      socket.gone();
      await().untilAsserted(() -> assertThat(results.reservedBytes()).isZero());
    }
  }

  @Test
  void answersThatWaitForEarlierOnes_areGivenUpWithTheirConnection() throws Exception {
    SlowPeer peer = new SlowPeer();
    try (HranaService service = spacious()) {
      HranaSocket socket =
          service.socket(Encoding.JSON, true, peer, Durability.STRICT, RequestTimeouts.USUAL);
      send(socket, "{\"type\":\"hello\",\"jwt\":null}");
      request(socket, SocketClient.openStream(1));
      request(socket, SocketClient.openStream(2));
      for (int i = 0; i < 3; i++) {
        peer.next().run();
      }
      request(
          socket,
          SocketClient.execute(
              1,
              "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"));
      request(socket, SocketClient.execute(2, "SELECT hex(zeroblob(30000))"));
      await().untilAsserted(() -> assertThat(results.reservedBytes()).isEqualTo(128 << 10));
      socket.gone();
      await().untilAsserted(() -> assertThat(results.reservedBytes()).isZero());
    }
  }
}
