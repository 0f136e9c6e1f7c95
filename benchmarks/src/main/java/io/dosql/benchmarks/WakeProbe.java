package io.dosql.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The first answer of tenants that sleep: from sending the request to having its answer, over a
 * connection that is open; one tenant after the other, again and again, each time when all have
 * gone to sleep by themselves.
 */
final class WakeProbe implements Measurement.Probe {

  /** So that they are soon asleep again. */
  static final Map<String, String> ENVIRONMENT = Map.of("DOSQL_TENANTS_SLEEP_AFTER", "1s");

  private static final int TENANTS = 20;
  private static final String READ = "SELECT count(*) FROM t WHERE id < 10";
  private static final Duration ASLEEP_MAX = Duration.ofSeconds(60);
  private static final int MIN_MEGABYTES = 50;

  private final Pod pod;

  private WakeProbe(Pod pod) {
    this.pod = pod;
  }

  /** Makes the tenants. */
  static WakeProbe on(Pod pod) throws IOException, InterruptedException {
    for (int i = 0; i < TENANTS; i++) {
      String tenant = "large-" + i;
      String _ = pod.data().sql(tenant, "CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)");
      String _ =
          pod.data()
              .sql(
                  tenant,
                  "INSERT INTO t WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE"
                      + " i<"
                      + MIN_MEGABYTES * 1000
                      + ") SELECT i, randomblob(1000) FROM c");
    }
    return new WakeProbe(pod);
  }

  @Override
  public Reading measure(Duration duration) throws IOException, InterruptedException {
    List<Double> millis = new ArrayList<>();
    long end = System.nanoTime() + duration.toNanos();
    do {
      awaitSleep();
      String _ = pod.data().get("/health/live");
      for (int i = 0; i < TENANTS; i++) {
        long start = System.nanoTime();
        String _ = pod.data().sql("large-" + i, READ);
        millis.add((System.nanoTime() - start) / 1e6);
      }
    } while (System.nanoTime() - end < 0);
    return Reading.times(millis);
  }

  private void awaitSleep() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + ASLEEP_MAX.toNanos();
    while (pod.awake() > 0) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("Not all tenants fell asleep within " + ASLEEP_MAX);
      }
      Thread.sleep(Duration.ofMillis(200));
    }
  }
}
