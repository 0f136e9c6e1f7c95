package io.dosql.engine.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.Map;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.lang.JoseException;

/**
 * The Ed25519 keys of a JWK set by their {@code kid}. Keys of other kinds are passed over; they may
 * be for somebody else.
 */
record VerificationKeys(Map<String, PublicKey> byId) {

  private static final String CURVE = "Ed25519";

  VerificationKeys {
    byId = Map.copyOf(byId);
  }

  /** Reads a JWK set; fails if it is none, or if an Ed25519 key has no id or one already taken. */
  static VerificationKeys parse(byte[] jwks) throws IOException {
    Map<String, PublicKey> keys = new HashMap<>();
    try {
      for (JsonWebKey key :
          new JsonWebKeySet(new String(jwks, StandardCharsets.UTF_8)).getJsonWebKeys()) {
        if (key instanceof OctetKeyPairJsonWebKey pair && CURVE.equals(pair.getSubtype())) {
          String id = pair.getKeyId();
          if (id == null || keys.put(id, pair.getPublicKey()) != null) {
            throw new IOException("Each key of the JWK set must have a 'kid' of its own");
          }
        }
      }
    } catch (JoseException | RuntimeException notAKeySet) {
      throw new IOException("Not a JWK set", notAKeySet);
    }
    return new VerificationKeys(keys);
  }
}
