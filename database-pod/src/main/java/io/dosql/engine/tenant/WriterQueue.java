package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who may write in a tenant: one holder at a time, granted in order of arrival. Waiters are virtual
 * threads, so waiting costs no thread of the pools, or writes that are run when it is their turn.
 */
final class WriterQueue {

  /** Whoever stands in the line. */
  sealed interface Waiter permits WaitingThread, QueuedWrite {}

  private static final class WaitingThread implements Waiter {
    private final Condition granted;
    private boolean isGranted;

    WaitingThread(Condition granted) {
      this.granted = granted;
    }
  }

  private final int waitersMax;

  /** Not private, so that a test can put its steps between those of a waiter. */
  final ReentrantLock lock = new ReentrantLock();

  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private boolean held;

  WriterQueue(int waitersMax) {
    this.waitersMax = waitersMax;
  }

  /** Waits for the turn; fails with TXN_LOCK_TIMEOUT or, when too many wait, RESOURCE_EXHAUSTED. */
  void acquire(TenantName tenant, Duration timeout) {
    lock.lock();
    WaitingThread self = null;
    try {
      if (!held && waiters.isEmpty()) {
        held = true;
        return;
      }
      requireRoom(tenant);
      self = new WaitingThread(lock.newCondition());
      waiters.add(self);
      long left = timeout.toNanos();
      while (!self.isGranted) {
        if (left <= 0) {
          throw lockTimeout(tenant, timeout);
        }
        left = self.granted.awaitNanos(left);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      if (self == null || !self.isGranted) {
        throw new DosqlException(
            ErrorCode.CONNECTION_ERROR, "interrupted while waiting to write", stop);
      }
      // Granted between the interrupt and its being noticed: whoever waits finds the flag set.
    } finally {
      giveUpUnlessGranted(self);
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void requireRoom(TenantName tenant) {
    if (waiters.size() >= waitersMax) {
      throw new DosqlException(
              ErrorCode.RESOURCE_EXHAUSTED,
              "%d writers wait for tenant %s already, the limit maxWaitingWriters"
                  .formatted(waitersMax, tenant))
          .withRetryAfter(Duration.ofSeconds(1));
    }
  }

  private void giveUpUnlessGranted(@Nullable WaitingThread self) {
    if (self != null && !self.isGranted) {
      waiters.remove(self);
    }
  }

  /**
   * Puts a write into the line, without waiting; fails with RESOURCE_EXHAUSTED when too many wait.
   *
   * @return whether it has the turn at once. Else {@link #release} returns it when it has
   */
  boolean enter(QueuedWrite<?> write, TenantName tenant) {
    lock.lock();
    try {
      if (!held && waiters.isEmpty()) {
        held = true;
        return true;
      }
      requireRoom(tenant);
      waiters.add(write);
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a write out of the line; false if it had, or has, its turn. */
  boolean withdraw(QueuedWrite<?> write) {
    lock.lock();
    try {
      return waiters.remove(write);
    } finally {
      lock.unlock();
    }
  }

  static DosqlException lockTimeout(TenantName tenant, Duration timeout) {
    return new DosqlException(
            ErrorCode.TXN_LOCK_TIMEOUT,
            "tenant %s was being written to for longer than %d ms"
                .formatted(tenant, TimeUnit.NANOSECONDS.toMillis(timeout.toNanos())))
        .withRetryAfter(Duration.ofSeconds(1))
        .withSqliteCode("SQLITE_BUSY");
  }

  /**
   * Hands the turn to the next waiter.
   *
   * @return the write that has it now, which the caller must run and release; null if it is a
   *     thread's, or nobody's
   */
  @Nullable QueuedWrite<?> release() {
    lock.lock();
    try {
      return switch (waiters.poll()) {
        case null -> {
          held = false;
          yield null;
        }
        case WaitingThread thread -> {
          thread.isGranted = true;
          thread.granted.signal();
          yield null;
        }
        case QueuedWrite<?> write -> write;
      };
    } finally {
      lock.unlock();
    }
  }

  /** The next waiter, if it is a write that may share the turn of the one that has it. */
  @Nullable QueuedWrite<?> pollShared() {
    lock.lock();
    try {
      if (waiters.peek() instanceof QueuedWrite<?> write && write.isShared()) {
        waiters.remove();
        return write;
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  boolean hasWaiters() {
    return waiting() > 0;
  }

  int waiting() {
    lock.lock();
    try {
      return waiters.size();
    } finally {
      lock.unlock();
    }
  }

  boolean isHeld() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }
}
