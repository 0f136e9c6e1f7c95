package io.dosql.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A client for all that is not load: tables, rows to read, single requests whose time counts. */
final class Http {

  /** Rows of the table that is read, as {@code load.lua} and the SQL scripts know it. */
  static final int ROWS = 100_000;

  private static final Duration READY_MAX = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String base;
  private final String token;

  /** Sends {@code token} with each request, unless it is empty. */
  Http(String base, String token) {
    this.base = base;
    this.token = token;
  }

  String base() {
    return base;
  }

  /** Runs a statement in a tenant; fails unless it succeeds. */
  String sql(String tenant, String sql) throws IOException, InterruptedException {
    return expectOk(
        request("/db/" + tenant + "/query")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"sql\":\"" + sql + "\"}"))
            .build());
  }

  String get(String path) throws IOException, InterruptedException {
    return expectOk(request(path).GET().build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private String expectOk(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(
          "%s answered %d: %s".formatted(request.uri(), response.statusCode(), response.body()));
    }
    return response.body();
  }

  /** Waits until a path is answered with 200. */
  void awaitReady(String path, Process process) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + READY_MAX.toNanos();
    while (true) {
      try {
        String _ = get(path);
        return;
      } catch (IOException notYet) {
        if (!process.isAlive() || System.nanoTime() - deadline > 0) {
          throw notYet;
        }
      }
      Thread.sleep(LOOK_AGAIN);
    }
  }

  /** The tables that the load uses: an empty one, and one with {@link #ROWS} rows. */
  void makeTables(String tenant) throws IOException, InterruptedException {
    makeTables(tenant, ROWS);
  }

  void makeTables(String tenant, int rows) throws IOException, InterruptedException {
    String _ = sql(tenant, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
    String _ = sql(tenant, "CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT)");
    String _ =
        sql(
            tenant,
            "INSERT INTO p WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<"
                + rows
                + ") SELECT i, printf('value-%08d-abcdefghijklmnopqrstuvwxyz0123456789', i) FROM"
                + " c");
  }
}
