package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real process, killed with SIGKILL in the middle of a restore: the tenant is as it was before
 * or as it was in the backup, and asking again finishes the restore, once. More rounds with {@code
 * -Ddosql.rounds=N}, one schedule again with {@code -Ddosql.seed=N}.
 */
class RestoreCrashTest {

  private static final String RESTORE = "{\"kind\":\"restore\",\"backup\":\"old\"}";
  private static final String STATES = "SELECT group_concat(DISTINCT state) || count(*) FROM t";

  @Test
  void tenantIsBeforeOrAfterTheRestore(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    System.out.println("RestoreCrashTest: replay with -Ddosql.seed=" + seed);
    Random random = new Random(seed);
    Map<String, String> environment =
        Map.of(
            "DOSQL_STORE",
            "directory",
            "DOSQL_STORE_DIRECTORY",
            Files.createDirectory(folder.resolve("store")).toString());
    PodProcess pod = PodProcess.start(folder, environment);
    try {
      pod.query("a", "CREATE TABLE t (id INTEGER PRIMARY KEY, state TEXT, filler BLOB)");
      pod.query(
          "a",
          "INSERT INTO t (state, filler) WITH RECURSIVE n(i) AS"
              + " (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 600)"
              + " SELECT 'old', randomblob(10000) FROM n");
      assertSucceeded(pod, "backup", "{\"kind\":\"backup\",\"name\":\"old\"}");
      long start = System.nanoTime();
      assertSucceeded(pod, "measured", RESTORE);
      long restoreMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      int rounds = Integer.getInteger("dosql.rounds", 1);
      for (int round = 0; round < rounds; round++) {
        String id = "round-" + round;
        pod.query("a", "UPDATE t SET state = 'new'");
        assertThat(pod.put(id, RESTORE).get("state").asText()).isEqualTo("running");
        boolean died =
            pod.process().waitFor(random.nextLong(restoreMillis + 1), TimeUnit.MILLISECONDS);
        assertThat(died).describedAs("the pod died by itself").isFalse();

        pod = killedAndStarted(pod, folder, environment);
        assertThat(pod.value("a", "PRAGMA integrity_check")).isEqualTo("ok");
        assertThat(pod.value("a", STATES)).isIn("old600", "new600");
        assertSucceeded(pod, id, RESTORE);
        assertThat(pod.value("a", STATES)).isEqualTo("old600");
        pod.query("a", "UPDATE t SET state = 'since' WHERE id = 1");

        pod = killedAndStarted(pod, folder, environment);
        assertSucceeded(pod, id, RESTORE);
        assertThat(pod.value("a", "SELECT state FROM t WHERE id = 1"))
            .describedAs("a restore that is done is not done again")
            .isEqualTo("since");
      }
    } finally {
      pod.close();
    }
  }

  private static PodProcess killedAndStarted(
      PodProcess pod, Path folder, Map<String, String> environment) throws Exception {
    pod.kill();
    return PodProcess.start(folder, environment);
  }

  private static void assertSucceeded(PodProcess pod, String id, String body) throws Exception {
    var operation = pod.run(id, body);
    assertThat(operation.path("state").asText())
        .describedAs("%s", operation)
        .isEqualTo("succeeded");
  }
}
