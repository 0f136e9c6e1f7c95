package io.dosql.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Durable Objects with SQLite on local disk, by Cloudflare's own runtime. */
final class Workerd implements AutoCloseable {

  private final Installation installation;
  private final Process process;
  private final Http http;

  private Workerd(Installation installation, Process process, Http http) {
    this.installation = installation;
    this.process = process;
    this.http = http;
  }

  static Workerd start(Installation installation, Path program, Path folder)
      throws IOException, InterruptedException {
    Path objects = Files.createDirectories(folder.resolve("objects"));
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Process process =
        Programs.start(
            List.of(
                program.toString(),
                "serve",
                installation.sources().resolve("workerd/config.capnp").toString(),
                "--directory-path=objects=" + objects,
                "--socket-addr=http=127.0.0.1:" + port),
            Map.of(),
            folder.resolve("workerd.log"));
    Workerd workerd = new Workerd(installation, process, new Http("http://127.0.0.1:" + port, ""));
    try {
      workerd.awaitReady();
      workerd.http.makeTables("bench");
      return workerd;
    } catch (IOException failure) {
      workerd.close();
      throw new IOException(
          "workerd did not start: " + Files.readString(folder.resolve("workerd.log")), failure);
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      try {
        String _ = http.sql("bench", "SELECT 1");
        return;
      } catch (IOException notYet) {
        if (!process.isAlive() || System.nanoTime() - deadline > 0) {
          throw notYet;
        }
        Thread.sleep(Duration.ofMillis(50));
      }
    }
  }

  Reading load(Load load, Duration duration) throws IOException, InterruptedException {
    return load.run(installation.sources().resolve("lua/load.lua"), http.base(), "", duration);
  }

  @Override
  public void close() {
    Programs.stop(process);
  }
}
