package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class WriterQueueTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  private final WriterQueue queue = new WriterQueue(2);

  private void acquire(Duration timeout) {
    queue.acquire(TenantName.MAIN, timeout);
  }

  private static ErrorCode codeOf(Throwable failure) {
    return ((DosqlException) failure).code();
  }

  @Test
  void theTurnGoesInOrderOfArrival() throws Exception {
    acquire(LONG);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Thread> waiting = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int number = i;
      Thread waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    acquire(LONG);
                    order.add(number);
                    queue.release();
                  });
      waiting.add(waiter);
      await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
    }
    queue.release();
    for (Thread waiter : waiting) {
      waiter.join();
    }
    assertThat(order).containsExactly(0, 1);
    assertThat(queue.isHeld()).isFalse();
  }

  @Test
  void whoWaitsTooLongLeavesTheQueue() {
    acquire(LONG);
    assertThatThrownBy(() -> acquire(Duration.ofMillis(20)))
        .satisfies(failure -> assertThat(codeOf(failure)).isEqualTo(ErrorCode.TXN_LOCK_TIMEOUT));
    assertThat(queue.hasWaiters()).isFalse();
    queue.release();
    assertThat(queue.isHeld()).isFalse();
  }

  @Test
  void aFullQueueRefuses() throws Exception {
    acquire(LONG);
    List<Thread> waiting = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Thread waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    acquire(LONG);
                    queue.release();
                  });
      waiting.add(waiter);
      await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
    }
    assertThatThrownBy(() -> acquire(LONG))
        .satisfies(failure -> assertThat(codeOf(failure)).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED))
        .hasMessageContaining("maxWaitingWriters");
    queue.release();
    for (Thread waiter : waiting) {
      waiter.join();
    }
  }

  @Test
  void whoIsInterruptedLeavesTheQueue() throws Exception {
    acquire(LONG);
    Thread waiter =
        Thread.ofPlatform()
            .start(
                () ->
                    assertThatThrownBy(() -> acquire(LONG))
                        .satisfies(
                            failure ->
                                assertThat(codeOf(failure)).isEqualTo(ErrorCode.CONNECTION_ERROR)));
    await().until(queue::hasWaiters);
    waiter.interrupt();
    waiter.join();
    assertThat(queue.hasWaiters()).isFalse();
    queue.release();
    assertThat(queue.isHeld()).isFalse();
  }

  @Test
  void aTurnGrantedToWhoWasJustInterruptedIsNotLost() throws Exception {
    acquire(LONG);
    AtomicBoolean mine = new AtomicBoolean();
    Thread waiter =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    acquire(LONG);
                    mine.set(true);
                  } catch (DosqlException interrupted) {
                    assertThat(interrupted.code()).isEqualTo(ErrorCode.CONNECTION_ERROR);
                  }
                });
    await().until(queue::hasWaiters);
    queue.lock.lock();
    try {
      // It has noticed the interrupt, and needs the lock to leave.
      waiter.interrupt();
      await().until(() -> queue.lock.hasQueuedThread(waiter));
      queue.release();
    } finally {
      queue.lock.unlock();
    }
    waiter.join();
    if (mine.get()) {
      queue.release();
    }
    assertThat(queue.isHeld()).isFalse();
  }
}
