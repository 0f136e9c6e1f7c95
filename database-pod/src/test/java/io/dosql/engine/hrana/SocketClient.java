package io.dosql.engine.hrana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.hrana.WireMessage.Field;
import io.dosql.engine.main.RealPod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A WebSocket of the JDK that speaks the protocol by hand. */
final class SocketClient implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
  private final Semaphore pongs = new Semaphore(0);
  private final CompletableFuture<Close> closed = new CompletableFuture<>();
  private final WebSocket socket;

  /** How the pod has closed it. */
  record Close(int code, String reason) {}

  private SocketClient(String url, @Nullable String subprotocol, @Nullable String authorization)
      throws Exception {
    this(url, subprotocol, authorization, Map.of());
  }

  private SocketClient(
      String url,
      @Nullable String subprotocol,
      @Nullable String authorization,
      Map<String, String> headers)
      throws Exception {
    WebSocket.Builder builder = CLIENT.newWebSocketBuilder().connectTimeout(PATIENCE);
    if (subprotocol != null) {
      builder.subprotocols(subprotocol);
    }
    if (authorization != null) {
      builder.header("Authorization", authorization);
    }
    headers.forEach(builder::header);
    socket =
        builder
            .buildAsync(URI.create(url.replaceFirst("http", "ws")), new Listener())
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Without a token. */
  static SocketClient connect(RealPod pod, String path, @Nullable String subprotocol)
      throws Exception {
    return new SocketClient(pod.url() + path, subprotocol, null);
  }

  static SocketClient connect(
      RealPod pod, String path, @Nullable String subprotocol, String authorization)
      throws Exception {
    return new SocketClient(pod.url() + path, subprotocol, authorization);
  }

  /** The same as {@link #open}, with one more header in the upgrade. */
  static SocketClient open(RealPod pod, String path, String header, String value) throws Exception {
    SocketClient client = new SocketClient(pod.url() + path, "hrana3", null, Map.of(header, value));
    client.send("{\"type\":\"hello\",\"jwt\":\"" + pod.keys().token() + "\"}");
    assertThat(client.receive().get("type").asText()).isEqualTo("hello_ok");
    return client;
  }

  /** After a hello with a token that may write, which was taken. */
  static SocketClient open(RealPod pod, String path, @Nullable String subprotocol)
      throws Exception {
    SocketClient client = connect(pod, path, subprotocol);
    client.send("{\"type\":\"hello\",\"jwt\":\"" + pod.keys().token() + "\"}");
    assertThat(client.receive().get("type").asText()).isEqualTo("hello_ok");
    return client;
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        messages.add(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      byte[] part = new byte[data.remaining()];
      data.get(part);
      bytes.writeBytes(part);
      if (last) {
        messages.add(bytes.toByteArray());
        bytes.reset();
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer data) {
      pongs.release();
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(new Close(code, reason));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.completeExceptionally(error);
    }
  }

  String subprotocol() {
    return socket.getSubprotocol();
  }

  void send(String message) throws Exception {
    WebSocket _ = socket.sendText(message, true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** A message in two frames. */
  void sendInParts(String message, int at) throws Exception {
    WebSocket _ =
        socket
            .sendText(message.substring(0, at), false)
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    WebSocket _ =
        socket.sendText(message.substring(at), true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  void send(WireMessage message) throws Exception {
    WebSocket _ =
        socket
            .sendBinary(ByteBuffer.wrap(message.toBytes()), true)
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  void sendRequest(int id, String request) throws Exception {
    send("{\"type\":\"request\",\"request_id\":%d,\"request\":%s}".formatted(id, request));
  }

  /** Waits until the pod has read all that was sent. */
  void awaitRead() throws Exception {
    WebSocket _ =
        socket.sendPing(ByteBuffer.allocate(0)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(pongs.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  private byte[] next() throws InterruptedException {
    byte[] message = messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("nothing came; closed: " + closed);
    }
    return message;
  }

  JsonNode receive() throws InterruptedException, IOException {
    return JSON.readTree(next());
  }

  List<Field> receiveFields() throws InterruptedException {
    return WireMessage.parse(next());
  }

  /** Sends a request and waits for its answer, which must be the next message. */
  JsonNode ask(int id, String request) throws Exception {
    sendRequest(id, request);
    JsonNode answer = receive();
    assertThat(answer.get("request_id").asInt()).describedAs("%s", answer).isEqualTo(id);
    return answer;
  }

  /** The same for a request that must work. */
  JsonNode ok(int id, String request) throws Exception {
    JsonNode answer = ask(id, request);
    assertThat(answer.get("type").asText()).describedAs("%s", answer).isEqualTo("response_ok");
    return answer.get("response");
  }

  /** The code of the error of a request that must not work. */
  String error(int id, String request) throws Exception {
    JsonNode answer = ask(id, request);
    assertThat(answer.get("type").asText()).describedAs("%s", answer).isEqualTo("response_error");
    return answer.at("/error/code").asText();
  }

  /** The next message within a moment; null if none comes, or the pod has closed the connection. */
  byte @Nullable [] poll(Duration moment) throws InterruptedException {
    return messages.poll(moment.toNanos(), TimeUnit.NANOSECONDS);
  }

  boolean isClosed() {
    return closed.isDone();
  }

  /** A message that may be anything, in a text or a binary frame; false if it cannot be sent. */
  boolean sendRaw(byte[] message, boolean isText) throws InterruptedException {
    try {
      WebSocket _ =
          (isText
                  ? socket.sendText(new String(message, StandardCharsets.UTF_8), true)
                  : socket.sendBinary(ByteBuffer.wrap(message), true))
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException closing) {
      return false;
    }
  }

  Close awaitClose() throws Exception {
    return closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Goes away without a word. */
  void abort() {
    socket.abort();
  }

  @Override
  public void close() {
    socket.abort();
  }

  static String openStream(int stream) {
    return "{\"type\":\"open_stream\",\"stream_id\":" + stream + "}";
  }

  static String execute(int stream, String sql) {
    return "{\"type\":\"execute\",\"stream_id\":%d,\"stmt\":{\"sql\":\"%s\"}}"
        .formatted(stream, sql);
  }
}
