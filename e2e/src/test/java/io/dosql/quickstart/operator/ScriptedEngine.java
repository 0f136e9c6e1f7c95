package io.dosql.quickstart.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The admin API of an engine whose operations end when a test says so, or at once. It keeps backups
 * and tenants as the engine would, and counts how often each operation was begun. Thread-safe.
 */
final class ScriptedEngine implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String REQUEST = "request";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, ObjectNode> operations = new LinkedHashMap<>();
  private final Map<String, Instant> backups = new LinkedHashMap<>();
  private final Map<String, @Nullable String> tenants = new LinkedHashMap<>();
  private final List<String> begun = new ArrayList<>();
  private String storeCode = "";
  private boolean holding;
  private ObjectNode archive = archiveThatWorks();
  private long bytesDone;
  private final List<JsonNode> requests = new ArrayList<>();
  private final Set<String> written = new HashSet<>();
  private @Nullable Block blockedLook;

  ScriptedEngine() throws IOException {
    tenants.put("main", null);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/admin/", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What the store says from now on; empty for a store that works. */
  synchronized void store(String code) {
    storeCode = code;
  }

  /** What the archive of commits does from now on. */
  synchronized void archive(String state, String code) {
    archive = archiveThatWorks().put("state", state);
    if (!code.isEmpty()) {
      archive
          .putObject("error")
          .put("code", code)
          .put("message", "It cannot be stored.")
          .put("suggestion", "Mend the store.");
    }
  }

  /** The data directory went back in time, or is a copy: the archive is begun anew. */
  synchronized void newLine(String line, String reason) {
    archive.put("line", line).putObject("newLine").put("reason", reason).put("previousLine", "l1");
  }

  private static ObjectNode archiveThatWorks() {
    return JSON.createObjectNode()
        .put("state", "ok")
        .put("line", "l1")
        .put("lagSeconds", 0.4)
        .put("oldestRestorable", "2026-11-17T10:00:00Z")
        .put("newestRestorable", "2026-11-24T10:00:00Z");
  }

  /** The bodies of all requests for operations, in order. */
  synchronized List<JsonNode> requests() {
    return List.copyOf(requests);
  }

  /** Of a hundred bytes that a restore reads. */
  synchronized void restoreHasRead(long bytes) {
    bytesDone = bytes;
    operations.values().forEach(this::progress);
  }

  private void progress(ObjectNode operation) {
    operation
        .withObject("/progress")
        .put("done", 0)
        .put("total", tenants.size())
        .put("bytesDone", bytesDone)
        .put("bytesTotal", 100);
  }

  /** A tenant that holds commits. */
  synchronized void write(String tenant) {
    tenants.putIfAbsent(tenant, null);
    written.add(tenant);
  }

  /** Operations that begin from now on run until {@link #finish}. */
  synchronized void hold() {
    holding = true;
  }

  /** Ends what runs. */
  synchronized void finish() {
    holding = false;
    operations.values().stream()
        .filter(operation -> operation.path("state").asText().equals("running"))
        .forEach(this::succeed);
  }

  /** The process ends and another one starts: it knows no operation. */
  synchronized void restart() {
    operations.clear();
  }

  /**
   * The next look at an operation is answered when the latch is open.
   *
   * @return opens when that look has come
   */
  synchronized CountDownLatch blockNextLook(CountDownLatch latch) {
    blockedLook = new Block(new CountDownLatch(1), latch);
    return blockedLook.asked();
  }

  private record Block(CountDownLatch asked, CountDownLatch answer) {}

  synchronized void addTenant(String name) {
    tenants.put(name, null);
  }

  synchronized void addBackup(String name, Instant time) {
    backups.put(name, time);
  }

  synchronized List<String> backups() {
    return List.copyOf(backups.keySet());
  }

  /** Kinds and ids of all operations that were begun, also before a restart. */
  synchronized List<String> begun() {
    return List.copyOf(begun);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      if (authorization == null || !authorization.startsWith("Bearer ")) {
        send(exchange, 401, error("UNAUTHORIZED"));
        return;
      }
      switch (path) {
        case "/admin/status" -> send(exchange, 200, status());
        case "/admin/tenants" -> send(exchange, 200, tenantPage());
        case "/admin/backups" -> sendBackups(exchange);
        default -> operation(exchange, path.substring("/admin/operations/".length()), body);
      }
    }
  }

  private synchronized ObjectNode status() {
    ObjectNode status = JSON.createObjectNode().put("version", "0.1.0").put("ready", true);
    status.set("archive", archive);
    status.putObject("tenants").put("total", tenants.size()).put("awake", 1);
    ObjectNode store = status.putObject("store").put("kind", "s3");
    if (storeCode.isEmpty()) {
      store.put("state", "ok");
    } else {
      store.put("state", "error").put("code", storeCode).put("message", "The store refuses.");
    }
    return status;
  }

  private synchronized ObjectNode tenantPage() {
    ObjectNode page = JSON.createObjectNode();
    var list = page.putArray("tenants");
    tenants.forEach(
        (name, version) ->
            list.addObject()
                .put("name", name)
                .put("lsn", written.contains(name) ? "7" : "0")
                .put("schemaVersion", version));
    return page;
  }

  private synchronized void sendBackups(HttpExchange exchange) throws IOException {
    if (!storeCode.isEmpty()) {
      send(exchange, 403, error(storeCode));
      return;
    }
    ObjectNode page = JSON.createObjectNode();
    var list = page.putArray("backups");
    backups.forEach(
        (name, time) ->
            list.addObject()
                .put("name", name)
                .put("time", time.toString())
                .put("bytes", 10)
                .put("tenants", tenants.size()));
    send(exchange, 200, page);
  }

  private void operation(HttpExchange exchange, String id, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("GET")) {
      waitIfBlocked();
      ObjectNode known = find(id);
      send(exchange, known == null ? 404 : 200, known == null ? error("NOT_FOUND") : known);
    } else {
      send(exchange, 202, start(id, JSON.readTree(body)));
    }
  }

  private void waitIfBlocked() {
    Block block;
    synchronized (this) {
      block = blockedLook;
      blockedLook = null;
    }
    if (block != null) {
      block.asked().countDown();
      try {
        block.answer().await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized @Nullable ObjectNode find(String id) {
    return operations.get(id);
  }

  private synchronized ObjectNode start(String id, JsonNode request) {
    ObjectNode known = operations.get(id);
    if (known != null) {
      return known;
    }
    begun.add(request.path("kind").asText() + " " + id);
    requests.add(request);
    ObjectNode operation = JSON.createObjectNode().put("id", id).put("state", "running");
    if (request.path("kind").asText().equals("restore")) {
      progress(operation);
    } else {
      operation.putObject("progress").put("done", 0).put("total", tenants.size());
    }
    operation.set(REQUEST, request);
    operations.put(id, operation);
    if (!storeCode.isEmpty() && !request.path("kind").asText().equals("migrate")) {
      operation.put("state", "failed");
      operation.set("error", error(storeCode).path("error"));
    } else if (!holding) {
      succeed(operation);
    }
    return operation;
  }

  private void succeed(ObjectNode operation) {
    JsonNode request = operation.path(REQUEST);
    operation.put("state", "succeeded");
    ObjectNode result = operation.putObject("result");
    switch (request.path("kind").asText()) {
      case "migrate" -> migrate(request, result);
      case "backup" -> backups.put(request.path("name").asText(), Instant.now());
      case "prune" -> request.path("backups").forEach(name -> backups.remove(name.asText()));
      default -> restore(request, result);
    }
    var list = result.putArray("tenants");
    tenants.forEach(
        (name, version) ->
            list.addObject()
                .put("tenant", name)
                .put("lsn", "7")
                .put("schemaVersion", version)
                .put("fromLine", "l1")
                .put("fromLsn", "5")
                .put("fromTime", "2026-11-24T09:59:59.5Z")
                .put("objects", 2)
                .put("bytes", 50)
                .put("databaseBytes", 4096));
    result.put("bytes", 10);
  }

  private void restore(JsonNode request, ObjectNode result) {
    if (request.path("dryRun").asBoolean(false)) {
      result.put("estimatedSeconds", 1.5);
    } else {
      written.addAll(tenants.keySet());
    }
  }

  private void migrate(JsonNode request, ObjectNode result) {
    JsonNode migrations = request.path("migrations");
    String last = migrations.path(migrations.size() - 1).path("id").asText();
    tenants.replaceAll((_, _) -> last);
    result.putNull("failure");
  }

  private static ObjectNode error(String code) {
    ObjectNode body = JSON.createObjectNode();
    body.putObject("error")
        .put("code", code)
        .put("message", "It was refused.")
        .put("retryable", false);
    return body;
  }

  private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
