package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the figures were measured on. */
record Machine(List<String> lines) {

  static Machine describe(Installation installation, Path data)
      throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d cores (%s), %d GiB"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                field("/proc/cpuinfo", "model name"),
                Long.parseLong(field("/proc/meminfo", "MemTotal").split(" ", 2)[0]) >> 20));
    lines.add(
        "Linux %s, %s on %s"
            .formatted(
                System.getProperty("os.version"),
                Files.getFileStore(data).type(),
                Files.getFileStore(data).name()));
    lines.add("JDK %s, %s".formatted(Runtime.version(), System.getProperty("java.vm.name")));
    var workerd = installation.tool("workerd");
    if (workerd.isPresent()) {
      lines.add(Programs.run(workerd.get().toString(), "--version").strip());
    }
    var postgres = Installation.postgresql("postgres");
    if (postgres.isPresent()) {
      lines.add(Programs.run(postgres.get().toString(), "--version").strip());
    }
    lines.add("commit " + commit(installation));
    return new Machine(lines);
  }

  private static String commit(Installation installation) throws InterruptedException {
    try {
      return Programs.run(
              "git", "-C", installation.root().toString(), "describe", "--always", "--dirty")
          .strip();
    } catch (IOException noRepository) {
      return "unknown";
    }
  }

  private static String field(String file, String name) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  /** How busy the machine is: processes that want to run, on average over a minute. */
  static double load() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
  }

  static String oneDecimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
