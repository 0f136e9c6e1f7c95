package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A pod as a process of its own, on a folder that outlives it. Ready when it is there. */
final class PodProcess implements AutoCloseable {

  static final String ADMIN_TOKEN = "a-token-of-the-admin";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Duration START_MAX = Duration.ofSeconds(90);
  private static final Duration OPERATION_MAX = Duration.ofSeconds(30);

  private final Path output;
  private final int port;
  private final int adminPort;
  private final Process process;

  /** Starts without authentication, unless {@code environment} says otherwise. */
  static PodProcess start(Path folder, Map<String, String> environment) throws Exception {
    return start(folder, environment, List.of());
  }

  /** The same, with options for its JVM. */
  static PodProcess start(Path folder, Map<String, String> environment, List<String> jvmOptions)
      throws Exception {
    return start(folder, environment, jvmOptions, EngineMain.class);
  }

  /** Starts another program that serves as a pod. */
  static PodProcess start(Path folder, Map<String, String> environment, Class<?> program)
      throws Exception {
    return start(folder, environment, List.of(), program);
  }

  private static PodProcess start(
      Path folder, Map<String, String> environment, List<String> jvmOptions, Class<?> program)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx96m",
            // The pod's own logging, not that of the tests.
            "-Dlogback.configurationFile=" + Path.of("target", "classes", "logback.xml")));
    // The last of two options counts.
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    return startCommand(folder, environment, command);
  }

  /** Starts a pod by a command. */
  static PodProcess startCommand(Path folder, Map<String, String> environment, List<String> command)
      throws Exception {
    PodProcess pod = new PodProcess(folder, environment, command);
    await()
        .atMost(START_MAX)
        .pollInterval(Duration.ofMillis(50))
        .failFast("the pod ended, see " + pod.output, () -> !pod.process.isAlive())
        .until(pod::isReady);
    return pod;
  }

  private PodProcess(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    this.output = folder.resolve("pod.log");
    this.port = FreePorts.next();
    this.adminPort = FreePorts.next();
    Path token = Files.writeString(folder.resolve("admin-token"), ADMIN_TOKEN);
    Map<String, String> variables = new HashMap<>();
    variables.put("DOSQL_DATA_DIR", folder.resolve("data").toString());
    variables.put("DOSQL_DATABASE", "test/pod");
    variables.put("DOSQL_BIND_HOST", "127.0.0.1");
    variables.put("DOSQL_HTTP_PORT", String.valueOf(port));
    variables.put("DOSQL_ADMIN_PORT", String.valueOf(adminPort));
    variables.put("DOSQL_AUTH", "none");
    variables.put("DOSQL_ADMIN_TOKEN_FILE", token.toString());
    variables.putAll(environment);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(variables);
    this.process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
  }

  int port() {
    return port;
  }

  Process process() {
    return process;
  }

  /** All that it and those before it on the folder have printed. */
  List<String> output() throws IOException {
    return Files.readAllLines(output);
  }

  boolean isReady() throws InterruptedException {
    try {
      return get("/health/ready").statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)));
  }

  HttpResponse<String> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  /** Runs one statement, which must work. */
  JsonNode query(String tenant, String sql) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        post("/db/" + tenant + "/query", JSON.writeValueAsString(Map.of("sql", sql)));
    assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  /** The first column of the first row. */
  String value(String tenant, String sql) throws IOException, InterruptedException {
    return query(tenant, sql).get("rows").get(0).get(0).asText();
  }

  /** Puts an operation without waiting for it. */
  JsonNode put(String id, String body) throws IOException, InterruptedException {
    return JSON.readTree(
        send(HttpRequest.newBuilder(admin("/admin/operations/" + id))
                .header("Authorization", "Bearer " + ADMIN_TOKEN)
                .PUT(BodyPublishers.ofString(body)))
            .body());
  }

  /** Puts an operation and waits for its end. */
  JsonNode run(String id, String body) throws Exception {
    return await()
        .atMost(OPERATION_MAX)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> put(id, body), operation -> !operation.path("state").asText().equals("running"));
  }

  /** What the admin API says of a tenant; an error if it is not there. */
  JsonNode tenant(String name) throws IOException, InterruptedException {
    return JSON.readTree(
        send(HttpRequest.newBuilder(admin("/admin/tenants/" + name))
                .header("Authorization", "Bearer " + ADMIN_TOKEN))
            .body());
  }

  JsonNode deleteTenant(String name) throws IOException, InterruptedException {
    return JSON.readTree(
        send(HttpRequest.newBuilder(admin("/admin/tenants/" + name))
                .header("Authorization", "Bearer " + ADMIN_TOKEN)
                .DELETE())
            .body());
  }

  private URI admin(String path) {
    return URI.create("http://127.0.0.1:" + adminPort + path);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return HTTP.send(
        request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    assertThat(process.destroyForcibly().waitFor()).isNotZero();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
