package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A thousand tenants in a container of 128 MiB, a hundred of them awake under a mixed load, for
 * {@code -De2e.memory.seconds}: 60, or 300 for the long run.
 */
final class MemoryE2E {

  private static final String DATABASE = "small";
  private static final long LIMIT_BYTES = 128L << 20;
  private static final int TENANTS = 1_000;
  private static final int AWAKE = 100;
  private static final int CLIENTS = 16;
  private static final int ROWS = 200;
  private static final Duration LOAD = Duration.ofSeconds(Long.getLong("e2e.memory.seconds", 60));

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("memory");

  @Test
  void aPodOf128MebibytesIsNotKilled() throws Exception {
    var _ =
        NAMESPACE.apply(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLDatabase
            metadata:
              name: small
            spec:
              storage:
                size: 2Gi
              resources:
                requests: {cpu: 100m, memory: 128Mi}
                limits: {memory: 128Mi}
            """);
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    AtomicLong answers = new AtomicLong();
    try (SqlClient sql =
        SqlClient.connect(
            NAMESPACE.client(),
            NAMESPACE.name(),
            DATABASE,
            NAMESPACE.appSecret(DATABASE).token())) {
      together(TENANTS / CLIENTS + 1, (client, round) -> create(sql, client + round * CLIENTS));
      long end = System.nanoTime() + LOAD.toNanos();
      together(
          Integer.MAX_VALUE,
          (client, round) -> {
            if (System.nanoTime() > end) {
              return false;
            }
            use(sql, new Random(31L * client + round));
            answers.incrementAndGet();
            return true;
          });
      long unreclaimable = memory(sql, "unreclaimable");
      System.out.printf(
          "%d answers in %d s; resident %d MiB, of that not of files %d MiB%n",
          answers.get(), LOAD.toSeconds(), memory(sql, "resident") >> 20, unreclaimable >> 20);
      assertThat(unreclaimable).isLessThan(LIMIT_BYTES);
    }
    ContainerStatus engine = engine();
    assertThat(engine.getRestartCount()).as("%s", engine.getLastState()).isZero();
    assertThat(engine.getReady()).isTrue();
    assertThat(answers.get()).isPositive();
  }

  private interface Step {
    /** Returns whether there is more to do. */
    boolean run(int client, int round) throws IOException;
  }

  private static void together(int rounds, Step step) throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        int number = client;
        all.add(
            clients.submit(
                () -> {
                  int round = 0;
                  while (round < rounds && step.run(number, round)) {
                    round++;
                  }
                  return round;
                }));
      }
      for (Future<?> each : all) {
        var _ = each.get();
      }
    }
  }

  private static boolean create(SqlClient sql, int number) {
    if (number >= TENANTS) {
      return false;
    }
    String tenant = "tenant-" + number;
    var _ = sql.query(tenant, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    var _ =
        sql.query(
            tenant,
            "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d)"
                    .formatted(ROWS)
                + " INSERT INTO t SELECT i, printf('%0200d', i) FROM c");
    return true;
  }

  /** One write to nine reads, one of which sorts. */
  private static void use(SqlClient sql, Random random) throws IOException {
    String tenant = "tenant-" + random.nextInt(AWAKE);
    int id = 1 + random.nextInt(ROWS);
    SqlClient.Answer answer =
        switch (random.nextInt(10)) {
          case 0 -> sql.tryQuery(tenant, "UPDATE t SET name = 'x' || id WHERE id = ?", id);
          case 1 -> sql.tryQuery(tenant, "SELECT * FROM t ORDER BY name LIMIT 20");
          default -> sql.tryQuery(tenant, "SELECT * FROM t WHERE id = ?", id);
        };
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
  }

  private static long memory(SqlClient sql, String kind) throws IOException {
    String name = "dosql_memory_bytes{kind=\"" + kind + "\",} ";
    return sql.metrics()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow();
  }

  private static ContainerStatus engine() {
    return NAMESPACE
        .resource(Pod.class, DATABASE + "-0")
        .require()
        .getStatus()
        .getContainerStatuses()
        .getFirst();
  }
}
