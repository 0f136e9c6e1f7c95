package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dosql.engine.http.RawConnection.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** HTTP/1.1 as such: order, keep-alive, broken clients. */
class ConnectionTest {

  /** Few connections and requests, but more time than a busy machine takes. */
  private static final HttpLimits LIMITS =
      new HttpLimits(
          8,
          2,
          1 << 20,
          1 << 20,
          16 << 10,
          4 << 10,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          100,
          1 << 20,
          1_000,
          2);

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private PodUnderTest pod;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    pod = new PodUnderTest(folder, LIMITS);
  }

  @AfterEach
  void stop() {
    pod.sessions.release.countDown();
    pod.close();
  }

  private String head(String method, String path, String more) {
    return RawConnection.head(pod, method, path, more);
  }

  private String query(String sql) {
    return RawConnection.query(pod, sql);
  }

  @ParameterizedTest
  @ValueSource(strings = {"query", "v2/pipeline"})
  void clientThatCloses_cancelsItsStatement(String route) throws Exception {
    String body =
        route.equals("query")
            ? "{\"sql\":\"BLOCK\"}"
            : "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"BLOCK\"}}]}";
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(
          head("POST", "/db/t1/" + route, "Content-Length: " + body.length() + "\r\n") + body);
      assertThat(pod.sessions.blocked.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(pod.sessions.cancelled).hasValue(0);
    }
    Awaitility.await().until(() -> pod.sessions.cancelled.get() == 1);
    pod.sessions.release.countDown();
    Awaitility.await().until(() -> pod.sessions.open.get() == 0);
  }

  @Test
  void clientThatClosesAfterItsAnswer_cancelsNothing() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(query("echo 1"));
      assertThat(connection.answer().status()).isEqualTo(200);
    }
    try (RawConnection next = new RawConnection(pod.port())) {
      next.send(query("echo 2"));
      assertThat(next.answer().status()).isEqualTo(200);
    }
    assertThat(pod.sessions.cancelled).hasValue(0);
  }

  @Test
  void pipelinedRequests_runOneAfterTheOtherAndAreAnsweredInOrder() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      StringBuilder all = new StringBuilder(query("BLOCK 0"));
      for (int i = 1; i < 50; i++) {
        all.append(query(i % 10 == 0 ? "FAIL " + i : "echo " + i));
      }
      connection.send(all.toString());
      assertThat(pod.sessions.blocked.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(pod.sessions.executed).containsExactly("BLOCK 0");
      pod.sessions.release.countDown();
      for (int i = 0; i < 50; i++) {
        assertThat(connection.answer().status()).isEqualTo(i > 0 && i % 10 == 0 ? 409 : 200);
      }
      assertThat(pod.sessions.executed).hasSize(50);
      for (int i = 1; i < 50; i++) {
        assertThat(pod.sessions.executed.get(i)).endsWith(" " + i);
      }
    }
  }

  @Test
  void manyPipelinedBytes_areNotReadBeforeTheirTurn() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(query("BLOCK"));
      assertThat(pod.sessions.blocked.await(60, TimeUnit.SECONDS)).isTrue();
      String big = query("x".repeat(100_000));
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 100; i++) {
                        connection.send(big);
                      }
                    } catch (IOException closed) {
                      throw new UncheckedIOException(closed);
                    }
                  });
      pod.sessions.release.countDown();
      for (int i = 0; i < 101; i++) {
        assertThat(connection.answer().status()).isEqualTo(200);
      }
      writer.join();
    }
  }

  @Test
  void connection_isKeptUnlessTheClientSaysOtherwise() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      for (int i = 0; i < 3; i++) {
        connection.send(query("echo"));
        assertThat(connection.answer().status()).isEqualTo(200);
      }
      connection.send(head("GET", "/health/live", "Connection: close\r\n"));
      assertThat(connection.answer().status()).isEqualTo(200);
      assertThat(connection.isClosedByServer()).isTrue();
    }
  }

  @Test
  void http10_closesAfterTheAnswer() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send("GET /health/live HTTP/1.0\r\n\r\n");
      assertThat(connection.answer().body()).isEqualTo("{\"status\":\"ok\"}");
      assertThat(connection.isClosedByServer()).isTrue();
    }
  }

  @Test
  void head_isAnsweredLikeGetWithoutABody() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send("HEAD /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      Answer answer = new Answer(new String(connection.rest(), StandardCharsets.UTF_8), "");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.head()).endsWith("\r\n\r\n");
    }
  }

  @Test
  void expectedContinue_isSentOnceTheTokenIsGood() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(
          head("POST", "/db/t1/query", "Content-Length: 14\r\nExpect: 100-continue\r\n"));
      assertThat(connection.answer().status()).isEqualTo(100);
      connection.send("{\"sql\":\"echo\"}");
      assertThat(connection.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void expectedContinue_isNotSentForABadToken() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(
          "POST /db/t/query HTTP/1.1\r\nContent-Length: 14\r\nExpect: 100-continue\r\n\r\n");
      assertThat(connection.answer().status()).isEqualTo(401);
    }
  }

  @Test
  void bodyCutOffByTheClient_runsNothingAndFreesItsPlace() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (RawConnection connection = new RawConnection(pod.port())) {
        connection.send(head("POST", "/db/t1/query", "Content-Length: 14\r\n") + "{\"sql\"");
      }
    }
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(pod.engine().part(RequestGate.class).awaitIdle(Duration.ofMillis(1)))
                    .isTrue());
    assertThat(pod.sessions.executed).isEmpty();
    assertThat(pod.post("/db/t1/query", "{\"sql\":\"echo\"}").statusCode()).isEqualTo(200);
  }

  @Test
  void tokenOfAMegabyte_isRefusedAndEndsTheConnection() throws Exception {
    String answer = "";
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(
          "GET /v2 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + "a".repeat(1 << 20)
              + "\r\n\r\n");
      answer = new String(connection.rest(), StandardCharsets.UTF_8);
    } catch (SocketException reset) {
      // The server need not read the rest of it before it closes the connection.
    }
    assertThat(answer).doesNotContain("HTTP/1.1 200");
    assertThat(answer.isEmpty() || answer.contains("maxHeaderBytes")).isTrue();
    assertThat(pod.post("/db/t1/query", "{\"sql\":\"echo\"}").statusCode()).isEqualTo(200);
  }

  @Test
  void moreConnectionsThanAllowed_areClosed() throws Exception {
    RawConnection[] open = new RawConnection[LIMITS.maxConnections()];
    for (int i = 0; i < open.length; i++) {
      open[i] = new RawConnection(pod.port());
      open[i].send(query("echo"));
      assertThat(open[i].answer().status()).isEqualTo(200);
    }
    try (RawConnection oneMore = new RawConnection(pod.port())) {
      assertThat(oneMore.isClosedByServer()).isTrue();
    }
    for (RawConnection connection : open) {
      connection.close();
    }
  }

  @Test
  void moreRequestsThanAllowed_areAskedToComeBack() throws Exception {
    pod.sessions.blocked = new CountDownLatch(2);
    try (RawConnection first = new RawConnection(pod.port());
        RawConnection second = new RawConnection(pod.port())) {
      first.send(query("BLOCK"));
      second.send(query("BLOCK"));
      assertThat(pod.sessions.blocked.await(60, TimeUnit.SECONDS)).isTrue();
      oneMoreRequestIsAskedToComeBack();
      pod.sessions.release.countDown();
      assertThat(first.answer().status()).isEqualTo(200);
      assertThat(second.answer().status()).isEqualTo(200);
      first.send(query("echo"));
      assertThat(first.answer().status()).isEqualTo(200);
    }
  }

  private void oneMoreRequestIsAskedToComeBack() throws IOException {
    try (RawConnection third = new RawConnection(pod.port())) {
      third.send(query("echo"));
      Answer answer = third.answer();
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.head().toLowerCase(Locale.ROOT)).contains("retry-after: 1");
      assertThat(answer.body())
          .contains("RESOURCE_EXHAUSTED", "maxConcurrentRequests", "\"retryable\":true");
      // Health does not stand in line with the others.
      third.send("GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(third.answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /db/{x}/query HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /db/%zz/query HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /db/é/query HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET x HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header: é\u0001\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      })
  void whatIsNotHttp_isToldSoAndEndsTheConnection(String text) throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(text);
      Answer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).contains("INVALID_REQUEST");
      assertThat(answer.body())
          .contains("\"requestId\":\"" + answer.header("x-request-id").orElseThrow() + "\"");
      assertThat(connection.isClosedByServer()).isTrue();
    }
  }

  @Test
  void requestIdOfARefusedRequest_isTheClients() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send("GET /db/%zz/query HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine-1\r\n\r\n");
      Answer answer = connection.answer();
      assertThat(answer.header("x-request-id")).hasValue("mine-1");
      assertThat(answer.body()).contains("\"requestId\":\"mine-1\"");
    }
  }

  private String upgrade(String path, String header) {
    return head(
        "GET",
        path,
        String.join(
            "\r\n",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            header,
            ""));
  }

  @Test
  void requestIdOfAnUpgrade_isInItsAnswer() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(upgrade("/db/t1/", "X-Request-Id: mine-2"));
      Answer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(101);
      assertThat(answer.header("x-request-id")).hasValue("mine-2");
    }
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(upgrade("/db/t1/nothing", "X-Request-Id: mine-2"));
      Answer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.header("x-request-id")).hasValue("mine-2");
      assertThat(answer.body()).contains("\"requestId\":\"mine-2\"");
    }
  }

  @ParameterizedTest
  @CsvSource({"X-DoSQL-Timeout, 0", "X-DoSQL-Lock-Timeout, 30001"})
  void upgradeThatAsksForImpossibleTimes_isRefused(String header, String value) throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(upgrade("/db/t1/", header + ": " + value));
      Answer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).contains("INVALID_REQUEST", header);
    }
  }

  @Test
  void dotsInThePath_reachTheCheckOfTheTenantsName() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      String body = "{\"sql\":\"x\"}";
      String length = "Content-Length: " + body.length() + "\r\n";
      connection.send(head("POST", "/db/../x/query", length) + body);
      Answer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).contains("INVALID_REQUEST");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"//v2/pipeline", "/db/t1//v2/pipeline", "/db//t1/v2/pipeline"})
  void doubledSlashes_countAsOne(String path) throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(head("POST", path, "Content-Length: 15\r\n") + "{\"requests\":[]}");
      assertThat(connection.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void tooLongHeaders_areRefusedByTheLimitsName() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send("GET / HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");
      Answer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).contains("maxHeaderBytes");
    }
  }

  @Test
  void brokenChunk_isRefusedAndEndsTheConnection() throws Exception {
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send(
          head("POST", "/db/t1/query", "Transfer-Encoding: chunked\r\n") + "5\r\n{\"sql\r\nzz\r\n");
      assertThat(connection.answer().status()).isEqualTo(400);
      assertThat(connection.isClosedByServer()).isTrue();
    }
    assertThat(pod.sessions.executed).isEmpty();
  }

  @Test
  void brokenChunkOfARequestThatIsAnsweredAlready_isNoErrorOfTheServer() throws Exception {
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    Logger framework = (Logger) LoggerFactory.getLogger("io.micronaut");
    framework.addAppender(logged);
    logged.start();
    try (RawConnection connection = new RawConnection(pod.port())) {
      connection.send("POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      assertThat(connection.answer().status()).isEqualTo(404);
      connection.send("zz\r\n");
      assertThat(connection.isClosedByServer()).isTrue();
    } finally {
      framework.detachAppender(logged);
    }
    assertThat(logged.list).isEmpty();
  }
}
