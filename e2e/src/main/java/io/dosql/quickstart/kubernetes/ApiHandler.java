package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every HTTP request, finds out who answers it, and turns refusals into answers. Thread-safe;
 * a virtual thread per request.
 */
final class ApiHandler implements HttpHandler {

  /** How many requests, watches among them, are served at once; more are told to come back. */
  static final int REQUESTS_MAX = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);

  private static final Set<String> HEALTH = Set.of("/healthz", "/livez", "/readyz");

  private final Semaphore permits = new Semaphore(REQUESTS_MAX);
  private final ResourceTypes types;
  private final ObjectStore store;
  private final ResourceHandler resources;
  private final Discovery discovery;
  private final OpenApi openApi;
  private final Tables tables;
  private final PodLogs logs;
  private volatile boolean stopping;

  ApiHandler(
      ResourceTypes types, ObjectStore store, ObjectWriter writer, Tables tables, PodLogs logs) {
    this.types = types;
    this.store = store;
    this.tables = tables;
    this.resources = new ResourceHandler(store, writer, tables);
    this.discovery = new Discovery(types);
    this.openApi = new OpenApi(types);
    this.logs = logs;
  }

  /** Ends what would otherwise go on: followed logs and watches. */
  void stop() {
    stopping = true;
    store.closeWatches();
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!permits.tryAcquire()) {
        send(exchange, 429, tooMany());
        return;
      }
      try {
        answer(exchange);
      } finally {
        permits.release();
      }
    }
  }

  private static ObjectNode tooMany() {
    return ApiException.of(
            429,
            "TooManyRequests",
            "the embedded API serves at most " + REQUESTS_MAX + " requests at once (REQUESTS_MAX)")
        .status();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try {
      refuseBrowsers(exchange);
      route(exchange, ApiRequest.read(exchange));
    } catch (ApiException e) {
      send(exchange, e.code(), e.status());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | LinkageError e) {
      LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
      send(
          exchange,
          500,
          ApiException.of(500, "InternalError", "Internal error occurred: " + e).status());
    }
  }

  /**
   * The API has no authentication, as that of {@code kubectl proxy} has none: it serves this
   * machine only. A web page must not reach it through the browser, neither by a request of its own
   * nor by a name that it lets point here.
   */
  private static void refuseBrowsers(HttpExchange exchange) {
    String host = exchange.getRequestHeaders().getFirst("Host");
    String name = host == null ? "" : host.replaceFirst(":\\d+$", "");
    boolean local = name.equals("127.0.0.1") || name.equals("localhost") || name.equals("[::1]");
    String origin = exchange.getRequestHeaders().getFirst("Origin");
    boolean foreign = origin != null && !origin.replaceFirst("^https?://", "").equals(host);
    if (!local || foreign) {
      throw ApiException.of(
          403,
          "Forbidden",
          "this API serves programs on this machine only, by the name 127.0.0.1 or localhost");
    }
  }

  private void route(HttpExchange exchange, ApiRequest request)
      throws IOException, InterruptedException {
    String path = request.path();
    if (HEALTH.contains(path)) {
      sendText(exchange, "ok");
      return;
    }
    if (path.startsWith("/openapi/v3")) {
      send(exchange, 200, openApi.document(path).orElseThrow(ApiException::unknownPath));
      return;
    }
    Optional<ObjectNode> document = discovery.document(path);
    if (document.isPresent()) {
      send(exchange, 200, document.get());
      return;
    }
    ResourcePath resource = ResourcePath.parse(path).orElseThrow(ApiException::unknownPath);
    ResourceType type =
        types
            .find(resource.group(), resource.version(), resource.plural())
            .orElseThrow(ApiException::unknownPath);
    if (request.method().equals("GET")
        && resource.subresource().equals("log")
        && type.subresources().contains("log")) {
      log(exchange, request, type, resource);
    } else if (request.method().equals("GET") && request.flag("watch")) {
      watch(exchange, request, type, resource);
    } else {
      ResourceHandler.Answer answer = resources.handle(request, type, resource);
      send(exchange, answer.code(), answer.body());
    }
  }

  private void watch(
      HttpExchange exchange, ApiRequest request, ResourceType type, ResourcePath path)
      throws IOException, InterruptedException {
    if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
      // Fabric8 takes a plain 200 for "no WebSocket here" and watches by HTTP.
      sendText(exchange, "");
      return;
    }
    WatchStream stream = new WatchStream(store, tables, request, type, path);
    try (Watch watch = stream.open()) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = exchange.getResponseBody()) {
        stream.run(watch, out);
      }
    } catch (IOException e) {
      LOG.debug("a client left its watch of {}", type.qualifiedName(), e);
    }
  }

  private void log(HttpExchange exchange, ApiRequest request, ResourceType type, ResourcePath path)
      throws IOException, InterruptedException {
    Path file =
        logs.file(path.namespace(), path.name())
            .orElseThrow(() -> ApiException.notFound(type, path.name()));
    PodLogStream stream = new PodLogStream(file, request);
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      stream.run(out, () -> stopping);
    }
  }

  private static void send(HttpExchange exchange, int code, ObjectNode body) throws IOException {
    byte[] bytes = Json.bytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static void sendText(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
