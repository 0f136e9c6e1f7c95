package io.dosql.operator.database;

import io.dosql.operator.pod.SecretAdminTokens;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of one database: the key that signs tokens (private), the keys that tokens are
 * checked with (public, mounted into the pod), and the token of the admin API (mounted into the
 * pod).
 *
 * <p>They are made once, kept in the Secret {@code NAME-keys}, and never replaced by a reconcile:
 * every token of every application depends on them.
 */
record DatabaseKeys(String privateJwk, String publicJwks, String adminToken) {

  static final String PRIVATE_KEY = "private.jwk";
  static final String PUBLIC_KEYS = "jwks.json";
  static final String ADMIN_TOKEN = SecretAdminTokens.KEY;

  private static final int TOKEN_BYTES = 32;
  private static final int KEY_ID_BYTES = 8;

  /** A Secret that does not hold what it should. */
  static final class InvalidKeysException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidKeysException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** Generates new ones. */
  static DatabaseKeys generate(SecureRandom random) {
    try {
      OctetKeyPairJsonWebKey key =
          OkpJwkGenerator.generateJwk(OctetKeyPairJsonWebKey.SUBTYPE_ED25519, null, random);
      key.setKeyId(randomText(random, KEY_ID_BYTES));
      key.setAlgorithm(AlgorithmIdentifiers.EDDSA);
      key.setUse("sig");
      return new DatabaseKeys(
          key.toJson(JsonWebKey.OutputControlLevel.INCLUDE_PRIVATE),
          new JsonWebKeySet(key).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY),
          randomText(random, TOKEN_BYTES));
    } catch (JoseException e) {
      throw new IllegalStateException("Java 25 has Ed25519", e);
    }
  }

  private static String randomText(SecureRandom random, int byteCount) {
    byte[] bytes = new byte[byteCount];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Reads them from a Secret's data, and checks that the private key is one.
   *
   * @throws InvalidKeysException when something is missing or is not what it should be; the message
   *     names it, but never shows it
   */
  static DatabaseKeys read(@Nullable Map<String, String> data) throws InvalidKeysException {
    DatabaseKeys keys =
        new DatabaseKeys(
            entry(data, PRIVATE_KEY), entry(data, PUBLIC_KEYS), entry(data, ADMIN_TOKEN));
    keys.requirePublic(keys.signingKey());
    return keys;
  }

  /** Otherwise every token would be refused, and nobody would say why. */
  private void requirePublic(OctetKeyPairJsonWebKey signing) throws InvalidKeysException {
    try {
      boolean there =
          new JsonWebKeySet(publicJwks)
              .getJsonWebKeys().stream()
                  .anyMatch(
                      key ->
                          key.getKey().equals(signing.getPublicKey())
                              && Objects.equals(key.getKeyId(), signing.getKeyId()));
      if (!there) {
        throw new InvalidKeysException(
            "its entry %s lacks the public half of %s".formatted(PUBLIC_KEYS, PRIVATE_KEY), null);
      }
    } catch (JoseException e) {
      throw new InvalidKeysException("its entry " + PUBLIC_KEYS + " is not a JWK set", e);
    }
  }

  private static String entry(@Nullable Map<String, String> data, String key)
      throws InvalidKeysException {
    String encoded = data == null ? null : data.get(key);
    if (encoded == null || encoded.isEmpty()) {
      throw new InvalidKeysException("it has no entry " + key, null);
    }
    try {
      return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InvalidKeysException("its entry " + key + " is not base64", e);
    }
  }

  /** As a Secret's data. */
  Map<String, String> data() {
    return Map.of(
        PRIVATE_KEY, encode(privateJwk),
        PUBLIC_KEYS, encode(publicJwks),
        ADMIN_TOKEN, encode(adminToken));
  }

  static String encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  OctetKeyPairJsonWebKey signingKey() throws InvalidKeysException {
    try {
      if (JsonWebKey.Factory.newJwk(privateJwk) instanceof OctetKeyPairJsonWebKey key
          && key.getPrivateKey() != null) {
        return key;
      }
    } catch (JoseException e) {
      throw new InvalidKeysException("its entry " + PRIVATE_KEY + " is not a JWK", e);
    }
    throw new InvalidKeysException(
        "its entry " + PRIVATE_KEY + " is not a private Ed25519 key", null);
  }

  /** Never shows a secret. */
  @Override
  public String toString() {
    return "DatabaseKeys[…]";
  }
}
