package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WriteTurnsTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final ExecutorService pool = Executors.newSingleThreadExecutor();
  private final PretendedTransaction transaction = new PretendedTransaction();
  private final WriterQueue queue = new WriterQueue(1_000);
  private final WheelAlarms alarms = new WheelAlarms();
  private final WriteTurns turns =
      new WriteTurns(TenantName.MAIN, queue, new Strand(pool), transaction, alarms, () -> 0L);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  /** Notes what is done to it; what fails is rolled back. */
  private final class PretendedTransaction implements WriteGroup.Transaction {
    private volatile boolean isOpen;
    private volatile boolean refusesCommit;

    @Override
    public void begin() {
      isOpen = true;
      done.add("begin");
    }

    @Override
    public boolean isOpen() {
      return isOpen;
    }

    @Override
    public boolean commit() {
      isOpen = refusesCommit;
      done.add(refusesCommit ? "refuse" : "commit");
      return !refusesCommit;
    }

    @Override
    public void rollBack() {
      isOpen = false;
      done.add("roll back");
    }
  }

  /** A write that may share a transaction. */
  private CompletableFuture<String> writeShared(String name, Callable<Supplier<String>> together) {
    QueuedWrite<String> write =
        new QueuedWrite<>(() -> add(name), together, (result, tell) -> tell.run());
    return inBackground(() -> turns.run(write, LONG));
  }

  private static CompletableFuture<String> inBackground(Callable<String> call) {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    var _ =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    outcome.complete(call.call());
                  } catch (Throwable failure) {
                    outcome.completeExceptionally(failure);
                  }
                });
    return outcome;
  }

  private Callable<Supplier<String>> together(String name) {
    return () -> {
      done.add("with others " + name);
      return () -> name + " of " + done.getLast();
    };
  }

  /** The first has the turn; the others wait in this order. */
  private List<CompletableFuture<String>> holdAndEnqueue(
      Map<String, Callable<Supplier<String>>> writes) throws Exception {
    var _ = holdTurn(LONG);
    List<CompletableFuture<String>> outcomes = new ArrayList<>();
    for (Map.Entry<String, Callable<Supplier<String>>> write : writes.entrySet()) {
      outcomes.add(writeShared(write.getKey(), write.getValue()));
      await().until(() -> queue.waiting() == outcomes.size());
    }
    goOn.countDown();
    for (CompletableFuture<String> outcome : outcomes) {
      var _ = outcome.exceptionally(failure -> "failed").get(30, TimeUnit.SECONDS);
    }
    return outcomes;
  }

  private Map<String, Callable<Supplier<String>>> writes(String... names) {
    Map<String, Callable<Supplier<String>>> writes = new LinkedHashMap<>();
    for (String name : names) {
      writes.put(name, together(name));
    }
    return writes;
  }

  @Test
  void writesThatWaitShareATransactionAndAreToldAfterItsCommit() throws Exception {
    var outcomes = holdAndEnqueue(writes("a", "b", "c"));
    assertThat(done)
        .containsExactly(
            "first", "begin", "with others a", "with others b", "with others c", "commit");
    assertThat(outcomes).extracting(CompletableFuture::join).contains("a of commit", "c of commit");
  }

  @Test
  void aWriteThatNobodyWaitsBehindHasATransactionOfItsOwn() throws Exception {
    var _ = holdAndEnqueue(writes("a"));
    assertThat(done).containsExactly("first", "a");
  }

  @Test
  void aFailureOfOneWriteIsToldToItsClientAlone() throws Exception {
    var writes = writes("a", "b", "c");
    writes.put(
        "b",
        () -> {
          throw new DosqlException(ErrorCode.CONSTRAINT_VIOLATION, "pretended");
        });
    var outcomes = holdAndEnqueue(writes);
    assertThat(done).containsExactly("first", "begin", "with others a", "with others c", "commit");
    assertThat(outcomes.get(1)).isCompletedExceptionally();
    assertThat(outcomes.get(2).join()).isEqualTo("c of commit");
  }

  @Test
  void whatTakesTheTransactionWithItHasAllOfThemRunAlone() throws Exception {
    var writes = writes("a", "b", "c");
    writes.put(
        "b",
        () -> {
          transaction.isOpen = false;
          throw new DosqlException(ErrorCode.CONSTRAINT_VIOLATION, "pretended");
        });
    var outcomes = holdAndEnqueue(writes);
    assertThat(done).containsExactly("first", "begin", "with others a", "roll back", "a", "b", "c");
    assertThat(outcomes).extracting(CompletableFuture::join).containsExactly("a", "b", "c");
  }

  @Test
  void aLimitThatIsHitTogetherIsNotToldToAnybody() throws Exception {
    var writes = writes("a", "b");
    writes.put(
        "b",
        () -> {
          throw new DosqlException(ErrorCode.TIMEOUT, "pretended");
        });
    var outcomes = holdAndEnqueue(writes);
    assertThat(done).containsExactly("first", "begin", "with others a", "roll back", "a", "b");
    assertThat(outcomes).extracting(CompletableFuture::join).containsExactly("a", "b");
  }

  @Test
  void aCommitThatIsRefusedHasAllOfThemRunAlone() throws Exception {
    transaction.refusesCommit = true;
    var outcomes = holdAndEnqueue(writes("a", "b"));
    assertThat(done)
        .containsExactly(
            "first", "begin", "with others a", "with others b", "refuse", "roll back", "a", "b");
    assertThat(outcomes).extracting(CompletableFuture::join).containsExactly("a", "b");
  }

  @Test
  void aWriteThatTurnsOutNotToBeSharedEndsTheTransactionBeforeIt() throws Exception {
    var writes = writes("a", "b", "c");
    writes.put(
        "b",
        () -> {
          throw new SharedWrite.CannotShareException();
        });
    var _ = holdAndEnqueue(writes);
    assertThat(done).containsExactly("first", "begin", "with others a", "commit", "b", "c");
  }

  @AfterEach
  void endPool() {
    goOn.countDown();
    pool.close();
    alarms.close();
  }

  private CompletableFuture<String> write(String name, Duration lockTimeout) {
    return inBackground(() -> turns.run(() -> add(name), lockTimeout));
  }

  private String add(String name) {
    done.add(name);
    return name;
  }

  /** A write that has its turn until {@link #goOn}. */
  private CompletableFuture<String> holdTurn(Duration lockTimeout) throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CompletableFuture<String> outcome =
        inBackground(
            () ->
                turns.run(
                    () -> {
                      running.countDown();
                      goOn.await();
                      return add("first");
                    },
                    lockTimeout));
    running.await();
    return outcome;
  }

  private void enqueue(String name, List<CompletableFuture<String>> outcomes, int waiting) {
    outcomes.add(write(name, LONG));
    await().until(() -> queue.waiting() == waiting);
  }

  @Test
  void writesAndThreadsGetTheirTurnInOrderOfArrival() throws Exception {
    var first = holdTurn(LONG);
    List<CompletableFuture<String>> outcomes = new ArrayList<>();
    enqueue("a", outcomes, 1);
    enqueue("b", outcomes, 2);
    Thread lease =
        Thread.ofVirtual()
            .start(
                () -> {
                  queue.acquire(TenantName.MAIN, LONG);
                  done.add("lease");
                  turns.release();
                });
    await().until(() -> queue.waiting() == 3);
    enqueue("c", outcomes, 4);
    goOn.countDown();
    lease.join();
    for (CompletableFuture<String> outcome : outcomes) {
      var _ = outcome.get(30, TimeUnit.SECONDS);
    }
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(done).containsExactly("first", "a", "b", "lease", "c");
    await().until(() -> !queue.isHeld());
  }

  @Test
  void aWriteWhoseTurnDoesNotComeInTimeIsNeverRun() throws Exception {
    var first = holdTurn(LONG);
    assertThatThrownBy(() -> turns.run(() -> add("late"), Duration.ofMillis(20)))
        .satisfies(
            failure ->
                assertThat(((DosqlException) failure).code())
                    .isEqualTo(ErrorCode.TXN_LOCK_TIMEOUT));
    assertThat(queue.hasWaiters()).isFalse();
    goOn.countDown();
    var _ = first.get(30, TimeUnit.SECONDS);
    assertThat(turns.run(() -> add("next"), LONG)).isEqualTo("next");
    assertThat(done).containsExactly("first", "next");
  }

  @Test
  void theOutcomeOfAWriteThatHasItsTurnIsWaitedForPastTheLockTimeout() throws Exception {
    var first = holdTurn(Duration.ofNanos(1));
    assertThatThrownBy(() -> first.get(50, TimeUnit.MILLISECONDS))
        .isInstanceOf(java.util.concurrent.TimeoutException.class);
    goOn.countDown();
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("first");
  }

  @Test
  void whoIsInterruptedWhileWaitingIsNeverRun() throws Exception {
    var _ = holdTurn(LONG);
    AtomicBoolean flag = new AtomicBoolean();
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread waiter =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    var _ = turns.run(() -> add("interrupted"), LONG);
                  } catch (DosqlException failure) {
                    flag.set(Thread.currentThread().isInterrupted());
                    outcome.complete(failure);
                  }
                });
    await().until(queue::hasWaiters);
    waiter.interrupt();
    assertThat(((DosqlException) outcome.get(30, TimeUnit.SECONDS)).code())
        .isEqualTo(ErrorCode.CONNECTION_ERROR);
    assertThat(flag).isTrue();
    goOn.countDown();
    assertThat(turns.run(() -> add("next"), LONG)).isEqualTo("next");
    assertThat(done).containsExactly("first", "next");
  }

  @Test
  void aWriteThatFailsDoesNotKeepTheTurn() {
    assertThatThrownBy(
            () ->
                turns.run(
                    () -> {
                      throw new IllegalArgumentException("pretended");
                    },
                    LONG))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(turns.run(() -> add("next"), LONG)).isEqualTo("next");
  }

  @Test
  void aTenantWithManyWritesLetsAnotherOneIn() throws Exception {
    var first = holdTurn(LONG);
    List<CompletableFuture<String>> outcomes = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      outcomes.add(write("write", LONG));
    }
    await().until(() -> queue.waiting() == 300);
    var other = new Strand(pool).submit(() -> add("other"));
    goOn.countDown();
    for (CompletableFuture<String> outcome : outcomes) {
      var _ = outcome.get(30, TimeUnit.SECONDS);
    }
    var _ = other.get(30, TimeUnit.SECONDS);
    var _ = first.get(30, TimeUnit.SECONDS);
    assertThat(done.indexOf("other")).isLessThanOrEqualTo(64);
  }

  @Test
  void writesThatThePoolTakesNoMoreFailInsteadOfWaitingForEver() throws Exception {
    var first = holdTurn(LONG);
    List<CompletableFuture<String>> outcomes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      outcomes.add(write("write", LONG));
    }
    await().until(() -> queue.waiting() == 100);
    pool.shutdown();
    goOn.countDown();
    var _ = first.get(30, TimeUnit.SECONDS);
    int failed = 0;
    for (CompletableFuture<String> outcome : outcomes) {
      try {
        var _ = outcome.get(30, TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException refused) {
        assertThat(refused).hasCauseInstanceOf(RejectedExecutionException.class);
        failed++;
      }
    }
    assertThat(failed).isBetween(36, 100);
    await().until(() -> !queue.isHeld());
  }
}
