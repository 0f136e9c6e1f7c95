package io.dosql.engine.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Fetches an issuer's keys once. Certificates and token are read each time, for both are renewed;
 * and so rarely is anything fetched that a client of its own costs less than one that waits.
 */
final class KeyFetch {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final KeyEndpoint endpoint;
  private final AuthLimits limits;

  KeyFetch(KeyEndpoint endpoint, AuthLimits limits) {
    this.endpoint = endpoint;
    this.limits = limits;
  }

  VerificationKeys run() throws IOException, InterruptedException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(limits.keyTimeout())
            // A redirect could lead anywhere, with the token.
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1);
    Path caFile = endpoint.caFile();
    if (caFile != null) {
      builder.sslContext(trusting(caFile));
    }
    HttpClient client = builder.build();
    try {
      URI first = endpoint.first();
      if (first.equals(endpoint.jwksUrl())) {
        return VerificationKeys.parse(get(client, first));
      }
      JsonNode configuration = JSON.readTree(get(client, first));
      return VerificationKeys.parse(
          get(
              client,
              endpoint.discovered(
                  configuration.path("issuer").asText(), configuration.path("jwks_uri").asText())));
    } finally {
      client.shutdownNow();
    }
  }

  private byte[] get(HttpClient client, URI url) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(limits.keyTimeout())
            .header("Accept", "application/json, application/jwk-set+json");
    Path tokenFile = endpoint.tokenFile();
    if (tokenFile != null && endpoint.isOwnOrigin(url)) {
      request.header("Authorization", "Bearer " + Files.readString(tokenFile).strip());
    }
    HttpResponse<byte[]> answer =
        client.send(
            request.build(),
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), limits.maxKeyBytes()));
    if (answer.statusCode() != 200) {
      throw new IOException("%s answered with status %d".formatted(url, answer.statusCode()));
    }
    return answer.body();
  }

  private static SSLContext trusting(Path caFile) throws IOException {
    try (InputStream pem = Files.newInputStream(caFile)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int count = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("ca-" + count++, certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException unusable) {
      throw new IOException("Cannot use the certificates in " + caFile, unusable);
    }
  }
}
