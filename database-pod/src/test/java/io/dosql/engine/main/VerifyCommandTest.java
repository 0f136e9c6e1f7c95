package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {

  private static final long PROCESS_MAX_SECONDS = 60;

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path folder;

  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void environment() throws IOException {
    variables.put("DOSQL_DATABASE", "test/pod");
    variables.put("DOSQL_DATA_DIR", folder.resolve("verify").toString());
    variables.put("DOSQL_STORE", "directory");
    variables.put(
        "DOSQL_STORE_DIRECTORY", Files.createDirectories(folder.resolve("store")).toString());
    variables.put("DOSQL_TERMINATION_LOG", folder.resolve("termination-log").toString());
  }

  @Test
  void backupThatAPodTook_isVerifiedByAnotherProcess() throws Exception {
    Map<String, String> store = new HashMap<>(variables);
    store.keySet().retainAll(List.of("DOSQL_STORE", "DOSQL_STORE_DIRECTORY"));
    try (PodProcess pod = PodProcess.start(folder, store)) {
      pod.post("/db/a/query", "{\"sql\":\"CREATE TABLE t (id INTEGER)\"}");
      pod.post("/db/a/query", "{\"sql\":\"INSERT INTO t VALUES (1), (2)\"}");
      pod.run("take-1", "{\"kind\":\"backup\",\"name\":\"first\"}");

      assertThat(run("verify", "first")).isZero();
    }
    JsonNode verdict = verdict();
    assertThat(verdict.get("backup").asText()).isEqualTo("first");
    assertThat(verdict.get("ok").asBoolean()).isTrue();
    assertThat(verdict.get("verified").asInt()).isEqualTo(2);
  }

  @Test
  void backupThatIsNotThere_endsWithOneAndSaysSo() throws Exception {
    assertThat(VerifyCommand.run("missing", variables)).isEqualTo(1);
    assertThat(verdict().get("ok").asBoolean()).isFalse();
    assertThat(verdict().get("message").asText()).contains("missing");
  }

  @Test
  void nameThatNoBackupCanHave_endsWithOneAndSaysSo() throws Exception {
    assertThat(VerifyCommand.run("../..", variables)).isEqualTo(1);
    assertThat(verdict().get("message").asText()).contains("../..");
  }

  @Test
  void withoutAStore_theEnvironmentIsWrong() {
    variables.put("DOSQL_STORE", "none");
    assertThatThrownBy(() -> VerifyCommand.run("first", variables))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("DOSQL_STORE");
  }

  @Test
  void otherArguments_areRefused() throws Exception {
    assertThat(run("restore", "first")).isEqualTo(2);
    assertThat(run("verify")).isEqualTo(2);
  }

  private JsonNode verdict() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("termination-log").toFile());
  }

  private int run(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                EngineMain.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(variables);
    Process process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("verify.log").toFile())
            .start();
    try {
      assertThat(process.waitFor(PROCESS_MAX_SECONDS, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
