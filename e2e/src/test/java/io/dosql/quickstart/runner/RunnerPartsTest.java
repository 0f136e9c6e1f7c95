package io.dosql.quickstart.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts that need neither an API nor a process. */
class RunnerPartsTest {

  private static final ContainerPlace PLACE =
      new ContainerPlace(
          Map.of("/data", Path.of("/here/data"), "/data/keys", Path.of("/here/keys")),
          Map.of(8080, 31234),
          OptionalLong.empty());

  @Test
  void pathsBelowMountsAreTranslated() {
    assertThat(PLACE.translate("DIR", "/data")).isEqualTo("/here/data");
    assertThat(PLACE.translate("FILE", "/data/a/b")).isEqualTo("/here/data/a/b");
    assertThat(PLACE.translate("KEYS", "/data/keys/jwks.json")).isEqualTo("/here/keys/jwks.json");
  }

  @Test
  void pathsElsewhereStayAsTheyAre() {
    assertThat(PLACE.translate("DIR", "/database")).isEqualTo("/database");
    assertThat(PLACE.translate("NAME", "default/data")).isEqualTo("default/data");
  }

  @Test
  void onlyVariablesForPortsAreTakenForPorts() {
    assertThat(PLACE.translate("HTTP_PORT", "8080")).isEqualTo("31234");
    assertThat(PLACE.translate("HTTP_PORT", "9090")).isEqualTo("9090");
    assertThat(PLACE.translate("COUNT", "8080")).isEqualTo("8080");
  }

  @Test
  void firstRestartIsAtOnceAndLaterOnesWaitLongerUpToALimit() {
    RestartDelays delays =
        new RestartDelays(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMinutes(1));

    assertThat(delays.after(1)).isZero();
    assertThat(delays.after(2)).isEqualTo(Duration.ofSeconds(1));
    assertThat(delays.after(3)).isEqualTo(Duration.ofSeconds(2));
    assertThat(delays.after(4)).isEqualTo(Duration.ofSeconds(4));
    assertThat(delays.after(5)).isEqualTo(Duration.ofSeconds(5));
    assertThat(delays.after(1000)).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void fullLogIsPutAsideAndItsPredecessorGoes(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("pod.log");
    BoundedLog log = new BoundedLog(file, 10);

    for (String text : new String[] {"first----", "second---", "third----"}) {
      log.copy(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    assertThat(file).hasContent("third----");
    assertThat(folder.resolve("pod.log.1")).hasContent("second---");
    assertThat(folder).isDirectoryNotContaining("glob:**/pod.log.2");
    assertThat(log.tail(4)).isEqualTo("----");
    assertThat(log.tail(100)).isEqualTo("third----");
  }
}
