package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real process, killed with SIGKILL in the middle of clones and deletions: the tenant is there,
 * whole, or it is not there. More rounds with {@code -Ddosql.rounds=N}, one schedule again with
 * {@code -Ddosql.seed=N}.
 */
class TenantLifeProcessCrashTest {

  private static final String CLONE = "{\"kind\":\"clone\",\"source\":\"a\",\"target\":\"b\"}";
  private static final String COUNT = "SELECT count(*) || '/' || sum(length(filler)) FROM t";
  private static final String WHOLE = "600/6000000";

  @Test
  void clonesAndDeletionsHappenWhollyOrNotAtAll(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    System.out.println("TenantLifeProcessCrashTest: replay with -Ddosql.seed=" + seed);
    Random random = new Random(seed);
    PodProcess pod = PodProcess.start(folder, Map.of());
    try {
      pod.query("a", "CREATE TABLE t (id INTEGER PRIMARY KEY, filler BLOB)");
      pod.query(
          "a",
          "INSERT INTO t (filler) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
              + " LIMIT 600) SELECT randomblob(10000) FROM n");
      long start = System.nanoTime();
      assertSucceeded(pod.run("measured", CLONE));
      long cloneMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertThat(pod.deleteTenant("b").path("deleted").asBoolean()).isTrue();
      long lsn = 0;
      int rounds = Integer.getInteger("dosql.rounds", 1);
      for (int round = 0; round < rounds; round++) {
        String id = "round-" + round;
        assertThat(pod.put(id, CLONE).path("state").asText()).isEqualTo("running");
        waitFor(pod, random.nextLong(cloneMillis + 1));
        pod.kill();
        pod = PodProcess.start(folder, Map.of());
        if (isThere(pod, "b")) {
          assertThat(pod.value("b", COUNT)).isEqualTo(WHOLE);
        }
        assertSucceeded(pod.run(id, CLONE));
        assertThat(pod.value("b", COUNT)).isEqualTo(WHOLE);
        assertThat(pod.value("b", "PRAGMA integrity_check")).isEqualTo("ok");
        long cloned = pod.tenant("b").path("lsn").asLong();
        assertThat(cloned).describedAs("no LSN is used twice").isGreaterThan(lsn);
        lsn = cloned;

        delete(pod, random);
        pod.kill();
        pod = PodProcess.start(folder, Map.of());
        if (isThere(pod, "b")) {
          assertThat(pod.value("b", COUNT)).isEqualTo(WHOLE);
          assertThat(pod.deleteTenant("b").path("deleted").asBoolean()).isTrue();
        }
        assertThat(isThere(pod, "b")).isFalse();
        assertThat(pod.value("b", "SELECT count(*) FROM sqlite_schema")).isEqualTo("0");
        assertThat(pod.deleteTenant("b").path("deleted").asBoolean()).isTrue();
        assertThat(pod.value("a", COUNT)).isEqualTo(WHOLE);
      }
    } finally {
      pod.close();
    }
  }

  /** Asks for it, and does not always hear the answer. */
  private static void delete(PodProcess pod, Random random) throws Exception {
    Thread client =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    var _ = pod.deleteTenant("b");
                  } catch (IOException | InterruptedException killed) {
                    // As is to be expected.
                  }
                });
    waitFor(pod, random.nextLong(30));
    // It must end in any case before the next pod takes over.
    client.interrupt();
  }

  private static void waitFor(PodProcess pod, long millis) throws InterruptedException {
    boolean died = pod.process().waitFor(millis, TimeUnit.MILLISECONDS);
    assertThat(died).describedAs("the pod died by itself").isFalse();
  }

  private static boolean isThere(PodProcess pod, String tenant) throws Exception {
    return pod.tenant(tenant).has("name");
  }

  private static void assertSucceeded(JsonNode operation) {
    assertThat(operation.path("state").asText())
        .describedAs("%s", operation)
        .isEqualTo("succeeded");
  }
}
