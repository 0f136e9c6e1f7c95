package io.dosql.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a script of {@code e2e/src/test/js} with the npm packages that its lock file names. */
final class NodeDriver {

  private static final Path SCRIPTS = Path.of("src/test/js");
  private static final Path WORK = Path.of("target/js");
  private static final long SECONDS_MAX = 120;

  private NodeDriver() {}

  /** Returns what the script printed; it must end with 0. */
  static String run(String script, String... arguments) throws IOException, InterruptedException {
    install();
    List<String> command = new ArrayList<>(List.of("node", script));
    command.addAll(List.of(arguments));
    return execute(command);
  }

  private static synchronized void install() throws IOException, InterruptedException {
    if (Files.isDirectory(WORK.resolve("node_modules"))) {
      return;
    }
    Files.createDirectories(WORK);
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, WORK.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    var _ = execute(List.of("npm", "ci", "--no-audit", "--no-fund", "--silent"));
  }

  private static String execute(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(WORK.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    // Small enough to be read to its end before the process is waited for.
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command.getFirst() + " did not end: " + output);
    }
    if (process.exitValue() != 0) {
      throw new AssertionError(command.getFirst() + " failed: " + output);
    }
    return output;
  }
}
