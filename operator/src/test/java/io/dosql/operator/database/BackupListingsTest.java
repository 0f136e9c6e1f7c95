package io.dosql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.dosql.operator.pod.AdminTokens;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.pod.PodEndpoints;
import io.dosql.operator.testing.TestClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackupListingsTest {

  private static final DatabaseKey DATABASE = new DatabaseKey("shop", "orders");
  private static final String ROOT = "s3://backups/shop/orders";

  private final TestClock clock = new TestClock("2026-11-24T10:00:00.5Z");
  private final BackupListings listings = new BackupListings(clock);
  private final AtomicInteger requests = new AtomicInteger();
  private volatile int status = 200;
  private HttpServer server;
  private EngineClients engines;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          byte[] body = "{\"backups\":[],\"next\":null}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    engines =
        new EngineClients(
            new PodEndpoints() {
              @Override
              public URI admin(DatabaseKey database) {
                return url;
              }

              @Override
              public URI data(DatabaseKey database) {
                return url;
              }
            },
            new AdminTokens() {
              @Override
              public Optional<String> current(DatabaseKey database) {
                return Optional.of("t");
              }

              @Override
              public void forget(DatabaseKey database) {}
            },
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            (_, _) -> {});
  }

  @AfterEach
  void stop() {
    engines.close();
    server.stop(0);
  }

  private int requestsAfter(String root, Optional<Instant> newestBackup) {
    var _ = listings.current(DATABASE, root, engines.of(DATABASE), newestBackup);
    return requests.get();
  }

  private int requestsAfterLook() {
    return requestsAfter(ROOT, Optional.empty());
  }

  @Test
  void store_isListedOnceInFiveMinutes() {
    assertThat(requestsAfterLook()).isEqualTo(1);
    clock.advance(Duration.ofSeconds(299));
    assertThat(requestsAfterLook()).isEqualTo(1);
    clock.advance(Duration.ofSeconds(1));
    assertThat(requestsAfterLook()).isEqualTo(2);
  }

  @Test
  void storeThatFailed_isTriedAgainSooner() {
    status = 503;
    assertThat(requestsAfterLook()).isEqualTo(1);
    clock.advance(Duration.ofSeconds(29));
    assertThat(requestsAfterLook()).isEqualTo(1);
    clock.advance(Duration.ofSeconds(1));
    assertThat(requestsAfterLook()).isEqualTo(2);
  }

  @Test
  void backupThatEndedSince_isMissingFromTheListing() {
    assertThat(requestsAfterLook()).isEqualTo(1);
    Instant end = Instant.parse("2026-11-24T10:00:00Z");
    assertThat(requestsAfter(ROOT, Optional.of(end))).as("the same second").isEqualTo(2);
    clock.advance(Duration.ofSeconds(2));
    assertThat(requestsAfter(ROOT, Optional.of(end))).isEqualTo(3);
    assertThat(requestsAfter(ROOT, Optional.of(end))).isEqualTo(3);
  }

  @Test
  void anotherStore_isListed_notTakenForTheOneBefore() {
    assertThat(requestsAfterLook()).isEqualTo(1);
    assertThat(requestsAfter("s3://elsewhere/shop/orders", Optional.empty())).isEqualTo(2);
  }

  @Test
  void forgottenListing_isReadAnew() {
    assertThat(requestsAfterLook()).isEqualTo(1);
    listings.forget(DATABASE);
    assertThat(requestsAfterLook()).isEqualTo(2);
  }
}
