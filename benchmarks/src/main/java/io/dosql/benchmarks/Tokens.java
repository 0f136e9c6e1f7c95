package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/** A key of our own: its public half for a pod, and a token that it signed. */
public record Tokens(Path jwks, String token) {

  public static Tokens make(Path folder, String audience) throws IOException {
    try {
      OctetKeyPairJsonWebKey key = OkpJwkGenerator.generateJwk("Ed25519");
      key.setKeyId("benchmark");
      Path jwks = folder.resolve("jwks.json");
      Files.writeString(jwks, new JsonWebKeySet(key).toJson(OutputControlLevel.PUBLIC_ONLY));
      JwtClaims claims = new JwtClaims();
      claims.setAudience(audience);
      claims.setStringClaim("a", "rw");
      JsonWebSignature signature = new JsonWebSignature();
      signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.EDDSA);
      signature.setKeyIdHeaderValue(key.getKeyId());
      signature.setKey(key.getPrivateKey());
      signature.setPayload(claims.toJson());
      return new Tokens(jwks, signature.getCompactSerialization());
    } catch (JoseException failure) {
      throw new IOException("cannot sign a token", failure);
    }
  }
}
