package io.dosql.engine.tenant;

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
 * threads, so waiting costs no thread of the pools.
 */
final class WriterQueue {

  private static final class Waiter {
    private final Condition granted;
    private boolean isGranted;

    Waiter(Condition granted) {
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
    Waiter self = null;
    try {
      if (!held && waiters.isEmpty()) {
        held = true;
        return;
      }
      if (waiters.size() >= waitersMax) {
        throw new DosqlException(
                ErrorCode.RESOURCE_EXHAUSTED,
                "%d writers wait for tenant %s already, the limit maxWaitingWriters"
                    .formatted(waitersMax, tenant))
            .withRetryAfter(Duration.ofSeconds(1));
      }
      self = new Waiter(lock.newCondition());
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
      if (self != null && self.isGranted) {
        // Granted between the interrupt and its being noticed: nobody else would give it back.
        release();
      }
      throw new DosqlException(
          ErrorCode.CONNECTION_ERROR, "interrupted while waiting to write", stop);
    } finally {
      giveUpUnlessGranted(self);
      lock.unlock();
    }
  }

  private void giveUpUnlessGranted(@Nullable Waiter self) {
    if (self != null && !self.isGranted) {
      waiters.remove(self);
    }
  }

  private static DosqlException lockTimeout(TenantName tenant, Duration timeout) {
    return new DosqlException(
            ErrorCode.TXN_LOCK_TIMEOUT,
            "tenant %s was being written to for longer than %d ms"
                .formatted(tenant, TimeUnit.NANOSECONDS.toMillis(timeout.toNanos())))
        .withRetryAfter(Duration.ofSeconds(1))
        .withSqliteCode("SQLITE_BUSY");
  }

  /** Hands the turn to the next waiter. */
  void release() {
    lock.lock();
    try {
      Waiter next = waiters.poll();
      if (next == null) {
        held = false;
      } else {
        next.isGranted = true;
        next.granted.signal();
      }
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
