package io.dosql.engine.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Private keys in PEM, as cert-manager writes them: PKCS #8, and by default the older forms of RSA
 * (PKCS #1) and of elliptic curves (SEC 1), which the JDK does not read.
 *
 * <p>PKCS #8 is the older form in a wrapper that names the algorithm:
 *
 * <pre>
 *   SEQUENCE { INTEGER 0, AlgorithmIdentifier, OCTET STRING { the older form } }
 * </pre>
 *
 * The same identifier is in the certificate's public key, from where it is taken over.
 */
final class PemPrivateKey {

  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN (RSA |EC |)PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END \\1PRIVATE KEY-----");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final byte[] VERSION = {0x02, 0x01, 0x00};

  private PemPrivateKey() {}

  /**
   * Reads the key.
   *
   * @param publicKey of its certificate
   * @throws IOException if there is none, or none of that kind; never shows any of it
   */
  static PrivateKey read(byte[] pem, PublicKey publicKey) throws IOException {
    Matcher block = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!block.find()) {
      throw new IOException("There is no 'PRIVATE KEY' in PEM");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(block.group(2));
      byte[] pkcs8 = block.group(1).isEmpty() ? der : wrap(der, algorithmOf(publicKey));
      return KeyFactory.getInstance(publicKey.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException | IllegalArgumentException unusable) {
      // No cause: who knows what it quotes.
      throw new IOException(
          "The private key cannot be read, or is not one of %s as its certificate's"
              .formatted(publicKey.getAlgorithm()));
    }
  }

  private static byte[] wrap(byte[] key, byte[] algorithm) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    inner.writeBytes(VERSION);
    inner.writeBytes(algorithm);
    inner.writeBytes(element(OCTET_STRING, key));
    return element(SEQUENCE, inner.toByteArray());
  }

  /** The first element of {@code SEQUENCE { AlgorithmIdentifier, BIT STRING }}. */
  private static byte[] algorithmOf(PublicKey publicKey) {
    byte[] der = publicKey.getEncoded();
    int start = contentAt(der, 0);
    int content = contentAt(der, start);
    return Arrays.copyOfRange(der, start, content + length(der, start));
  }

  /** Where the content of the element at {@code at} begins. */
  private static int contentAt(byte[] der, int at) {
    int first = der[at + 1] & 0xFF;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xFF;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = at + 2; i < contentAt(der, at); i++) {
      length = length << 8 | (der[i] & 0xFF);
    }
    return length;
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(tag);
    int length = content.length;
    if (length < 0x80) {
      bytes.write(length);
    } else if (length <= 0xFF) {
      bytes.write(0x81);
      bytes.write(length);
    } else {
      bytes.write(0x82);
      bytes.write(length >> 8);
      bytes.write(length);
    }
    bytes.writeBytes(content);
    return bytes.toByteArray();
  }
}
