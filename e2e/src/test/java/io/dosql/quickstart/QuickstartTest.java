package io.dosql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as its user sees it: arguments, files, signals, a second start. */
class QuickstartTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  /** How long a stop may take. */
  private static final Duration STOP_MAX = Duration.ofSeconds(60);

  @TempDir private Path temporary;
  private List<ProcessHandle> orphans = List.of();

  /** Those that a test made and that nobody ended, because it failed before. */
  @AfterEach
  void endOrphans() {
    orphans.forEach(ProcessHandle::destroyForcibly);
  }

  private Path folder() {
    return temporary.resolve("quickstart");
  }

  private QuickstartProcess start(String name, String... arguments) throws Exception {
    return QuickstartProcess.start(folder(), temporary.resolve(name + ".out"), arguments);
  }

  private static int freePort() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** One test, because each start costs seconds: the life of a folder over two starts. */
  @Test
  void dataIsFoundAgainAfterAKillAndAfterAStop() throws Exception {
    int port = freePort();
    try (QuickstartProcess first = start("first", "--port", Integer.toString(port))) {
      JsonNode connection = first.awaitConnection();
      assertThat(connection.properties())
          .extracting(java.util.Map.Entry::getKey)
          .containsExactly("url", "token", "adminUrl", "adminToken", "kubernetesUrl", "store");
      assertThat(connection.path("url").asText()).isEqualTo("http://127.0.0.1:" + port);
      assertThat(Path.of(connection.path("store").asText()).resolve("default/quickstart/backups"))
          .isDirectoryContaining("glob:**/quickstart-first");
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(first.connectionFile())))
          .isEqualTo("rw-------");
      assertThat(first.output()).contains("curl -sS http://127.0.0.1:" + port + "/db/main/query");
      String token = connection.path("token").asText();
      assertThat(first.sql(connection, "", "SELECT 1").status()).isEqualTo(401);
      assertThat(
              first
                  .sql(connection, token, "INSERT INTO books (title, author) VALUES ('New', 'Me')")
                  .status())
          .isEqualTo(200);

      try (QuickstartProcess second = start("second")) {
        assertThat(second.awaitEnd(LONG)).isEqualTo(Quickstart.FAILED);
        assertThat(second.output()).contains("Another quickstart (process").contains("--dir");
      }
      assertThat(first.connectionFile()).exists();

      orphans = first.engines();
      assertThat(orphans).hasSize(1);
      first.kill();
      var _ = first.awaitEnd(LONG);
      assertThat(orphans).allMatch(ProcessHandle::isAlive);
    }

    int other = freePort();
    try (QuickstartProcess again = start("again", "--no-auth", "--port", Integer.toString(other))) {
      JsonNode connection = again.awaitConnection();
      assertThat(connection.path("url").asText()).isEqualTo("http://127.0.0.1:" + other);
      assertThat(connection.path("token").asText()).isEmpty();
      assertThat(again.output()).contains("NOBODY IS ASKED FOR A TOKEN").contains("found again");
      QuickstartProcess.Answer answer =
          again.sql(connection, "", "SELECT count(*) FROM books WHERE title = 'New'");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().path("rows").toString()).isEqualTo("[[1]]");
      assertThat(orphans).noneMatch(ProcessHandle::isAlive);

      List<ProcessHandle> engines = again.engines();
      again.terminate();
      assertThat(again.awaitEnd(STOP_MAX)).isEqualTo(128 + 15);
      assertThat(again.output()).contains("Stopping").contains("Stopped in");
      assertThat(engines).hasSize(1).noneMatch(ProcessHandle::isAlive);
      assertThat(again.connectionFile()).doesNotExist();
    }
  }

  @Test
  void portThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        QuickstartProcess process =
            start("taken", "--port", Integer.toString(taken.getLocalPort()))) {
      assertThat(process.awaitEnd(LONG)).isEqualTo(Quickstart.FAILED);
      assertThat(process.output())
          .contains("Port %d is taken".formatted(taken.getLocalPort()))
          .doesNotContain("Exception");
    }
  }

  @Test
  void wrongArgumentsAreAnErrorOfTheirOwn() throws Exception {
    try (QuickstartProcess process = start("wrong", "--port", "70000")) {
      assertThat(process.awaitEnd(LONG)).isEqualTo(2);
      assertThat(process.output()).contains("--port is 70000; it must be 1 to 65535");
    }
  }
}
