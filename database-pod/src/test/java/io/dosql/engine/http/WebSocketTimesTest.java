package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a WebSocket's client may take its time for; frames are read and written by hand. */
class WebSocketTimesTest {

  private static final int TEXT = 0x81;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8A;

  private static final HttpLimits SHORT_IDLE = withIdleTimeout(Duration.ofMillis(400));

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

    @SuppressWarnings("StringConcatToTextBlock") // The ends of lines are what matters here.
    private Raw(PodUnderTest pod) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), pod.port());
      socket.setSoTimeout(10_000);
      in = new DataInputStream(socket.getInputStream());
      socket
          .getOutputStream()
          .write(
              ("GET /db/t/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                      + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                      + "Authorization: Bearer "
                      + pod.keys.token()
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
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
      int head = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      }
      return new Frame(head, in.readNBytes(length));
    }

    /** A short frame, masked by zeros. */
    private void send(int head, byte[] payload) throws IOException {
      byte[] frame = new byte[6 + payload.length];
      frame[0] = (byte) head;
      frame[1] = (byte) (0x80 | payload.length);
      System.arraycopy(payload, 0, frame, 6, payload.length);
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
                folder, SHORT_IDLE, limits(Duration.ofSeconds(30), Duration.ofMillis(200)));
        Raw client = new Raw(pod)) {
      client.hello();
      long begin = System.nanoTime();
      while (System.nanoTime() - begin < Duration.ofSeconds(2).toNanos()) {
        assertThat(client.frame().head()).isEqualTo(PING);
        client.send(PONG, new byte[0]);
      }
    }
  }

  @Test
  void aClientThatAnswersNoPingIsCutOff(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod =
            new PodUnderTest(folder, limits(Duration.ofSeconds(30), Duration.ofSeconds(1)));
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
            new PodUnderTest(folder, limits(Duration.ofSeconds(30), Duration.ofMillis(300)));
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
}
