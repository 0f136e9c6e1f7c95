package io.dosql.operator.pod;

import static io.dosql.operator.pod.AdminServer.json;
import static io.dosql.operator.pod.AdminServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.operator.testing.Operations;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineClientTest {

  private static final DatabaseKey DATABASE = new DatabaseKey("shop", "orders");
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final List<AutoCloseable> toClose = new ArrayList<>();
  private final List<String> observed = new ArrayList<>();
  private final TestTokens tokens = new TestTokens();

  /** Tokens that count up each time the one before is forgotten. */
  private static final class TestTokens implements AdminTokens {
    private int version = 1;
    private boolean absent;

    @Override
    public Optional<String> current(DatabaseKey database) {
      return absent ? Optional.empty() : Optional.of("token" + version);
    }

    @Override
    public void forget(DatabaseKey database) {
      version++;
    }
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : toClose) {
      closeable.close();
    }
  }

  private AdminServer server(AdminServer.Script script) throws IOException {
    AdminServer server = new AdminServer(script);
    toClose.add(server);
    return server;
  }

  private EngineClient client(URI url, Duration timeout) {
    PodEndpoints endpoints =
        new PodEndpoints() {
          @Override
          public URI admin(DatabaseKey database) {
            return url;
          }

          @Override
          public URI data(DatabaseKey database) {
            throw new UnsupportedOperationException("the operator never asks for data");
          }
        };
    EngineClients clients =
        new EngineClients(
            endpoints,
            tokens,
            timeout,
            timeout,
            (request, outcome) -> observed.add(request + " " + outcome));
    toClose.addFirst(clients);
    return clients.of(DATABASE);
  }

  private EngineClient client(AdminServer.Script script) throws IOException {
    return client(server(script).url(), TIMEOUT);
  }

  private static void assertUnavailable(Reply<?> reply, String message) {
    assertThat(reply)
        .isInstanceOfSatisfying(
            Reply.Unavailable.class,
            unavailable -> assertThat(unavailable.message()).contains(message));
  }

  @Test
  void status_isRead_andUnknownFieldsAreSkipped() throws IOException {
    EngineClient client =
        client(
            json(
                200,
                """
                {"version":"0.1.0","database":"shop/orders","ready":true,"new":{"x":[1]},
                 "tenants":{"total":3,"awake":1,"cold":0},
                 "log":{"appended":"7","damagedTenants":1,"damage":[{"tenant":"a","message":"lost","exact":true}]},
                 "checks":{"engine":"ok","disk":"error"},
                 "store":{"kind":"s3","state":"error","code":"STORAGE_TIMEOUT","message":"slow"}}
                """));
    assertThat(client.status())
        .isEqualTo(
            new Reply.Ok<>(
                new PodStatus(
                    "0.1.0",
                    true,
                    null,
                    new PodStatus.Tenants(3, 1, null, null),
                    new PodStatus.Store("s3", "error", "STORAGE_TIMEOUT", "slow"),
                    new PodStatus.Log(1, List.of(new PodStatus.Damage("a", "lost"))),
                    new PodStatus.Checks("error"),
                    null)));
    assertThat(observed).containsExactly("status ok");
  }

  @Test
  void archiveOfTheStatus_isRead() throws IOException {
    EngineClient client =
        client(
            json(
                200,
                """
                {"version":"0.2.0","line":"l2","ready":true,"archive":{"state":"failing","line":"l2","epoch":"3",
                 "lagSeconds":0.4,"lagBytes":"81920","archivedTime":"2026-11-24T10:00:00.5Z",
                 "error":{"code":"STORAGE_TIMEOUT","message":"slow","suggestion":"Wait.","time":"2026-11-24T10:00:00Z"},
                 "onMaxLag":"KeepServing","gaps":1,"lastGap":{"from":"4096","to":"8192"},
                 "newLine":{"reason":"ArchiveAhead","previousLine":"l1","time":"2026-11-23T10:00:00Z"},
                 "oldestRestorable":"2026-11-17T10:00:00Z","newestRestorable":null,"objects":1,"bytes":1,
                 "retention":{"windowSeconds":604800,"objectsDeleted":0,"error":null}}}
                """));
    PodStatus status = client.status().answer().orElseThrow();
    assertThat(status.line()).isEqualTo("l2");
    assertThat(status.archive())
        .isEqualTo(
            new PodStatus.Archive(
                "failing",
                "l2",
                new PodStatus.ArchiveError("STORAGE_TIMEOUT", "slow", "Wait."),
                new PodStatus.Gap("4096", "8192"),
                new PodStatus.NewLine("ArchiveAhead", "l1"),
                Instant.parse("2026-11-17T10:00:00Z"),
                null,
                new PodStatus.Retention(null)));
  }

  @Test
  void everyRequest_carriesTheToken() throws IOException {
    AdminServer server = server(json(200, "{}"));
    var _ = client(server.url(), TIMEOUT).status();
    assertThat(server.requests())
        .containsExactly(new AdminServer.Request("GET", "/admin/status", "Bearer token1", ""));
  }

  @Test
  void staleToken_isReadAnew_once() throws IOException {
    AdminServer server =
        server(
            (exchange, _) -> {
              boolean fresh =
                  "Bearer token2".equals(exchange.getRequestHeaders().getFirst("Authorization"));
              send(
                  exchange,
                  fresh ? 200 : 401,
                  fresh ? "{\"version\":\"2\"}" : "{\"error\":{\"code\":\"UNAUTHORIZED\"}}");
            });
    assertThat(client(server.url(), TIMEOUT).status().answer().orElseThrow().version())
        .isEqualTo("2");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void tokenThatStaysWrong_isARefusal_notALoop() throws IOException {
    AdminServer server =
        server(json(401, "{\"error\":{\"code\":\"UNAUTHORIZED\",\"message\":\"no\"}}"));
    assertThat(client(server.url(), TIMEOUT).status())
        .isInstanceOfSatisfying(
            Reply.Refused.class, refused -> assertThat(refused.httpStatus()).isEqualTo(401));
    assertThat(server.requests()).hasSize(2);
    assertThat(observed).containsExactly("status UNAUTHORIZED");
  }

  @Test
  void withoutAToken_nothingIsAsked() throws IOException {
    AdminServer server = server(json(200, "{}"));
    tokens.absent = true;
    assertUnavailable(
        client(server.url(), TIMEOUT).status(), "the Secret orders-keys has no admin token yet");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void refusedConnection_isUnavailable() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertUnavailable(
        client(URI.create("http://127.0.0.1:" + port), TIMEOUT).status(), "cannot be reached");
    assertThat(observed).containsExactly("status unavailable");
  }

  @Test
  void engineThatDoesNotAnswer_isGivenUpAfterTheTimeout() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    AdminServer server =
        server(
            (exchange, _) -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    assertUnavailable(
        client(server.url(), Duration.ofMillis(200)).status(), "did not answer within PT0.2S");
    end.countDown();
  }

  @Test
  void connectionThatBreaksInTheMiddle_isUnavailable_inWordsThatDoNotVary() throws IOException {
    AdminServer server =
        server(
            (exchange, _) -> {
              exchange.sendResponseHeaders(200, 1000);
              exchange.getResponseBody().write('{');
              exchange.getResponseBody().flush();
            });
    EngineClient client = client(server.url(), TIMEOUT);
    assertUnavailable(client.status(), "broke off the connection (");
    assertThat(client.status()).isEqualTo(client.status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "<html>", "[1]", "{\"tenants\":7}", "{\"ready\":\"maybe\"}"})
  void garbage_isUnavailable(String body) throws IOException {
    assertUnavailable(client(json(200, body)).status(), "gave an");
  }

  @Test
  void bodyWithoutEnd_isCutOff() throws IOException {
    byte[] block = new byte[1 << 20];
    java.util.Arrays.fill(block, (byte) ' ');
    AdminServer server =
        server(
            (exchange, _) -> {
              exchange.sendResponseHeaders(200, 0);
              try (OutputStream out = exchange.getResponseBody()) {
                for (int megabytes = 0; megabytes < 100; megabytes++) {
                  out.write(block);
                }
              }
            });
    assertUnavailable(
        client(server.url(), Duration.ofSeconds(30)).status(), "broke off the connection (");
  }

  @Test
  void error_isReadAsTheEngineWritesIt() throws IOException {
    EngineClient client =
        client(
            json(
                403,
                """
                {"error":{"code":"STORAGE_PERMISSION_DENIED","message":"Denied.","retryable":false,
                 "suggestion":"Check the key.","requestId":"r","position":{"line":1}}}
                """));
    assertThat(client.backups())
        .isEqualTo(
            new Reply.Refused<>(
                403,
                new EngineError(
                    "STORAGE_PERMISSION_DENIED", "Denied.", false, "Check the key.", "r")));
    assertThat(observed).containsExactly("backups STORAGE_PERMISSION_DENIED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bad Gateway", "{\"error\":\"text\"}", "{}"})
  void errorOfSomebodyElse_keepsItsStatus(String body) throws IOException {
    assertThat(client(json(502, body)).status())
        .isEqualTo(
            new Reply.Refused<>(502, new EngineError(null, "HTTP status 502", true, null, null)));
  }

  @Test
  void listings_areReadPageByPage() throws IOException {
    AdminServer server =
        server(
            (exchange, _) -> {
              String query = exchange.getRequestURI().getRawQuery();
              send(
                  exchange,
                  200,
                  query.endsWith("after=a+b")
                      ? "{\"tenants\":[{\"name\":\"c\",\"schemaVersion\":null}],\"next\":null}"
                      : "{\"tenants\":[{\"name\":\"a b\",\"lsn\":\"7\",\"schemaVersion\":\"1_x\"}],\"next\":\"a"
                          + " b\"}");
            });
    assertThat(client(server.url(), TIMEOUT).tenants())
        .isEqualTo(
            new Reply.Ok<>(
                List.of(new TenantInfo("a b", "7", "1_x"), new TenantInfo("c", null, null))));
    assertThat(server.requests())
        .extracting(AdminServer.Request::path)
        .containsExactly("/admin/tenants?limit=1000", "/admin/tenants?limit=1000&after=a+b");
  }

  @Test
  void listingThatFailsInTheMiddle_isNoListing() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    EngineClient client =
        client(
            (exchange, _) ->
                send(
                    exchange,
                    calls.getAndIncrement() == 0 ? 200 : 503,
                    "{\"backups\":[],\"next\":\"x\",\"error\":{\"code\":\"STORAGE_TIMEOUT\"}}"));
    assertThat(client.backups())
        .isInstanceOfSatisfying(
            Reply.Refused.class,
            refused -> assertThat(refused.error().code()).isEqualTo("STORAGE_TIMEOUT"));
  }

  @Test
  void listingThatNeverEnds_isGivenUp() throws IOException {
    assertUnavailable(
        client(json(200, "{\"backups\":[],\"next\":\"same\"}")).backups(), "more than 1000000");
  }

  @Test
  void storedBackup_isRead() throws IOException {
    EngineClient client =
        client(
            json(
                200,
                """
                {"backups":[{"name":"n","time":"2026-11-24T02:00:00.5Z","bytes":81920,
                 "tenants":3,"schemaVersion":"003_x",
                 "verified":{"time":"2026-11-24T03:00:00Z","ok":true,"message":null}}],"next":null}
                """));
    assertThat(client.backups())
        .isEqualTo(
            new Reply.Ok<>(
                List.of(
                    new StoredBackup(
                        "n",
                        Instant.parse("2026-11-24T02:00:00.5Z"),
                        81920,
                        3,
                        "003_x",
                        new StoredBackup.Verification(
                            Instant.parse("2026-11-24T03:00:00Z"), true, null)))));
  }

  private void assertBody(OperationRequest request, String expected) throws IOException {
    AdminServer server = server(json(202, "{\"id\":\"op\",\"state\":\"running\"}"));
    assertThat(client(server.url(), TIMEOUT).start("op", request).answer().orElseThrow().state())
        .isEqualTo(Operation.State.RUNNING);
    AdminServer.Request sent = server.requests().getFirst();
    assertThat(sent.method() + " " + sent.path()).isEqualTo("PUT /admin/operations/op");
    assertThat(Operations.json(sent.body())).isEqualTo(Operations.json(expected));
  }

  @Test
  void requests_haveExactlyTheFieldsThatTheEngineKnows() throws IOException {
    assertBody(new OperationRequest.Backup("n", List.of()), "{\"kind\":\"backup\",\"name\":\"n\"}");
    assertBody(
        new OperationRequest.Backup("n", List.of("a")),
        "{\"kind\":\"backup\",\"name\":\"n\",\"tenants\":[\"a\"]}");
    assertBody(
        new OperationRequest.Restore("n", null, null, null, false, List.of(), false, false, null),
        "{\"kind\":\"restore\",\"backup\":\"n\"}");
    assertBody(
        new OperationRequest.Restore(null, "r", null, null, false, List.of(), false, false, null),
        "{\"kind\":\"restore\",\"preRestoreId\":\"r\"}");
    assertBody(
        new OperationRequest.Restore(
            null, null, "2026-11-24T14:02:16.5Z", null, false, List.of("a"), true, false, null),
        "{\"kind\":\"restore\",\"targetTime\":\"2026-11-24T14:02:16.5Z\",\"tenants\":[\"a\"],\"dryRun\":true}");
    assertBody(
        new OperationRequest.Restore(
            null, null, null, "42", false, List.of("a"), false, false, "l1"),
        "{\"kind\":\"restore\",\"targetLsn\":\"42\",\"tenants\":[\"a\"],\"line\":\"l1\"}");
    assertBody(
        new OperationRequest.Restore(null, null, null, null, true, List.of(), false, true, null),
        "{\"kind\":\"restore\",\"latest\":true,\"source\":true}");
    assertBody(
        new OperationRequest.Prune(List.of("n")), "{\"kind\":\"prune\",\"backups\":[\"n\"]}");
    assertBody(
        new OperationRequest.Migrate(
            List.of(), List.of(new OperationRequest.Migration("1_a", "SELECT 1")), false),
        "{\"kind\":\"migrate\",\"migrations\":[{\"id\":\"1_a\",\"sql\":\"SELECT 1\"}],"
            + "\"plan\":false}");
  }

  @Test
  void interruptedCall_isUnavailable_andKeepsTheFlag() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    EngineClient client =
        client(
            (exchange, _) -> {
              asked.countDown();
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    List<@Nullable Object> seen = new ArrayList<>();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  seen.add(client.status());
                  seen.add(Thread.currentThread().isInterrupted());
                });
    asked.await();
    caller.interrupt();
    caller.join();
    end.countDown();
    assertUnavailable((Reply<?>) seen.getFirst(), "the operator stops");
    assertThat(seen.getLast()).isEqualTo(true);
  }
}
