package io.dosql.engine.sqlite.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code build-sqlite.sh} where tools are missing, fail, or are not needed again. The tools that
 * cost time or the network are small scripts here.
 */
class BuildScriptTest {

  private static final List<String> TOOLS =
      List.of(
          "sh",
          "cat",
          "cut",
          "cmp",
          "cp",
          "dirname",
          "mkdir",
          "mktemp",
          "mv",
          "rm",
          "sha256sum",
          "tail",
          "tar",
          "gzip",
          "uname",
          "printf",
          "echo",
          "command",
          "env");

  private static final String WORKING_COMPILER =
      """
      #!/bin/sh
      [ "$1" = --version ] && { echo "pretended compiler 1"; exit 0; }
      echo compile >>"$COMPILER_LOG"
      while [ $# -gt 0 ]; do
        if [ "$1" = -o ]; then echo "pretended library" >"$2"; fi
        shift
      done
      """;

  private record Result(int status, String output) {}

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private Path tools;
  private Path output;

  @BeforeEach
  void makeTools() throws Exception {
    tools = Files.createDirectory(folder.resolve("bin"));
    output = folder.resolve("classes");
    for (String name : TOOLS) {
      Path tool = find(name);
      if (tool != null) {
        Files.createSymbolicLink(tools.resolve(name), tool);
      }
    }
    environment.put("PATH", tools.toString());
    environment.put("HOME", folder.toString());
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    environment.put("COMPILER_LOG", folder.resolve("compiler.log").toString());
  }

  private static @Nullable Path find(String name) {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  private void tool(String name, String content) throws IOException {
    Path file = tools.resolve(name);
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Result run() throws Exception {
    Path log = folder.resolve("output.log");
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "src/main/native/build-sqlite.sh", output.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), Files.readString(log));
  }

  private static void assertGoesOnLoudly(Result result, String reason) {
    assertThat(result.output())
        .contains("[WARNING] ****", "libsqlite3 was NOT compiled", reason, "npm and a C compiler");
    assertThat(result.status()).isZero();
  }

  private List<Path> libraries() throws IOException {
    if (!Files.exists(output)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(output)) {
      return all.filter(file -> file.endsWith("libsqlite3.so")).toList();
    }
  }

  @Test
  void withoutACompilerTheBuildGoesOnWithALoudWarning() throws Exception {
    assertGoesOnLoudly(run(), "no C compiler that works");
    assertThat(libraries()).isEmpty();
  }

  @Test
  void withoutNpmTheBuildGoesOnWithALoudWarning() throws Exception {
    tool("cc", WORKING_COMPILER);
    assertGoesOnLoudly(run(), "npm was not found");
    assertThat(libraries()).isEmpty();
  }

  @Test
  void aCompilerWithoutHeadersCountsAsNone() throws Exception {
    tool("cc", "#!/bin/sh\n[ \"$1\" = --version ] || exit 1\n");
    assertGoesOnLoudly(run(), "no C compiler that works");
  }

  @Test
  void withoutTheNetworkTheBuildGoesOnWithALoudWarning() throws Exception {
    tool("cc", WORKING_COMPILER);
    tool("npm", "#!/bin/sh\necho 'pretended: no route to host' >&2\nexit 1\n");
    Result result = run();
    assertGoesOnLoudly(result, "npm could not fetch");
    assertThat(result.output()).contains("no route to host");
  }

  @Test
  void aCacheThatCannotBeMadeIsAWarningToo() throws Exception {
    tool("cc", WORKING_COMPILER);
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    environment.put("XDG_CACHE_HOME", file.toString());
    assertGoesOnLoudly(run(), "cache");
  }

  @Test
  void whereTheLibraryIsRequiredThatIsAnError() throws Exception {
    environment.put("DOSQL_SQLITE_REQUIRED", "true");
    Result result = run();
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.output()).contains("[ERROR] libsqlite3: required, but: no C compiler");
  }

  @Test
  void aLibraryOfAnEarlierBuildDoesNotStayWhenNoneCanBeMade() throws Exception {
    tool("cc", WORKING_COMPILER);
    assumeTrue(putArchiveIntoCache(), "the build has no archive in its cache");
    assertThat(run().status()).isZero();
    assertThat(libraries()).hasSize(1);
    Files.delete(tools.resolve("cc"));
    assertGoesOnLoudly(run(), "no C compiler");
    assertThat(libraries()).isEmpty();
  }

  @Test
  void anArchiveThatIsNotThePinnedOneIsAlwaysAnError() throws Exception {
    tool("cc", WORKING_COMPILER);
    tool("npm", "#!/bin/sh\necho forged >better-sqlite3-13.2.0.tgz\n");
    Result result = run();
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.output()).contains("has SHA-256").contains("expected");
    assertThat(libraries()).isEmpty();
  }

  @Test
  void whatWasCompiledIsTakenFromTheCacheTheSecondTime() throws Exception {
    tool("cc", WORKING_COMPILER);
    assumeTrue(putArchiveIntoCache(), "the build has no archive in its cache");
    Result first = run();
    assertThat(first.output()).contains("compiling, once");
    assertThat(first.status()).isZero();
    assertThat(libraries()).hasSize(1);
    Files.delete(libraries().getFirst());
    Files.writeString(Path.of(environment.get("COMPILER_LOG")), "");
    Result second = run();
    assertThat(second.output()).doesNotContain("compiling");
    assertThat(second.status()).isZero();
    assertThat(Files.readString(libraries().getFirst())).isEqualTo("pretended library\n");
    // The probe for a working compiler, and nothing else.
    assertThat(Files.readAllLines(Path.of(environment.get("COMPILER_LOG")))).hasSize(1);
  }

  @Test
  void anotherCompilerMakesAnotherLibrary() throws Exception {
    tool("cc", WORKING_COMPILER);
    assumeTrue(putArchiveIntoCache(), "the build has no archive in its cache");
    assertThat(run().output()).contains("compiling, once");
    tool("cc", WORKING_COMPILER.replace("compiler 1", "compiler 2"));
    assertThat(run().output()).contains("compiling, once");
  }

  @Test
  void aCompilerThatFailsIsShownAndTheBuildGoesOn() throws Exception {
    tool(
        "cc",
        WORKING_COMPILER.replace(
            "while", "case \"$*\" in *bounds.c*) echo 'pretended: bad' >&2; exit 1;; esac\nwhile"));
    assumeTrue(putArchiveIntoCache(), "the build has no archive in its cache");
    Result result = run();
    assertGoesOnLoudly(result, "could not compile");
    assertThat(result.output()).contains("pretended: bad");
    assertThat(libraries()).isEmpty();
  }

  /** Copies the pinned archive from the cache of the build that runs this test. */
  private boolean putArchiveIntoCache() throws IOException {
    String cacheHome = System.getenv("XDG_CACHE_HOME");
    Path cache =
        cacheHome != null ? Path.of(cacheHome) : Path.of(System.getProperty("user.home"), ".cache");
    Path archive = cache.resolve("dosql/sqlite/better-sqlite3-13.2.0.tgz");
    if (!Files.exists(archive)) {
      return false;
    }
    Path own = Files.createDirectories(folder.resolve("cache/dosql/sqlite"));
    Files.copy(archive, own.resolve("better-sqlite3-13.2.0.tgz"));
    return true;
  }
}
