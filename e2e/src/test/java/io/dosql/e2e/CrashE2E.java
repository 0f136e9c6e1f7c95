package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The engine is killed while clients write: what was acknowledged is there afterwards. */
final class CrashE2E {

  private static final String DATABASE = "crash";
  private static final List<String> TENANTS = List.of("main", "a", "b", "c");
  private static final int WRITERS = 16;
  private static final int WRITES_BEFORE_THE_KILL = 400;
  private static final AtomicInteger NEXT_ID = new AtomicInteger();

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("crash");

  @BeforeAll
  static void createDatabase() {
    var _ =
        NAMESPACE.apply(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLDatabase
            metadata:
              name: crash
            spec:
              storage:
                size: 500Mi
            """);
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    SqlClient sql = NAMESPACE.sql(DATABASE);
    for (String tenant : TENANTS) {
      var _ = sql.query(tenant, "CREATE TABLE written (id INTEGER PRIMARY KEY)");
    }
  }

  @RepeatedTest(3)
  void everyAcknowledgedRowSurvivesSigkill() throws Exception {
    int restarts = restarts();
    Map<String, Set<Integer>> attempted = sets();
    Map<String, Set<Integer>> acknowledged = sets();
    CountDownLatch enough = new CountDownLatch(WRITES_BEFORE_THE_KILL);
    try (SqlClient sql =
            SqlClient.connect(
                NAMESPACE.client(),
                NAMESPACE.name(),
                DATABASE,
                NAMESPACE.appSecret(DATABASE).token());
        ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int writer = 0; writer < WRITERS; writer++) {
        String tenant = TENANTS.get(writer % TENANTS.size());
        var _ =
            writers.submit(
                () -> write(sql, tenant, of(attempted, tenant), of(acknowledged, tenant), enough));
      }
      assertThat(enough.await(60, TimeUnit.SECONDS)).as("writes before the kill").isTrue();
      new ClusterPods(NAMESPACE).killEngine(DATABASE);
      Awaitility.await("the engine to be started again")
          .atMost(Duration.ofMinutes(2))
          .until(() -> restarts() > restarts && isReady());
      writers.shutdownNow();
    }
    SqlClient sql = NAMESPACE.sql(DATABASE);
    for (String tenant : TENANTS) {
      Set<Integer> found = new HashSet<>();
      sql.column(tenant, "SELECT id FROM written").forEach(id -> found.add(Integer.valueOf(id)));
      assertThat(found).as(tenant).containsAll(of(acknowledged, tenant));
      found.removeAll(of(attempted, tenant));
      assertThat(earlier(found, attempted)).as("rows that nobody wrote").isTrue();
      assertThat(sql.column(tenant, "PRAGMA integrity_check")).containsExactly("ok");
    }
  }

  /** Whether all ids are from before this round. */
  private static boolean earlier(Set<Integer> ids, Map<String, Set<Integer>> attempted) {
    int first =
        attempted.values().stream()
            .flatMap(Set::stream)
            .mapToInt(Integer::intValue)
            .min()
            .orElse(0);
    return ids.stream().allMatch(id -> id < first);
  }

  private static Set<Integer> of(Map<String, Set<Integer>> sets, String tenant) {
    return Objects.requireNonNull(sets.get(tenant));
  }

  private static Map<String, Set<Integer>> sets() {
    Map<String, Set<Integer>> sets = new ConcurrentHashMap<>();
    TENANTS.forEach(tenant -> sets.put(tenant, ConcurrentHashMap.newKeySet()));
    return sets;
  }

  /** Writes one row after the other until a request fails. */
  private static void write(
      SqlClient sql,
      String tenant,
      Set<Integer> attempted,
      Set<Integer> acknowledged,
      CountDownLatch enough) {
    try {
      while (true) {
        int id = NEXT_ID.incrementAndGet();
        attempted.add(id);
        if (sql.tryQuery(tenant, "INSERT INTO written VALUES (?)", id).status() != 200) {
          return;
        }
        acknowledged.add(id);
        enough.countDown();
      }
    } catch (IOException theEngineIsGone) {
      // What it had not acknowledged may be there or not.
    }
  }

  private static int restarts() {
    return containers().stream().mapToInt(ContainerStatus::getRestartCount).sum();
  }

  private static boolean isReady() {
    return containers().stream().allMatch(container -> Boolean.TRUE.equals(container.getReady()));
  }

  private static List<ContainerStatus> containers() {
    return NAMESPACE
        .resource(Pod.class, DATABASE + "-0")
        .require()
        .getStatus()
        .getContainerStatuses();
  }
}
