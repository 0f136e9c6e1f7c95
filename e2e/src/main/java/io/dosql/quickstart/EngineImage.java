package io.dosql.quickstart;

import io.dosql.quickstart.runner.ContainerPlace;
import io.dosql.quickstart.runner.LocalImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The engine's image, as a process of this machine. */
final class EngineImage implements LocalImage {

  private static final String MAIN = "io.dosql.engine.main.EngineMain";

  /** As in the image: this share of the container's memory. */
  private static final long HEAP_PERCENT = 40;

  private static final long HEAP_BYTES_DEFAULT = 64L << 20;

  private final Installation installation;
  private final boolean authentication;

  EngineImage(Installation installation, boolean authentication) {
    this.installation = installation;
    this.authentication = authentication;
  }

  @Override
  public String name() {
    return "ghcr.io/dosql/dosql-database-pod:" + installation.version();
  }

  @Override
  public List<String> command(ContainerPlace place) {
    long heapBytes =
        place.memoryLimitBytes().isPresent()
            ? place.memoryLimitBytes().getAsLong() / 100 * HEAP_PERCENT
            : HEAP_BYTES_DEFAULT;
    List<String> command = new ArrayList<>();
    command.add(Installation.java().toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:+UseCompactObjectHeaders");
    command.add("-XX:-UsePerfData");
    command.add("-XX:+ExitOnOutOfMemoryError");
    // Not so in the image: a quick start matters more here than the last bit of speed.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Xmx" + heapBytes);
    command.add("--enable-native-access=ALL-UNNAMED");
    Path temporary = place.mounts().get("/tmp");
    if (temporary != null) {
      command.add("-Djava.io.tmpdir=" + temporary);
    }
    command.add("-cp");
    command.add(installation.engineClassPath());
    command.add(MAIN);
    return command;
  }

  @Override
  public Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    environment.put("DOSQL_BIND_HOST", "127.0.0.1");
    if (!authentication) {
      environment.put("DOSQL_AUTH", "none");
    }
    return environment;
  }
}
