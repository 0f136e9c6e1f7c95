package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs writes that are one job each, in their turn among all who want to write.
 *
 * <p>The turn goes from one such write to the next on the strand itself, without waking the thread
 * that waits for the first: with many clients on few cores a hand-over costs more than the write.
 * Several run as one job of the strand, though no more than take a moment, so that other tenants
 * get the pool's thread in between.
 */
final class WriteTurns {

  private static final int WRITES_PER_JOB = 64;
  private static final long JOB_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final TenantName tenant;
  private final WriterQueue queue;
  private final Strand strand;
  private final WriteGroup group;
  private final Alarms alarms;
  private final LongSupplier nanoTime;

  WriteTurns(
      TenantName tenant,
      WriterQueue queue,
      Strand strand,
      WriteGroup.Transaction transaction,
      Alarms alarms,
      LongSupplier nanoTime) {
    this.tenant = tenant;
    this.queue = queue;
    this.strand = strand;
    this.group = new WriteGroup(transaction, WRITES_PER_JOB);
    this.alarms = alarms;
    this.nanoTime = nanoTime;
  }

  /** As {@link #run(QueuedWrite, Duration)}, never together with others, told at once. */
  <T> T run(Callable<T> work, Duration lockTimeout) {
    return run(new QueuedWrite<>(work, null, (result, tell) -> tell.run()), lockTimeout);
  }

  /**
   * Runs a write on the strand in its turn, perhaps together with those behind it, and waits for
   * it.
   *
   * <p>Fails as {@link WriterQueue#acquire} does when the turn does not come.
   *
   * @param write may hold its result back, so that its waiter need not be woken twice; only up to
   *     the lock timeout
   */
  <T> T run(QueuedWrite<T> write, Duration lockTimeout) {
    if (queue.enter(write, tenant)) {
      schedule(write);
    }
    try {
      return alarms.await(write.told(), lockTimeout, () -> late(write, lockTimeout));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      if (queue.withdraw(write)) {
        throw new DosqlException(
            ErrorCode.CONNECTION_ERROR, "interrupted while waiting to write", stop);
      }
      return Jobs.join(write.ran());
    }
  }

  /** If its turn has come, its own deadline ends it, and its outcome must be known. */
  private void late(QueuedWrite<?> write, Duration lockTimeout) {
    if (queue.withdraw(write)) {
      write.fail(WriterQueue.lockTimeout(tenant, lockTimeout));
    } else {
      write.tellEarly();
    }
  }

  /** Whoever had the turn is done: the next one has it. */
  void release() {
    QueuedWrite<?> next = queue.release();
    if (next != null) {
      schedule(next);
    }
  }

  private void schedule(QueuedWrite<?> first) {
    var _ =
        strand
            .submit(
                () -> {
                  runFrom(first);
                  return true;
                })
            .exceptionally(
                poolHasEnded -> {
                  failFrom(first, poolHasEnded);
                  return false;
                });
  }

  /** On the strand. */
  private void runFrom(QueuedWrite<?> first) {
    long end = nanoTime.getAsLong() + JOB_NANOS;
    QueuedWrite<?> write = first;
    int count = 0;
    while (true) {
      count += group.run(write, () -> nextShared(end));
      QueuedWrite<?> next = queue.release();
      if (next == null) {
        return;
      }
      if (count >= WRITES_PER_JOB || nanoTime.getAsLong() - end > 0) {
        schedule(next);
        return;
      }
      write = next;
    }
  }

  private @Nullable QueuedWrite<?> nextShared(long end) {
    return nanoTime.getAsLong() - end > 0 ? null : queue.pollShared();
  }

  private void failFrom(QueuedWrite<?> first, Throwable cause) {
    @Nullable QueuedWrite<?> write = first;
    while (write != null) {
      write.fail(cause);
      write = queue.release();
    }
  }
}
