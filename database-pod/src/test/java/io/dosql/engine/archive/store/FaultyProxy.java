package io.dosql.engine.archive.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Stands between a client and a real S3 server, and does what it is told to the next requests. */
public final class FaultyProxy implements AutoCloseable {

  /** What happens to a request. */
  public sealed interface Fault {

    /** An answer of our own; the server never sees the request. */
    record Answer(int status, String contentType, String body, Map<String, String> headers)
        implements Fault {

      public Answer(int status, String contentType, String body) {
        this(status, contentType, body, Map.of());
      }

      /** The same with another header. */
      public Answer with(String name, String value) {
        return new Answer(status, contentType, body, Map.of(name, value));
      }

      public static Answer s3(int status, String code) {
        return new Answer(
            status,
            "application/xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>told by the"
                    .formatted(code)
                + " proxy</Message></Error>");
      }
    }

    /** The connection is cut; the server never sees the request. */
    record Cut() implements Fault {}

    /** The server does the work, then the connection is cut. */
    record LoseResponse() implements Fault {}

    /** The answer breaks off after so many bytes of its body. */
    record BreakOff(int bodyBytes) implements Fault {}

    /** No answer until the proxy is closed. */
    record Hang() implements Fault {}

    /** Something else is done first. */
    record After(Runnable action) implements Fault {}
  }

  private record Rule(Predicate<String> matches, Fault fault) {}

  private static final List<String> NOT_FORWARDED =
      List.of("connection", "content-length", "transfer-encoding", "date", "server");

  private final URI target;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final OkHttpClient client = new OkHttpClient();
  private final List<Rule> rules = new ArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<Headers> headers = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  public FaultyProxy(URI target) throws IOException {
    this.target = target;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The next request whose "METHOD /path?query" contains {@code part} meets the fault. */
  public FaultyProxy next(String part, Fault fault) {
    synchronized (rules) {
      rules.add(new Rule(line -> line.contains(part), fault));
    }
    return this;
  }

  /** From here on requests meet no fault that was told before. */
  public void forget() {
    synchronized (rules) {
      rules.clear();
    }
  }

  /** "METHOD /path?query" of every request so far that contains {@code part}. */
  public List<String> requests(String part) {
    return requests.stream().filter(line -> line.contains(part)).toList();
  }

  /** The values of a header in every request so far that contains {@code part}, "" without it. */
  public List<String> headers(String part, String name) {
    synchronized (rules) {
      return IntStream.range(0, requests.size())
          .filter(i -> requests.get(i).contains(part))
          .mapToObj(i -> headers.get(i).getFirst(name))
          .map(value -> value == null ? "" : value)
          .toList();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    synchronized (rules) {
      requests.add(line);
      headers.add(exchange.getRequestHeaders());
    }
    byte[] body = exchange.getRequestBody().readAllBytes();
    try (exchange) {
      switch (takeFault(line)) {
        case null -> forward(exchange, body, Integer.MAX_VALUE);
        case Fault.Answer answer -> answer(exchange, answer);
        case Fault.Cut cut -> {}
        case Fault.LoseResponse lost -> call(exchange, body).close();
        case Fault.BreakOff broken -> forward(exchange, body, broken.bodyBytes());
        case Fault.Hang hang -> closed.await();
        case Fault.After after -> {
          after.action().run();
          forward(exchange, body, Integer.MAX_VALUE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @org.jspecify.annotations.Nullable Fault takeFault(String line) {
    synchronized (rules) {
      for (Iterator<Rule> all = rules.iterator(); all.hasNext(); ) {
        Rule rule = all.next();
        if (rule.matches().test(line)) {
          all.remove();
          return rule.fault();
        }
      }
      return null;
    }
  }

  private static void answer(HttpExchange exchange, Fault.Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(answer.status(), head || body.length == 0 ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  private void forward(HttpExchange exchange, byte[] body, int bytesMax) throws IOException {
    try (Response response = call(exchange, body)) {
      for (String name : response.headers().names()) {
        if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
          exchange.getResponseHeaders().put(name, response.headers(name));
        }
      }
      byte[] answer = response.body().bytes();
      if (exchange.getRequestMethod().equals("HEAD")) {
        String length = response.header("Content-Length");
        if (length != null) {
          exchange.getResponseHeaders().set("Content-Length", length);
        }
        exchange.sendResponseHeaders(response.code(), -1);
        return;
      }
      exchange.sendResponseHeaders(response.code(), answer.length == 0 ? -1 : answer.length);
      OutputStream out = exchange.getResponseBody();
      out.write(answer, 0, Math.min(answer.length, bytesMax));
      out.flush();
    }
  }

  private Response call(HttpExchange exchange, byte[] body) throws IOException {
    Request.Builder request =
        new Request.Builder().url(target + exchange.getRequestURI().toString());
    for (Map.Entry<String, List<String>> header : exchange.getRequestHeaders().entrySet()) {
      if (!NOT_FORWARDED.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        header.getValue().forEach(value -> request.addHeader(header.getKey(), value));
      }
    }
    String method = exchange.getRequestMethod();
    boolean hasBody = method.equals("PUT") || method.equals("POST");
    request.method(method, hasBody ? RequestBody.create(body, null) : null);
    return client.newCall(request.build()).execute();
  }
}
