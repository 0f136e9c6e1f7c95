package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogHold;
import io.dosql.engine.log.LogPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waking, sleeping, eviction and pins. */
class TenantLifeTest {

  private static final Duration IDLE = Duration.ofSeconds(11);
  private static final int CLIENTS = 1_000;

  @TempDir Path folder;

  static void assertFails(ErrorCode code, String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DosqlException.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .hasMessageContaining(text);
  }

  @Test
  void aStampedeOnASleepingTenantOpensItOnce() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v); INSERT INTO t VALUES (7)");
      assertThat(bench.sleep("a")).isTrue();
      long wakes = bench.tenants.wakes();
      CountDownLatch start = new CountDownLatch(1);
      List<Future<List<String>>> answers = new ArrayList<>();
      try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < CLIENTS; i++) {
          answers.add(
              clients.submit(
                  () -> {
                    start.await();
                    return bench.rows("a", "SELECT v FROM t");
                  }));
        }
        start.countDown();
        for (Future<List<String>> answer : answers) {
          assertThat(answer.get()).containsExactly("7");
        }
      }
      assertThat(bench.tenants.wakes()).isEqualTo(wakes + 1);
      assertThat(bench.tenants.awake()).isEqualTo(1);
    }
  }

  @Test
  void aTenantSleepsWhenItIsIdleAndNeverWithWorkInHand() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("idle", "CREATE TABLE t (v)");
      bench.write("busy", "CREATE TABLE t (v)");
      try (Tenant.Use use = bench.use("busy");
          WriterLease open = use.database().writer(LifeBench.LONG, Duration.ofHours(1))) {
        assertThat(open.call(connection -> connection.sqlite().isAutocommit()).value()).isTrue();
        bench.passAndMaintain(IDLE);
        assertThat(bench.state("idle")).isEqualTo(TenantState.ASLEEP);
        assertThat(bench.state("busy")).isEqualTo(TenantState.AWAKE);
        assertThat(bench.sleep("busy")).isFalse();
      }
      bench.passAndMaintain(Duration.ofSeconds(1));
      assertThat(bench.state("busy"))
          .describedAs("it was used just now")
          .isEqualTo(TenantState.AWAKE);
      bench.passAndMaintain(IDLE);
      assertThat(bench.state("busy")).isEqualTo(TenantState.ASLEEP);
      assertThat(bench.tenants.states())
          .containsEntry(TenantState.ASLEEP, 2)
          .containsEntry(TenantState.AWAKE, 0)
          .containsEntry(TenantState.ABSENT, 1);
    }
  }

  @Test
  void whoOnlyListsTenantsDoesNotKeepThemAwake() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
      bench.passAndMaintain(Duration.ofSeconds(6));
      assertThat(bench.tenant("a").schemaVersion()).isEmpty();
      bench.passAndMaintain(Duration.ofSeconds(6));
      assertThat(bench.state("a")).isEqualTo(TenantState.ASLEEP);
    }
  }

  @Test
  void whoWakesBeyondMaxAwakePutsTheLeastRecentlyUsedToSleep() throws Exception {
    try (LifeBench bench = new LifeBench(folder, LifeBench.Setup.standard().awake(3))) {
      for (String name : List.of("a", "b", "c")) {
        bench.write(name, "CREATE TABLE t (v)");
        bench.pass(Duration.ofSeconds(1));
      }
      assertThat(bench.rows("a", "SELECT count(*) FROM t")).containsExactly("0");
      bench.write("d", "CREATE TABLE t (v)");
      assertThat(bench.state("b")).isEqualTo(TenantState.ASLEEP);
      for (String name : List.of("a", "c", "d")) {
        assertThat(bench.state(name)).describedAs(name).isEqualTo(TenantState.AWAKE);
      }
      assertThat(bench.tenants.evictions()).isEqualTo(1);
    }
  }

  @Test
  void whenAllThatAreAwakeAreInUseTheNextOneIsToldTheLimit() throws Exception {
    LifeLimits hasty =
        new LifeLimits(0, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 1);
    LifeBench.Setup two =
        new LifeBench.Setup(2, hasty, TenantFolders.Steps.UNHEARD, java.util.Set.of());
    try (LifeBench bench = new LifeBench(folder, two)) {
      bench.write("c", "CREATE TABLE t (v)");
      assertThat(bench.sleep("c")).isTrue();
      try (Tenant.Use _ = bench.use("a");
          Tenant.Use _ = bench.use("b")) {
        assertFails(ErrorCode.RESOURCE_EXHAUSTED, "maxAwake", () -> bench.rows("c", "SELECT 1"));
        assertThat(bench.state("c")).isEqualTo(TenantState.ASLEEP);
      }
      assertThat(bench.sleep("a")).isTrue();
      assertThat(bench.rows("c", "SELECT count(*) FROM t")).containsExactly("0");
      assertThat(bench.tenants.awake()).isEqualTo(2);
    }
  }

  @Test
  void whoWaitsForAPlaceGetsTheOneThatBecomesFree() throws Exception {
    LifeLimits patient =
        new LifeLimits(0, LifeBench.LONG, Duration.ofSeconds(1), Duration.ofSeconds(1), 1);
    LifeBench.Setup one =
        new LifeBench.Setup(1, patient, TenantFolders.Steps.UNHEARD, java.util.Set.of());
    try (LifeBench bench = new LifeBench(folder, one)) {
      CompletableFuture<List<String>> waiting;
      try (Tenant.Use _ = bench.use("a")) {
        waiting = new CompletableFuture<>();
        Thread client =
            Thread.startVirtualThread(
                () -> {
                  try {
                    waiting.complete(bench.rows("b", "SELECT 1"));
                  } catch (RuntimeException failure) {
                    waiting.completeExceptionally(failure);
                  }
                });
        await().until(() -> client.getState() == Thread.State.TIMED_WAITING);
        assertThat(waiting).isNotDone();
      }
      assertThat(waiting.get(30, TimeUnit.SECONDS)).containsExactly("1");
      assertThat(bench.state("a")).isIn(TenantState.ASLEEP);
    }
  }

  @Test
  void aPinnedTenantIsNeitherPutToSleepNorEvictedAlsoAfterARestart() throws Exception {
    LifeBench.Setup two = LifeBench.Setup.standard().awake(2);
    try (LifeBench bench = new LifeBench(folder, two)) {
      bench.write("pinned", "CREATE TABLE t (v)");
      bench.tenants.pin(new TenantName("pinned"));
      bench.tenants.pin(new TenantName("pinned"));
      bench.pass(Duration.ofSeconds(1));
      bench.write("b", "CREATE TABLE t (v)");
      bench.write("c", "CREATE TABLE t (v)");
      assertThat(bench.state("pinned")).isEqualTo(TenantState.AWAKE);
      bench.passAndMaintain(IDLE);
      assertThat(bench.state("pinned")).isEqualTo(TenantState.AWAKE);
      assertThat(bench.state("c")).isEqualTo(TenantState.ASLEEP);
      assertFails(
          ErrorCode.QUOTA_EXCEEDED, "maxPinned", () -> bench.tenants.pin(new TenantName("b")));
    }
    try (LifeBench bench = new LifeBench(folder, two)) {
      assertThat(bench.tenant("pinned").isPinned()).isTrue();
      bench.tenants.maintain();
      // Who woke it has to let go of it, too, or it is in use when it is to sleep.
      await()
          .until(
              () ->
                  bench.state("pinned") == TenantState.AWAKE && !bench.tenant("pinned").isInUse());
      assertThat(bench.tenants.unpin(new TenantName("pinned"))).isTrue();
      assertThat(bench.tenants.unpin(new TenantName("pinned"))).isFalse();
      bench.passAndMaintain(IDLE);
      assertThat(bench.state("pinned")).isEqualTo(TenantState.ASLEEP);
      bench.tenants.pin(new TenantName("b"));
    }
    try (LifeBench bench = new LifeBench(folder, two)) {
      assertThat(bench.tenant("pinned").isPinned()).isFalse();
      assertThat(bench.tenant("b").isPinned()).isTrue();
      assertThat(bench.tenants.delete(new TenantName("b"))).isTrue();
      bench.tenants.pin(new TenantName("pinned"));
    }
  }

  @Test
  void aRegisterThatIsDamagedCostsThePinsAndNothingElse() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
      bench.tenants.pin(new TenantName("a"));
    }
    java.nio.file.Files.writeString(folder.resolve("tenants/.register.json"), "{");
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.tenant("a").isPinned()).isFalse();
      assertThat(bench.rows("a", "SELECT count(*) FROM t")).containsExactly("0");
      bench.tenants.pin(new TenantName("a"));
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.tenant("a").isPinned()).isTrue();
    }
  }

  @Test
  void whoKeepsALongLogIsCheckpointedAndNobodyElse() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      long _ = bench.write("early", "CREATE TABLE t (v)");
      long _ = bench.write("busy", "CREATE TABLE t (v)");
      while (bench.log().sizeBytes() < 20 << 20) {
        long _ = bench.write("busy", "INSERT INTO t VALUES (randomblob(1000000))");
      }
      long _ = bench.write("recent", "CREATE TABLE t (v)");
      bench.passAndMaintain(Duration.ofSeconds(3));
      LogPosition end = bench.log().settled();
      assertThat(bench.log().holdersBefore(end, 10))
          .extracting(LogHold::tenant)
          .containsExactly("recent");
      assertThat(bench.state("early")).isEqualTo(TenantState.AWAKE);
    }
  }
}
