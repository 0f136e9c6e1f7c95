package io.dosql.operator.database;

import java.time.Instant;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;

/**
 * Signs the token of the application's Secret. Ed25519 signatures do not vary, so that the same
 * key, audience and time give the same token, and a reconcile nothing to write.
 */
final class TokenSigner {

  /** By which the engine knows a user's token. */
  private static final String USER_SUBJECT = "dosql:user:";

  private TokenSigner() {}

  /**
   * @param audience the one database that the token opens
   * @param issuedAt goes into the token; not the time of signing, which would make each one differ
   */
  static String readWrite(OctetKeyPairJsonWebKey key, String audience, Instant issuedAt) {
    JwtClaims claims = claims(audience, issuedAt);
    claims.setClaim("a", "rw");
    return sign(key, claims);
  }

  /**
   * A user's token. What the user may do is not in it: the pod is told of that apart, so that it
   * can change while the token stays.
   */
  static String user(OctetKeyPairJsonWebKey key, String audience, Instant issuedAt, String name) {
    JwtClaims claims = claims(audience, issuedAt);
    claims.setSubject(USER_SUBJECT + name);
    return sign(key, claims);
  }

  private static JwtClaims claims(String audience, Instant issuedAt) {
    JwtClaims claims = new JwtClaims();
    claims.setAudience(audience);
    claims.setIssuedAt(NumericDate.fromSeconds(issuedAt.getEpochSecond()));
    return claims;
  }

  private static String sign(OctetKeyPairJsonWebKey key, JwtClaims claims) {
    JsonWebSignature signature = new JsonWebSignature();
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.EDDSA);
    signature.setKeyIdHeaderValue(key.getKeyId());
    signature.setHeader("typ", "JWT");
    signature.setPayload(claims.toJson());
    signature.setKey(key.getPrivateKey());
    try {
      return signature.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException("an Ed25519 key that was read can sign", e);
    }
  }
}
