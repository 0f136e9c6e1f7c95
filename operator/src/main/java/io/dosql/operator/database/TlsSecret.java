package io.dosql.operator.database;

import io.dosql.crds.Tls;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.ByteArrayInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the Secret of {@code spec.tls} lets the pod start, and clients connect; pure. Whether key
 * and certificate belong together is the engine's to find out.
 */
final class TlsSecret {

  static final String CERTIFICATE = "tls.crt";
  static final String KEY = "tls.key";

  private TlsSecret() {}

  /** What is wrong with it; empty when nothing is. */
  static Optional<Problem> check(Tls tls, Optional<Secret> secret, Instant now) {
    String name = tls.secretName();
    if (secret.isEmpty()) {
      return Optional.of(
          new Problem(
              "TlsSecretMissing",
              ("The Secret %s does not exist; create it with the keys tls.crt and tls.key, or have"
                      + " cert-manager make it. A pod that starts waits for it.")
                  .formatted(name)));
    }
    for (String key : new String[] {CERTIFICATE, KEY}) {
      if (entry(secret.get(), key) == null) {
        return Optional.of(
            new Problem(
                "TlsSecretKeyMissing",
                "The Secret %s has no entry %s; add it. A pod that starts waits for it."
                    .formatted(name, key)));
      }
    }
    return certificateProblem(name, String.valueOf(entry(secret.get(), CERTIFICATE)), now);
  }

  private static @Nullable String entry(Secret secret, String key) {
    Map<String, String> data = secret.getData();
    String value = data == null ? null : data.get(key);
    return value == null || value.isEmpty() ? null : value;
  }

  private static Optional<Problem> certificateProblem(String name, String encoded, Instant now) {
    Instant end;
    try {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(Base64.getMimeDecoder().decode(encoded)));
      if (chain.isEmpty() || !(chain.iterator().next() instanceof X509Certificate own)) {
        return Optional.of(unusable(name));
      }
      end = own.getNotAfter().toInstant();
    } catch (CertificateException | IllegalArgumentException unreadable) {
      return Optional.of(unusable(name));
    }
    return now.isBefore(end)
        ? Optional.empty()
        : Optional.of(
            new Problem(
                "CertificateExpired",
                ("The certificate in the Secret %s was good until %s: clients refuse it. Renew it;"
                        + " the pod shows the new one without a restart.")
                    .formatted(name, end)));
  }

  private static Problem unusable(String name) {
    return new Problem(
        "CertificateInvalid",
        "The entry tls.crt of the Secret %s holds no certificate in PEM; correct it."
            .formatted(name));
  }
}
