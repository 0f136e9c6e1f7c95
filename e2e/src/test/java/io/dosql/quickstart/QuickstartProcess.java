package io.dosql.quickstart;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command as a process of its own, as the script starts it. */
final class QuickstartProcess implements AutoCloseable {

  private static final Duration LONG = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Path output;
  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();

  private QuickstartProcess(Path folder, Path output, Process process) {
    this.folder = folder;
    this.output = output;
    this.process = process;
  }

  static QuickstartProcess start(Path folder, Path output, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Installation.java().toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.add(
        "-D%s=%s"
            .formatted(Installation.ROOT_PROPERTY, System.getProperty(Installation.ROOT_PROPERTY)));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command.addAll(List.of("-cp", classPath, Quickstart.class.getName()));
    command.addAll(List.of("--dir", folder.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new QuickstartProcess(folder, output, process);
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  Path connectionFile() {
    return folder.resolve("quickstart.json");
  }

  /** Waits until it says that it is ready: the file may be that of a run that was killed. */
  JsonNode awaitConnection() throws IOException {
    await()
        .atMost(LONG)
        .until(() -> output().contains("The database is ready.") || !process.isAlive());
    if (!process.isAlive()) {
      throw new IllegalStateException("it ended: " + output());
    }
    return JSON.readTree(connectionFile().toFile());
  }

  /** The status and the body of a request for SQL. */
  record Answer(int status, JsonNode body) {}

  Answer sql(JsonNode connection, String token, String sql)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(connection.path("url").asText() + "/db/main/query"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    JSON.createObjectNode().put("sql", sql).toString()));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  List<ProcessHandle> engines() {
    return process.children().toList();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
  }

  /** Waits for the end and returns its exit code. */
  int awaitEnd(Duration max) throws InterruptedException {
    if (!process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("it does not end");
    }
    return process.exitValue();
  }

  /** Leaves nothing behind, whatever the test did. */
  @Override
  public void close() {
    engines().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    http.close();
  }
}
