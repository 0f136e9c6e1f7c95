package io.dosql.quickstart.runner;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Where a container lives on this machine.
 *
 * @param mounts the folder behind each path that the container has something mounted at
 * @param ports the port of loopback behind each port of the container
 * @param memoryLimitBytes what the container may use at most
 */
public record ContainerPlace(
    Map<String, Path> mounts, Map<Integer, Integer> ports, OptionalLong memoryLimitBytes) {

  public ContainerPlace {
    mounts = Map.copyOf(mounts);
    ports = Map.copyOf(ports);
  }

  /**
   * A variable's value as it must be here: a path at or below a mount is turned into that of the
   * folder, and a port, if the variable's name ends with {@code _PORT}, into that of loopback.
   */
  String translate(String name, String value) {
    if (name.endsWith("_PORT")) {
      return ports.entrySet().stream()
          .filter(port -> value.equals(Integer.toString(port.getKey())))
          .map(port -> Integer.toString(port.getValue()))
          .findFirst()
          .orElse(value);
    }
    // The longest first, for one mount may lie below another.
    for (Map.Entry<String, Path> mount : new TreeMap<>(mounts).descendingMap().entrySet()) {
      if (value.equals(mount.getKey())) {
        return mount.getValue().toString();
      }
      if (value.startsWith(mount.getKey() + "/")) {
        return mount.getValue() + value.substring(mount.getKey().length());
      }
    }
    return value;
  }
}
