package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.auth.AuthLimits;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in, and what the others are told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthenticationTest {

  private static final String AUDIENCE = "{\"aud\":\"shop/orders\"}";

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private PodUnderTest pod;

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private Path folder;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    this.folder = folder;
    pod = new PodUnderTest(folder);
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  private HttpResponse<String> query(String path, String authorization, String body)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(pod.uri(path));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return pod.send(request.POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> query(String authorization) throws Exception {
    return query("/db/t1/query", authorization, "{\"sql\":\"echo\"}");
  }

  Stream<Arguments> badTokens() {
    TestKeys others = new TestKeys(folder.resolve("other.json"));
    TestKeys keys = pod.keys;
    String good = keys.token();
    String kid = "\"kid\":\"key-1\"";
    return Stream.of(
        Arguments.of("none", ""),
        Arguments.of("no scheme", good),
        Arguments.of("other scheme", "Basic " + good),
        Arguments.of("scheme alone", "Bearer"),
        Arguments.of("scheme and space", "Bearer  "),
        Arguments.of("no JWT", "Bearer abc"),
        Arguments.of("dots", "Bearer .."),
        Arguments.of("cut off", "Bearer " + good.substring(0, good.length() - 4)),
        Arguments.of("other key, same id", "Bearer " + others.token(AUDIENCE)),
        Arguments.of(
            "unknown kid", "Bearer " + new TestKeys(folder.resolve("x"), "key-9").token(AUDIENCE)),
        Arguments.of("no kid", "Bearer " + keys.token("{\"alg\":\"EdDSA\"}", AUDIENCE)),
        Arguments.of("alg none", "Bearer " + keys.unsigned(AUDIENCE)),
        Arguments.of(
            "alg none with kid",
            "Bearer " + keys.token("{\"alg\":\"none\"," + kid + "}", AUDIENCE)),
        Arguments.of(
            "other alg", "Bearer " + keys.token("{\"alg\":\"HS256\"," + kid + "}", AUDIENCE)),
        Arguments.of("no audience", "Bearer " + keys.token("{}")),
        Arguments.of("other audience", "Bearer " + keys.token("{\"aud\":\"shop/other\"}")),
        Arguments.of("expired", "Bearer " + keys.expiringAt(Instant.now().minusSeconds(60))),
        Arguments.of(
            "not yet valid",
            "Bearer " + keys.token("{\"aud\":\"shop/orders\",\"nbf\":9999999999}")),
        Arguments.of("claims no object", "Bearer " + keys.token("[]")),
        Arguments.of("the admin's", "Bearer " + PodUnderTest.ADMIN_TOKEN));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTokens")
  void badToken_isUnauthorizedOnEveryDataPath(String what, String authorization) throws Exception {
    for (String path : new String[] {"/db/t1/query", "/db/t1/batch", "/v2/pipeline"}) {
      HttpResponse<String> answer = query(path, authorization, "not even JSON");
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().firstValue("www-authenticate")).isPresent();
      assertThat(answer.body()).contains("\"code\":\"UNAUTHORIZED\"").doesNotContain("eyJ");
    }
    assertThat(pod.sessions.open.get()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTokens")
  void badToken_isRefusedOverAWebSocketAndEndsIt(String what, String authorization)
      throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      WebSocket.Builder builder = client.newWebSocketBuilder().subprotocols("hrana3");
      if (!authorization.isEmpty()) {
        builder.header("Authorization", authorization);
      }
      HelloListener heard = new HelloListener();
      WebSocket socket =
          builder
              .buildAsync(URI.create(pod.uri("/db/t1/").toString().replace("http", "ws")), heard)
              .join();
      WebSocket _ = socket.sendText("{\"type\":\"hello\",\"jwt\":null}", true).join();
      assertThat(heard.closed.get(20, TimeUnit.SECONDS)).isEqualTo(4001);
      assertThat(heard.text.toString())
          .contains("hello_error", "\"code\":\"UNAUTHORIZED\"")
          .doesNotContain("eyJ");
    }
    assertThat(pod.sessions.open.get()).isZero();
  }

  /** What comes until the pod closes. */
  private static final class HelloListener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    /** What came is whole, and seen by whoever waits for this, when the pod has closed. */
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.completeExceptionally(error);
    }
  }

  @Test
  void unauthorizedHranaClient_findsMessageAndCodeAtTheTop() throws Exception {
    HttpResponse<String> answer = query("/v2/pipeline", "", "{}");
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(answer.body()).startsWith("{\"message\":\"").contains("\"code\":\"UNAUTHORIZED\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer ", "BEARER   "})
  void goodToken_isTakenWhateverTheCaseOfTheScheme(String scheme) throws Exception {
    assertThat(query(scheme + pod.keys.token()).statusCode()).isEqualTo(200);
  }

  @Test
  void roleThatNobodyKnows_isForbidden() throws Exception {
    String token = pod.keys.token("{\"aud\":\"shop/orders\",\"a\":\"root\"}");
    HttpResponse<String> answer = query("Bearer " + token);
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("FORBIDDEN");
  }

  @Test
  void tokenOfOtherTenants_isForbiddenByNameOnEveryPath() throws Exception {
    String token =
        "Bearer " + pod.keys.token("{\"aud\":\"shop/orders\",\"tenants\":[\"acme\",\"eu-*\"]}");
    for (String path : new String[] {"/db/acme/query", "/db/eu-1/query", "/db/%61cme/query"}) {
      assertThat(query(path, token, "{\"sql\":\"echo\"}").statusCode()).isEqualTo(200);
    }
    for (String path :
        new String[] {"/db/t1/query", "/db/t1/batch", "/db/t1/v2/pipeline", "/db/%741/query"}) {
      HttpResponse<String> answer = query(path, token, "not even JSON");
      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.body()).contains("\"code\":\"FORBIDDEN\"", "'t1'");
    }
    assertThat(query("/v2/pipeline", token, "{}").body()).contains("FORBIDDEN", "'main'");
    assertThat(pod.sessions.open.get()).isZero();
  }

  @Test
  void rightsOfLibsql_areThoseOfTheTenantAskedFor() throws Exception {
    String token =
        "Bearer "
            + pod.keys.token(
                "{\"aud\":\"shop/orders\",\"p\":{\"ro\":{\"ns\":[\"r\"]},\"rw\":{\"ns\":[\"w\"]}}}");
    String write = "{\"sql\":\"WRITE\"}";
    assertThat(query("/db/w/query", token, write).statusCode()).isEqualTo(200);
    assertThat(query("/db/r/query", token, write).body()).contains("TXN_READ_ONLY_VIOLATION");
    assertThat(query("/db/r/query", token, "{\"sql\":\"echo\"}").statusCode()).isEqualTo(200);
    assertThat(query("/db/x/query", token, write).body()).contains("FORBIDDEN");
  }

  @Test
  void batonOfATokenThatMayWrite_isOfNoUseToOneThatMayNot() throws Exception {
    String open = "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"BEGIN\"}}]}";
    String rights = "{\"aud\":\"shop/orders\",\"tenants\":[\"w\",\"r\"],\"role\":\"%s\"}";
    String writer = "Bearer " + pod.keys.token(rights.formatted("rw"));
    String reader = "Bearer " + pod.keys.token(rights.formatted("ro"));
    String baton =
        query("/db/w/v2/pipeline", writer, open)
            .body()
            .replaceAll("(?s).*\"baton\":\"([^\"]+)\".*", "$1");
    String next = "{\"baton\":\"" + baton + "\",\"requests\":[{\"type\":\"close\"}]}";
    assertThat(query("/db/w/v2/pipeline", reader, next).body()).contains("STREAM_BATON_INVALID");
    assertThat(query("/db/r/v2/pipeline", writer, next).body()).contains("STREAM_BATON_INVALID");
    assertThat(query("/db/w/v2/pipeline", writer, next).statusCode()).isEqualTo(200);
  }

  @Test
  void readOnlyToken_mayReadButNotWrite() throws Exception {
    String token = "Bearer " + pod.keys.readOnlyToken();
    assertThat(query(token).statusCode()).isEqualTo(200);
    HttpResponse<String> write = query("/db/t1/query", token, "{\"sql\":\"WRITE\"}");
    assertThat(write.statusCode()).isEqualTo(403);
    assertThat(write.body()).contains("TXN_READ_ONLY_VIOLATION");
    HttpResponse<String> hrana =
        query(
            "/v2/pipeline",
            token,
            "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"WRITE\"}}]}");
    assertThat(hrana.body()).contains("TXN_READ_ONLY_VIOLATION");
  }

  @Test
  void rememberedToken_isRefusedOnceItHasExpired() throws Exception {
    for (int attempt = 1; true; attempt++) {
      // Good for as long as clocks may differ.
      Instant end = Instant.now().plusSeconds(2);
      String token = "Bearer " + pod.keys.expiringAt(end.minus(AuthLimits.DEFAULT.clockSkew()));
      int first = query(token).statusCode();
      if (first != 200 && attempt < 10) {
        // On a busy machine its time may be over before it gets there.
        continue;
      }
      assertThat(first).isEqualTo(200);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(query(token).statusCode()).isEqualTo(401));
      assertThat(Instant.now()).isAfter(end.minusSeconds(1));
      return;
    }
  }

  @Test
  void healthAndMetrics_needNoToken() throws Exception {
    for (String path : new String[] {"/health/live", "/health/ready", "/metrics", "/v2"}) {
      assertThat(pod.get(path).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void newKeys_replaceTheOldOnesAndWhatWasRemembered(@TempDir Path other) throws Exception {
    try (PodUnderTest rotated = new PodUnderTest(other)) {
      String old = rotated.keys.token();
      assertThat(rotated.post("/db/t1/query", "{\"sql\":\"echo\"}").statusCode()).isEqualTo(200);
      TestKeys next = new TestKeys(other.resolve("jwks.json"), "key-2");
      Files.writeString(other.resolve("jwks.json"), "{\"broken");
      next.publish();
      HttpRequest.Builder withOld =
          HttpRequest.newBuilder(rotated.uri("/db/t1/query"))
              .header("Authorization", "Bearer " + old)
              .POST(BodyPublishers.ofString("{\"sql\":\"echo\"}"));
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(rotated.send(withOld).statusCode()).isEqualTo(401));
      HttpRequest.Builder withNew =
          HttpRequest.newBuilder(rotated.uri("/db/t1/query"))
              .header("Authorization", "Bearer " + next.token())
              .POST(BodyPublishers.ofString("{\"sql\":\"echo\"}"));
      assertThat(rotated.send(withNew).statusCode()).isEqualTo(200);
    }
  }
}
