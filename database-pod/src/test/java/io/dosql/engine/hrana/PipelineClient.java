package io.dosql.engine.hrana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.main.RealPod;
import io.dosql.engine.main.RealPod.Answer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Speaks the wire format of Hrana 2 by hand, over real HTTP, as one stream. */
final class PipelineClient {

  static final String CLOSE = "{\"type\":\"close\"}";

  private final RealPod pod;
  private final String path;
  private final String token;
  private @Nullable String baton;

  PipelineClient(RealPod pod, String path) {
    this(pod, path, pod.keys().token());
  }

  PipelineClient(RealPod pod, String path, String token) {
    this.pod = pod;
    this.path = path;
    this.token = token;
  }

  /** An {@code execute} of a statement without arguments. */
  static String execute(String sql) {
    return execute(sql, "");
  }

  /**
   * An {@code execute}.
   *
   * @param more further fields of the statement, such as {@code "args":[…]}
   */
  static String execute(String sql, String more) {
    return "{\"type\":\"execute\",\"stmt\":%s}".formatted(statement(sql, more));
  }

  static String statement(String sql, String more) {
    return "{\"sql\":\"%s\"%s}"
        .formatted(
            sql.replace("\\", "\\\\").replace("\"", "\\\""), more.isEmpty() ? "" : "," + more);
  }

  /** Sends requests on the stream and keeps the baton that comes back. */
  JsonNode send(String... requests) throws IOException, InterruptedException {
    Answer answer = raw(baton, requests);
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(200);
    assertThat(answer.body().get("base_url").isNull()).isTrue();
    JsonNode next = answer.body().get("baton");
    baton = next.isNull() ? null : next.asText();
    JsonNode results = answer.body().get("results");
    assertThat(results).hasSize(requests.length);
    return results;
  }

  /** Sends requests under any baton, leaving the stream's own alone. */
  Answer raw(@Nullable String anyBaton, String... requests)
      throws IOException, InterruptedException {
    String quoted = anyBaton == null ? "null" : "\"" + anyBaton + "\"";
    return pod.post(
        path,
        "{\"baton\":%s,\"requests\":[%s]}".formatted(quoted, String.join(",", requests)),
        token);
  }

  @Nullable String baton() {
    return baton;
  }

  /** The result of an {@code execute} that must have worked. */
  static JsonNode result(JsonNode ok) {
    assertThat(ok.path("type").asText()).describedAs("%s", ok).isEqualTo("ok");
    return ok.path("response").path("result");
  }

  /** The error of a request that must have failed. */
  static JsonNode error(JsonNode failed) {
    assertThat(failed.path("type").asText()).describedAs("%s", failed).isEqualTo("error");
    return failed.path("error");
  }
}
