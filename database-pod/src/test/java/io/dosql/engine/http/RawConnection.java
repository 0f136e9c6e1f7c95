package io.dosql.engine.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** A connection on which a test writes what it likes. */
final class RawConnection implements AutoCloseable {

  private final Socket socket;
  private final InputStream in;

  RawConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    in = socket.getInputStream();
  }

  /** The head of a request with a good token; {@code more} is whole lines. */
  static String head(PodUnderTest pod, String method, String path, String more) {
    return "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n"
        .formatted(method, path, pod.keys.token(), more);
  }

  /** A whole request that runs one statement. */
  static String query(PodUnderTest pod, String sql) {
    String body = "{\"sql\":\"" + sql + "\"}";
    return head(pod, "POST", "/db/t1/query", "Content-Length: " + body.length() + "\r\n") + body;
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  /** Head and body of the next answer; the body's length must be stated. */
  Answer answer() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("Closed in the middle of an answer: " + head);
      }
      head.write(next);
    }
    String text = head.toString(StandardCharsets.UTF_8);
    int length =
        text.lines()
            .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
            .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
            .findFirst()
            .orElse(0);
    return new Answer(text, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  /** All that comes until the server closes the connection. */
  byte[] rest() throws IOException {
    return in.readAllBytes();
  }

  /** True if the server has closed the connection; waits for it to. */
  boolean isClosedByServer() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  record Answer(String head, String body) {
    /** A header's value. */
    Optional<String> header(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ":";
      return head.lines()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
          .map(line -> line.substring(start.length()).strip())
          .findFirst();
    }

    int status() {
      return Integer.parseInt(head.substring(9, 12));
    }
  }
}
