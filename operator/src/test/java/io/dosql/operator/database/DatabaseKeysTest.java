package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.operator.database.DatabaseKeys.InvalidKeysException;
import io.dosql.operator.testing.Operations;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;

/** The tokens are checked with another library's verifier, as an engine does it. */
class DatabaseKeysTest {

  private static final Instant ISSUED = Instant.parse("2026-11-20T10:00:00Z");
  private final DatabaseKeys keys = DatabaseKeys.generate(new SecureRandom());

  private static JwtConsumer verifier(String jwks, String audience) throws JoseException {
    return new JwtConsumerBuilder()
        .setVerificationKeyResolver(
            new JwksVerificationKeyResolver(new JsonWebKeySet(jwks).getJsonWebKeys()))
        .setJwsAlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "EdDSA")
        .setExpectedAudience(audience)
        .build();
  }

  @Test
  void token_isAcceptedByThePublicKeys_andOpensOneDatabase()
      throws InvalidKeysException, JoseException, InvalidJwtException, MalformedClaimException {
    String token = TokenSigner.readWrite(keys.signingKey(), "shop/orders", ISSUED);
    JwtClaims claims = verifier(keys.publicJwks(), "shop/orders").processToClaims(token);
    assertThat(claims.getClaimValue("a")).isEqualTo("rw");
    assertThat(claims.getAudience()).containsExactly("shop/orders");
    assertThat(claims.getIssuedAt().getValue()).isEqualTo(ISSUED.getEpochSecond());
    assertThatThrownBy(() -> verifier(keys.publicJwks(), "shop/other").process(token))
        .isInstanceOf(InvalidJwtException.class);
  }

  @Test
  void token_isRefusedByOtherKeys() throws InvalidKeysException, JoseException {
    String token = TokenSigner.readWrite(keys.signingKey(), "shop/orders", ISSUED);
    JwtConsumer other =
        verifier(DatabaseKeys.generate(new SecureRandom()).publicJwks(), "shop/orders");
    assertThatThrownBy(() -> other.process(token)).isInstanceOf(InvalidJwtException.class);
  }

  @Test
  void sameInput_givesTheSameToken_soThatAReconcileHasNothingToWrite() throws InvalidKeysException {
    assertThat(TokenSigner.readWrite(keys.signingKey(), "shop/orders", ISSUED))
        .isEqualTo(TokenSigner.readWrite(keys.signingKey(), "shop/orders", ISSUED));
  }

  @Test
  void publicKeys_holdNothingPrivate() {
    JsonNode jwk = Operations.json(keys.publicJwks()).path("keys").path(0);
    assertThat(jwk.has("d")).isFalse();
    assertThat(jwk.path("crv").asText()).isEqualTo("Ed25519");
    assertThat(jwk.path("alg").asText()).isEqualTo("EdDSA");
    assertThat(Operations.json(keys.privateJwk()).has("d")).isTrue();
  }

  @Test
  void secrets_areNeverShown() {
    assertThat(keys.toString()).isEqualTo("DatabaseKeys[…]");
  }

  @Test
  void twoDatabases_haveNothingInCommon() {
    DatabaseKeys other = DatabaseKeys.generate(new SecureRandom());
    assertThat(other.adminToken()).isNotEqualTo(keys.adminToken()).hasSizeGreaterThanOrEqualTo(43);
    assertThat(other.privateJwk()).isNotEqualTo(keys.privateJwk());
  }

  @Test
  void secret_isReadBackAsItWasWritten() throws InvalidKeysException {
    Secret secret = KeysSecret.secret(database().build(), keys);
    assertThat(secret.getMetadata().getName()).isEqualTo("orders-keys");
    assertThat(secret.getMetadata().getOwnerReferences()).hasSize(1);
    assertThat(secret.getData()).containsOnlyKeys("private.jwk", "jwks.json", "admin-token");
    assertThat(DatabaseKeys.read(secret.getData())).isEqualTo(keys);
  }

  private void assertRefused(String key, String value, String message) {
    Map<String, String> data = new HashMap<>(keys.data());
    data.put(key, value);
    assertThatThrownBy(() -> DatabaseKeys.read(data))
        .isInstanceOf(InvalidKeysException.class)
        .hasMessage(message);
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void damagedSecret_saysWhatIsWrong_andNeverShowsIt() {
    assertRefused("admin-token", "", "it has no entry admin-token");
    assertRefused("jwks.json", "%%", "its entry jwks.json is not base64");
    assertRefused("private.jwk", encoded("{"), "its entry private.jwk is not a JWK");
    assertRefused("jwks.json", encoded("{"), "its entry jwks.json is not a JWK set");
    assertThatThrownBy(() -> DatabaseKeys.read(null)).hasMessage("it has no entry private.jwk");
  }

  @Test
  void publicKeyInPlaceOfThePrivateOne_isRefused() {
    String publicJwk = Operations.json(keys.publicJwks()).path("keys").path(0).toString();
    assertRefused(
        "private.jwk", encoded(publicJwk), "its entry private.jwk is not a private Ed25519 key");
  }

  @Test
  void publicKeysOfAnotherDatabase_areRefused_becauseEveryTokenWouldBe() {
    assertRefused(
        "jwks.json",
        encoded(DatabaseKeys.generate(new SecureRandom()).publicJwks()),
        "its entry jwks.json lacks the public half of private.jwk");
  }
}
