package io.dosql.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.http.TestCertificate;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of issuers whose keys are fetched, from a real server. */
class RemoteKeysTest {

  private static final String SUBJECT = "system:serviceaccount:shop:web";

  private final SetClock clock = new SetClock();
  private final CollectorRegistry registry = new CollectorRegistry(true);
  private final SigningKey own = SigningKey.of("EdDSA", "own");
  private final SigningKey first = SigningKey.of("RS256", "first");
  private final List<String> asked = new CopyOnWriteArrayList<>();

  private volatile String keys = SigningKey.jwks(first);
  private volatile int status = 200;
  private volatile String location = "";

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
    SigningKey.publish(folder.resolve("jwks.json"), SigningKey.jwks(own));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/realm";
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    asked.add(path + " " + exchange.getRequestHeaders().getFirst("Authorization"));
    String body =
        switch (path) {
          case "/realm/.well-known/openid-configuration" ->
              "{\"issuer\":\"" + issuer() + "\",\"jwks_uri\":\"" + issuer() + "/keys\"}";
          case "/liar/.well-known/openid-configuration" ->
              "{\"issuer\":\"http://other\",\"jwks_uri\":\"" + issuer() + "/keys\"}";
          default -> keys;
        };
    if (!location.isEmpty()) {
      exchange.getResponseHeaders().set("Location", location);
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private JwtAuthenticator authenticator(String more) throws IOException {
    return authenticator(issuer(), more);
  }

  private JwtAuthenticator authenticator(String issuer, String more) throws IOException {
    Path policy = folder.resolve("policy.json");
    SigningKey.publish(policy, policy(issuer, more));
    return JwtAuthenticator.open(
        List.of(folder.resolve("jwks.json")),
        policy,
        "shop/orders",
        AuthLimits.DEFAULT,
        clock,
        clock::nanoTime,
        registry);
  }

  private static String policy(String issuer, String more) {
    return "{\"issuers\":[{\"issuer\":\"%s\",\"audiences\":[\"dosql\"],\"subjects\":[{\"subject\":\"%s\",\"role\":\"ro\",\"tenants\":[\"web-*\"]}]%s}]}"
        .formatted(issuer, SUBJECT, more);
  }

  private String claims(String subject) {
    return "{\"iss\":\"%s\",\"aud\":\"dosql\",\"sub\":\"%s\"}".formatted(issuer(), subject);
  }

  private static DosqlException refusal(JwtAuthenticator authenticator, String token) {
    DosqlException refused =
        catchThrowableOfType(DosqlException.class, () -> authenticator.authenticateToken(token));
    assertThat(refused).describedAs("a refusal").isNotNull();
    return refused;
  }

  private double fetches(String outcome) {
    Double value =
        registry.getSampleValue(
            "dosql_auth_key_fetches_total", new String[] {"outcome"}, new String[] {outcome});
    return value == null ? 0 : value;
  }

  @Test
  void subjectOfARule_hasItsRoleOnItsTenants() throws Exception {
    Principal principal = authenticator("").authenticateToken(first.sign(claims(SUBJECT)));
    assertThat(principal.on("web-1").mayWrite()).isFalse();
    assertThat(principal.mayUse("main")).isFalse();
    assertThat(asked)
        .containsExactly("/realm/.well-known/openid-configuration null", "/realm/keys null");
  }

  @Test
  void subjectWithoutARule_isForbiddenWhateverItsTokenClaims() throws Exception {
    String boasting =
        claims("somebody").replace("{\"iss\"", "{\"role\":\"admin\",\"a\":\"rw\",\"iss\"");
    DosqlException refused = refusal(authenticator(""), first.sign(boasting));
    assertThat(refused.code()).isEqualTo(ErrorCode.FORBIDDEN);
  }

  @Test
  void claimsOfAnIssuer_countWhereTheyAreNamed() throws Exception {
    JwtAuthenticator authenticator =
        authenticator(",\"roleClaim\":\"db\",\"tenantsClaim\":\"shops\"");
    String claims =
        claims("somebody").replace("{\"iss\"", "{\"db\":\"rw\",\"shops\":[\"s1\"],\"iss\"");
    Principal principal = authenticator.authenticateToken(first.sign(claims));
    assertThat(principal.on("s1").mayWrite()).isTrue();
    assertThat(principal.mayUse("s2")).isFalse();
  }

  @Test
  void keysOfOneIssuer_areOfNoUseForAnother() throws Exception {
    JwtAuthenticator authenticator = authenticator("");
    assertThat(refusal(authenticator, own.sign(claims(SUBJECT))).code())
        .isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(refusal(authenticator, first.sign("{\"aud\":\"shop/orders\"}")).code())
        .isEqualTo(ErrorCode.UNAUTHORIZED);
    String toOurs = claims(SUBJECT).replace("\"dosql\"", "\"shop/orders\"");
    assertThat(refusal(authenticator, first.sign(toOurs)).code()).isEqualTo(ErrorCode.UNAUTHORIZED);
  }

  @Test
  void newKey_isFetchedWhenATokenNamesItButNotAtWill() throws Exception {
    JwtAuthenticator authenticator = authenticator("");
    authenticator.authenticateToken(first.sign(claims(SUBJECT)));
    SigningKey second = SigningKey.of("ES256", "second");
    keys = SigningKey.jwks(first, second);
    assertThat(refusal(authenticator, second.sign(claims(SUBJECT))).code())
        .isEqualTo(ErrorCode.UNAUTHORIZED);
    clock.advance(AuthLimits.DEFAULT.keyRefreshMin());
    assertThat(authenticator.authenticateToken(second.sign(claims(SUBJECT))).mayUse("web-1"))
        .isTrue();
    for (int i = 0; i < 50; i++) {
      String unknown = SigningKey.of("EdDSA", "k" + i).sign(claims(SUBJECT));
      assertThat(refusal(authenticator, unknown).code()).isEqualTo(ErrorCode.UNAUTHORIZED);
    }
    assertThat(fetches("ok")).isEqualTo(2);
  }

  @Test
  void manyAtOnce_causeOneFetch() throws Exception {
    JwtAuthenticator authenticator = authenticator("");
    String token = first.sign(claims(SUBJECT));
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Principal>> all =
          IntStream.range(0, 100)
              .mapToObj(i -> clients.submit(() -> authenticator.authenticateToken(token)))
              .toList();
      for (Future<Principal> each : all) {
        assertThat(each.get().mayUse("web-1")).isTrue();
      }
    }
    assertThat(fetches("ok")).isEqualTo(1);
  }

  @Test
  void issuerThatIsDown_leavesTheLastKeysGood() throws Exception {
    JwtAuthenticator authenticator = authenticator("");
    String token = first.sign(claims(SUBJECT));
    authenticator.authenticateToken(token);
    status = 500;
    clock.advance(Duration.ofHours(5));
    assertThat(authenticator.authenticateToken(token).mayUse("web-1")).isTrue();
    await().atMost(Duration.ofSeconds(60)).until(() -> fetches("error") == 1);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> registry.getSampleValue("dosql_auth_issuers_failing") == 1);
    String fresh = first.sign(claims(SUBJECT).replace("{", "{\"n\":1,"));
    assertThat(authenticator.authenticateToken(fresh).mayUse("web-1")).isTrue();

    // A change of the policy does not lose them, either.
    SigningKey.publish(folder.resolve("policy.json"), policy(issuer(), ",\"roleClaim\":\"other\""));
    clock.advance(Duration.ofSeconds(2));
    assertThat(authenticator.authenticateToken(token).mayUse("web-1")).isTrue();
  }

  @Test
  void withdrawnKey_endsWithTheNextRefresh() throws Exception {
    JwtAuthenticator authenticator = authenticator("");
    String token = first.sign(claims(SUBJECT));
    authenticator.authenticateToken(token);
    keys = SigningKey.jwks(SigningKey.of("RS256", "second"));
    clock.advance(AuthLimits.DEFAULT.keyRefresh());
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(refusal(authenticator, token).code()).isEqualTo(ErrorCode.UNAUTHORIZED));
  }

  @Test
  void issuerThatWasNeverReached_isSaidToBeTheReasonAndTriedAgain() throws Exception {
    status = 503;
    JwtAuthenticator authenticator = authenticator("");
    String token = first.sign(claims(SUBJECT));
    DosqlException refused = refusal(authenticator, token);
    assertThat(refused.code()).isEqualTo(ErrorCode.CONNECTION_ERROR);
    assertThat(refused.retryAfter()).isEqualTo(AuthLimits.DEFAULT.keyRefreshMin());
    assertThat(authenticator.authenticateToken(own.sign("{\"aud\":\"shop/orders\"}")).mayWrite())
        .isTrue();
    status = 200;
    clock.advance(AuthLimits.DEFAULT.keyRefreshMin());
    assertThat(authenticator.authenticateToken(token).mayUse("web-1")).isTrue();
  }

  @Test
  void tokenForTheIssuer_isShownToItsOwnOriginOnly() throws Exception {
    Path tokenFile = Files.writeString(folder.resolve("token"), "pods-token\n");
    String more = ",\"tokenFile\":\"" + tokenFile + "\"";
    authenticator(more).authenticateToken(first.sign(claims(SUBJECT)));
    assertThat(asked).isNotEmpty().allMatch(each -> each.endsWith("Bearer pods-token"));
    KeyEndpoint endpoint = new KeyEndpoint("https://a.example", null, null, null, tokenFile);
    assertThat(endpoint.isOwnOrigin(URI.create("https://a.example/keys"))).isTrue();
    assertThat(endpoint.isOwnOrigin(URI.create("https://b.example/keys"))).isFalse();
    assertThat(endpoint.isOwnOrigin(URI.create("https://a.example:444/keys"))).isFalse();
    assertThat(
            catchThrowableOfType(
                IOException.class,
                () -> endpoint.discovered("https://a.example", "http://a.example/keys")))
        .hasMessageContaining("not https");
  }

  /** As the API server of a cluster is asked: a CA of its own, and a token for the pod. */
  private JwtAuthenticator authenticatorByHttps(HttpsServer secure, Path caFile)
      throws IOException {
    Path tokenFile = Files.writeString(folder.resolve("token"), "pods-token\n");
    String url = "https://127.0.0.1:" + secure.getAddress().getPort() + "/openid/v1/jwks";
    return authenticator(
        ",\"jwksUrl\":\"%s\",\"caFile\":\"%s\",\"tokenFile\":\"%s\""
            .formatted(url, caFile, tokenFile));
  }

  private HttpsServer secure(TestCertificate certificate) throws Exception {
    HttpsServer secure =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    secure.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    secure.setHttpsConfigurator(new HttpsConfigurator(certificate.server()));
    secure.createContext("/", this::answer);
    secure.start();
    return secure;
  }

  @Test
  void keysByHttps_areTakenFromWhomTheCaFileVouchesForOnly() throws Exception {
    TestCertificate good = TestCertificate.make(folder, "EC");
    TestCertificate other = TestCertificate.make(folder, "EC");
    HttpsServer secure = secure(good);
    try {
      Path caFile = Files.writeString(folder.resolve("ca.crt"), other.chainPem());
      JwtAuthenticator authenticator = authenticatorByHttps(secure, caFile);
      String token = first.sign(claims(SUBJECT));
      assertThat(refusal(authenticator, token).code()).isEqualTo(ErrorCode.CONNECTION_ERROR);
      // Not even the pod's token was shown to the stranger.
      assertThat(asked).isEmpty();

      // The file is read at each fetch, since CAs are renewed; it may hold several.
      Files.writeString(caFile, other.chainPem() + good.chainPem());
      clock.advance(AuthLimits.DEFAULT.keyRefreshMin());
      assertThat(authenticator.authenticateToken(token).mayUse("web-1")).isTrue();
      assertThat(asked).containsExactly("/openid/v1/jwks Bearer pods-token");
    } finally {
      secure.stop(0);
    }
  }

  @Test
  void caFileThatIsNone_leavesTheIssuersTokensUnchecked() throws Exception {
    HttpsServer secure = secure(TestCertificate.make(folder, "EC"));
    try {
      Path caFile = Files.writeString(folder.resolve("ca.crt"), "no certificate");
      String token = first.sign(claims(SUBJECT));
      assertThat(refusal(authenticatorByHttps(secure, caFile), token).code())
          .isEqualTo(ErrorCode.CONNECTION_ERROR);
      assertThat(asked).isEmpty();
    } finally {
      secure.stop(0);
    }
  }

  @Test
  void redirects_areNotFollowed() throws Exception {
    location = issuer() + "/keys";
    status = 302;
    assertThat(refusal(authenticator(""), first.sign(claims(SUBJECT))).code())
        .isEqualTo(ErrorCode.CONNECTION_ERROR);
    assertThat(asked).hasSize(1);
  }

  @Test
  void answerLargerThanTheLimit_isAFailure() throws Exception {
    keys = "{\"keys\":[]," + " ".repeat(AuthLimits.DEFAULT.maxKeyBytes()) + "}";
    assertThat(refusal(authenticator(""), first.sign(claims(SUBJECT))).code())
        .isEqualTo(ErrorCode.CONNECTION_ERROR);
  }

  @Test
  void discoveryOfAnotherIssuer_isAFailure() throws Exception {
    String liar = issuer().replace("/realm", "/liar");
    String token = first.sign(claims(SUBJECT).replace("/realm", "/liar"));
    assertThat(refusal(authenticator(liar, ""), token).code())
        .isEqualTo(ErrorCode.CONNECTION_ERROR);
  }
}
