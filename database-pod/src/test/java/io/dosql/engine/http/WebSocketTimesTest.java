package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dosql.engine.hrana.HranaSocket;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a WebSocket's client may take its time for; frames are read and written by hand. */
class WebSocketTimesTest {

  private static final int TEXT = 0x81;
  private static final int BINARY = 0x82;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8A;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final HttpLimits SHORT_IDLE = withIdleTimeout(Duration.ofSeconds(2));

  private static HttpLimits withIdleTimeout(Duration idle) {
    HttpLimits usual = HttpLimits.DEFAULT;
    return new HttpLimits(
        usual.maxConnections(),
        usual.maxConcurrentRequests(),
        usual.maxBodyBytes(),
        usual.maxBufferedBytes(),
        usual.maxHeaderBytes(),
        usual.maxRequestLineBytes(),
        usual.bodyTimeout(),
        idle,
        usual.maxStatements(),
        usual.maxResultBytes(),
        usual.maxResultRows(),
        usual.maxConcurrentRequestsPerTenant());
  }

  private static WebSocketLimits limits(Duration hello, Duration ping) {
    return new WebSocketLimits(128, 4 << 20, 1_000, hello, ping);
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Frame(int head, byte[] payload) {
    int code() {
      return ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
    }
  }

  private static final class Raw implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    private Raw(PodUnderTest pod) throws IOException {
      this(pod, "hrana1");
    }

    @SuppressWarnings("StringConcatToTextBlock") // The ends of lines are what matters here.
    private Raw(PodUnderTest pod, String subprotocol) throws IOException {
      // Before the connection is there, whose time runs then.
      byte[] upgrade =
          ("GET /db/t/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                  + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                  + "Sec-WebSocket-Protocol: "
                  + subprotocol
                  + "\r\nAuthorization: Bearer "
                  + pod.keys.token()
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      socket = new Socket(InetAddress.getLoopbackAddress(), pod.port());
      socket.setSoTimeout((int) PATIENCE.toMillis());
      in = new DataInputStream(socket.getInputStream());
      socket.getOutputStream().write(upgrade);
      assertThat(line()).startsWith("HTTP/1.1 101 ");
      while (!line().isEmpty()) {
        // Headers.
      }
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new IOException("closed: " + line);
        }
        line.append((char) next);
      }
      return line.toString().strip();
    }

    private Frame frame() throws IOException {
      return restOfFrame(in.readUnsignedByte());
    }

    /** The next frame if it begins within a moment. */
    private Optional<Frame> poll(Duration moment) throws IOException {
      int head;
      socket.setSoTimeout((int) moment.toMillis());
      try {
        head = in.readUnsignedByte();
      } catch (SocketTimeoutException nothing) {
        return Optional.empty();
      } finally {
        socket.setSoTimeout((int) PATIENCE.toMillis());
      }
      return Optional.of(restOfFrame(head));
    }

    private Frame restOfFrame(int head) throws IOException {
      int length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      }
      return new Frame(head, in.readNBytes(length));
    }

    /** A frame of less than 64 KiB, masked by zeros. */
    private void send(int head, byte[] payload) throws IOException {
      boolean isShort = payload.length < 126;
      byte[] frame = new byte[(isShort ? 6 : 8) + payload.length];
      frame[0] = (byte) head;
      frame[1] = (byte) (0x80 | (isShort ? payload.length : 126));
      if (!isShort) {
        frame[2] = (byte) (payload.length >> 8);
        frame[3] = (byte) payload.length;
      }
      System.arraycopy(payload, 0, frame, frame.length - payload.length, payload.length);
      socket.getOutputStream().write(frame);
    }

    private void hello() throws IOException {
      send(TEXT, "{\"type\":\"hello\",\"jwt\":null}".getBytes(StandardCharsets.UTF_8));
      Frame answer = frame();
      while (answer.head() == PING) {
        send(PONG, new byte[0]);
        answer = frame();
      }
      assertThat(new String(answer.payload(), StandardCharsets.UTF_8)).contains("hello_ok");
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void httpsIdleTimeDoesNotEndAWebSocket(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod =
            new PodUnderTest(
                folder, SHORT_IDLE, limits(Duration.ofSeconds(30), Duration.ofMinutes(5)));
        Raw client = new Raw(pod)) {
      client.hello();
      assertThat(client.poll(SHORT_IDLE.idleTimeout().multipliedBy(2))).isEmpty();
      client.send(PING, new byte[0]);
      assertThat(client.frame().head()).isEqualTo(PONG);
    }
  }

  @Test
  void aClientThatAnswersNoPingIsCutOff(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod =
            new PodUnderTest(folder, limits(Duration.ofSeconds(30), Duration.ofSeconds(4)));
        Raw client = new Raw(pod)) {
      client.hello();
      assertThat(client.frame().head()).isEqualTo(PING);
      Frame close = client.frame();
      assertThat(close.head()).isEqualTo(CLOSE);
      assertThat(close.code()).isEqualTo(4000);
    }
  }

  @Test
  void whoDoesNotSayHelloInTimeIsSentAway(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod =
            new PodUnderTest(folder, limits(Duration.ofMillis(200), Duration.ofSeconds(30)));
        Raw client = new Raw(pod)) {
      Frame close = client.frame();
      assertThat(close.head()).isEqualTo(CLOSE);
      assertThat(new String(close.payload(), StandardCharsets.UTF_8)).contains("helloTimeout");
    }
  }

  @Test
  void aHelloThatIsTooLongIsRefusedBeforeItIsWhole(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod =
            new PodUnderTest(folder, limits(Duration.ofSeconds(30), Duration.ofSeconds(30)));
        Raw client = new Raw(pod)) {
      // The head of a frame of 60,000 bytes, and some of them.
      client
          .socket
          .getOutputStream()
          .write(new byte[] {(byte) TEXT, (byte) 0xFE, (byte) 0xEA, 0x60});
      client.socket.getOutputStream().write(new byte[2_000]);
      Frame close = client.frame();
      assertThat(close.head()).isEqualTo(CLOSE);
      assertThat(close.code()).isEqualTo(1009);
    }
  }

  @Test
  void aWithdrawnKeyEndsTheConnection(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod =
            new PodUnderTest(folder, limits(Duration.ofSeconds(30), Duration.ofSeconds(5)));
        Raw client = new Raw(pod)) {
      client.hello();
      new TestKeys(pod.keys.file(), "key-2").publish();
      Frame next = client.frame();
      while (next.head() == PING) {
        client.send(PONG, new byte[0]);
        next = client.frame();
      }
      assertThat(next.head()).isEqualTo(CLOSE);
      assertThat(next.code()).isEqualTo(4001);
    }
  }

  private static String ask(Raw client, String request) throws IOException {
    client.send(
        TEXT,
        ("{\"type\":\"request\",\"request_id\":1,\"request\":" + request + "}")
            .getBytes(StandardCharsets.UTF_8));
    return new String(client.frame().payload(), StandardCharsets.UTF_8);
  }

  @Test
  void aStreamThatAnExpiredTokenMayNotOpenHasItsNumberUntilItIsClosed(@TempDir Path folder)
      throws Exception {
    try (PodUnderTest pod =
            new PodUnderTest(folder, limits(Duration.ofSeconds(30), Duration.ofSeconds(30)));
        Raw client = new Raw(pod)) {
      client.hello();
      new TestKeys(pod.keys.file(), "key-2").publish();
      AtomicInteger number = new AtomicInteger();
      await()
          .until(
              () ->
                  ask(
                          client,
                          "{\"type\":\"open_stream\",\"stream_id\":%d}"
                              .formatted(number.incrementAndGet()))
                      .contains("response_error"));
      assertThat(
              ask(client, "{\"type\":\"get_autocommit\",\"stream_id\":%d}".formatted(number.get())))
          .contains("response_error");
      assertThat(
              ask(client, "{\"type\":\"close_stream\",\"stream_id\":%d}".formatted(number.get())))
          .contains("response_ok");
    }
  }

  private static void execute(Raw client, int id, String sql) throws IOException {
    client.send(
        TEXT,
        """
        {"type":"request","request_id":%d,\
        "request":{"type":"execute","stream_id":1,"stmt":{"sql":"%s"}}}"""
            .formatted(id, sql)
            .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void thePodIsNotIdleBetweenTheRequestsOfAConnection(@TempDir Path folder) throws Exception {
    int requests = 100;
    try (PodUnderTest pod = new PodUnderTest(folder);
        Raw client = new Raw(pod)) {
      RequestGate gate = pod.engine().part(RequestGate.class);
      client.hello();
      assertThat(ask(client, "{\"type\":\"open_stream\",\"stream_id\":1}")).contains("response_ok");
      execute(client, 1, "BLOCK");
      for (int i = 2; i <= requests; i++) {
        execute(client, i, "echo");
      }
      client.send(PING, new byte[0]);
      assertThat(client.frame().head()).describedAs("all were read").isEqualTo(PONG);
      assertThat(pod.sessions.blocked.await(60, TimeUnit.SECONDS)).isTrue();
      pod.sessions.release.countDown();
      boolean isIdle;
      do {
        isIdle = gate.awaitIdle(Duration.ZERO);
      } while (!isIdle);
      assertThat(pod.sessions.executed).describedAs("before it was idle").hasSize(requests);
    }
  }

  @Test
  void whoGoesLeavesNothingToWaitFor(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod = new PodUnderTest(folder)) {
      RequestGate gate = pod.engine().part(RequestGate.class);
      try (Raw client = new Raw(pod)) {
        client.hello();
        assertThat(ask(client, "{\"type\":\"open_stream\",\"stream_id\":1}"))
            .contains("response_ok");
        execute(client, 1, "BLOCK");
        execute(client, 2, "echo");
        assertThat(pod.sessions.blocked.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(gate.awaitIdle(Duration.ZERO)).isFalse();
      }
      pod.sessions.release.countDown();
      await().until(() -> gate.awaitIdle(Duration.ZERO));
    }
  }

  @Test
  void nothingComesAfterAClose(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod =
            new PodUnderTest(folder, limits(Duration.ofSeconds(30), Duration.ofMinutes(5)));
        Raw client = new Raw(pod, "hrana2")) {
      client.hello();
      assertThat(ask(client, "{\"type\":\"open_stream\",\"stream_id\":1}")).contains("response_ok");
      execute(client, 2, "BLOCK");
      assertThat(pod.sessions.blocked.await(60, TimeUnit.SECONDS)).isTrue();
      client.send(BINARY, new byte[0]);
      Frame close = client.frame();
      assertThat(close.head()).isEqualTo(CLOSE);
      assertThat(close.code()).isEqualTo(1003);
      // The statement ends, and its answer has nowhere to go.
      pod.sessions.release.countDown();
      assertThat(client.in.read()).describedAs("the end").isEqualTo(-1);
    }
  }

  // ---- Parts of messages

  private static final int FIRST_TEXT = 0x01;
  private static final int LAST_PART = 0x80;

  private static final byte[] HELLO =
      "{\"type\":\"hello\",\"jwt\":null}".getBytes(StandardCharsets.UTF_8);

  private static byte[] part(int from, int to) {
    return java.util.Arrays.copyOfRange(HELLO, from, to);
  }

  @Test
  void aMessageMayBeInterruptedByPingsButNotByAnother(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod = new PodUnderTest(folder)) {
      try (Raw client = new Raw(pod)) {
        client.send(FIRST_TEXT, part(0, 3));
        client.send(PING, new byte[] {7});
        assertThat(client.frame().payload()).containsExactly(7);
        client.send(0, part(3, 9));
        client.send(LAST_PART, part(9, HELLO.length));
        assertThat(new String(client.frame().payload(), StandardCharsets.UTF_8))
            .contains("hello_ok");
      }
      try (Raw client = new Raw(pod)) {
        client.send(FIRST_TEXT, part(0, 3));
        client.send(TEXT, HELLO);
        assertThat(client.frame().code()).describedAs("another one in between").isEqualTo(1002);
      }
      try (Raw client = new Raw(pod)) {
        client.send(LAST_PART, part(3, 9));
        assertThat(client.frame().code()).describedAs("a part of nothing").isEqualTo(1002);
      }
      try (Raw client = new Raw(pod)) {
        client.send(FIRST_TEXT, part(0, 3));
      }
      try (Raw client = new Raw(pod)) {
        client.hello();
      }
    }
  }

  // ---- Memory

  private static HttpLimits withBufferedBytes(int bytes) {
    return HttpLimits.DEFAULT.withMemory(bytes, bytes, HttpLimits.DEFAULT.maxResultBytes());
  }

  /** The head of a text frame of so many bytes, masked by zeros, and the first ones of them. */
  private static void begin(Raw client, int bytes, int sent) throws IOException {
    client
        .socket
        .getOutputStream()
        .write(
            new byte[] {
              (byte) TEXT,
              (byte) 0xFF,
              0,
              0,
              0,
              0,
              0,
              (byte) (bytes >> 16),
              (byte) (bytes >> 8),
              (byte) bytes,
              0,
              0,
              0,
              0
            });
    byte[] blanks = new byte[sent];
    java.util.Arrays.fill(blanks, (byte) ' ');
    client.socket.getOutputStream().write(blanks);
  }

  @Test
  void messagesOfAllConnectionsAreCountedWhileTheyArrive(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod = new PodUnderTest(folder, withBufferedBytes(1_000_000))) {
      try (Raw first = new Raw(pod);
          Raw second = new Raw(pod)) {
        first.hello();
        second.hello();
        begin(first, 900_000, 700_000);
        begin(second, 900_000, 700_000);
        // Whichever of them came later.
        Duration moment = Duration.ofMillis(100);
        Optional<Frame> closed = Optional.empty();
        for (int look = 0; look < 100 && closed.isEmpty(); look++) {
          closed = first.poll(moment);
          closed = closed.isPresent() ? closed : second.poll(moment);
        }
        Frame close = closed.orElseThrow();
        assertThat(close.head()).isEqualTo(CLOSE);
        assertThat(close.code()).isEqualTo(1013);
        assertThat(new String(close.payload(), StandardCharsets.UTF_8))
            .contains("maxBufferedBytes");
      }
      await()
          .untilAsserted(
              () -> {
                try (Raw third = new Raw(pod)) {
                  third.hello();
                  begin(third, 900_000, 900_000);
                  assertThat(third.frame().code())
                      .describedAs("blanks are no message")
                      .isEqualTo(1007);
                }
              });
    }
  }

  @Test
  void whatIsAnsweredIsCountedNoMoreAndPingsNeverAre(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod = new PodUnderTest(folder, withBufferedBytes(20_000));
        Raw client = new Raw(pod)) {
      client.hello();
      byte[] closeSql =
          "{\"type\":\"request\",\"request_id\":1,\"request\":{\"type\":\"close_sql\",\"sql_id\":1}}"
              .getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 1_000; i++) {
        client.send(PING, new byte[100]);
        assertThat(client.frame().head()).isEqualTo(PONG);
        client.send(TEXT, closeSql);
        assertThat(client.frame().head()).isEqualTo(TEXT);
      }
    }
  }

  @Test
  void linesOfTheLogSayWhoseConnectionItIs(@TempDir Path folder) throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(HranaSocket.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    try (PodUnderTest pod = new PodUnderTest(folder);
        Raw client = new Raw(pod)) {
      client.hello();
      client.send(
          TEXT,
          "{\"type\":\"request\",\"request_id\":1,\"request\":{\"type\":\"open_stream\",\"stream_id\":1}}"
              .getBytes(StandardCharsets.UTF_8));
      client.frame();
      execute(client, 2, "BUG");
      assertThat(new String(client.frame().payload(), StandardCharsets.UTF_8)).contains("INTERNAL");
    } finally {
      logger.detachAppender(logged);
    }
    assertThat(logged.list)
        .singleElement()
        .satisfies(
            line ->
                assertThat(line.getMDCPropertyMap())
                    .containsEntry("tenant", "t")
                    .containsKey("requestId"));
  }
}
