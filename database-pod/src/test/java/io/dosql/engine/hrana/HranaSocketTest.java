package io.dosql.engine.hrana;

import static io.dosql.engine.hrana.SocketClient.execute;
import static io.dosql.engine.hrana.SocketClient.openStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.auth.FailureGuard;
import io.dosql.engine.hrana.WireMessage.Field;
import io.dosql.engine.main.RealPod;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The protocol over a WebSocket, against a whole pod. */
class HranaSocketTest {

  /** Runs until it is cancelled. */
  private static final String ENDLESS =
      "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

  private static String numbersUpTo(int last) {
    return ENDLESS.replace("FROM n)", "FROM n WHERE i < " + last + ")");
  }

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

  /** What clients that have gone held, and asked for, is given up. */
  private static void awaitNoStreams() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> pod.part(HranaService.class).openStreams() == 0);
  }

  private static SocketClient open(@Nullable String subprotocol) throws Exception {
    return SocketClient.open(pod, "/db/sock/", subprotocol);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hrana1", "hrana2", "hrana3"})
  void aStreamExecutesInEachVersion(String version) throws Exception {
    try (SocketClient client = open(version)) {
      assertThat(client.subprotocol()).isEqualTo(version);
      assertThat(client.ok(1, openStream(7)).get("type").asText()).isEqualTo("open_stream");
      JsonNode answer = client.ok(-2, execute(7, "SELECT 5 AS five"));
      assertThat(answer.get("type").asText()).isEqualTo("execute");
      assertThat(answer.at("/result/rows/0/0/value").asText()).isEqualTo("5");
      assertThat(client.ok(3, "{\"type\":\"close_stream\",\"stream_id\":7}").get("type").asText())
          .isEqualTo("close_stream");
      client.ok(5, openStream(7));
      client.sendRequest(6, execute(8, "SELECT 1"));
      assertThat(client.awaitClose().code()).describedAs("no such stream").isEqualTo(1002);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/v2", "/v3/", "/db/main", "/db/main/", "/db/main/v2"})
  void allPathsOfATenantAreSpokenTo(String path) throws Exception {
    try (SocketClient client = SocketClient.open(pod, path, null)) {
      assertThat(client.subprotocol()).isEmpty();
      client.ok(1, openStream(1));
      client.ok(2, execute(1, "CREATE TABLE IF NOT EXISTS by_socket (v)"));
    }
    assertThat(
            pod.sql("main", "SELECT count(*) FROM sqlite_schema WHERE name = 'by_socket'")
                .at("/rows/0/0")
                .asInt())
        .isEqualTo(1);
  }

  @Test
  void requestsNeedNotWaitForAnswersAndKeepTheirOrderOnAStream() throws Exception {
    try (SocketClient client = SocketClient.connect(pod, "/db/sock", "hrana2")) {
      client.send("{\"type\":\"hello\",\"jwt\":\"" + pod.keys().token() + "\"}");
      client.sendRequest(0, openStream(1));
      client.sendRequest(1, execute(1, "CREATE TABLE IF NOT EXISTS ordered (v)"));
      for (int i = 2; i < 600; i++) {
        client.sendRequest(i, execute(1, "SELECT " + i));
      }
      assertThat(client.receive().get("type").asText()).isEqualTo("hello_ok");
      for (int i = 0; i < 600; i++) {
        JsonNode answer = client.receive();
        assertThat(answer.get("request_id").asInt()).isEqualTo(i);
        if (i > 1) {
          assertThat(answer.at("/response/result/rows/0/0/value").asInt()).isEqualTo(i);
        }
      }
    }
  }

  @Test
  void timesOfTheUpgradeCountForAllStreams() throws Exception {
    try (SocketClient holder = open("hrana3");
        SocketClient brief = SocketClient.open(pod, "/db/sock/", "X-DoSQL-Lock-Timeout", "100")) {
      holder.ok(1, openStream(1));
      holder.ok(2, execute(1, "BEGIN IMMEDIATE"));
      // Busy: whoever is idle loses the writer to those who wait.
      holder.sendRequest(3, execute(1, "CREATE TABLE held AS " + ENDLESS));
      await().until(() -> pod.get("/metrics").body().contains("dosql_requests_in_work 1.0"));
      for (int stream = 1; stream <= 2; stream++) {
        brief.ok(10 * stream, openStream(stream));
        JsonNode refused = brief.ask(10 * stream + 1, execute(stream, "BEGIN IMMEDIATE"));
        assertThat(refused.at("/error/message").asText()).contains("longer than 100 ms");
      }
    }
    awaitNoStreams();
    try (SocketClient brief = SocketClient.open(pod, "/db/sock/", "X-DoSQL-Timeout", "2000")) {
      brief.ok(1, openStream(1));
      brief.ok(2, execute(1, "BEGIN"));
      await()
          .untilAsserted(
              () ->
                  assertThat(brief.ask(3, execute(1, "SELECT 1")).at("/error/message").asText())
                      .contains("2000 ms", "transactionTimeout"));
    }
  }

  @Test
  void whatIsLoggedForAConnectionHasTheNameOfItsUpgrade() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(FailureGuard.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    try (SocketClient client =
        SocketClient.open(pod, "/db/sock/", "X-Request-Id", "a-name-of-mine")) {
      client.send("{\"type\":\"hello\",\"jwt\":\"bad\"}");
      assertThat(client.awaitClose().code()).isEqualTo(4001);
    } finally {
      logger.detachAppender(logged);
    }
    assertThat(logged.list)
        .singleElement()
        .satisfies(
            line ->
                assertThat(line.getMDCPropertyMap())
                    .containsEntry("requestId", "a-name-of-mine")
                    .containsEntry("tenant", "sock"));
  }

  @Test
  void streamsDoNotWaitForEachOtherButHrana1GetsItsAnswersInOrder() throws Exception {
    try (SocketClient client = open("hrana1")) {
      client.ok(1, openStream(1));
      client.ok(2, openStream(2));
      client.sendRequest(3, execute(1, numbersUpTo(1_000_000)));
      client.sendRequest(4, execute(2, "SELECT 1"));
      assertThat(client.receive().get("request_id").asInt()).isEqualTo(3);
      assertThat(client.receive().get("request_id").asInt()).isEqualTo(4);
    }
    try (SocketClient client = open("hrana2")) {
      client.ok(1, openStream(1));
      client.ok(2, openStream(2));
      client.sendRequest(3, execute(1, ENDLESS));
      client.ok(4, execute(2, "SELECT 1"));
    }
    awaitNoStreams();
  }

  @Test
  void theRestOfTheRequestsAnswer() throws Exception {
    try (SocketClient client = open("hrana3")) {
      client.ok(1, openStream(1));
      client.ok(2, "{\"type\":\"sequence\",\"stream_id\":1,\"sql\":\"SELECT 1; SELECT 2\"}");
      client.ok(3, "{\"type\":\"store_sql\",\"sql_id\":9,\"sql\":\"SELECT :a AS x\"}");
      JsonNode described =
          client.ok(4, "{\"type\":\"describe\",\"stream_id\":1,\"sql_id\":9}").get("result");
      assertThat(described.at("/params/0/name").asText()).isEqualTo(":a");
      assertThat(described.get("is_readonly").asBoolean()).isTrue();
      client.ok(5, openStream(2));
      client.sendRequest(
          6,
          "{\"type\":\"execute\",\"stream_id\":2,\"stmt\":{\"sql_id\":9,\"named_args\":[{\"name\":"
              + "\"a\",\"value\":{\"type\":\"integer\",\"value\":\"9007199254740993\"}}]}}");
      client.sendRequest(7, "{\"type\":\"close_sql\",\"sql_id\":9}");
      for (int i = 0; i < 2; i++) {
        JsonNode answer = client.receive();
        assertThat(answer.get("type").asText()).isEqualTo("response_ok");
        if (answer.get("request_id").asInt() == 6) {
          assertThat(answer.at("/response/result/rows/0/0/value").asText())
              .isEqualTo("9007199254740993");
        }
      }
      assertThat(client.error(8, "{\"type\":\"execute\",\"stream_id\":2,\"stmt\":{\"sql_id\":9}}"))
          .isEqualTo("INVALID_REQUEST");
      JsonNode autocommit = client.ok(9, "{\"type\":\"get_autocommit\",\"stream_id\":1}");
      assertThat(autocommit.get("is_autocommit").asBoolean()).isTrue();
      client.ok(10, execute(1, "BEGIN TRANSACTION READONLY"));
      assertThat(client.error(11, execute(1, "CREATE TABLE never (v)")))
          .isEqualTo("SQLITE_READONLY");
      JsonNode batch =
          client.ok(
              12,
              "{\"type\":\"batch\",\"stream_id\":1,\"batch\":{\"steps\":[{\"condition\":{\"type\":"
                  + "\"is_autocommit\"},\"stmt\":{\"sql\":\"SELECT 1\"}},{\"condition\":{\"type\":"
                  + "\"not\",\"cond\":{\"type\":\"is_autocommit\"}},\"stmt\":{\"sql\":\"ROLLBACK\""
                  + "}}]}}");
      assertThat(batch.at("/result/step_results/0").isNull()).isTrue();
      assertThat(batch.at("/result/step_results/1").isNull()).isFalse();
    }
  }

  @Test
  void aCursorGivesNoMoreThanItIsAskedFor() throws Exception {
    try (SocketClient client = open("hrana3")) {
      client.ok(1, openStream(1));
      client.ok(
          2,
          "{\"type\":\"open_cursor\",\"stream_id\":1,\"cursor_id\":5,\"batch\":{\"steps\":[{\"stmt\":"
              + "{\"sql\":\"WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE"
              + " i < 20000) SELECT i FROM n\"}}]}}");
      assertThat(client.error(3, execute(1, "SELECT 1"))).isEqualTo("INVALID_REQUEST");
      JsonNode first = client.ok(4, "{\"type\":\"fetch_cursor\",\"cursor_id\":5,\"max_count\":3}");
      assertThat(first.get("entries")).hasSize(3);
      assertThat(first.get("done").asBoolean()).isFalse();
      int entries = 3;
      int rows = 2;
      boolean done = false;
      int id = 10;
      while (!done) {
        JsonNode next =
            client.ok(id++, "{\"type\":\"fetch_cursor\",\"cursor_id\":5,\"max_count\":4294967295}");
        for (JsonNode entry : next.get("entries")) {
          entries++;
          if (entry.get("type").asText().equals("row")) {
            rows++;
            assertThat(entry.at("/row/0/value").asInt()).isEqualTo(rows);
          }
        }
        done = next.get("done").asBoolean();
      }
      assertThat(entries).isEqualTo(20_002);
      client.ok(5, "{\"type\":\"close_cursor\",\"cursor_id\":5}");
      client.ok(6, execute(1, "SELECT 1"));
      client.sendRequest(7, "{\"type\":\"fetch_cursor\",\"cursor_id\":5,\"max_count\":1}");
      assertThat(client.awaitClose().code()).describedAs("no such cursor").isEqualTo(1002);
    }
  }

  @Test
  void protobufIsSpokenInBinaryFrames() throws Exception {
    try (SocketClient client = SocketClient.connect(pod, "/db/sock/", "hrana3-protobuf")) {
      assertThat(client.subprotocol()).isEqualTo("hrana3-protobuf");
      client.send(new WireMessage().message(1, new WireMessage().text(1, pod.keys().token())));
      assertThat(WireMessage.at(client.receiveFields(), 1)).isEmpty();
      client.send(request(1, 2, new WireMessage().varint(1, 4)));
      List<Field> opened = WireMessage.at(client.receiveFields(), 3);
      assertThat(WireMessage.get(opened, 1).number64()).isEqualTo(1);
      assertThat(WireMessage.at(opened, 2)).isEmpty();
      client.send(
          request(
              2,
              4,
              new WireMessage()
                  .varint(1, 4)
                  .message(2, new WireMessage().text(1, "SELECT 'text'"))));
      List<Field> row = WireMessage.at(client.receiveFields(), 3, 4, 1, 2);
      assertThat(WireMessage.get(WireMessage.at(row, 1), 4).text()).isEqualTo("text");
      WireMessage batch =
          new WireMessage()
              .message(1, new WireMessage().message(2, new WireMessage().text(1, "SELECT 8")));
      client.send(request(3, 6, new WireMessage().varint(1, 4).varint(2, 1).message(3, batch)));
      assertThat(WireMessage.at(client.receiveFields(), 3, 6)).isEmpty();
      client.send(request(4, 8, new WireMessage().varint(1, 1).varint(2, 100)));
      List<Field> fetched = WireMessage.at(client.receiveFields(), 3, 8);
      assertThat(WireMessage.all(fetched, 1)).hasSize(3);
      assertThat(WireMessage.get(fetched, 2).number64()).isEqualTo(1);
      client.send(request(5, 7, new WireMessage().varint(1, 1)));
      assertThat(WireMessage.at(client.receiveFields(), 3, 7)).isEmpty();
      client.send(request(6, 13, new WireMessage().varint(1, 4)));
      assertThat(WireMessage.get(WireMessage.at(client.receiveFields(), 3, 13), 1).number64())
          .isEqualTo(1);
      client.send(
          request(
              7,
              4,
              new WireMessage().varint(1, 4).message(2, new WireMessage().text(1, "SELECT ?"))));
      List<Field> error = WireMessage.at(client.receiveFields(), 4);
      assertThat(WireMessage.get(error, 1).number64()).isEqualTo(7);
      assertThat(WireMessage.get(WireMessage.at(error, 2), 2).text()).isEqualTo("ARGS_INVALID");
      client.send(new WireMessage().message(2, new WireMessage().varint(1, 8).varint(99, 1)));
      error = WireMessage.at(client.receiveFields(), 4);
      assertThat(WireMessage.get(error, 1).number64()).isEqualTo(8);
      client.send("{}");
      assertThat(client.awaitClose().code()).isEqualTo(1003);
    }
  }

  private static WireMessage request(int id, int field, WireMessage message) {
    return new WireMessage().message(2, new WireMessage().varint(1, id).message(field, message));
  }

  // ---- Who may

  @Test
  void aTokenMayComeWithTheUpgrade() throws Exception {
    String token = pod.keys().token();
    for (SocketClient client :
        List.of(
            SocketClient.connect(pod, "/db/sock/", "hrana2", "Bearer " + token),
            SocketClient.connect(pod, "/db/sock/?authToken=" + token, "hrana2"))) {
      try (client) {
        client.send("{\"type\":\"hello\",\"jwt\":null}");
        assertThat(client.receive().get("type").asText()).isEqualTo("hello_ok");
        client.ok(1, openStream(1));
      }
    }
  }

  @Test
  void whoHasNoGoodTokenIsToldAndSentAway() throws Exception {
    for (String jwt : List.of("null", "\"nonsense\"")) {
      try (SocketClient client = SocketClient.connect(pod, "/db/sock/", "hrana2")) {
        client.send("{\"type\":\"hello\",\"jwt\":" + jwt + "}");
        // Which may come when the connection is closed.
        boolean _ =
            client.sendRaw(
                "{\"type\":\"request\",\"request_id\":1,\"request\":%s}"
                    .formatted(openStream(1))
                    .getBytes(StandardCharsets.UTF_8),
                true);
        JsonNode refused = client.receive();
        assertThat(refused.get("type").asText()).isEqualTo("hello_error");
        assertThat(refused.at("/error/code").asText()).isEqualTo("UNAUTHORIZED");
        assertThat(client.awaitClose().code()).isEqualTo(4001);
      }
    }
  }

  @Test
  void aRequestBeforeTheHelloEndsTheConnection() throws Exception {
    try (SocketClient client = SocketClient.connect(pod, "/db/sock/", "hrana2")) {
      client.sendRequest(1, openStream(1));
      assertThat(client.awaitClose().code()).isEqualTo(1002);
    }
  }

  @Test
  void anotherHelloRenewsTheTokenAndABadOneEnds() throws Exception {
    try (SocketClient client = open("hrana2")) {
      client.ok(1, openStream(1));
      client.send("{\"type\":\"hello\",\"jwt\":\"" + pod.keys().token() + "\"}");
      assertThat(client.receive().get("type").asText()).isEqualTo("hello_ok");
      client.ok(2, execute(1, "SELECT 1"));
      client.send("{\"type\":\"hello\",\"jwt\":\"bad\"}");
      assertThat(client.receive().get("type").asText()).isEqualTo("hello_error");
      assertThat(client.awaitClose().code()).isEqualTo(4001);
    }
  }

  // ---- Bad input

  @Test
  void whatIsNoMessageEndsTheConnectionWithItsCode() throws Exception {
    for (String message :
        List.of("", "{", "[]", "{\"type\":\"other\"}", "{\"type\":\"request\",\"request\":{}}")) {
      try (SocketClient client = open("hrana3")) {
        client.send(message);
        assertThat(client.awaitClose().code()).describedAs(message).isEqualTo(1007);
      }
    }
    try (SocketClient client = open("hrana3")) {
      client.send(new WireMessage().varint(1, 1));
      assertThat(client.awaitClose().code()).isEqualTo(1003);
    }
    try (SocketClient client = SocketClient.connect(pod, "/db/sock/", "hrana3")) {
      client.send("{\"type\":\"hello\",\"jwt\":\"" + "x".repeat(100_000) + "\"}");
      assertThat(client.awaitClose().code()).isEqualTo(1009);
    }
  }

  @Test
  void aRequestThatIsWrongInItselfIsAnswered() throws Exception {
    try (SocketClient client = open("hrana3")) {
      client.ok(1, openStream(1));
      for (String request :
          List.of(
              "{\"type\":\"unheard_of\"}",
              "{}",
              "{\"type\":\"execute\",\"stream_id\":1}",
              "{\"type\":\"execute\",\"stream_id\":1,\"stmt\":{\"sql\":\"SELECT ?\",\"args\":[{}]}}",
              "{\"type\":\"open_stream\",\"stream_id\":4294967296}",
              "{\"type\":\"fetch_cursor\",\"cursor_id\":1,\"max_count\":-1}")) {
        assertThat(client.error(9, request)).describedAs(request).isEqualTo("INVALID_REQUEST");
      }
      client.ok(2, execute(1, "SELECT 1"));
    }
  }

  @Test
  void aMessageMayComeInPartsAndBeLarge() throws Exception {
    try (SocketClient client = open("hrana3")) {
      client.ok(1, openStream(1));
      String text = "x".repeat(300_000);
      client.sendInParts(
          "{\"type\":\"request\",\"request_id\":2,\"request\":%s}"
              .formatted(execute(1, "SELECT length('" + text + "')")),
          1_000);
      client.sendRequest(3, execute(1, "SELECT 3"));
      assertThat(client.receive().at("/response/result/rows/0/0/value").asInt()).isEqualTo(300_000);
      assertThat(client.receive().at("/response/result/rows/0/0/value").asInt()).isEqualTo(3);
    }
  }

  @Test
  void streamsOfAConnectionAreBounded() throws Exception {
    try (SocketClient client = open("hrana1")) {
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 100_000; i++) {
                        client.sendRequest(i, openStream(i));
                      }
                    } catch (Exception closed) {
                      // As is asserted below.
                    }
                  });
      int streams = HranaLimits.DEFAULT.maxStreamsPerConnection();
      int opened = 0;
      for (int i = 0; i < 2 * streams; i++) {
        JsonNode answer = client.receive();
        if (answer.get("type").asText().equals("response_ok")) {
          opened++;
        } else {
          assertThat(answer.at("/error/code").asText()).isEqualTo("RESOURCE_EXHAUSTED");
          assertThat(answer.at("/error/message").asText()).contains("maxStreamsPerConnection");
        }
      }
      assertThat(opened).isEqualTo(streams);
      SocketClient.Close close = client.awaitClose();
      assertThat(close.code()).isEqualTo(1008);
      assertThat(close.reason()).contains("maxStreamsPerConnection");
      sender.join();
    }
    try (SocketClient client = open("hrana2")) {
      client.ok(1, openStream(1));
    }
  }

  // ---- Going away

  @Test
  void aClientThatIsGoneHoldsNothing() throws Exception {
    pod.sql("gone", "CREATE TABLE t (v)");
    SocketClient client = SocketClient.open(pod, "/db/gone/", "hrana2");
    client.ok(1, openStream(1));
    client.ok(2, execute(1, "BEGIN IMMEDIATE"));
    client.ok(3, execute(1, "INSERT INTO t VALUES (1)"));
    client.abort();
    // Not because it is idle while others wait to write: nobody does.
    awaitNoStreams();
    pod.sql("gone", "INSERT INTO t VALUES (2)");
    assertThat(pod.sql("gone", "SELECT v FROM t").get("rows").toString()).isEqualTo("[[2]]");
  }

  @Test
  void aStreamThatIsBeingClosedEndsWithItsClient() throws Exception {
    pod.sql("gone3", "CREATE TABLE t (v)");
    SocketClient client = SocketClient.open(pod, "/db/gone3/", "hrana2");
    client.ok(1, openStream(1));
    client.ok(2, execute(1, "BEGIN IMMEDIATE"));
    client.sendRequest(3, execute(1, "INSERT INTO t " + ENDLESS));
    client.sendRequest(4, "{\"type\":\"close_stream\",\"stream_id\":1}");
    await().until(() -> pod.get("/metrics").body().contains("dosql_requests_in_work 1.0"));
    client.abort();
    awaitNoStreams();
    pod.sql("gone3", "INSERT INTO t VALUES (2)");
  }

  @Test
  void aStatementOfAClientThatIsGoneEnds() throws Exception {
    SocketClient client = SocketClient.open(pod, "/db/gone2/", "hrana2");
    client.ok(1, openStream(1));
    client.sendRequest(2, execute(1, ENDLESS));
    await().until(() -> pod.get("/metrics").body().contains("dosql_requests_in_work 1.0"));
    client.abort();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> pod.get("/metrics").body().contains("dosql_requests_in_work 0.0"));
  }

  @Test
  void aPodThatShutsDownFinishesWhatItHasBegunAndSaysReconnect(@TempDir Path folder)
      throws Exception {
    try (RealPod stopping = new RealPod(folder)) {
      SocketClient idle = SocketClient.open(stopping, "/db/stop/", "hrana2");
      SocketClient busy = SocketClient.open(stopping, "/db/stop/", "hrana2");
      busy.ok(1, openStream(1));
      busy.sendRequest(2, execute(1, numbersUpTo(3_000_000)));
      // Behind it, and not begun.
      busy.sendRequest(3, execute(1, "SELECT 3"));
      busy.awaitRead();
      Thread stop = Thread.ofPlatform().start(stopping::close);
      assertThat(idle.awaitClose().code()).isEqualTo(1012);
      assertThat(busy.receive().at("/response/result/rows/0/0/value").asInt()).isEqualTo(3_000_000);
      assertThat(busy.receive().at("/response/result/rows/0/0/value").asInt()).isEqualTo(3);
      assertThat(busy.awaitClose().code()).isEqualTo(1012);
      stop.join();
    }
  }

  private static final String MALFORMED_CURSOR =
      "{\"type\":\"open_cursor\",\"stream_id\":1,\"cursor_id\":5,\"batch\":{\"steps\":[{\"condition\":"
          + "{\"type\":\"ok\",\"step\":3},\"stmt\":{\"sql\":\"SELECT 1\"}}]}}";

  @Test
  void aCursorThatCouldNotBeOpenedHasItsNumberUntilItIsClosed() throws Exception {
    for (String refused :
        List.of(
            MALFORMED_CURSOR,
            MALFORMED_CURSOR
                .replace("{\"type\":\"ok\",\"step\":3}", "null")
                .replace("\"sql\":", "\"sql_id\":9,\"x\":"))) {
      try (SocketClient client = open("hrana3")) {
        client.ok(1, openStream(1));
        assertThat(client.error(2, refused)).isEqualTo("INVALID_REQUEST");
        assertThat(client.error(3, "{\"type\":\"fetch_cursor\",\"cursor_id\":5,\"max_count\":1}"))
            .isEqualTo("INVALID_REQUEST");
        client.ok(4, execute(1, "SELECT 'the stream goes on'"));
        client.ok(5, "{\"type\":\"close_cursor\",\"cursor_id\":5}");
        assertThat(client.error(6, refused)).isEqualTo("INVALID_REQUEST");
        client.sendRequest(7, refused);
        assertThat(client.awaitClose().code()).describedAs("its number is used").isEqualTo(1002);
      }
    }
  }

  @Test
  void aCursorThatCouldNotBeOpenedHasItsNumberInProtobufToo() throws Exception {
    try (SocketClient client =
        SocketClient.connect(pod, "/db/sock", "hrana3-protobuf", "Bearer " + pod.keys().token())) {
      client.send(new WireMessage().message(1, new WireMessage()));
      client.receiveFields();
      client.send(protobuf(1, 2, new WireMessage().varint(1, 1)));
      client.receiveFields();
      WireMessage laterStep = new WireMessage().message(1, new WireMessage().varint(1, 3));
      WireMessage step = laterStep.message(2, new WireMessage().text(1, "SELECT 1"));
      client.send(
          protobuf(
              2,
              6,
              new WireMessage()
                  .varint(1, 1)
                  .varint(2, 5)
                  .message(3, new WireMessage().message(1, step))));
      assertThat(client.receiveFields().getFirst().number()).describedAs("an error").isEqualTo(4);
      client.send(protobuf(3, 8, new WireMessage().varint(1, 5).varint(2, 1)));
      assertThat(client.receiveFields().getFirst().number()).describedAs("an error").isEqualTo(4);
      client.send(protobuf(4, 7, new WireMessage().varint(1, 5)));
      assertThat(client.receiveFields().getFirst().number()).describedAs("closed").isEqualTo(3);
    }
  }

  private static WireMessage protobuf(int id, int kind, WireMessage request) {
    return new WireMessage().message(2, new WireMessage().varint(1, id).message(kind, request));
  }

  @Test
  void fieldsThatARequestDoesNotHaveArePassedOver() throws Exception {
    try (SocketClient client = open("hrana3")) {
      client.ok(
          1,
          "{\"sql\":[1],\"stmt\":5,\"batch\":{\"steps\":7},\"cursor_id\":\"x\",\"max_count\":-1,"
              + "\"sql_id\":{},\"stream_id\":1,\"type\":\"open_stream\"}");
      JsonNode answer =
          client.ok(
              2,
              "{\"stmt\":{\"args\":[{\"base64\":5,\"value\":\"7\",\"type\":\"integer\"},"
                  + "{\"type\":\"null\",\"value\":{\"a\":[]}},{\"type\":\"blob\",\"base64\":\"AA\",\"value\":[]}],"
                  + "\"sql\":\"SELECT ?, ?, ?\"},\"batch\":null,\"type\":\"execute\",\"stream_id\":1}");
      assertThat(answer.at("/result/rows/0/0/value").asText()).isEqualTo("7");
      assertThat(answer.at("/result/rows/0/1/type").asText()).isEqualTo("null");
      assertThat(answer.at("/result/rows/0/2/base64").asText()).isEqualTo("AA");
      JsonNode batch =
          client.ok(
              3,
              "{\"type\":\"batch\",\"stream_id\":1,\"batch\":{\"steps\":[{\"stmt\":{\"sql\":\"SELECT 1\"}},"
                  + "{\"condition\":{\"cond\":9,\"conds\":{},\"step\":0,\"type\":\"ok\"},\"stmt\":{\"sql\":\"SELECT 2\"}}]}}");
      assertThat(batch.at("/result/step_results/1/rows/0/0/value").asText()).isEqualTo("2");
    }
  }

  @Test
  void timesOfRequestsAreMeasured() throws Exception {
    String sum = "dosql_request_duration_seconds_sum{route=\"hrana_websocket\",} ";
    try (SocketClient client = open("hrana3")) {
      client.ok(1, openStream(1));
      client.ok(2, execute(1, "SELECT 1"));
    }
    assertThat(
            pod.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(sum))
                .map(line -> Double.parseDouble(line.substring(sum.length()))))
        .singleElement()
        .satisfies(seconds -> assertThat(seconds).isPositive());
  }
}
