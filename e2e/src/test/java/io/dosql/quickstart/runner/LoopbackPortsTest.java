package io.dosql.quickstart.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopbackPortsTest {

  private Path file = Path.of("");

  @BeforeEach
  void nameFile(@TempDir Path folder) {
    file = folder.resolve("ports.json");
  }

  @Test
  void ownerKeepsItsPortFromOneStartToTheNext() throws IOException {
    int first = LoopbackPorts.open(file).get("a");

    assertThat(LoopbackPorts.open(file).get("a")).isEqualTo(first);
    assertThat(LoopbackPorts.open(file).getFree("a")).isEqualTo(first);
  }

  @Test
  void ownersHaveDifferentPorts() throws IOException {
    LoopbackPorts ports = LoopbackPorts.open(file);

    assertThat(ports.get("a")).isNotEqualTo(ports.get("b"));
  }

  @Test
  void portThatSomebodyListensAtIsReplaced() throws IOException {
    LoopbackPorts ports = LoopbackPorts.open(file);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ports.set("a", taken.getLocalPort());

      int replaced = ports.getFree("a");

      assertThat(replaced).isNotEqualTo(taken.getLocalPort());
      assertThat(LoopbackPorts.open(file).get("a")).isEqualTo(replaced);
    }
  }

  @Test
  void listenerOnAllAddressesCountsToo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      assertThat(LoopbackPorts.isFree(taken.getLocalPort())).isFalse();
    }
  }

  @Test
  void portThatIsGivenAwayIsNoLongerItsOwners() throws IOException {
    LoopbackPorts ports = LoopbackPorts.open(file);
    int port = ports.get("a");

    ports.set("b", port);

    assertThat(ports.get("b")).isEqualTo(port);
    assertThat(ports.known("a")).isEmpty();
    assertThat(ports.get("a")).isNotEqualTo(port);
  }

  @Test
  void damagedFileIsNamed() throws IOException {
    Files.writeString(file, "{");

    assertThatThrownBy(() -> LoopbackPorts.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ports.json")
        .hasMessageContaining("delete it");
  }
}
