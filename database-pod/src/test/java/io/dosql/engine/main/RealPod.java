package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.FreePorts;
import io.dosql.engine.http.PodUnderTest;
import io.dosql.engine.http.TestKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The whole engine in this process: real log, tenants and store, on free ports of loopback. */
public final class RealPod implements AutoCloseable {

  public static final String ADMIN_TOKEN = "the-admin-token-of-a-test";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration OPERATION_MAX = Duration.ofSeconds(30);

  private final EngineConfiguration configuration;
  private final TestKeys keys;
  private final Engine engine;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** An answer: its status, and its body as JSON. */
  public record Answer(HttpResponse<String> response, JsonNode body) {
    public int status() {
      return response.statusCode();
    }

    /** The code of an error body. */
    public String code() {
      return body.path("error").path("code").asText();
    }
  }

  /** Without a store. */
  public RealPod(Path folder) throws IOException {
    this(folder, new EngineConfiguration.Store.None());
  }

  public RealPod(Path folder, EngineConfiguration.Store store) throws IOException {
    this(folder, store, new EngineConfiguration.Store.None());
  }

  /**
   * @param source another pod's store, to restore from
   */
  public RealPod(Path folder, EngineConfiguration.Store store, EngineConfiguration.Store source)
      throws IOException {
    this(folder, store, source, EngineConfiguration.Archive.DEFAULT);
  }

  /** With a store in which it archives no commits. */
  public static RealPod withoutArchive(Path folder, EngineConfiguration.Store store)
      throws IOException {
    return withArchive(folder, store, false, EngineConfiguration.Archive.DEFAULT.interval());
  }

  /** With a store in which it archives so often. */
  static RealPod archivingEvery(Duration interval, Path folder, EngineConfiguration.Store store)
      throws IOException {
    return withArchive(folder, store, true, interval);
  }

  private static RealPod withArchive(
      Path folder, EngineConfiguration.Store store, boolean isContinuous, Duration interval)
      throws IOException {
    EngineConfiguration.Archive usual = EngineConfiguration.Archive.DEFAULT;
    return new RealPod(
        folder,
        store,
        new EngineConfiguration.Store.None(),
        new EngineConfiguration.Archive(
            isContinuous,
            interval,
            usual.maxLagBytes(),
            usual.onMaxLag(),
            usual.snapshotInterval(),
            usual.window()));
  }

  private RealPod(
      Path folder,
      EngineConfiguration.Store store,
      EngineConfiguration.Store source,
      EngineConfiguration.Archive archive)
      throws IOException {
    this.keys = new TestKeys(folder.resolve("jwks.json"));
    keys.publish();
    Path adminToken = Files.writeString(folder.resolve("admin-token"), ADMIN_TOKEN + "\n");
    this.configuration =
        new EngineConfiguration(
            folder.resolve("data"),
            PodUnderTest.DATABASE,
            "127.0.0.1",
            FreePorts.next(),
            FreePorts.next(),
            EngineConfiguration.Tenants.OPEN,
            EngineConfiguration.Limits.DEFAULT,
            false,
            true,
            new EngineConfiguration.Auth.Jwt(keys.file()),
            adminToken,
            store,
            EngineConfiguration.Front.PLAIN,
            archive,
            source);
    this.engine = Engine.start(configuration);
  }

  /** A part of its engine, by its type. */
  public <T> T part(Class<T> type) {
    return engine.part(type);
  }

  public TestKeys keys() {
    return keys;
  }

  /** {@code http://127.0.0.1:PORT} of the data API. */
  public String url() {
    return "http://127.0.0.1:" + configuration.httpPort();
  }

  /** A POST of JSON with a token that may write. */
  public Answer post(String path, String body) throws IOException, InterruptedException {
    return post(path, body, keys.token());
  }

  public Answer post(String path, String body, String token)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  /** A POST of JSON with a token that may write, and with one more header. */
  public Answer post(String path, String body, String header, String value)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Authorization", "Bearer " + keys.token())
            .header("Content-Type", "application/json")
            .header(header, value)
            .POST(BodyPublishers.ofString(body)));
  }

  /** Runs one statement by the JSON API; fails unless it works. */
  public JsonNode sql(String tenant, String sql) throws IOException, InterruptedException {
    Answer answer = post("/db/" + tenant + "/query", JSON.writeValueAsString(Map.of("sql", sql)));
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(200);
    return answer.body();
  }

  /** A GET of the data API without a token. */
  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(url() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** A GET of the admin API. */
  public Answer admin(String path) throws IOException, InterruptedException {
    return send(adminRequest(path).GET());
  }

  /** Any other call of the admin API. */
  public Answer admin(String method, String path, String body)
      throws IOException, InterruptedException {
    return send(
        adminRequest(path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body)));
  }

  /** Where its data is. */
  public Path data() {
    return configuration.dataDirectory();
  }

  /** A PUT of an operation. */
  public Answer operation(String id, String body) throws IOException, InterruptedException {
    return send(
        adminRequest("/admin/operations/" + id)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  /** Puts an operation and waits until it has ended; the operation as it is told. */
  public JsonNode run(String id, String body) throws Exception {
    Answer started = operation(id, body);
    assertThat(started.status()).describedAs("%s", started.body()).isIn(200, 202);
    return await()
        .atMost(OPERATION_MAX)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> admin("/admin/operations/" + id).body(),
            operation -> !operation.path("state").asText().equals("running"));
  }

  private HttpRequest.Builder adminRequest(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + configuration.adminPort() + path))
        .header("Authorization", "Bearer " + ADMIN_TOKEN);
  }

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(response, JSON.readTree(response.body()));
  }

  @Override
  public void close() {
    client.close();
    engine.close();
  }
}
