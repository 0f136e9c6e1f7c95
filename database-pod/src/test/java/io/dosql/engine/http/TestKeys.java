package io.dosql.engine.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Instant;
import java.util.Base64;

/** A signing key, its JWK set, and tokens made by hand: good ones and others. */
public final class TestKeys {

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final Path file;
  private final KeyPair pair;
  private final String keyId;

  public TestKeys(Path file) {
    this(file, "key-1");
  }

  TestKeys(Path file, String keyId) {
    this.file = file;
    this.keyId = keyId;
    try {
      this.pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public Path file() {
    return file;
  }

  /** Puts the public key into the JWK set, by replacing the file as Kubernetes does. */
  public void publish() throws IOException {
    String jwks =
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"x\":\"%s\"}]}"
            .formatted(keyId, BASE64.encodeToString(publicBytes()));
    Path temporary = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), jwks);
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A good token that may write. */
  public String token() {
    return token("{\"aud\":\"" + PodUnderTest.DATABASE + "\"}");
  }

  public String readOnlyToken() {
    return token("{\"aud\":\"" + PodUnderTest.DATABASE + "\",\"a\":\"ro\"}");
  }

  String expiringAt(Instant end) {
    return token(
        "{\"aud\":\"%s\",\"exp\":%d}".formatted(PodUnderTest.DATABASE, end.getEpochSecond()));
  }

  String token(String claims) {
    return token("{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"" + keyId + "\"}", claims);
  }

  String token(String header, String claims) {
    String signed = encode(header) + "." + encode(claims);
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A token that claims to need no signature. */
  String unsigned(String claims) {
    return encode("{\"alg\":\"none\"}") + "." + encode(claims) + ".";
  }

  private static String encode(String text) {
    return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** RFC 8032: the point's y, little-endian, with the sign of x in the top bit. */
  private byte[] publicBytes() {
    EdECPublicKey key = (EdECPublicKey) pair.getPublic();
    byte[] bigEndian = key.getPoint().getY().toByteArray();
    byte[] bytes = new byte[32];
    for (int i = 0; i < bigEndian.length && i < bytes.length; i++) {
      bytes[i] = bigEndian[bigEndian.length - 1 - i];
    }
    if (key.getPoint().isXOdd()) {
      bytes[31] |= (byte) 0x80;
    }
    return bytes;
  }
}
