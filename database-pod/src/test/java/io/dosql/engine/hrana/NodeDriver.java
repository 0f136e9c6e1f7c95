package io.dosql.engine.hrana;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * The JavaScript tests of {@code src/test/js}, with the npm packages of their lock file. The
 * packages are installed below {@code target} once for each content of the lock file.
 *
 * <p>Without Node.js, npm or the packages, tests are skipped, and say so; with the variable {@code
 * DOSQL_TESTS_REQUIRE_NODE=true} they fail.
 */
final class NodeDriver {

  private static final Path SOURCE = Path.of("src", "test", "js");
  private static final Path TARGET = Path.of("target", "js");
  private static final Path INSTALLED = TARGET.resolve("installed.sha256");
  private static final long INSTALL_MAX_SECONDS = 180;

  /** How a program ended. */
  record Result(int exitCode, String output) {}

  private NodeDriver() {}

  /** Runs one test file with Node's own test runner. */
  static Result run(String testFile, Map<String, String> environment, long maxSeconds)
      throws IOException, InterruptedException {
    install();
    return run(
        TARGET,
        environment,
        maxSeconds,
        List.of("node", "--test", "--test-reporter=spec", testFile));
  }

  private static void install() throws IOException, InterruptedException {
    Files.createDirectories(TARGET);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(SOURCE)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          Files.copy(file, TARGET.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    String wanted = sha256(SOURCE.resolve("package-lock.json"));
    if (Files.exists(INSTALLED) && Files.readString(INSTALLED).equals(wanted)) {
      require(List.of("node", "--version"));
      return;
    }
    require(List.of("node", "--version"));
    // No script of a package is run: none of them needs one.
    require(
        List.of("npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"));
    Files.writeString(INSTALLED, wanted);
  }

  private static void require(List<String> command) throws InterruptedException {
    String reason;
    try {
      Result result = run(TARGET, Map.of(), INSTALL_MAX_SECONDS, command);
      if (result.exitCode() == 0) {
        return;
      }
      reason = "'%s' failed:%n%s".formatted(String.join(" ", command), result.output());
    } catch (IOException missing) {
      reason = command.getFirst() + " is not on the PATH: " + missing.getMessage();
    }
    if ("true".equals(System.getenv("DOSQL_TESTS_REQUIRE_NODE"))) {
      throw new AssertionError("DOSQL_TESTS_REQUIRE_NODE is true, but " + reason);
    }
    String told = "SKIPPED: the libSQL driver was not tried against the engine: " + reason;
    System.err.println(told);
    Assumptions.abort(told);
  }

  private static Result run(
      Path folder, Map<String, String> environment, long maxSeconds, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("node", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(maxSeconds, TimeUnit.SECONDS);
      String printed = Files.readString(output, StandardCharsets.UTF_8);
      return ended
          ? new Result(process.exitValue(), printed)
          : new Result(-1, printed + "\nnot ended after " + maxSeconds + " s");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Files.deleteIfExists(output);
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
