package io.dosql.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are good, for how long, and what they allow. */
class JwtAuthenticatorTest {

  private static final String CLAIMS = "{\"aud\":\"shop/orders\"}";
  private static final List<SigningKey> KEYS =
      List.of(
          SigningKey.of("EdDSA", "ed"),
          SigningKey.of("ES256", "ec"),
          SigningKey.of("RS256", "rsa"));
  private static final SigningKey ED = KEYS.getFirst();

  private final SetClock clock = new SetClock();

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path jwks;

  @BeforeEach
  void publish() throws IOException {
    jwks = folder.resolve("jwks.json");
    SigningKey.publish(jwks, SigningKey.jwks(KEYS.toArray(SigningKey[]::new)));
  }

  private JwtAuthenticator authenticator(@Nullable Path policy, Path... files) throws IOException {
    return JwtAuthenticator.open(
        files.length == 0 ? List.of(jwks) : List.of(files),
        policy,
        "shop/orders",
        AuthLimits.DEFAULT,
        clock,
        clock::nanoTime,
        new CollectorRegistry());
  }

  private static ErrorCode refusal(JwtAuthenticator authenticator, String token) {
    DosqlException refused =
        catchThrowableOfType(DosqlException.class, () -> authenticator.authenticateToken(token));
    assertThat(refused).describedAs("a refusal").isNotNull();
    assertThat(refused.getMessage()).doesNotContain("eyJ");
    return refused.code();
  }

  private static String claims(String more) {
    return "{\"aud\":\"shop/orders\"," + more + "}";
  }

  private String at(String claim, long secondsFromNow) {
    return claims("\"%s\":%d".formatted(claim, clock.instant().getEpochSecond() + secondsFromNow));
  }

  static Stream<SigningKey> keys() {
    return KEYS.stream();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void eachAlgorithm_isTakenWithItsOwnKey(SigningKey key) throws Exception {
    Principal principal = authenticator(null).authenticateToken(key.sign(CLAIMS));
    assertThat(principal.roleOn("any")).hasValue(Role.RW);
  }

  static Stream<Arguments> confusions() {
    List<Arguments> all = new ArrayList<>();
    for (SigningKey signer : KEYS) {
      for (SigningKey named : KEYS) {
        for (SigningKey algorithm : KEYS) {
          if (named != signer || algorithm != signer) {
            String what =
                signer.algorithm() + " as " + named.id() + " with " + algorithm.algorithm();
            all.add(Arguments.of(what, signer.sign(named.id(), algorithm.algorithm(), CLAIMS)));
          }
        }
      }
      byte[] der = signer.publicKey().getEncoded();
      String pem =
          "-----BEGIN PUBLIC KEY-----\n"
              + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
              + "\n-----END PUBLIC KEY-----\n";
      all.add(Arguments.of("HMAC by DER", SigningKey.hmac(signer.id(), der, CLAIMS)));
      all.add(
          Arguments.of(
              "HMAC by PEM",
              SigningKey.hmac(signer.id(), pem.getBytes(StandardCharsets.US_ASCII), CLAIMS)));
      all.add(
          Arguments.of(
              "HMAC by JWK",
              SigningKey.hmac(
                  signer.id(), signer.jwk().getBytes(StandardCharsets.US_ASCII), CLAIMS)));
      all.add(Arguments.of("none", SigningKey.unsigned(signer.id(), CLAIMS)));
      all.add(Arguments.of("RS512", signer.sign(signer.id(), "RS512", CLAIMS)));
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("confusions")
  void keyOfOneAlgorithm_worksForNoOther(String what, String token) throws Exception {
    assertThat(refusal(authenticator(null), token)).isEqualTo(ErrorCode.UNAUTHORIZED);
  }

  @Test
  void symmetricAndWeakKeysOfASet_arePassedOver() throws Exception {
    SigningKey weak = SigningKey.of("RS256", "weak", 1024);
    byte[] secret = new byte[32];
    String symmetric =
        "{\"kty\":\"oct\",\"kid\":\"secret\",\"k\":\"%s\"}"
            .formatted(Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    String forEncryption = SigningKey.of("RS256", "enc").jwk().replace("{", "{\"use\":\"enc\",");
    SigningKey.publish(
        jwks,
        "{\"keys\":[" + String.join(",", ED.jwk(), symmetric, weak.jwk(), forEncryption) + "]}");
    JwtAuthenticator authenticator = authenticator(null);
    assertThat(authenticator.authenticateToken(ED.sign(CLAIMS)).mayWrite()).isTrue();
    assertThat(refusal(authenticator, weak.sign(CLAIMS))).isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(refusal(authenticator, SigningKey.hmac("secret", secret, CLAIMS)))
        .isEqualTo(ErrorCode.UNAUTHORIZED);
  }

  @Test
  void endAndBeginning_countWithTheClocksSkew() throws Exception {
    JwtAuthenticator authenticator = authenticator(null);
    assertThat(authenticator.authenticateToken(ED.sign(at("exp", -29))).mayWrite()).isTrue();
    assertThat(refusal(authenticator, ED.sign(at("exp", -30)))).isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(authenticator.authenticateToken(ED.sign(at("nbf", 30))).mayWrite()).isTrue();
    assertThat(refusal(authenticator, ED.sign(at("nbf", 31)))).isEqualTo(ErrorCode.UNAUTHORIZED);
  }

  @Test
  void rememberedToken_isNeverServedPastItsEnd() throws Exception {
    JwtAuthenticator authenticator = authenticator(null);
    String token = ED.sign(at("exp", 5));
    authenticator.authenticateToken(token);
    clock.advance(Duration.ofSeconds(34));
    assertThat(authenticator.remembered("Bearer " + token)).isNotNull();
    clock.advance(Duration.ofSeconds(1));
    assertThat(authenticator.remembered("Bearer " + token)).isNull();
    assertThat(refusal(authenticator, token)).isEqualTo(ErrorCode.UNAUTHORIZED);
  }

  @Test
  void endBeyondAllTime_isNoEnd() throws Exception {
    String token = ED.sign(claims("\"exp\":" + Long.MAX_VALUE));
    assertThat(authenticator(null).authenticateToken(token).mayWrite()).isTrue();
  }

  @Test
  void roles_areOursOrLibsqls() throws Exception {
    JwtAuthenticator authenticator = authenticator(null);
    assertThat(role(authenticator, "\"role\":\"ro\"")).hasValue(Role.RO);
    assertThat(role(authenticator, "\"role\":\"admin\"")).hasValue(Role.ADMIN);
    assertThat(role(authenticator, "\"a\":\"ro\"")).hasValue(Role.RO);
    assertThat(role(authenticator, "\"a\":\"rw\",\"role\":\"ro\"")).hasValue(Role.RO);
    assertThat(refusal(authenticator, ED.sign(claims("\"role\":\"root\""))))
        .isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal(authenticator, ED.sign(claims("\"role\":7"))))
        .isEqualTo(ErrorCode.UNAUTHORIZED);
  }

  private static Optional<Role> role(JwtAuthenticator authenticator, String claim) {
    return authenticator.authenticateToken(ED.sign(claims(claim))).roleOn("t1");
  }

  @Test
  void tenants_areNamesOrPatterns() throws Exception {
    Principal principal =
        authenticator(null)
            .authenticateToken(ED.sign(claims("\"tenants\":[\"acme\",\"eu-*\",\"a*z*\"]")));
    assertThat(List.of("acme", "eu-", "eu-1", "az", "abzc")).allMatch(principal::mayUse);
    assertThat(List.of("main", "acme2", "xacme", "eu", "us-eu-1", "")).noneMatch(principal::mayUse);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"tenants\":[]", "\"id\":\"acme\"", "\"tenants\":\"acme\""})
  void tenantOutOfScope_isForbiddenByItsName(String scope) throws Exception {
    Principal principal = authenticator(null).authenticateToken(ED.sign(claims(scope)));
    DosqlException refused =
        catchThrowableOfType(DosqlException.class, () -> principal.on("globex"));
    assertThat(refused.code()).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refused.getMessage()).contains("'globex'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"tenants\":[1]", "\"tenants\":{\"a\":1}", "\"tenants\":7"})
  void tenantsThatAreNoNames_allowNothing(String scope) throws Exception {
    assertThat(refusal(authenticator(null), ED.sign(claims(scope)))).isEqualTo(ErrorCode.FORBIDDEN);
  }

  @Test
  void libsqlsRights_areByTenant() throws Exception {
    String rights =
        "\"a\":\"rw\",\"id\":\"all\",\"p\":{\"ro\":{\"ns\":[\"r\",\"both\"]},"
            + "\"rw\":{\"ns\":[\"w\",\"both\"]},\"roa\":{\"ns\":[\"ra\"]},"
            + "\"rwa\":{\"ns\":[\"wa\"]},\"ddl\":{\"ns\":[\"d\"]},\"x\":3}";
    Principal principal = authenticator(null).authenticateToken(ED.sign(claims(rights)));
    assertThat(principal.on("r").mayWrite()).isFalse();
    assertThat(principal.on("ra").mayWrite()).isFalse();
    assertThat(principal.on("w").mayWrite()).isTrue();
    assertThat(principal.on("wa").mayWrite()).isTrue();
    assertThat(principal.on("both").mayWrite()).isTrue();
    assertThat(List.of("all", "d", "main")).noneMatch(principal::mayUse);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"p\":{}",
        "\"p\":{\"rw\":{}}",
        "\"p\":{\"rw\":{\"ns\":[\"t\"]}},\"role\":\"ro\"",
        "\"p\":{\"rw\":{\"ns\":[\"t\"]}},\"tenants\":[\"u\"]"
      })
  void rightsThatAreNoneOrContradict_allowNothing(String rights) throws Exception {
    assertThat(refusal(authenticator(null), ED.sign(claims(rights))))
        .isEqualTo(ErrorCode.FORBIDDEN);
  }

  @Test
  void rotation_overlapsAndThenEnds() throws Exception {
    JwtAuthenticator authenticator = authenticator(null);
    SigningKey next = SigningKey.of("EdDSA", "next");
    String old = ED.sign(CLAIMS);
    authenticator.authenticateToken(old);

    SigningKey.publish(jwks, SigningKey.jwks(ED, next));
    clock.advance(Duration.ofSeconds(2));
    assertThat(authenticator.remembered("Bearer " + old)).isNotNull();
    assertThat(authenticator.authenticateToken(next.sign(CLAIMS)).mayWrite()).isTrue();

    SigningKey.publish(jwks, SigningKey.jwks(next));
    clock.advance(Duration.ofSeconds(2));
    assertThat(authenticator.remembered("Bearer " + old)).isNull();
    assertThat(refusal(authenticator, old)).isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(authenticator.authenticateToken(next.sign(CLAIMS)).mayWrite()).isTrue();
  }

  @Test
  void anotherKeyUnderAnOldId_voidsWhatWasRemembered() throws Exception {
    JwtAuthenticator authenticator = authenticator(null);
    String old = ED.sign(CLAIMS);
    authenticator.authenticateToken(old);
    SigningKey.publish(jwks, SigningKey.jwks(SigningKey.of("EdDSA", "ed")));
    clock.advance(Duration.ofSeconds(2));
    assertThat(refusal(authenticator, old)).isEqualTo(ErrorCode.UNAUTHORIZED);
  }

  @Test
  void severalFiles_holdKeysTogether() throws Exception {
    Path second = folder.resolve("second.json");
    SigningKey other = SigningKey.of("ES256", "other");
    SigningKey.publish(second, SigningKey.jwks(other));
    JwtAuthenticator authenticator = authenticator(null, jwks, second);
    assertThat(authenticator.authenticateToken(other.sign(CLAIMS)).mayWrite()).isTrue();
    assertThat(authenticator.authenticateToken(ED.sign(CLAIMS)).mayWrite()).isTrue();
  }

  @Test
  void revocation_worksWithoutARestartAndForRememberedTokens() throws Exception {
    Path policy = folder.resolve("policy.json");
    SigningKey.publish(policy, "{}");
    JwtAuthenticator authenticator = authenticator(policy);
    String byToken = ED.sign(claims("\"jti\":\"stolen\""));
    String byKey = KEYS.get(1).sign(CLAIMS);
    String other = ED.sign(claims("\"jti\":\"fine\""));
    for (String token : List.of(byToken, byKey, other)) {
      authenticator.authenticateToken(token);
    }
    SigningKey.publish(policy, "{\"revokedKeys\":[\"ec\"],\"revokedTokens\":[\"stolen\"]}");
    clock.advance(Duration.ofSeconds(2));
    assertThat(refusal(authenticator, byToken)).isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(refusal(authenticator, byKey)).isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(authenticator.authenticateToken(other).mayWrite()).isTrue();

    // What cannot be read keeps what was revoked before.
    SigningKey.publish(policy, "{\"revokedKey\":[]}");
    clock.advance(Duration.ofSeconds(2));
    assertThat(refusal(authenticator, byKey)).isEqualTo(ErrorCode.UNAUTHORIZED);
  }

  @Test
  void usersRights_areThosePolicyGivesThemNow() throws Exception {
    Path policy = folder.resolve("policy.json");
    SigningKey.publish(
        policy, "{\"users\":[{\"name\":\"ann\",\"role\":\"rw\",\"tenants\":[\"a-*\"]}]}");
    JwtAuthenticator authenticator = authenticator(policy);
    String ann = ED.sign(claims("\"sub\":\"dosql:user:ann\",\"role\":\"admin\""));
    String bob = ED.sign(claims("\"sub\":\"dosql:user:bob\""));
    assertThat(authenticator.authenticateToken(ann).roleOn("a-1")).hasValue(Role.RW);
    assertThat(authenticator.authenticateToken(ann).mayUse("b")).isFalse();
    assertThat(refusal(authenticator, bob)).isEqualTo(ErrorCode.UNAUTHORIZED);

    SigningKey.publish(policy, "{\"users\":[{\"name\":\"ann\",\"role\":\"ro\"}]}");
    clock.advance(Duration.ofSeconds(2));
    assertThat(authenticator.authenticateToken(ann).roleOn("b")).hasValue(Role.RO);

    SigningKey.publish(policy, "{\"users\":[]}");
    clock.advance(Duration.ofSeconds(2));
    assertThat(refusal(authenticator, ann)).isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(refusal(authenticator(null), ann)).isEqualTo(ErrorCode.UNAUTHORIZED);
  }

  @Test
  void hugeTokens_areRefusedByTheLimitsName() throws Exception {
    JwtAuthenticator authenticator = authenticator(null);
    String good = ED.sign(claims("\"x\":\"" + "x".repeat(7_000) + "\""));
    assertThat(refusal(authenticator, good)).isEqualTo(ErrorCode.UNAUTHORIZED);
    for (String token : List.of(good, "a".repeat(1 << 20), ".".repeat(1 << 20))) {
      DosqlException refused =
          catchThrowableOfType(DosqlException.class, () -> authenticator.authenticateToken(token));
      assertThat(refused.getMessage()).contains("maxTokenBytes");
    }
  }

  @Test
  void tokenNamingAnIssuerNobodyKnows_isCheckedWithTheDatabasesOwnKeys() throws Exception {
    JwtAuthenticator authenticator = authenticator(null);
    assertThat(authenticator.authenticateToken(ED.sign(claims("\"iss\":\"our-build\""))).mayWrite())
        .isTrue();
    assertThat(refusal(authenticator, SigningKey.of("EdDSA", "x").sign(claims("\"iss\":\"y\""))))
        .isEqualTo(ErrorCode.UNAUTHORIZED);
  }
}
