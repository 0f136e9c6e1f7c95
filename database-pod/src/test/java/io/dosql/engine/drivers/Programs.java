package io.dosql.engine.drivers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine. */
final class Programs {

  /** How one ended. */
  record Result(int exitCode, String output, String errors) {
    boolean isGood() {
      return exitCode == 0;
    }
  }

  private Programs() {}

  /** An exit code of -1 means that it did not end in time. */
  static Result run(
      Path folder, Map<String, String> environment, Duration atMost, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("program", ".out");
    Path errors = Files.createTempFile("program", ".err");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process =
        builder
            .directory(folder.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      boolean ended = process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS);
      return new Result(
          ended ? process.exitValue() : -1,
          Files.readString(output, StandardCharsets.UTF_8),
          Files.readString(errors, StandardCharsets.UTF_8)
              + (ended ? "" : "\nnot ended after " + atMost.toSeconds() + " s"));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Files.deleteIfExists(output);
      Files.deleteIfExists(errors);
    }
  }
}
