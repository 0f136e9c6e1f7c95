package io.dosql.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** SQL over HTTP, as {@code curl} would do it. */
final class SqlClient implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration REQUEST_MAX = Duration.ofSeconds(30);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String url;
  private final String token;

  SqlClient(Connection connection) {
    this.url = connection.url();
    this.token = connection.token();
  }

  /** Runs one statement; each row is its JSON. */
  List<String> query(String tenant, String sql) throws QuickstartException, InterruptedException {
    ObjectNode body = JSON.createObjectNode().put("sql", sql);
    List<String> rows = new ArrayList<>();
    send(tenant, "query", body).path("rows").forEach(row -> rows.add(row.toString()));
    return rows;
  }

  /** Runs statements in one transaction. */
  void batch(String tenant, List<String> statements)
      throws QuickstartException, InterruptedException {
    ObjectNode body = JSON.createObjectNode();
    var array = body.putArray("statements");
    statements.forEach(sql -> array.addObject().put("sql", sql));
    var _ = send(tenant, "batch", body);
  }

  private JsonNode send(String tenant, String action, JsonNode body)
      throws QuickstartException, InterruptedException {
    URI uri = URI.create("%s/db/%s/%s".formatted(url, tenant, action));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(REQUEST_MAX)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new QuickstartException(
            "%s: expected status 200, but found %d: %s"
                .formatted(uri, response.statusCode(), response.body()));
      }
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new QuickstartException("%s: %s".formatted(uri, e), e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
