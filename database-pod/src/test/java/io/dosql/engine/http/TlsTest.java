package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dosql.engine.auth.RateLimits;
import io.dosql.engine.main.EngineConfiguration.Front;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The data port behind TLS, with certificates as cert-manager writes them. */
class TlsTest {

  private static final String ECHO = "{\"sql\":\"echo\"}";

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path secret;

  private final Logger logger = (Logger) LoggerFactory.getLogger(TlsCertificates.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void mount() throws IOException {
    secret = Files.createDirectory(folder.resolve("tls"));
    logged.list = new CopyOnWriteArrayList<>();
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(logged);
  }

  private PodUnderTest pod(boolean allowsTls12) throws IOException {
    return new PodUnderTest(new Front(secret, allowsTls12, Set.of(), RateLimits.NONE), folder);
  }

  private static HttpResponse<String> query(
      PodUnderTest pod, TestCertificate trusted, String protocol, String body) throws Exception {
    try (HttpClient client = HttpClient.newBuilder().sslContext(trusted.client(protocol)).build()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + pod.port() + "/db/t1/query"))
              .timeout(Duration.ofSeconds(20))
              .header("Authorization", "Bearer " + pod.keys.token())
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }
  }

  /** The certificate that a new connection is shown. */
  private static Certificate shown(PodUnderTest pod, TestCertificate trusted) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            trusted.client("TLSv1.3").getSocketFactory().createSocket("127.0.0.1", pod.port())) {
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  /**
   * Connects, and is shown what was good before, until the pod says what it cannot use, and after.
   */
  private void awaitRefusalOf(String reason, PodUnderTest pod, TestCertificate before)
      throws Exception {
    logged.list.clear();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              assertThat(shown(pod, before)).isEqualTo(before.certificate());
              return List.copyOf(logged.list).stream()
                  .filter(line -> line.getLevel().equals(Level.ERROR))
                  .anyMatch(line -> line.getFormattedMessage().contains(reason));
            });
    assertThat(shown(pod, before)).isEqualTo(before.certificate());
  }

  @ParameterizedTest
  @CsvSource({"RSA,false", "RSA,true", "EC,false", "EC,true", "Ed25519,false"})
  void eachFormOfKey_servesSmallAndLargeRequests(String algorithm, boolean older) throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, algorithm);
    certificate.write(secret, older ? certificate.olderKeyPem() : certificate.keyPem());
    try (PodUnderTest pod = pod(false)) {
      HttpResponse<String> small = query(pod, certificate, "TLSv1.3", ECHO);
      assertThat(small.statusCode()).isEqualTo(200);
      assertThat(small.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
      // Larger than what is answered past the framework, both ways.
      String text = "x".repeat(300_000);
      HttpResponse<String> large =
          query(pod, certificate, "TLSv1.3", "{\"sql\":\"echo\",\"params\":[\"" + text + "\"]}");
      assertThat(large.statusCode()).isEqualTo(200);
      assertThat(large.body()).contains(text);
    }
  }

  @Test
  void tls12_isRefusedUnlessItIsAllowed() throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, "EC");
    certificate.write(secret, certificate.keyPem());
    try (PodUnderTest pod = pod(false)) {
      assertThatThrownBy(() -> query(pod, certificate, "TLSv1.2", ECHO))
          .isInstanceOf(SSLException.class);
    }
    try (PodUnderTest pod = pod(true)) {
      assertThat(query(pod, certificate, "TLSv1.2", ECHO).statusCode()).isEqualTo(200);
      assertThat(query(pod, certificate, "TLSv1.3", ECHO).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void plainRequest_isNotAnsweredAndHurtsNobody() throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, "EC");
    certificate.write(secret, certificate.keyPem());
    try (PodUnderTest pod = pod(false)) {
      try (RawConnection connection = new RawConnection(pod.port())) {
        connection.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(new String(connection.rest(), StandardCharsets.ISO_8859_1))
            .doesNotContain("HTTP/1.1");
      }
      assertThat(query(pod, certificate, "TLSv1.3", ECHO).statusCode()).isEqualTo(200);
      // The operator's port is its own, inside the cluster, and as it was.
      assertThat(pod.send(pod.adminRequest("/admin/status")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void renewedCertificate_isShownToNewConnectionsAndABrokenOneIsNot() throws Exception {
    TestCertificate first = TestCertificate.make(folder, "EC");
    TestCertificate second = TestCertificate.make(folder, "RSA");
    TestCertificate third = TestCertificate.make(folder, "RSA");
    first.write(secret, first.keyPem());
    try (PodUnderTest pod = pod(false);
        HttpClient kept = HttpClient.newBuilder().sslContext(first.client("TLSv1.3")).build()) {
      HttpRequest live =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + pod.port() + "/health/live"))
              .build();
      assertThat(kept.send(live, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(shown(pod, first)).isEqualTo(first.certificate());

      second.write(secret, second.keyPem());
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(shown(pod, second)).isEqualTo(second.certificate()));
      // The connection that was there goes on.
      assertThat(kept.send(live, BodyHandlers.ofString()).statusCode()).isEqualTo(200);

      // The key of another, then nothing that makes sense: the second stays.
      third.write(secret, second.keyPem());
      awaitRefusalOf("not the key of the certificate", pod, second);
      Files.writeString(secret.resolve("tls.key"), "-----BEGIN PRIVATE KEY-----\nnonsense");
      awaitRefusalOf("no 'PRIVATE KEY'", pod, second);

      third.write(secret, third.keyPem());
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(shown(pod, third)).isEqualTo(third.certificate()));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void handshakeThatDoesNotEnd_isCutOffInTime(boolean begins) throws Exception {
    TestCertificate certificate = TestCertificate.make(folder, "EC");
    certificate.write(secret, certificate.keyPem());
    TlsSetting impatient =
        new TlsSetting(new TlsCertificates(secret, false, System::nanoTime), Duration.ofSeconds(5));
    // A connection without a request would be closed much later.
    assertThat(HttpLimits.DEFAULT.idleTimeout()).isGreaterThan(Duration.ofSeconds(30));
    try (PodUnderTest pod = new PodUnderTest(folder, impatient);
        RawConnection connection = new RawConnection(pod.port())) {
      if (begins) {
        // The head of a record with a ClientHello, and no more.
        connection.send("\u0016\u0003\u0001\u0001\u0000");
      }
      // Reading fails after 20 s.
      assertThat(new String(connection.rest(), StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP/1.1");
      assertThat(query(pod, certificate, "TLSv1.3", ECHO).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void keyOfAnotherCertificate_isFoundAtTheStart() throws Exception {
    TestCertificate first = TestCertificate.make(folder, "EC");
    TestCertificate second = TestCertificate.make(folder, "EC");
    first.write(secret, second.keyPem());
    assertThatThrownBy(() -> new TlsCertificates(secret, false, System::nanoTime))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not the key of the certificate");
  }
}
