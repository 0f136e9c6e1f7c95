package io.dosql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.quickstart.runner.LoopbackPorts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataPortTest {

  @TempDir private Path folder;

  private LoopbackPorts ports(String name) throws Exception {
    return LoopbackPorts.open(folder.resolve(name));
  }

  @Test
  void nextFreePortIsTakenWhenTheDefaultIsNot() throws Exception {
    int first = DataPort.choose(ports("a"), Optional.empty());
    try (ServerSocket _ = new ServerSocket(first, 1, InetAddress.getLoopbackAddress())) {

      int second = DataPort.choose(ports("b"), Optional.empty());

      assertThat(first).isGreaterThanOrEqualTo(DataPort.DEFAULT);
      assertThat(second).isGreaterThan(first);
    }
  }

  @Test
  void portOfTheLastTimeIsTakenAgain() throws Exception {
    int asked;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      asked = free.getLocalPort();
    }
    assertThat(DataPort.choose(ports("a"), Optional.of(asked))).isEqualTo(asked);

    assertThat(DataPort.choose(ports("a"), Optional.empty())).isEqualTo(asked);
  }

  @Test
  void portThatIsAskedForAndTakenIsAnErrorThatNamesIt() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> DataPort.choose(ports("a"), Optional.of(taken.getLocalPort())))
          .isInstanceOf(QuickstartException.class)
          .hasMessageContaining("Port " + taken.getLocalPort() + " is taken");
    }
  }
}
