package io.dosql.quickstart.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/bin:/bin", "GREETING", "hello");

  @TempDir private Path folder;
  private Path output = Path.of("");
  private @Nullable LocalProcess started;

  @BeforeEach
  void nameOutput() {
    output = folder.resolve("output.log");
  }

  @AfterEach
  void killProcess() {
    if (started != null) {
      started.kill();
    }
  }

  /** Starts a script, and waits until it says that it runs. */
  private LocalProcess start(String script) throws IOException {
    LocalProcess process =
        LocalProcess.start(
            List.of("/bin/sh", "-c", script),
            ENVIRONMENT,
            folder.resolve("pod"),
            new BoundedLog(output, BoundedLog.BYTES_MAX));
    started = process;
    await().atMost(LONG).untilAsserted(() -> assertThat(output).content().contains("running"));
    return process;
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    int code = new ProcessBuilder("/bin/kill", "-s", name, Long.toString(pid)).start().waitFor();
    assertThat(code).isZero();
  }

  private Path record() {
    return folder.resolve("pod").resolve(ProcessRecord.FILE);
  }

  @Test
  void environmentIsTheGivenOneAndOutputGoesToTheLog() throws Exception {
    LocalProcess process = start("echo running $GREETING; env >&2; exit 3");

    assertThat(process.awaitEnd(LONG)).isTrue();
    assertThat(process.exitCode()).isEqualTo(3);
    assertThat(output).content().contains("running hello").doesNotContain("HOME=");
    assertThat(record()).doesNotExist();
  }

  @Test
  void interruptOfTheTerminalDoesNotReachIt() throws Exception {
    LocalProcess process = start("echo running; sleep 0.5; echo survived; exec sleep 60");

    signal("INT", process.pid());

    await().atMost(LONG).untilAsserted(() -> assertThat(output).content().contains("survived"));
    process.end(LONG);
    assertThat(process.exitCode()).isEqualTo(128 + 15);
  }

  @Test
  void processThatDoesNotEndIsKilledAfterTheGrace() throws Exception {
    LocalProcess process = start("trap '' TERM; echo running; while :; do sleep 0.1; done");

    process.end(Duration.ofMillis(300));

    assertThat(process.exitCode()).isEqualTo(128 + 9);
  }

  @Test
  void orphanIsEnded() throws Exception {
    LocalProcess process = start("echo running; exec sleep 60");

    ProcessRecord.endOrphan(record(), LONG);

    assertThat(process.awaitEnd(LONG)).isTrue();
    assertThat(record()).doesNotExist();
  }

  @Test
  void orphanThatDoesNotEndIsKilled() throws Exception {
    LocalProcess process = start("trap '' TERM; echo running; while :; do sleep 0.1; done");

    ProcessRecord.endOrphan(record(), Duration.ofMillis(300));

    assertThat(process.awaitEnd(LONG)).isTrue();
  }

  @Test
  void laterProcessWithTheNumberOfAnOrphanIsLeftAlone() throws Exception {
    LocalProcess process = start("echo running; exec sleep 60");
    Instant earlier = Instant.now().minus(Duration.ofHours(1));
    new ObjectMapper()
        .writeValue(record().toFile(), new ProcessRecord(process.pid(), earlier.toString()));

    ProcessRecord.endOrphan(record(), LONG);

    assertThat(process.awaitEnd(Duration.ofMillis(300))).isFalse();
    assertThat(record()).doesNotExist();
  }
}
