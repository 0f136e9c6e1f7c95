package io.dosql.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program that others wrote, which tells whether our files are what we think they are. */
public record Oracle(Path program) {

  private static final int TIMEOUT_SECONDS = 60;

  /** Looks in the system property of the program's name, then on the PATH. */
  public static Optional<Oracle> find(String name) {
    String property = System.getProperty(name);
    if (property != null && !property.isBlank()) {
      return Optional.of(new Oracle(Path.of(property)));
    }
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(folder, name);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return Optional.of(new Oracle(candidate));
      }
    }
    return Optional.empty();
  }

  /** Runs it and returns what it printed; fails unless it exits with 0. */
  public String run(Map<String, String> environment, List<String> arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("oracle", ".txt");
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    builder.command().addAll(arguments);
    builder.environment().putAll(environment);
    // The stock program's S3 client fails when this is set.
    builder.environment().remove("AWS_CA_BUNDLE");
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      String printed = Files.readString(output, StandardCharsets.UTF_8);
      assertThat(ended).as("ended in %d s: %s", TIMEOUT_SECONDS, printed).isTrue();
      assertThat(process.exitValue()).as("%s printed: %s", builder.command(), printed).isZero();
      return printed;
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(output);
    }
  }
}
