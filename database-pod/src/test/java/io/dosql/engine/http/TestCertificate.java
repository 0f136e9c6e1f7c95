package io.dosql.engine.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate of its own for 127.0.0.1, made by the JDK's keytool, in the forms of PEM. */
public final class TestCertificate {

  private static final String PASSWORD = "changeit";
  private static final int OCTET_STRING = 0x04;

  private final Certificate certificate;
  private final PrivateKey key;

  private TestCertificate(Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /**
   * Makes one.
   *
   * @param algorithm RSA, EC or Ed25519
   */
  public static TestCertificate make(Path folder, String algorithm) throws Exception {
    Path store = folder.resolve("store-" + System.nanoTime() + ".p12");
    String group = algorithm.equals("EC") ? "-groupname,secp256r1," : "";
    Process keytool =
        new ProcessBuilder(
                List.of(
                    (Path.of(System.getProperty("java.home"), "bin", "keytool")
                            + ",-genkeypair,-alias,a,-keyalg,"
                            + algorithm
                            + ","
                            + group
                            + "-dname,CN=test,-ext,san=ip:127.0.0.1,-storetype,PKCS12,-storepass,"
                            + PASSWORD
                            + ",-keystore,"
                            + store)
                        .split(",", -1)))
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IOException("keytool failed: " + output);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return new TestCertificate(
        keys.getCertificate("a"), (PrivateKey) keys.getKey("a", PASSWORD.toCharArray()));
  }

  Certificate certificate() {
    return certificate;
  }

  public String chainPem() throws GeneralSecurityException {
    return pem("CERTIFICATE", certificate.getEncoded());
  }

  /** PKCS #8. */
  String keyPem() {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  /** What RSA and EC keys were written as before PKCS #8. */
  String olderKeyPem() {
    return pem(key.getAlgorithm() + " PRIVATE KEY", withoutWrapper(key.getEncoded()));
  }

  void write(Path folder, String keyPem) throws Exception {
    Files.writeString(folder.resolve("tls.crt"), chainPem());
    Files.writeString(folder.resolve("tls.key"), keyPem);
  }

  /** Shows this certificate. */
  public SSLContext server() throws Exception {
    return server("TLS");
  }

  /** The same, for one version of the protocol. */
  public SSLContext server(String protocol) throws Exception {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry("a", key, PASSWORD.toCharArray(), new Certificate[] {certificate});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance(protocol);
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** Trusts this certificate only. */
  SSLContext client(String protocol) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("a", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance(protocol);
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** The content of the octet string behind version and algorithm. */
  private static byte[] withoutWrapper(byte[] pkcs8) {
    int[] at = {0};
    enter(pkcs8, at);
    skip(pkcs8, at);
    skip(pkcs8, at);
    if (pkcs8[at[0]] != OCTET_STRING) {
      throw new IllegalStateException(HexFormat.of().formatHex(pkcs8));
    }
    int length = enter(pkcs8, at);
    return Arrays.copyOfRange(pkcs8, at[0], at[0] + length);
  }

  private static int enter(byte[] der, int[] at) {
    int first = der[at[0] + 1] & 0xFF;
    at[0] += 2;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7F); i++) {
      length = length << 8 | (der[at[0]++] & 0xFF);
    }
    return length;
  }

  private static void skip(byte[] der, int[] at) {
    int length = enter(der, at);
    at[0] += length;
  }

  private static String pem(String type, byte[] der) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
  }
}
