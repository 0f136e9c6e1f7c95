package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reader connections that clients hold between their calls, when others wait for one. */
class HeldReadersTest {

  private static final int READERS = 4;
  private static final Duration HOUR = Duration.ofHours(1);

  /** More than any pool begins at a time. */
  private static final int JOBS_OF_A_BUSY_TENANT = 2_000;

  @TempDir Path folder;

  private static List<ReaderLease> holdAll(TenantDatabase database) {
    List<ReaderLease> held = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      held.add(hold(database, HOUR));
    }
    return held;
  }

  private static ReaderLease hold(TenantDatabase database, Duration lifetime) {
    ReaderLease lease = database.reader(LifeBench.LONG);
    lease.holdsTransaction(lifetime, () -> {});
    return lease;
  }

  private static CompletableFuture<Boolean> waitToRead(TenantDatabase database) {
    CompletableFuture<Boolean> read =
        CompletableFuture.supplyAsync(
            () -> database.readOnce(HOUR, connection -> connection.sqlite().isAutocommit()),
            Thread::startVirtualThread);
    await().until(() -> database.readersWaiting() == 1);
    return read;
  }

  private static long lost(List<ReaderLease> held) {
    return held.stream().filter(lease -> lease.lost() != null).count();
  }

  /** Until the latch is down, no reader thread does anything else for the tenant. */
  private static void occupyReaderThreads(LifeBench bench, CountDownLatch until) {
    Executor readers = bench.tenants.parts().environment().pools().readersOf(new TenantName("a"));
    for (int i = 0; i < JOBS_OF_A_BUSY_TENANT; i++) {
      readers.execute(
          () -> {
            try {
              until.await();
            } catch (InterruptedException stop) {
              Thread.currentThread().interrupt();
            }
          });
    }
  }

  @Test
  void oneThatWaits_costsOneTransactionHoweverLongItsReaderIsOnTheWayBack() throws Exception {
    try (LifeBench bench = new LifeBench(folder);
        Tenant.Use use = bench.use("a")) {
      TenantDatabase database = use.database();
      List<ReaderLease> held = holdAll(database);
      CompletableFuture<Boolean> waiting = waitToRead(database);
      CountDownLatch busy = new CountDownLatch(1);
      try {
        occupyReaderThreads(bench, busy);
        bench.pass(Duration.ofSeconds(3));
        database.expireLeases(database.nanoTime());
        database.expireLeases(database.nanoTime());
        assertThat(waiting).isNotDone();
        assertThat(lost(held)).isEqualTo(1);
      } finally {
        busy.countDown();
      }
      assertThat(waiting.get(60, TimeUnit.SECONDS)).isTrue();
      held.forEach(ReaderLease::close);
    }
  }

  @Test
  void readersThatCameBack_leavePlaceForTheNextThatWait() throws Exception {
    try (LifeBench bench = new LifeBench(folder);
        Tenant.Use use = bench.use("a")) {
      TenantDatabase database = use.database();
      List<ReaderLease> held = holdAll(database);
      for (int waiter = 1; waiter <= READERS; waiter++) {
        CompletableFuture<Boolean> waiting = waitToRead(database);
        bench.pass(Duration.ofSeconds(3));
        await()
            .until(
                () -> {
                  database.expireLeases(database.nanoTime());
                  return waiting.isDone();
                });
        assertThat(waiting.get()).isTrue();
        assertThat(lost(held)).isEqualTo(waiter);
        held.add(hold(database, HOUR));
      }
      held.forEach(ReaderLease::close);
    }
  }
}
