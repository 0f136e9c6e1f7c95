package io.dosql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.Tls;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TlsSecretTest {

  private static final Tls TLS = new Tls("orders-tls", null);
  private static final Instant END = Instant.parse("2036-11-23T17:37:44Z");
  private static final Instant NOW = END.minus(Duration.ofDays(30));

  /** Of nobody's key. */
  static final String CERTIFICATE =
      """
      -----BEGIN CERTIFICATE-----
      MIIBjzCCATWgAwIBAgIUdFh65VqAF1fXoSrtNkVKOO2qCv8wCgYIKoZIzj0EAwIw
      HTEbMBkGA1UEAwwSb3JkZXJzLXJ3LnNob3Auc3ZjMB4XDTI2MTEyNjE3Mzc0NFoX
      DTM2MTEyMzE3Mzc0NFowHTEbMBkGA1UEAwwSb3JkZXJzLXJ3LnNob3Auc3ZjMFkw
      EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEztUEnG++mltKPk/rxHJSQ9UVqM7t5vdA
      lyOxLbWgc59Ca+Mo4BCauvnDPEnq+xmFFhWIP9+a+GMaesINr2el/KNTMFEwHQYD
      VR0OBBYEFF6C8u+bFoXg5Gt6Rb96GhWzse7jMB8GA1UdIwQYMBaAFF6C8u+bFoXg
      5Gt6Rb96GhWzse7jMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg
      BJt4Qe0RF176MdBFUq+rxI6Ymbpv+oH3T0clzVrQiL4CIQDrbu2gNJ+UOyBkV4fY
      XX+Rn+ajcVf8j1iw4fmSb26I/g==
      -----END CERTIFICATE-----
      """;

  private static Optional<Problem> check(Instant now, Secret secret) {
    return TlsSecret.check(TLS, Optional.of(secret), now);
  }

  private static Secret secret(String certificate, String key) {
    return new SecretBuilder()
        .withData(
            Map.of(
                "tls.crt", DatabaseKeys.encode(certificate), "tls.key", DatabaseKeys.encode(key)))
        .build();
  }

  @Test
  void missingSecret_isNamed_withWhatItNeeds() {
    assertThat(TlsSecret.check(TLS, Optional.empty(), NOW).orElseThrow())
        .isEqualTo(
            new Problem(
                "TlsSecretMissing",
                "The Secret orders-tls does not exist; create it with the keys tls.crt and tls.key,"
                    + " or have cert-manager make it. A pod that starts waits for it."));
  }

  @Test
  void missingOrEmptyEntry_isNamed() {
    Problem noKey =
        check(NOW, new SecretBuilder().withData(Map.of("tls.crt", "YQ==", "tls.key", "")).build())
            .orElseThrow();
    assertThat(noKey.reason()).isEqualTo("TlsSecretKeyMissing");
    assertThat(noKey.message()).startsWith("The Secret orders-tls has no entry tls.key; add it");
    assertThat(check(NOW, new SecretBuilder().build()).orElseThrow().message())
        .contains("no entry tls.crt");
  }

  @Test
  void certificateThatIsNone_isSaid() {
    for (String text : new String[] {"nonsense", CERTIFICATE.replace("MII", "MIA"), "\u0000"}) {
      assertThat(check(NOW, secret(text, "key")).map(Problem::reason))
          .describedAs(text)
          .contains("CertificateInvalid");
    }
  }

  @Test
  void certificate_isGoodUntilItsEnd() {
    Secret secret = secret(CERTIFICATE, "key");
    assertThat(check(NOW, secret)).isEmpty();
    assertThat(check(END.minusSeconds(1), secret)).isEmpty();
    Problem expired = check(END, secret).orElseThrow();
    assertThat(expired.reason()).isEqualTo("CertificateExpired");
    assertThat(expired.message()).contains("orders-tls", "good until " + END);
  }
}
