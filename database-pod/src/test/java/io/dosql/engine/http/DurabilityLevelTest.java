package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.session.Durability;
import io.dosql.engine.session.SessionOptions;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who asks for a level of durability gets it or is refused; each answer says which one it has. */
class DurabilityLevelTest {

  private static final String QUERY = "{\"sql\":\"SELECT 1\"}";
  private static final String BATCH = "{\"statements\":[{\"sql\":\"SELECT 1\"}]}";
  private static final String PIPELINE =
      "{\"baton\":null,\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"SELECT 1\"}},"
          + "{\"type\":\"close\"}]}";

  @TempDir Path folder;

  private PodUnderTest start(Durability ofDatabase) throws Exception {
    return new PodUnderTest(folder, SessionOptions.DEFAULT.withDurability(ofDatabase));
  }

  private static String body(String path) {
    return path.endsWith("query") ? QUERY : path.endsWith("batch") ? BATCH : PIPELINE;
  }

  private static HttpResponse<String> post(PodUnderTest pod, String path, String asked)
      throws Exception {
    var request =
        pod.authorized(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body(path)));
    return pod.send(asked.equals("-") ? request : request.header("X-DoSQL-Durability", asked));
  }

  @ParameterizedTest
  @CsvSource({
    "STRICT, -, strict",
    "STRICT, strict, strict",
    "RELAXED, -, relaxed",
    "RELAXED, relaxed, relaxed",
    "RELAXED, Strict, strict"
  })
  void theAnswerHasTheLevelOfTheDatabaseOrTheStricterOneThatWasAskedFor(
      Durability ofDatabase, String asked, String expected) throws Exception {
    try (PodUnderTest pod = start(ofDatabase)) {
      for (String path : new String[] {"/db/a/query", "/db/a/batch", "/db/a/v2/pipeline"}) {
        HttpResponse<String> answer = post(pod, path, asked);
        assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-DoSQL-Durability")).contains(expected);
        assertThat(pod.sessions.lastSettled.text()).isEqualTo(expected);
        if (!path.endsWith("pipeline")) {
          assertThat(answer.body()).contains("\"durability\":\"" + expected + "\"");
        }
      }
    }
  }

  @Test
  void nobodyGetsLessThanAStrictDatabaseGives_andNothingIsDone() throws Exception {
    try (PodUnderTest pod = start(Durability.STRICT)) {
      for (String path : new String[] {"/db/a/query", "/db/a/batch", "/db/a/v2/pipeline"}) {
        HttpResponse<String> answer = post(pod, path, "relaxed");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("durability of this database is strict");
      }
      assertThat(post(pod, "/db/a/query", "relaxed").body())
          .contains("INVALID_REQUEST", "spec.durability");
      assertThat(pod.sessions.executed).isEmpty();
    }
  }

  @Test
  void anUnknownLevelIsRefused() throws Exception {
    try (PodUnderTest pod = start(Durability.RELAXED)) {
      HttpResponse<String> answer = post(pod, "/db/a/query", "eventual");
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("INVALID_REQUEST", "'strict' or 'relaxed'");
      assertThat(pod.sessions.executed).isEmpty();
    }
  }
}
