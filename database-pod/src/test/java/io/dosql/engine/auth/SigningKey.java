package io.dosql.engine.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.lang.JoseException;

/** A key of one algorithm, and tokens made with it by hand: good ones and others. */
final class SigningKey {

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final String id;
  private final String algorithm;
  private final KeyPair pair;

  private SigningKey(String id, String algorithm, KeyPair pair) {
    this.id = id;
    this.algorithm = algorithm;
    this.pair = pair;
  }

  /** EdDSA, ES256 or RS256. */
  static SigningKey of(String algorithm, String id) {
    return of(algorithm, id, 2048);
  }

  static SigningKey of(String algorithm, String id, int rsaBits) {
    try {
      KeyPairGenerator generator =
          KeyPairGenerator.getInstance(
              switch (algorithm) {
                case "EdDSA" -> "Ed25519";
                case "ES256" -> "EC";
                default -> "RSA";
              });
      if (algorithm.equals("ES256")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else if (algorithm.equals("RS256")) {
        generator.initialize(rsaBits);
      }
      return new SigningKey(id, algorithm, generator.generateKeyPair());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  String id() {
    return id;
  }

  String algorithm() {
    return algorithm;
  }

  PublicKey publicKey() {
    return pair.getPublic();
  }

  /** The public half as a JWK. */
  String jwk() {
    try {
      JsonWebKey key = JsonWebKey.Factory.newJwk(pair.getPublic());
      key.setKeyId(id);
      return key.toJson();
    } catch (JoseException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static String jwks(SigningKey... keys) {
    return Arrays.stream(keys)
        .map(SigningKey::jwk)
        .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
  }

  /** Replaces a file as Kubernetes does. */
  static void publish(Path file, String content) throws IOException {
    Path temporary = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), content);
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  String sign(String claims) {
    return sign(id, algorithm, claims);
  }

  /** Signed with this key, whatever the header says. */
  String sign(String statedId, String statedAlgorithm, String claims) {
    String signed = signedPart(statedId, statedAlgorithm, claims);
    try {
      Signature signature =
          Signature.getInstance(
              switch (algorithm) {
                case "EdDSA" -> "Ed25519";
                case "ES256" -> "SHA256withECDSAinP1363Format";
                default -> "SHA256withRSA";
              });
      signature.initSign(pair.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Signed with a secret by HMAC. */
  static String hmac(String statedId, byte[] secret, String claims) {
    String signed = signedPart(statedId, "HS256", claims);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return signed
          + "."
          + BASE64.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static String unsigned(String statedId, String claims) {
    return signedPart(statedId, "none", claims) + ".";
  }

  private static String signedPart(String id, String algorithm, String claims) {
    return encode("{\"alg\":\"" + algorithm + "\",\"kid\":\"" + id + "\"}") + "." + encode(claims);
  }

  private static String encode(String text) {
    return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
