package io.dosql.engine.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a JWK set by their {@code kid}, each with the one algorithm that it may be used with:
 * Ed25519 with EdDSA, P-256 with ES256, RSA of at least 2048 bits with RS256. Keys of other kinds,
 * symmetric ones above all, are passed over; they may be for somebody else.
 */
record VerificationKeys(Map<String, VerificationKey> byId) {

  /** All algorithms that any key may be used with. */
  static final List<String> ALGORITHMS =
      List.of(
          AlgorithmIdentifiers.EDDSA,
          AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
          AlgorithmIdentifiers.RSA_USING_SHA256);

  private static final String ED25519 = "Ed25519";
  private static final String P256 = "P-256";
  private static final int RSA_BITS_MIN = 2048;

  /** A public key and what it checks. */
  record VerificationKey(String id, String algorithm, PublicKey key) {}

  VerificationKeys {
    byId = Map.copyOf(byId);
  }

  @Nullable VerificationKey find(String id) {
    return byId.get(id);
  }

  /** Reads a JWK set; fails if it is none, or if a usable key has no id or one already taken. */
  static VerificationKeys parse(byte[] jwks) throws IOException {
    Map<String, VerificationKey> keys = new HashMap<>();
    try {
      for (JsonWebKey key :
          new JsonWebKeySet(new String(jwks, StandardCharsets.UTF_8)).getJsonWebKeys()) {
        Optional<String> algorithm = algorithm(key);
        if (algorithm.isEmpty()) {
          continue;
        }
        String id = key.getKeyId();
        if (id == null
            || keys.put(
                    id,
                    new VerificationKey(
                        id, algorithm.get(), ((PublicJsonWebKey) key).getPublicKey()))
                != null) {
          throw new IOException("Each key of the JWK set must have a 'kid' of its own");
        }
      }
    } catch (JoseException | RuntimeException notAKeySet) {
      throw new IOException("Not a JWK set", notAKeySet);
    }
    return new VerificationKeys(keys);
  }

  private static Optional<String> algorithm(JsonWebKey key) {
    Optional<String> algorithm =
        switch (key) {
          case OctetKeyPairJsonWebKey pair when ED25519.equals(pair.getSubtype()) ->
              Optional.of(AlgorithmIdentifiers.EDDSA);
          case EllipticCurveJsonWebKey curve when P256.equals(curve.getCurveName()) ->
              Optional.of(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
          case RsaJsonWebKey rsa when bits(rsa) >= RSA_BITS_MIN ->
              Optional.of(AlgorithmIdentifiers.RSA_USING_SHA256);
          default -> Optional.empty();
        };
    boolean forSignatures = key.getUse() == null || key.getUse().equals("sig");
    return algorithm.filter(
        name -> forSignatures && (key.getAlgorithm() == null || key.getAlgorithm().equals(name)));
  }

  private static int bits(RsaJsonWebKey rsa) {
    RSAPublicKey key = rsa.getRsaPublicKey();
    return key.getModulus().bitLength();
  }
}
