package io.dosql.engine.drivers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs programs of this machine. */
public final class Programs {

  /** How one ended. */
  public record Result(int exitCode, String output, String errors) {
    public boolean isGood() {
      return exitCode == 0;
    }

    /** All that it printed. */
    public String printed() {
      return output + errors;
    }
  }

  private Programs() {}

  /**
   * Says why tests that need tools of other people cannot run: they are skipped, loudly, or fail
   * where {@code variable} is true.
   *
   * @param skipped what was not tried
   */
  public static void unavailable(String variable, String skipped, String reason) {
    if ("true".equals(System.getenv(variable))) {
      throw new AssertionError(variable + " is true, but " + reason);
    }
    String told = "SKIPPED: " + skipped + ": " + reason;
    System.err.println(told);
    Assumptions.abort(told);
  }

  /** An exit code of -1 means that it did not end in time. */
  public static Result run(
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
