package io.dosql.operator.database;

import io.dosql.operator.pod.SecretAdminTokens;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
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
 * <p>They are kept in the Secret {@code NAME-keys}, and replaced only in the steps of {@link
 * KeyRotationPlan}: every token of every application depends on them.
 *
 * @param nextJwk the key that will sign next, its public half being published already; empty if
 *     none is to
 */
record DatabaseKeys(String privateJwk, String nextJwk, String publicJwks, String adminToken) {

  static final String PRIVATE_KEY = "private.jwk";
  static final String NEXT_KEY = "next.jwk";
  static final String PUBLIC_KEYS = "jwks.json";
  static final String ADMIN_TOKEN = SecretAdminTokens.KEY;

  /** A member of a JWK: seconds since 1970 at which it was made. */
  private static final String MADE_AT = "iat";

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
    OctetKeyPairJsonWebKey key = generateKey(random);
    return new DatabaseKeys(
        privateText(key),
        "",
        new JsonWebKeySet(key).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY),
        randomText(random, TOKEN_BYTES));
  }

  /** A key that tells when it was made. */
  static OctetKeyPairJsonWebKey generateKey(SecureRandom random, Instant now) {
    OctetKeyPairJsonWebKey key = generateKey(random);
    key.setOtherParameter(MADE_AT, now.getEpochSecond());
    return key;
  }

  /**
   * When a key was made; {@code otherwise}, for the first one of a database, which does not tell.
   */
  static Instant madeAt(JsonWebKey key, Instant otherwise) {
    Number seconds = key.getOtherParameterValue(MADE_AT, Number.class);
    return seconds == null ? otherwise : Instant.ofEpochSecond(seconds.longValue());
  }

  static String privateText(OctetKeyPairJsonWebKey key) {
    return key.toJson(JsonWebKey.OutputControlLevel.INCLUDE_PRIVATE);
  }

  private static OctetKeyPairJsonWebKey generateKey(SecureRandom random) {
    try {
      OctetKeyPairJsonWebKey key =
          OkpJwkGenerator.generateJwk(OctetKeyPairJsonWebKey.SUBTYPE_ED25519, null, random);
      key.setKeyId(randomText(random, KEY_ID_BYTES));
      key.setAlgorithm(AlgorithmIdentifiers.EDDSA);
      key.setUse("sig");
      return key;
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
            entry(data, PRIVATE_KEY),
            data != null && !data.getOrDefault(NEXT_KEY, "").isEmpty() ? entry(data, NEXT_KEY) : "",
            entry(data, PUBLIC_KEYS),
            entry(data, ADMIN_TOKEN));
    keys.requirePublic(keys.signingKey());
    return keys;
  }

  /** Otherwise every token would be refused, and nobody would say why. */
  private void requirePublic(OctetKeyPairJsonWebKey signing) throws InvalidKeysException {
    boolean there =
        publicKeys().stream()
            .anyMatch(
                key ->
                    key.getKey().equals(signing.getPublicKey())
                        && Objects.equals(key.getKeyId(), signing.getKeyId()));
    if (!there) {
      throw new InvalidKeysException(
          "its entry %s lacks the public half of %s".formatted(PUBLIC_KEYS, PRIVATE_KEY), null);
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
    Map<String, String> data = new TreeMap<>();
    data.put(PRIVATE_KEY, encode(privateJwk));
    data.put(PUBLIC_KEYS, encode(publicJwks));
    data.put(ADMIN_TOKEN, encode(adminToken));
    if (!nextJwk.isEmpty()) {
      data.put(NEXT_KEY, encode(nextJwk));
    }
    return data;
  }

  static String encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  OctetKeyPairJsonWebKey signingKey() throws InvalidKeysException {
    return privateKey(privateJwk, PRIVATE_KEY);
  }

  /** The key that will sign next. */
  Optional<OctetKeyPairJsonWebKey> nextKey() throws InvalidKeysException {
    return nextJwk.isEmpty() ? Optional.empty() : Optional.of(privateKey(nextJwk, NEXT_KEY));
  }

  /** All keys whose tokens are good. */
  List<JsonWebKey> publicKeys() throws InvalidKeysException {
    try {
      return new JsonWebKeySet(publicJwks).getJsonWebKeys();
    } catch (JoseException e) {
      throw new InvalidKeysException("its entry " + PUBLIC_KEYS + " is not a JWK set", e);
    }
  }

  private static OctetKeyPairJsonWebKey privateKey(String jwk, String entry)
      throws InvalidKeysException {
    try {
      if (JsonWebKey.Factory.newJwk(jwk) instanceof OctetKeyPairJsonWebKey key
          && key.getPrivateKey() != null) {
        return key;
      }
    } catch (JoseException e) {
      throw new InvalidKeysException("its entry " + entry + " is not a JWK", e);
    }
    throw new InvalidKeysException("its entry " + entry + " is not a private Ed25519 key", null);
  }

  /** Never shows a secret. */
  @Override
  public String toString() {
    return "DatabaseKeys[…]";
  }
}
