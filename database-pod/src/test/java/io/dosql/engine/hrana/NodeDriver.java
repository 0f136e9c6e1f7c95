package io.dosql.engine.hrana;

import io.dosql.engine.drivers.Programs;
import io.dosql.engine.drivers.Programs.Result;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

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
  private static final Duration INSTALL_MAX = Duration.ofMinutes(3);

  private NodeDriver() {}

  /** Runs one test file with Node's own test runner. */
  static Result run(String testFile, Map<String, String> environment, long maxSeconds)
      throws IOException, InterruptedException {
    install();
    return Programs.run(
        TARGET,
        environment,
        Duration.ofSeconds(maxSeconds),
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
      Result result = Programs.run(TARGET, Map.of(), INSTALL_MAX, command);
      if (result.isGood()) {
        return;
      }
      reason = "'%s' failed:%n%s".formatted(String.join(" ", command), result.printed());
    } catch (IOException missing) {
      reason = command.getFirst() + " is not on the PATH: " + missing.getMessage();
    }
    Programs.unavailable(
        "DOSQL_TESTS_REQUIRE_NODE", "the libSQL driver was not tried against the engine", reason);
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
