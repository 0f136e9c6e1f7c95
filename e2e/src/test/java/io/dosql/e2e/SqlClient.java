package io.dosql.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * SQL over the plain JSON API, through a port forwarded to the database's Service. A forward ends
 * with the container that it leads to.
 */
final class SqlClient implements AutoCloseable {

  private static final int DATA_PORT = 8080;
  private static final Duration REQUEST_MAX = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What came of a request. */
  record Answer(int status, JsonNode body) {

    JsonNode rows() {
      return body.path("rows");
    }

    String errorCode() {
      return body.path("error").path("code").asText();
    }
  }

  private final String token;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final LocalPortForward forward;

  private SqlClient(KubernetesClient client, String namespace, String database, String token) {
    this.token = token;
    this.forward =
        client.services().inNamespace(namespace).withName(database + "-rw").portForward(DATA_PORT);
  }

  static SqlClient connect(
      KubernetesClient client, String namespace, String database, String token) {
    return new SqlClient(client, namespace, database, token);
  }

  /** Where the database is on this machine, without a path. */
  URI url() {
    return URI.create("http://127.0.0.1:" + forward.getLocalPort());
  }

  /** Must succeed. */
  Answer query(String tenant, String sql, Object... parameters) {
    try {
      Answer answer = tryQuery(tenant, sql, parameters);
      if (answer.status() != 200) {
        throw new AssertionError(sql + " was answered by " + answer);
      }
      return answer;
    } catch (IOException e) {
      throw new AssertionError(sql + " was not answered", e);
    }
  }

  /** Succeeds or is refused. */
  Answer tryQuery(String tenant, String sql, Object... parameters) throws IOException {
    ObjectNode body = JSON.createObjectNode().put("sql", sql);
    ArrayNode values = body.putArray("params");
    for (Object parameter : parameters) {
      values.addPOJO(parameter);
    }
    HttpRequest request =
        HttpRequest.newBuilder(url().resolve("/db/" + tenant + "/query"))
            .timeout(REQUEST_MAX)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
            .build();
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** What the pod says of itself, in Prometheus' text format. */
  String metrics() throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(url().resolve("/metrics")).timeout(REQUEST_MAX).build();
    try {
      return http.send(request, BodyHandlers.ofString()).body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** The first column of all rows, as text. */
  List<String> column(String tenant, String sql) {
    List<String> values = new ArrayList<>();
    for (JsonNode row : query(tenant, sql).rows()) {
      values.add(row.path(0).asText());
    }
    return values;
  }

  @Override
  public void close() throws IOException {
    forward.close();
    http.shutdownNow();
    http.close();
  }
}
