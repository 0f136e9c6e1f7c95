import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Uses an engine as its clients do, so that the AOT cache knows the classes and the hot methods of
 * all that: reads, writes and batches over both APIs, tokens, probes, metrics, the admin API, and
 * an S3 store that does not answer.
 *
 * <p>Arguments: a folder to work in, then the command that starts the engine.
 */
public final class Training {

  private static final int ROUNDS = 150;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final String ADMIN_TOKEN = "the-admin-token-of-the-training";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;
  private final int adminPort;
  private final String token;

  private Training(int port, int adminPort, String token) {
    this.port = port;
    this.adminPort = adminPort;
    this.token = token;
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0], "training")).toAbsolutePath();
    Files.createDirectories(folder.resolve("credentials"));
    Files.writeString(folder.resolve("credentials/accessKeyId"), "training");
    Files.writeString(folder.resolve("credentials/secretAccessKey"), "training-secret");
    Files.writeString(folder.resolve("admin-token"), ADMIN_TOKEN);
    KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Files.writeString(folder.resolve("jwks.json"), jwks(keys));
    Training training = new Training(freePort(), freePort(), token(keys));

    ProcessBuilder builder =
        new ProcessBuilder(List.of(arguments).subList(1, arguments.length)).inheritIO();
    builder.environment().keySet().removeIf(name -> name.startsWith("DOSQL_"));
    builder
        .environment()
        .putAll(
            Map.ofEntries(
                Map.entry("DOSQL_DATA_DIR", folder.resolve("data").toString()),
                Map.entry("DOSQL_DATABASE", "training/engine"),
                Map.entry("DOSQL_BIND_HOST", "127.0.0.1"),
                Map.entry("DOSQL_HTTP_PORT", Integer.toString(training.port)),
                Map.entry("DOSQL_ADMIN_PORT", Integer.toString(training.adminPort)),
                Map.entry("DOSQL_AUTH_JWKS_FILE", folder.resolve("jwks.json").toString()),
                Map.entry("DOSQL_ADMIN_TOKEN_FILE", folder.resolve("admin-token").toString()),
                Map.entry("DOSQL_STORE", "s3"),
                Map.entry("DOSQL_STORE_S3_ENDPOINT", "http://127.0.0.1:" + freePort()),
                Map.entry("DOSQL_STORE_S3_BUCKET", "training"),
                Map.entry(
                    "DOSQL_STORE_S3_CREDENTIALS_DIR", folder.resolve("credentials").toString())));
    Process engine = builder.start();
    try {
      training.awaitReady(engine);
      training.use();
      // SIGTERM: the cache is made when the JVM ends in order.
      engine.destroy();
      if (!engine.waitFor(5, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the engine does not end");
      }
    } finally {
      engine.destroyForcibly();
    }
  }

  private void awaitReady(Process engine) throws Exception {
    long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (System.nanoTime() < deadline && engine.isAlive()) {
      try {
        if (get(port, "/health/live", "").statusCode() == 200) {
          return;
        }
      } catch (IOException notYet) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    throw new IllegalStateException("the engine does not start");
  }

  private void use() throws Exception {
    expect(
        200,
        post(
            "/db/main/query",
            "{\"sql\":\"CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, value REAL, raw BLOB)\"}"));
    for (int round = 0; round < ROUNDS; round++) {
      expect(
          200,
          post(
              "/db/main/query",
              "{\"sql\":\"INSERT INTO t (name, value, raw) VALUES (?, ?, ?)\",\"params\":"
                  + "[\"name %d\",%d.5,{\"blob\":\"AAEC\"}]}".formatted(round, round)));
      expect(
          200,
          post(
              "/db/main/query",
              "{\"sql\":\"SELECT * FROM t WHERE id > :id ORDER BY id LIMIT 10\",\"params\":"
                  + "{\"id\":%d}}".formatted(round / 2)));
      expect(
          200,
          post(
              "/db/tenant-%d/v2/pipeline".formatted(round % 8),
              "{\"baton\":null,\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"SELECT ?\","
                  + "\"args\":[{\"type\":\"integer\",\"value\":\"1\"}]}},{\"type\":\"close\"}]}"));
    }
    expect(
        200,
        post(
            "/db/main/batch",
            "{\"statements\":[{\"sql\":\"DELETE FROM t WHERE id = 1\"},"
                + "{\"sql\":\"UPDATE t SET name = 'x' WHERE id = 2 RETURNING id\"}]}"));
    expect(400, post("/db/main/query", "{\"sql\":\"SELEC\"}"));
    get(port, "/health/ready", "");
    expect(200, get(port, "/metrics", ""));
    expect(200, get(adminPort, "/admin/status", ADMIN_TOKEN));
    expect(200, get(adminPort, "/admin/tenants?limit=10", ADMIN_TOKEN));
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(int port, String path, String token) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + token)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void expect(int status, HttpResponse<String> answer) {
    if (answer.statusCode() != status) {
      throw new IllegalStateException(answer + ": " + answer.body());
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** RFC 8032: the point's y, little-endian, with the sign of x in the top bit. */
  private static String jwks(KeyPair keys) {
    EdECPublicKey key = (EdECPublicKey) keys.getPublic();
    byte[] bigEndian = key.getPoint().getY().toByteArray();
    byte[] bytes = new byte[32];
    for (int i = 0; i < Math.min(bigEndian.length, bytes.length); i++) {
      bytes[i] = bigEndian[bigEndian.length - 1 - i];
    }
    if (key.getPoint().isXOdd()) {
      bytes[31] |= (byte) 0x80;
    }
    return "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k\",\"x\":\"%s\"}]}"
        .formatted(BASE64.encodeToString(bytes));
  }

  private static String token(KeyPair keys) throws Exception {
    String signed =
        encode("{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"k\"}")
            + "."
            + encode("{\"aud\":\"training/engine\"}");
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(keys.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + BASE64.encodeToString(signature.sign());
  }

  private static String encode(String text) {
    return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
