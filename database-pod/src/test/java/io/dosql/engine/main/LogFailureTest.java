package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real process whose kernel refuses to write or sync the log, by a library in front of libc: it
 * ends at once with exit code 3, has acknowledged nothing that it does not hold, and is right after
 * a restart.
 */
class LogFailureTest {

  private static final int CLIENTS = 8;
  private static final int LOG_FAILED = 3;

  /** Fails one kind of call on segments of the log with EIO while a file is there. */
  private static final String FAILING_LOG =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <errno.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/types.h>
      #include <unistd.h>

      static int fails(const char *call, int fd) {
        char link[64], path[4096];
        const char *wanted = getenv("FAIL_CALL");
        if (wanted == NULL || strcmp(call, wanted) != 0) return 0;
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, path, sizeof path - 1);
        if (n < 4 || access(getenv("FAIL_SWITCH"), F_OK) != 0) return 0;
        path[n] = 0;
        return strstr(path, "/log/") != NULL && strcmp(path + n - 4, ".log") == 0;
      }

      int fdatasync(int fd) {
        if (fails("fdatasync", fd)) { errno = EIO; return -1; }
        return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
      }

      static ssize_t put(const char *name, int fd, const void *b, size_t n, off_t at) {
        if (fails("pwrite", fd)) { errno = EIO; return -1; }
        return ((ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, name))(fd, b, n, at);
      }

      ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
        return put("pwrite", fd, b, n, at);
      }

      ssize_t pwrite64(int fd, const void *b, size_t n, off_t at) {
        return put("pwrite64", fd, b, n, at);
      }
      """;

  @TempDir Path folder;
  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();

  /** What has ended the clients. */
  private final Queue<Throwable> met = new ConcurrentLinkedQueue<>();

  @ParameterizedTest
  @ValueSource(strings = {"fdatasync", "pwrite"})
  void aLogThatCannotBeWrittenEndsTheProcess_withNothingAcknowledgedThatItDoesNotHold(String call)
      throws Exception {
    Path library = folder.resolve("failing.so");
    requireCompiled(Files.writeString(folder.resolve("failing.c"), FAILING_LOG), library);
    Path failSwitch = folder.resolve("fail");
    Map<String, String> environment =
        Map.of(
            "LD_PRELOAD", library.toString(),
            "FAIL_CALL", call,
            "FAIL_SWITCH", failSwitch.toString());
    try (PodProcess pod = PodProcess.start(folder, environment)) {
      pod.query("main", "CREATE TABLE t (v TEXT)");
      List<Thread> clients = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        String name = "c" + client + "-";
        clients.add(Thread.ofVirtual().start(() -> insertUntilDead(pod, name)));
      }
      while (acknowledged.size() < 5 * CLIENTS) {
        assertThat(pod.process().waitFor(5, TimeUnit.MILLISECONDS))
            .describedAs("ended before its log failed")
            .isFalse();
        assertThat(met).describedAs("before its log failed").isEmpty();
      }
      Files.createFile(failSwitch);
      assertThat(pod.process().waitFor(20, TimeUnit.SECONDS)).describedAs("ended").isTrue();
      assertThat(pod.process().exitValue()).isEqualTo(LOG_FAILED);
      for (Thread client : clients) {
        client.join();
      }
      assertThat(pod.output())
          .anyMatch(
              line -> line.contains("commit log cannot be written") && line.contains("ERROR"));
    }
    Files.delete(failSwitch);
    try (PodProcess again = PodProcess.start(folder, environment)) {
      List<String> rows = new ArrayList<>();
      JsonNode all = again.query("main", "SELECT v FROM t");
      all.get("rows").forEach(row -> rows.add(row.get(0).asText()));
      assertThat(rows).containsAll(acknowledged).doesNotHaveDuplicates();
      assertThat(again.value("main", "PRAGMA integrity_check")).isEqualTo("ok");
      assertThat(again.query("main", "INSERT INTO t VALUES ('again')").get("lsn").asLong())
          .describedAs("LSNs go on without a gap")
          .isEqualTo(all.get("lsn").asLong() + 1)
          .isLessThanOrEqualTo(rows.size() + 2L);
    }
  }

  private void insertUntilDead(PodProcess pod, String name) {
    try {
      for (int i = 0; true; i++) {
        pod.query("main", "INSERT INTO t VALUES ('%s')".formatted(name + i));
        acknowledged.add(name + i);
      }
    } catch (IOException | AssertionError notDone) {
      // Not answered, or not with success: may be there or not.
      met.add(notDone);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private static void requireCompiled(Path source, Path library) throws InterruptedException {
    int result = -1;
    try {
      result =
          new ProcessBuilder(
                  "cc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl")
              .inheritIO()
              .start()
              .waitFor();
    } catch (IOException absent) {
      System.err.println("LogFailureTest is skipped: there is no C compiler (cc)");
    }
    Assumptions.assumeTrue(result == 0, "no C compiler");
  }
}
