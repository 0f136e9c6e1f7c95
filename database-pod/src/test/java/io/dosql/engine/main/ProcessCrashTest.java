package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real engine under load from many clients over many tenants that wake, fall asleep and are
 * checkpointed all the time, killed with SIGKILL at random moments. Each commit that was
 * acknowledged is there afterwards, whole, with the LSN that was told; LSNs have neither gaps nor
 * repeats. More rounds with {@code -Ddosql.rounds=N}, one schedule again with {@code
 * -Ddosql.seed=N}.
 */
class ProcessCrashTest {

  private static final int CLIENTS = 24;
  private static final int TENANT_COUNT = 16;
  private static final List<String> TENANTS =
      IntStream.range(0, TENANT_COUNT).mapToObj(i -> i == 0 ? "main" : "t" + i).toList();

  @TempDir Path folder;
  private final List<PodProcess> processes = new ArrayList<>();
  private final CrashLoad load = new CrashLoad();
  private double flushes;
  private double records;

  @AfterEach
  void killAll() {
    processes.forEach(PodProcess::close);
  }

  @Test
  void acknowledgedCommitsSurviveKills() throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    System.out.println("ProcessCrashTest: replay with -Ddosql.seed=" + seed);
    Random random = new Random(seed);
    int rounds = Integer.getInteger("dosql.rounds", 3);
    for (int round = 0; round < rounds; round++) {
      PodProcess pod = start();
      check(pod);
      for (int client = 0; client < CLIENTS; client++) {
        load.start(pod, round + "-" + client, tenantsOf(client), random.nextLong());
      }
      boolean died = pod.process().waitFor(300 + random.nextInt(1_500), TimeUnit.MILLISECONDS);
      assertThat(died).describedAs("the pod died by itself").isFalse();
      countFlushes(pod);
      pod.kill();
      load.end();
      processes.remove(pod);
      assertThat(load.wrong()).isEmpty();
    }
    PodProcess last = start();
    check(last);
    System.out.printf(
        "ProcessCrashTest: %d rounds, %d commits acknowledged, %.0f commit parts in %.0f fsyncs%n",
        rounds, load.total(), records, flushes);
    assertThat(load.total()).isPositive();
    assertThat(records).describedAs("several commits shared an fsync").isGreaterThan(flushes);
    last.process().destroy();
    assertThat(last.process().waitFor(60, TimeUnit.SECONDS))
        .describedAs("ends on SIGTERM")
        .isTrue();
  }

  /** Some clients stay with one tenant, so that it has commits of many at once. */
  private static List<String> tenantsOf(int client) {
    return client % 3 == 0 ? List.of(TENANTS.get(client % 2)) : TENANTS;
  }

  private void countFlushes(PodProcess pod) throws IOException, InterruptedException {
    for (String line : pod.get("/metrics").body().lines().toList()) {
      if (line.startsWith("dosql_log_flush_batch_records_sum ")) {
        records += value(line);
      } else if (line.startsWith("dosql_log_flush_batch_records_count ")) {
        flushes += value(line);
      }
    }
  }

  private static double value(String line) {
    return Double.parseDouble(line.substring(line.indexOf(' ') + 1));
  }

  private void check(PodProcess pod) throws IOException, InterruptedException {
    for (String tenant : TENANTS) {
      JsonNode made =
          pod.query(
              tenant, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, tag TEXT, pad TEXT)");
      assertThat(made.get("lsn").asLong()).isPositive();
      assertThat(pod.value(tenant, "PRAGMA integrity_check")).isEqualTo("ok");
      checkCommits(
          tenant, pod.query(tenant, "SELECT tag, count(*) FROM t GROUP BY tag ORDER BY min(id)"));
    }
  }

  private void checkCommits(String tenant, JsonNode answer) {
    // The first commit made the table, each one after it wrote the rows of one tag, or of several
    // that have one row.
    List<String> tags = new ArrayList<>();
    for (JsonNode row : answer.get("rows")) {
      String tag = row.get(0).asText();
      assertThat(row.get(1).asText())
          .describedAs("a commit by half: %s", tag)
          .isEqualTo(tag.substring(tag.indexOf('/') + 1));
      tags.add(tag);
    }
    TreeMap<Integer, Long> lsnByPlace = new TreeMap<>(Map.of(0, 1L));
    for (CrashLoad.Told told : load.told(tenant)) {
      assertThat(tags).describedAs("acknowledged in %s", tenant).contains(told.tag());
      if (told.lsn() != 0) {
        lsnByPlace.put(tags.indexOf(told.tag()) + 1, told.lsn());
      }
    }
    lsnByPlace.merge(
        tags.size(),
        answer.get("lsn").asLong(),
        (told, now) -> {
          assertThat(now).describedAs("the newest LSN of %s", tenant).isEqualTo(told);
          return now;
        });
    int place = 0;
    long lsn = 1;
    for (Map.Entry<Integer, Long> next : lsnByPlace.tailMap(0, false).entrySet()) {
      long commits = next.getValue() - lsn;
      assertThat(commits)
          .describedAs(
              "LSNs of %s from row %d to %d have gaps or repeats", tenant, place, next.getKey())
          .isBetween(commitsAtLeast(tags, place, next.getKey()), (long) next.getKey() - place);
      place = next.getKey();
      lsn = next.getValue();
    }
  }

  /** Commits behind the tag at {@code from}, up to that at {@code to}; places count from 1. */
  private static long commitsAtLeast(List<String> tags, int from, int to) {
    long count = 0;
    for (int place = from + 1; place <= to; place++) {
      boolean isShared =
          place > 1 && tags.get(place - 1).endsWith("/1") && tags.get(place - 2).endsWith("/1");
      count += isShared ? 0 : 1;
    }
    return count;
  }

  private PodProcess start() throws Exception {
    PodProcess pod = PodProcess.start(folder, Map.of(), RestlessPod.class);
    processes.add(pod);
    return pod;
  }
}
