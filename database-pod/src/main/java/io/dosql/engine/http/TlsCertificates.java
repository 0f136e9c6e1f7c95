package io.dosql.engine.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.auth.WatchedFile;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data port's certificate, from a folder as cert-manager lays it out: {@code tls.crt}, the
 * chain, and {@code tls.key}. When they change, new connections get the new certificate; while what
 * is there cannot be used, or the two do not belong together, they get the old one. A {@code
 * ca.crt} beside them is for clients, and not looked at. Thread safe.
 */
public final class TlsCertificates {

  private static final Logger LOG = LoggerFactory.getLogger(TlsCertificates.class);
  private static final byte[] PROBE = {1, 2, 3};

  private final Path directory;
  private final List<String> protocols;
  private final WatchedFile<byte[]> chainFile;
  private final WatchedFile<byte[]> keyFile;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private byte[] triedChain;

  @GuardedBy("lock")
  private byte[] triedKey;

  @GuardedBy("lock")
  private SslContext context;

  /**
   * Reads both files; fails if they cannot be used.
   *
   * @param allowsTls12 whether clients without TLS 1.3 are served, too
   */
  public TlsCertificates(Path directory, boolean allowsTls12, LongSupplier nanoTime)
      throws IOException {
    this.directory = directory;
    this.protocols = allowsTls12 ? List.of("TLSv1.3", "TLSv1.2") : List.of("TLSv1.3");
    this.chainFile = new WatchedFile<>(directory.resolve("tls.crt"), bytes -> bytes, nanoTime);
    this.keyFile = new WatchedFile<>(directory.resolve("tls.key"), bytes -> bytes, nanoTime);
    this.triedChain = chainFile.current();
    this.triedKey = keyFile.current();
    this.context = context(triedChain, triedKey);
  }

  /** For a new connection. */
  SslContext current() {
    lock.lock();
    try {
      byte[] chain = chainFile.current();
      byte[] key = keyFile.current();
      if (!Arrays.equals(chain, triedChain) || !Arrays.equals(key, triedKey)) {
        triedChain = chain;
        triedKey = key;
        reload(chain, key);
      }
      return context;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void reload(byte[] chain, byte[] key) {
    try {
      context = context(chain, key);
      LOG.info("New connections get the new certificate in {}", directory);
    } catch (IOException | RuntimeException unusable) {
      LOG.error(
          "Cannot use the new certificate in {}; going on with the one before: {}",
          directory,
          unusable.getMessage());
    }
  }

  private SslContext context(byte[] chainPem, byte[] keyPem) throws IOException {
    try {
      Collection<X509Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(chainPem))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (chain.isEmpty()) {
        throw new IOException("tls.crt has no certificate");
      }
      PublicKey publicKey = chain.iterator().next().getPublicKey();
      PrivateKey key = PemPrivateKey.read(keyPem, publicKey);
      requirePair(key, publicKey);
      return SslContextBuilder.forServer(key, chain)
          .sslProvider(SslProvider.JDK)
          .protocols(protocols)
          .build();
    } catch (GeneralSecurityException unusable) {
      throw new IOException("tls.crt or tls.key cannot be used: " + unusable.getMessage());
    }
  }

  /** Otherwise every handshake would fail. */
  private static void requirePair(PrivateKey key, PublicKey publicKey)
      throws GeneralSecurityException, IOException {
    Signature signature =
        Signature.getInstance(
            switch (publicKey.getAlgorithm()) {
              case "RSA" -> "SHA256withRSA";
              case "EC" -> "SHA256withECDSA";
              default -> publicKey.getAlgorithm();
            });
    signature.initSign(key);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(PROBE);
    if (!signature.verify(signed)) {
      throw new IOException("tls.key is not the key of the certificate in tls.crt");
    }
  }
}
