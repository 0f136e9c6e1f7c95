package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine in a process of its own, on a real disk that fails it: by the limit that the kernel
 * puts on the size of its files, or by syncs that a library in front of libc lets fail. What was
 * acknowledged is there after a restart, and nothing else.
 */
class FaultyDiskTest {

  /** In units of 512 bytes: 4 MiB, more than a segment of the program's log. */
  private static final int LARGEST_FILE = 8 * 1024;

  private static final Pattern ACKNOWLEDGED = Pattern.compile("acknowledged (\\d+)");

  private static final String FAILING_SYNC =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>

      static int fails(int fd) {
        char link[64], path[4096];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, path, sizeof path - 1);
        if (n < 7 || access(getenv("FAIL_SWITCH"), F_OK) != 0) return 0;
        path[n] = 0;
        return strcmp(path + n - 7, "data.db") == 0;
      }

      static int sync_or_fail(const char *name, int fd) {
        int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
        if (fails(fd)) { errno = EIO; return -1; }
        return real(fd);
      }

      int fsync(int fd) { return sync_or_fail("fsync", fd); }
      int fdatasync(int fd) { return sync_or_fail("fdatasync", fd); }
      """;

  @TempDir Path folder;

  /** Runs the program in a shell, behind what {@code prefix} sets up. */
  private int run(String prefix, String... arguments) throws Exception {
    List<String> java =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                FaultyDiskProgram.class.getName()));
    java.addAll(List.of(arguments));
    List<String> command = new ArrayList<>(List.of("sh", "-c", prefix + " exec \"$@\"", "sh"));
    command.addAll(java);
    Path log = folder.resolve("program.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(300, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    String output = Files.readString(log);
    assertThat(process.waitFor()).describedAs(output).isZero();
    Matcher acknowledged = ACKNOWLEDGED.matcher(output);
    assertThat(acknowledged.find()).describedAs(output).isTrue();
    return Integer.parseInt(acknowledged.group(1));
  }

  private void assertHolds(int rows) throws Exception {
    assertThat(rows).isPositive();
    try (TestEngine engine = TestEngine.start(folder.resolve("data"))) {
      assertThat(engine.rows("main", "SELECT count(*) FROM t"))
          .containsExactly(List.of(String.valueOf(rows)));
      assertThat(engine.rows("main", "PRAGMA integrity_check")).containsExactly(List.of("ok"));
      // Each row was a commit, after that which made the table; failed ones took no number.
      assertThat(engine.tenants().get(TenantName.MAIN).summary().lsn()).isEqualTo(rows + 1L);
    }
  }

  @Test
  void aWalThatCannotGrowFailsTheCommitAndNothingElse() throws Exception {
    assertHolds(
        run("ulimit -f " + LARGEST_FILE + ";", "fillWal", folder.resolve("data").toString()));
  }

  @Test
  void aDatabaseFileThatCannotGrowStopsCheckpointsAndLosesNothing() throws Exception {
    assertHolds(
        run("ulimit -f " + LARGEST_FILE + ";", "fillDatabase", folder.resolve("data").toString()));
  }

  @Test
  void aFailedSyncOfTheDatabaseFileIsNeverTrustedAgain() throws Exception {
    Path source = Files.writeString(folder.resolve("failing.c"), FAILING_SYNC);
    Path library = folder.resolve("failing.so");
    assumeTrue(compile(source, library), "no C compiler");
    Path switchFile = folder.resolve("fail");
    assertHolds(
        run(
            "export LD_PRELOAD=" + library + " FAIL_SWITCH=" + switchFile + ";",
            "failSync",
            folder.resolve("data").toString(),
            switchFile.toString()));
  }

  private static boolean compile(Path source, Path library) throws Exception {
    try {
      Process compiler =
          new ProcessBuilder(
                  "cc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl")
              .inheritIO()
              .start();
      return compiler.waitFor() == 0;
    } catch (java.io.IOException absent) {
      return false;
    }
  }
}
