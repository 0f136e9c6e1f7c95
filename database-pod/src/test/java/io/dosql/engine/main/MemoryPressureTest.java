package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.tenant.Tenants;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens past 80 % of the memory that a pod may have. */
class MemoryPressureTest {

  private static final long MIB = 1 << 20;
  private static final int TENANTS = 8;

  private final AtomicLong used = new AtomicLong(10 * MIB);
  private final AtomicLong now = new AtomicLong();
  private RealPod pod;
  private Tenants tenants;
  private MemoryGuard guard;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    pod = new RealPod(folder);
    tenants = pod.part(Tenants.class);
    guard =
        new MemoryGuard(
            MemoryBudget.of(OptionalLong.of(200 * MIB), 60 * MIB),
            () -> OptionalLong.of(used.get()),
            tenants,
            now::get);
    for (int i = 0; i < TENANTS; i++) {
      JsonNode _ = pod.sql("tenant-" + i, "CREATE TABLE t (v)");
    }
  }

  @AfterEach
  void stop() {
    guard.close();
    pod.close();
  }

  @Test
  void belowItNothingIsShed() {
    used.set(159 * MIB);
    guard.look();
    assertThat(guard.sheds()).isZero();
    assertThat(tenants.awake()).isEqualTo(TENANTS);
  }

  @Test
  void pastItThoseThatIdleLongestSleepAndAllGoOnWorking() throws Exception {
    used.set(161 * MIB);
    guard.look();
    assertThat(guard.sheds()).isEqualTo(1);
    assertThat(tenants.awake()).isEqualTo(TENANTS - TENANTS / 4);
    for (int i = 0; i < TENANTS; i++) {
      assertThat(pod.sql("tenant-" + i, "INSERT INTO t VALUES (1) RETURNING v").get("rows"))
          .hasToString("[[1]]");
    }
  }

  @Test
  void theStateOfMemoryIsShownToTheAdmin() throws Exception {
    RealPod.Answer answer = pod.admin("/debug/state");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().get("memory").get("sqliteShareBytes").asLong()).isPositive();
    assertThat(answer.body().get("tenants").get("awake").asInt()).isEqualTo(TENANTS);
    assertThat(answer.body().get("awake").get(0).get("name").asText()).isEqualTo("tenant-0");
    assertThat(pod.get("/debug/state").statusCode()).isEqualTo(401);
    assertThat(pod.get("/metrics").body())
        .contains("dosql_memory_budget_bytes{part=\"sqlite\",}", "dosql_memory_sheds_total 0.0");
  }
}
