package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.FreePorts;
import io.dosql.engine.admin.DebugSource;
import io.dosql.engine.admin.DebugState;
import io.dosql.engine.admin.ReadinessChecks;
import io.dosql.engine.auth.AuthLimits;
import io.dosql.engine.auth.Rate;
import io.dosql.engine.auth.RateLimits;
import io.dosql.engine.main.Engine;
import io.dosql.engine.main.EngineConfiguration;
import io.dosql.engine.main.EngineConfiguration.Front;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rates, failures and web pages, over HTTP. */
class AdmissionTest {

  private static final String ECHO = "{\"sql\":\"echo\"}";

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path folder;

  private static Front front(RateLimits rates, String... origins) {
    return new Front(null, false, Set.of(origins), rates);
  }

  private static HttpResponse<String> query(PodUnderTest pod, String tenant, String token)
      throws Exception {
    return pod.send(
        HttpRequest.newBuilder(pod.uri("/db/" + tenant + "/query"))
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofString(ECHO)));
  }

  private static HttpRequest.Builder preflight(PodUnderTest pod, String origin) {
    return HttpRequest.newBuilder(pod.uri("/db/t1/query"))
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization,content-type")
        .method("OPTIONS", BodyPublishers.noBody());
  }

  @Test
  void requestsBeyondTwoRates_areToldWhichAndWhen() throws Exception {
    // Nothing comes back while the test runs.
    Duration interval = Duration.ofMinutes(10);
    RateLimits rates = new RateLimits(new Rate(2, interval), new Rate(4, interval), null, 100);
    try (PodUnderTest pod = new PodUnderTest(front(rates), folder)) {
      String first = pod.keys.token();
      HttpResponse<String> answer = query(pod, "t1", first);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-ratelimit-limit")).hasValue("2");
      assertThat(answer.headers().firstValue("x-ratelimit-remaining")).hasValue("1");
      assertThat(answer.headers().firstValue("x-ratelimit-reset")).hasValue("600");
      query(pod, "t1", first);
      HttpResponse<String> refused = query(pod, "t1", first);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body())
          .contains("\"code\":\"RATE_LIMITED\"", "this token", "\"retryable\":true");
      assertThat(refused.headers().firstValueAsLong("retry-after").orElseThrow())
          .isBetween(1L, 600L);
      assertThat(refused.headers().firstValue("x-ratelimit-remaining")).hasValue("0");

      String claims = "{\"aud\":\"" + PodUnderTest.DATABASE + "\",\"jti\":\"%d\"}";
      int served = 0;
      String lastRefusal = "";
      for (int i = 0; i < 10; i++) {
        HttpResponse<String> next = query(pod, "t1", pod.keys.token(claims.formatted(i)));
        served += next.statusCode() == 200 ? 1 : 0;
        lastRefusal = next.statusCode() == 200 ? lastRefusal : next.body();
      }
      assertThat(served).describedAs("what the first token has left").isEqualTo(2);
      assertThat(lastRefusal).contains("RATE_LIMITED", "this tenant");
      assertThat(query(pod, "t2", pod.keys.token(claims.formatted(99))).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void stateOfThePod_isForAdminsOfAllTenantsOnly() throws Exception {
    DebugState state = new DebugState(Duration.ofSeconds(7), Map.of(), 1, 0, List.of());
    DebugSource source = () -> state;
    try (PodUnderTest pod = new PodUnderTest(folder, source)) {
      String claims = "{\"aud\":\"" + PodUnderTest.DATABASE + "\",\"role\":\"%s\"%s}";
      HttpResponse<String> shown = state(pod, pod.keys.token(claims.formatted("admin", "")));
      assertThat(shown.statusCode()).isEqualTo(200);
      assertThat(shown.body()).contains("\"uptimeSeconds\":7");
      for (String token :
          List.of(
              claims.formatted("rw", ""),
              claims.formatted("ro", ""),
              claims.formatted("admin", ",\"tenants\":[\"main\",\"a*\"]"))) {
        HttpResponse<String> refused = state(pod, pod.keys.token(token));
        assertThat(refused.statusCode()).describedAs(token).isEqualTo(403);
        assertThat(refused.body()).contains("\"code\":\"FORBIDDEN\"", "admin");
      }
      assertThat(state(pod, "wrong").statusCode()).isEqualTo(401);
      assertThat(state(pod, PodUnderTest.ADMIN_TOKEN).statusCode()).isEqualTo(401);
      assertThat(pod.send(pod.adminRequest("/debug/state")).statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<String> state(PodUnderTest pod, String token) throws Exception {
    return pod.send(
        HttpRequest.newBuilder(pod.uri("/debug/state")).header("Authorization", "Bearer " + token));
  }

  @Test
  void tokenOfOtherTenants_takesNothingFromATenantsRate() throws Exception {
    try (PodUnderTest pod = new PodUnderTest(front(RateLimits.perSecond(0, 1, 0)), folder)) {
      String strange =
          pod.keys.token("{\"aud\":\"" + PodUnderTest.DATABASE + "\",\"tenants\":[\"other\"]}");
      for (int i = 0; i < 20; i++) {
        assertThat(query(pod, "t1", strange).statusCode()).isEqualTo(403);
      }
      assertThat(query(pod, "t1", pod.keys.token()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void withoutRates_answersSayNothingOfThem() throws Exception {
    try (PodUnderTest pod = new PodUnderTest(folder)) {
      assertThat(query(pod, "t1", pod.keys.token()).headers().map().keySet())
          .noneMatch(name -> name.startsWith("x-ratelimit") || name.startsWith("access-control"))
          .doesNotContain("vary");
      assertThat(pod.send(preflight(pod, "https://app.example")).statusCode()).isEqualTo(405);
    }
  }

  @Test
  void addressWithTooManyFailures_isLetInOnlyWithTokensThatAreKnown() throws Exception {
    AuthLimits few =
        new AuthLimits(
            Duration.ofSeconds(30),
            8192,
            100,
            Duration.ofSeconds(60),
            Duration.ofMinutes(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            1 << 16,
            5,
            Duration.ofMinutes(1),
            100,
            Duration.ofSeconds(1));
    try (PodUnderTest pod = new PodUnderTest(folder, few)) {
      String known = pod.keys.token();
      assertThat(query(pod, "t1", known).statusCode()).isEqualTo(200);
      for (int i = 0; i < 5; i++) {
        assertThat(query(pod, "t1", "wrong-" + i).statusCode()).isEqualTo(401);
      }
      HttpResponse<String> refused = query(pod, "t1", "wrong");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body()).contains("RATE_LIMITED", "failureBurst");
      assertThat(refused.headers().firstValue("retry-after")).isPresent();
      assertThat(
              pod.send(
                      HttpRequest.newBuilder(pod.adminUri("/admin/status"))
                          .header("Authorization", "Bearer guess"))
                  .statusCode())
          .isEqualTo(429);
      assertThat(query(pod, "t1", known).statusCode()).isEqualTo(200);
      assertThat(pod.get("/metrics").body())
          .contains("dosql_auth_failures_total{code=\"UNAUTHORIZED\",} 5.0")
          .contains("dosql_auth_failures_total{code=\"RATE_LIMITED\",} 2.0");
    }
  }

  @Test
  void withoutTokens_strangePagesAreKeptOut() throws Exception {
    try (PodUnderTest pod = new PodUnderTest(folder)) {
      EngineConfiguration given = pod.configuration;
      EngineConfiguration open =
          new EngineConfiguration(
              folder,
              given.database(),
              given.bindHost(),
              FreePorts.next(),
              FreePorts.next(),
              given.tenants(),
              given.limits(),
              false,
              true,
              new EngineConfiguration.Auth.None(),
              given.adminTokenFile(),
              given.store());
      ReadinessChecks checks = () -> pod.checks;
      try (Engine engine = Engine.start(open, new EchoSessions(), pod.admin, checks)) {
        assertThat(engine).isNotNull();
        HttpRequest.Builder plain =
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + open.httpPort() + "/db/t1/v2/pipeline"))
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{\"requests\":[]}"));
        assertThat(pod.send(plain.copy()).statusCode()).isEqualTo(200);
        HttpResponse<String> page = pod.send(plain.copy().header("Origin", "https://evil.example"));
        assertThat(page.statusCode()).isEqualTo(403);
        assertThat(page.body()).contains("FORBIDDEN");
      }
    }
  }

  @Test
  void pagesOfNamedOrigins_mayAskAndNoOthers() throws Exception {
    try (PodUnderTest pod =
        new PodUnderTest(front(RateLimits.NONE, "https://app.example"), folder)) {
      HttpResponse<String> preflight = pod.send(preflight(pod, "https://app.example"));
      assertThat(preflight.statusCode()).isEqualTo(200);
      assertThat(preflight.headers().firstValue("access-control-allow-origin"))
          .hasValue("https://app.example");
      assertThat(preflight.headers().firstValue("access-control-allow-methods")).hasValue("POST");
      assertThat(preflight.headers().firstValue("access-control-allow-headers").orElse(""))
          .contains("Authorization", "Content-Type");
      assertThat(preflight.headers().firstValue("access-control-allow-credentials")).isEmpty();

      HttpResponse<String> other = pod.send(preflight(pod, "https://app.example.evil"));
      assertThat(other.statusCode()).isEqualTo(405);
      assertThat(other.headers().firstValue("access-control-allow-origin")).isEmpty();
      assertThat(other.headers().firstValue("vary")).hasValue("Origin");

      HttpResponse<String> answer =
          pod.send(
              pod.authorized("/db/t1/query")
                  .header("Origin", "https://app.example")
                  .POST(BodyPublishers.ofString(ECHO)));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("access-control-allow-origin"))
          .hasValue("https://app.example");
      HttpResponse<String> unauthorized =
          pod.send(
              HttpRequest.newBuilder(pod.uri("/db/t1/query"))
                  .header("Origin", "https://app.example")
                  .POST(BodyPublishers.ofString(ECHO)));
      assertThat(unauthorized.statusCode()).isEqualTo(401);
      assertThat(unauthorized.headers().firstValue("access-control-allow-origin")).isPresent();
    }
  }
}
