import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Starts an operator against as much of a Kubernetes API as it needs to become ready: it becomes
 * the leader, and finds no resources.
 *
 * <p>Arguments: a folder to work in, then the command that starts the operator.
 */
public final class Training {

  private static final String EMPTY_LIST =
      "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}";

  private static final String EVERYTHING_IS_ALLOWED =
      "{\"kind\":\"SelfSubjectRulesReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"status\":"
          + "{\"incomplete\":false,\"nonResourceRules\":[],\"resourceRules\":"
          + "[{\"apiGroups\":[\"*\"],\"resources\":[\"*\"],\"verbs\":[\"*\"]}]}}";

  /** Leases that were made, by path. */
  private final Map<String, String> leases = new ConcurrentHashMap<>();

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0], "training"));
    HttpServer api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.setExecutor(
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory()));
    Training training = new Training();
    api.createContext("/", training::answer);
    api.start();
    int port = freePort();
    ProcessBuilder builder =
        new ProcessBuilder(List.of(arguments).subList(1, arguments.length)).inheritIO();
    builder.environment().keySet().removeIf(name -> name.startsWith("DOSQL_") || name.startsWith("KUBE"));
    builder
        .environment()
        .putAll(
            Map.of(
                "HOME", folder.toString(),
                "KUBERNETES_MASTER", "http://127.0.0.1:" + api.getAddress().getPort(),
                "KUBERNETES_AUTH_TRYKUBECONFIG", "false",
                "DOSQL_HTTP_PORT", Integer.toString(port),
                "DOSQL_DATABASE_IMAGE", "training/engine:1",
                "DOSQL_OPERATOR_NAMESPACE", "training",
                "DOSQL_OPERATOR_POD", "operator-0"));
    Process operator = builder.start();
    try {
      awaitReady(operator, port);
      // SIGTERM: the cache is made when the JVM ends in order.
      operator.destroy();
      if (!operator.waitFor(5, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the operator does not end");
      }
    } finally {
      operator.destroyForcibly();
      api.stop(0);
    }
    System.exit(0);
  }

  private static void awaitReady(Process operator, int port) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (int attempt = 0; attempt < 2_400 && operator.isAlive(); attempt++) {
        if (status(http, port, "/health/ready") == 200 && status(http, port, "/metrics") == 200) {
          return;
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    throw new IllegalStateException("the operator does not become ready");
  }

  private static int status(HttpClient http, int port, String path) throws Exception {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .statusCode();
    } catch (IOException notYet) {
      return 0;
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.endsWith("/selfsubjectrulesreviews")) {
      send(exchange, 201, EVERYTHING_IS_ALLOWED);
    } else if (path.contains("/leases")) {
      lease(exchange, path, new String(body, StandardCharsets.UTF_8));
    } else if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
      // No WebSockets here: the client then watches by a long answer.
      send(exchange, 200, "{}");
    } else if (query.contains("watch=true")) {
      // Nothing ever happens here.
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().flush();
    } else {
      send(exchange, 200, exchange.getRequestMethod().equals("GET") ? EMPTY_LIST : "{}");
    }
  }

  private void lease(HttpExchange exchange, String path, String body) throws IOException {
    switch (exchange.getRequestMethod()) {
      case "GET" -> {
        String found = leases.get(path);
        send(
            exchange,
            found == null ? 404 : 200,
            found == null ? "{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":404}" : found);
      }
      case "POST" -> {
        leases.put(path + "/dosql-operator", body);
        send(exchange, 201, body);
      }
      default -> {
        leases.put(path, body);
        send(exchange, 200, body);
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
