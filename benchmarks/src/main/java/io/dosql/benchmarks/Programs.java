package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs other programs, and finds them. */
final class Programs {

  private static final int STOP_SECONDS = 15;

  private Programs() {}

  /**
   * Runs a program to its end.
   *
   * @return its standard output
   * @throws IOException if it fails, with what it said
   */
  static String run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile("benchmark", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(
            "%s ended with %d: %s %s"
                .formatted(String.join(" ", command), status, Files.readString(errors), output));
      }
      return output;
    } finally {
      Files.deleteIfExists(errors);
    }
  }

  static String run(String... command) throws IOException, InterruptedException {
    return run(List.of(command), Map.of());
  }

  /** Starts a program that goes on; what it says goes into a file. */
  static Process start(List<String> command, Map<String, String> environment, Path output)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /** Ends a process, gently first. */
  static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException stop) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** The numbers of the line that begins with RESULT. */
  static long[] result(String output) throws IOException {
    String line =
        output
            .lines()
            .filter(each -> each.startsWith("RESULT "))
            .findFirst()
            .orElseThrow(() -> new IOException("no RESULT in: " + output));
    return Stream.of(line.substring("RESULT ".length()).strip().split(" "))
        .mapToLong(Long::parseLong)
        .toArray();
  }

  /** A program on the PATH. */
  static Optional<Path> find(String name) {
    return Stream.of(String.valueOf(System.getenv("PATH")).split(":"))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
