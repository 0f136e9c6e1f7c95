package io.dosql.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An engine pod: the real process, with the flags of its image. */
final class Pod implements AutoCloseable {

  private static final String DATABASE = "bench/bench";
  private static final String ADMIN_TOKEN = "benchmark-admin-token";
  private static final Pattern AWAKE = Pattern.compile("\"awake\":(\\d+)");

  private final Installation installation;
  private final Process process;
  private final int port;
  private final Http data;
  private final Http admin;
  private final String token;

  private Pod(
      Installation installation, Process process, int port, Http data, Http admin, String token) {
    this.installation = installation;
    this.process = process;
    this.port = port;
    this.data = data;
    this.admin = admin;
    this.token = token;
  }

  /**
   * How a pod runs.
   *
   * @param memory of the container that it would have, as the JVM writes it
   * @param agent a profiler's {@code -agentpath:…}, or empty
   * @param environment more than what it needs
   */
  record Settings(String memory, String agent, Map<String, String> environment) {

    Settings with(Map<String, String> more) {
      Map<String, String> all = new HashMap<>(more);
      all.putAll(environment);
      return new Settings(memory, agent, Map.copyOf(all));
    }
  }

  /**
   * Starts one; on return it is ready.
   *
   * @param folder of its own; {@code data} in it may be there already
   */
  static Pod start(Installation installation, Path folder, Settings settings, boolean withToken)
      throws IOException, InterruptedException {
    Files.createDirectories(folder.resolve("data"));
    Path adminToken = Files.writeString(folder.resolve("admin.token"), ADMIN_TOKEN);
    int port = freePort();
    int adminPort = freePort();
    Map<String, String> environment = new HashMap<>(settings.environment());
    environment.put("DOSQL_DATA_DIR", folder.resolve("data").toString());
    environment.put("DOSQL_DATABASE", DATABASE);
    environment.put("DOSQL_BIND_HOST", "127.0.0.1");
    environment.put("DOSQL_HTTP_PORT", Integer.toString(port));
    environment.put("DOSQL_ADMIN_PORT", Integer.toString(adminPort));
    environment.put("DOSQL_ADMIN_TOKEN_FILE", adminToken.toString());
    environment.put("DOSQL_AUTH", "none");
    String token = "";
    if (withToken) {
      Tokens tokens = Tokens.make(folder, DATABASE);
      token = tokens.token();
      environment.put("DOSQL_AUTH", "jwt");
      environment.put("DOSQL_AUTH_JWKS_FILE", tokens.jwks().toString());
    }
    Process process =
        Programs.start(command(installation, settings), environment, folder.resolve("pod.log"));
    Pod pod =
        new Pod(
            installation,
            process,
            port,
            new Http("http://127.0.0.1:" + port, token),
            new Http("http://127.0.0.1:" + adminPort, ADMIN_TOKEN),
            token);
    try {
      pod.data.awaitReady("/health/ready", process);
      return pod;
    } catch (IOException failure) {
      pod.close();
      throw new IOException(
          "The pod did not start: " + Files.readString(folder.resolve("pod.log")), failure);
    }
  }

  private static List<String> command(Installation installation, Settings settings)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Installation.java().toString());
    command.addAll(installation.podFlags(settings.memory()));
    if (!settings.agent().isEmpty()) {
      command.add(settings.agent());
    }
    command.addAll(List.of("-cp", installation.classPath(), "io.dosql.engine.main.EngineMain"));
    return command;
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  Http data() {
    return data;
  }

  /** Tenants that are awake now. */
  int awake() throws IOException, InterruptedException {
    String status = admin.get("/admin/status");
    Matcher found = AWAKE.matcher(status);
    if (!found.find()) {
      throw new IOException("The status does not tell who is awake: " + status);
    }
    return Integer.parseInt(found.group(1));
  }

  Reading load(Load load, Duration duration) throws IOException, InterruptedException {
    try {
      return load.run(installation.sources().resolve("lua/load.lua"), data.base(), token, duration);
    } catch (IOException failure) {
      throw new IOException(failure.getMessage() + "; the pod counts " + failures(), failure);
    }
  }

  private List<String> failures() throws IOException, InterruptedException {
    return data.get("/metrics")
        .lines()
        .filter(line -> line.startsWith("dosql_requests_total{") && !line.contains("\"OK\""))
        .toList();
  }

  @Override
  public void close() {
    Programs.stop(process);
  }
}
