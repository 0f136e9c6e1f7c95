package io.dosql.engine.http;

import io.dosql.engine.FreePorts;
import io.dosql.engine.admin.AdminService;
import io.dosql.engine.admin.CheckState;
import io.dosql.engine.admin.Checks;
import io.dosql.engine.admin.ReadinessChecks;
import io.dosql.engine.main.Engine;
import io.dosql.engine.main.EngineConfiguration;
import io.dosql.engine.session.Sessions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The real server in this process, on free ports of loopback, with keys of its own. */
public final class PodUnderTest implements AutoCloseable {

  public static final String DATABASE = "shop/orders";
  static final String ADMIN_TOKEN = "an-admin-token-of-some-length";

  public final EchoSessions sessions;
  public final EchoAdmin admin = new EchoAdmin();
  public final TestKeys keys;
  public final EngineConfiguration configuration;
  public volatile Checks checks =
      new Checks(CheckState.OK, CheckState.OK, CheckState.OK, CheckState.OK);

  private final Engine engine;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /** Starts with echoing sessions, and with {@code parts} in place of the usual ones. */
  public PodUnderTest(Path folder, Object... parts) throws IOException {
    this(EngineConfiguration.Front.PLAIN, folder, parts);
  }

  /** The same with something in front of the data port. */
  PodUnderTest(EngineConfiguration.Front front, Path folder, Object... parts) throws IOException {
    this.sessions = new EchoSessions();
    this.keys = new TestKeys(folder.resolve("jwks.json"));
    keys.publish();
    Path adminToken = Files.writeString(folder.resolve("admin-token"), ADMIN_TOKEN + "\n");
    this.configuration =
        new EngineConfiguration(
            folder,
            DATABASE,
            "127.0.0.1",
            FreePorts.next(),
            FreePorts.next(),
            EngineConfiguration.Tenants.OPEN,
            EngineConfiguration.Limits.DEFAULT,
            false,
            true,
            new EngineConfiguration.Auth.Jwt(keys.file()),
            adminToken,
            new EngineConfiguration.Store.None(),
            front,
            EngineConfiguration.Archive.DEFAULT,
            new EngineConfiguration.Store.None());
    ReadinessChecks readiness = () -> checks;
    Object[] all = new Object[parts.length + 3];
    all[0] = (Sessions) sessions;
    all[1] = (AdminService) admin;
    all[2] = readiness;
    System.arraycopy(parts, 0, all, 3, parts.length);
    this.engine = Engine.start(configuration, all);
  }

  public Engine engine() {
    return engine;
  }

  public int port() {
    return configuration.httpPort();
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  URI adminUri(String path) {
    return URI.create("http://127.0.0.1:" + configuration.adminPort() + path);
  }

  /** A POST with a good token and JSON. */
  public HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        authorized(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpRequest.Builder authorized(String path) {
    return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + keys.token());
  }

  HttpRequest.Builder adminRequest(String path) {
    return HttpRequest.newBuilder(adminUri(path)).header("Authorization", "Bearer " + ADMIN_TOKEN);
  }

  public HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(path)));
  }

  public HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(
        request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    client.close();
    engine.close();
  }
}
