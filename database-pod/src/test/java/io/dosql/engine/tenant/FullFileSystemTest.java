package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine on a real file system that is really full: one in memory, mounted in a namespace of
 * its own. Writes are refused with advice, reads go on, and with space again writes go on without a
 * restart.
 */
class FullFileSystemTest {

  private static final String[] MOUNT = {"unshare", "-Urm", "sh", "-c"};

  @TempDir Path folder;

  private void run(int reserveMib) throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                MOUNT[0],
                MOUNT[1],
                MOUNT[2],
                MOUNT[3],
                "mount -t tmpfs -o size=32m tmpfs \"$0\" && exec \"$@\"",
                disk.toString(),
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                FullFileSystemProgram.class.getName(),
                disk.toString(),
                String.valueOf((long) reserveMib << 20))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).describedAs(Files.readString(output)).isZero();
    assertThat(Files.readString(output)).containsPattern("acknowledged [1-9]");
  }

  private void requireMounts() throws InterruptedException {
    boolean works;
    try {
      works =
          new ProcessBuilder(MOUNT[0], MOUNT[1], MOUNT[2], MOUNT[3], "mount -t tmpfs tmpfs /mnt")
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor()
              == 0;
    } catch (IOException absent) {
      works = false;
    }
    if (!works) {
      System.err.println(
          "FullFileSystemTest is skipped: 'unshare -Urm' may not mount a file system here: "
              + List.of(MOUNT));
    }
    Assumptions.assumeTrue(works, "no mounts in user namespaces");
  }

  @Test
  void aFullDiskRefusesWrites_andNothingElse_untilItHasSpace() throws Exception {
    requireMounts();
    run(6);
  }
}
