package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No tenant keeps another's jobs from running. */
class FairPoolTest {

  /** Turns are offered at each question. */
  private static final Duration NO_SLICE = Duration.ZERO;

  private static final Duration LONG = Duration.ofHours(1);
  private static final int MAX_SECONDS = 20;

  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicBoolean stop = new AtomicBoolean();
  private final List<FairPool> pools = new ArrayList<>();

  /** No turn of its jobs is ever taken away. */
  private FairPool pool(int turns, int turnsPerTenant, int begunPerTenant, int begun, Duration d) {
    return pool(new FairPool.Shares(turns, turnsPerTenant, begunPerTenant, begun, d, LONG));
  }

  private FairPool pool(FairPool.Shares shares) {
    FairPool pool = new FairPool("test", shares);
    pools.add(pool);
    return pool;
  }

  @AfterEach
  void end() {
    release.countDown();
    stop.set(true);
    pools.forEach(FairPool::close);
  }

  private static CompletableFuture<Boolean> submit(FairPool pool, String tenant, Runnable job) {
    return CompletableFuture.supplyAsync(
        () -> {
          job.run();
          return true;
        },
        pool.of(tenant));
  }

  private void block() {
    try {
      assertThat(release.await(MAX_SECONDS, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }

  private void spinAndOffer() {
    while (!stop.get()) {
      if (!FairPool.offerTurn()) {
        throw new IllegalStateException("told to end");
      }
    }
  }

  private static void assertRuns(CompletableFuture<?> job) throws Exception {
    assertThat(job.get(MAX_SECONDS, TimeUnit.SECONDS)).isEqualTo(true);
  }

  @Test
  void tenantThatBlocksAllItsTurns_leavesOneForOthers() throws Exception {
    FairPool pool = pool(4, 3, 8, 32, LONG);
    for (int i = 0; i < 100; i++) {
      var _ = submit(pool, "heavy", this::block);
    }
    assertThat(pool.running()).isEqualTo(3);
    assertRuns(submit(pool, "quiet", () -> {}));
  }

  @Test
  void freeTurnsGoRoundTheTenants_notInOrderOfArrival() throws Exception {
    FairPool pool = pool(1, 1, 1, 4, LONG);
    List<String> order = new CopyOnWriteArrayList<>();
    CountDownLatch started = new CountDownLatch(1);
    List<CompletableFuture<?>> all = new ArrayList<>();
    all.add(
        submit(
            pool,
            "first",
            () -> {
              started.countDown();
              block();
            }));
    assertThat(started.await(MAX_SECONDS, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 5; i++) {
      all.add(submit(pool, "many", () -> order.add("many")));
    }
    all.add(submit(pool, "few", () -> order.add("few")));
    release.countDown();
    for (CompletableFuture<?> each : all) {
      each.get(MAX_SECONDS, TimeUnit.SECONDS);
    }
    assertThat(order).containsExactly("many", "few", "many", "many", "many", "many");
  }

  @Test
  void longJobsThatOfferTheirTurns_letOthersRunInBetween() throws Exception {
    FairPool pool = pool(2, 2, 4, 16, NO_SLICE);
    List<CompletableFuture<?>> heavy = new ArrayList<>();
    for (String tenant : List.of("a", "b", "c")) {
      for (int i = 0; i < 4; i++) {
        heavy.add(submit(pool, tenant, this::spinAndOffer));
      }
    }
    for (int i = 0; i < 200; i++) {
      assertRuns(submit(pool, "quiet", () -> {}));
      assertThat(pool.running()).isLessThanOrEqualTo(2);
    }
    stop.set(true);
    for (CompletableFuture<?> each : heavy) {
      assertRuns(each);
    }
  }

  @Test
  void shortJobOfATenantWithLongOnes_runsInBetween() throws Exception {
    FairPool pool = pool(1, 1, 4, 8, NO_SLICE);
    CompletableFuture<?> heavy = submit(pool, "a", this::spinAndOffer);
    for (int i = 0; i < 100; i++) {
      assertRuns(submit(pool, "a", () -> {}));
    }
    assertThat(heavy).isNotDone();
  }

  @Test
  void jobsThatNeverOffer_loseTheirTurns() throws Exception {
    FairPool pool = pool(new FairPool.Shares(2, 1, 2, 8, NO_SLICE, Duration.ZERO));
    AtomicInteger begun = new AtomicInteger();
    for (String tenant : List.of("a", "b")) {
      var _ =
          submit(
              pool,
              tenant,
              () -> {
                begun.incrementAndGet();
                block();
                // It has no turn now, and waits for one before it goes on.
                assertThat(FairPool.offerTurn()).isTrue();
              });
    }
    await().until(() -> begun.get() == 2);
    CompletableFuture<?> quiet = submit(pool, "quiet", () -> {});
    await()
        .until(
            () -> {
              pool.takeTurnsOfTheStuck();
              return quiet.isDone();
            });
    release.countDown();
    await().until(() -> pool.running() == 0);
  }

  @Test
  void jobThatHasNotOfferedYet_keepsItsTurnUntilItIsOverdue() throws Exception {
    FairPool pool = pool(1, 1, 1, 4, NO_SLICE);
    CompletableFuture<?> atWork = submit(pool, "a", this::block);
    CompletableFuture<?> waits = submit(pool, "b", () -> {});
    pool.takeTurnsOfTheStuck();
    assertThat(pool.running()).isEqualTo(1);
    assertThat(waits).isNotDone();
    release.countDown();
    assertRuns(atWork);
    assertRuns(waits);
  }

  @Test
  void whenAllThreadsAreTaken_aTenantWithSeveralMakesRoom() throws Exception {
    FairPool pool = pool(2, 2, 4, 4, NO_SLICE);
    List<CompletableFuture<Boolean>> heavy = new ArrayList<>();
    AtomicInteger begun = new AtomicInteger();
    for (int i = 0; i < 4; i++) {
      heavy.add(
          submit(
              pool,
              "heavy",
              () -> {
                begun.incrementAndGet();
                spinAndOffer();
              }));
    }
    await().until(() -> begun.get() == 4);
    assertRuns(submit(pool, "quiet", () -> {}));
    await().until(() -> heavy.stream().filter(CompletableFuture::isDone).count() == 1);
    assertThatThrownBy(
            () -> CompletableFuture.anyOf(heavy.toArray(CompletableFuture[]::new)).join())
        .hasRootCauseMessage("told to end");
  }

  @Test
  void everyJobRunsOnceAndNoMoreAtATimeThanAllowed() throws Exception {
    long seed = Long.getLong("dosql.seed", System.nanoTime());
    Random random = new Random(seed);
    FairPool pool = pool(3, 2, 4, 8, NO_SLICE);
    AtomicInteger atWork = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    int jobs = 3_000;
    for (int i = 0; i < jobs; i++) {
      int steps = random.nextInt(5);
      pool.of("t" + random.nextInt(6))
          .execute(
              () -> {
                for (int step = 0; step < steps; step++) {
                  most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                  Thread.onSpinWait();
                  atWork.decrementAndGet();
                  boolean _ = FairPool.offerTurn();
                }
                done.incrementAndGet();
              });
    }
    pool.close();
    assertThat(done).describedAs("seed %d", seed).hasValue(jobs);
    assertThat(most.get()).describedAs("seed %d", seed).isBetween(1, 3);
    assertThat(pool.running()).isZero();
    assertThatThrownBy(() -> pool.of("t").execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
