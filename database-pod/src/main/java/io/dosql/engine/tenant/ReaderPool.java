package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's reader connections, opened when first needed, the most recently used handed out first.
 */
final class ReaderPool {

  private static final Duration CLOSE_MAX = Duration.ofSeconds(10);
  private static final long EVICT_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final TenantName tenant;
  private final int readersMax;
  private final Supplier<TenantConnection> opener;
  private final Alarms alarms;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final ArrayDeque<TenantConnection> idle = new ArrayDeque<>();

  @GuardedBy("lock")
  private final Set<TenantConnection> lent = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Who waits for the right to a connection, in their order. */
  @GuardedBy("lock")
  private final ArrayDeque<Runnable> waiters = new ArrayDeque<>();

  @GuardedBy("lock")
  private int rights;

  @GuardedBy("lock")
  private int opening;

  @GuardedBy("lock")
  private boolean closed;

  ReaderPool(TenantName tenant, int readersMax, Supplier<TenantConnection> opener, Alarms alarms) {
    this.tenant = tenant;
    this.readersMax = readersMax;
    this.opener = opener;
    this.alarms = alarms;
    this.rights = readersMax;
  }

  /** Waits for the right to one connection. */
  void acquire(Duration timeout) {
    CompletableFuture<Boolean> granted = new CompletableFuture<>();
    boolean _ = withRight(timeout, granted, () -> granted.complete(true));
  }

  /**
   * Has something done with the right to one connection, and waits for what comes of it: the thread
   * that waits is woken once, and not for the right first.
   *
   * @param timeout for the right, and not for what is done
   * @param outcome completed by what {@code granted} sets going
   * @param granted called with the right, which it passes on: by this thread or by that of whoever
   *     had it before. Throws nothing and does not block
   */
  <T> T withRight(Duration timeout, CompletableFuture<T> outcome, Runnable granted) {
    if (enter(granted)) {
      granted.run();
      return Jobs.join(outcome);
    }
    try {
      return alarms.await(outcome, timeout, () -> giveUpWaiting(granted, outcome));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      if (withdraw(granted)) {
        throw new DosqlException(
            ErrorCode.CONNECTION_ERROR, "interrupted while waiting to read", stop);
      }
      return Jobs.join(outcome);
    }
  }

  private boolean enter(Runnable waiter) {
    lock.lock();
    try {
      if (rights > 0) {
        rights--;
        return true;
      }
      waiters.add(waiter);
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean withdraw(Runnable waiter) {
    lock.lock();
    try {
      return waiters.remove(waiter);
    } finally {
      lock.unlock();
    }
  }

  private void giveUpWaiting(Runnable waiter, CompletableFuture<?> outcome) {
    if (withdraw(waiter)) {
      outcome.completeExceptionally(
          new DosqlException(
                  ErrorCode.RESOURCE_EXHAUSTED,
                  "%d readers are at work in tenant %s, the limit maxReaders"
                      .formatted(readersMax, tenant))
              .withRetryAfter(Duration.ofSeconds(1))
              .withSqliteCode("SQLITE_BUSY"));
    }
  }

  /** Who waits for a connection. */
  int waiting() {
    lock.lock();
    try {
      return waiters.size();
    } finally {
      lock.unlock();
    }
  }

  /** Gives only the right back: there was no connection to be had. */
  void releaseRight() {
    Runnable next;
    lock.lock();
    try {
      next = waiters.poll();
      rights += next == null ? 1 : 0;
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.run();
    }
  }

  /** A connection, for who has the right to one. May open it, so only on a pool's thread. */
  TenantConnection take() {
    lock.lock();
    try {
      if (closed) {
        throw Guard.evictedFailure("the tenant is being closed");
      }
      TenantConnection connection = idle.pollLast();
      if (connection != null) {
        lent.add(connection);
        return connection;
      }
      opening++;
    } finally {
      lock.unlock();
    }
    TenantConnection opened = null;
    try {
      opened = opener.get();
      return opened;
    } finally {
      opened(opened);
    }
  }

  private void opened(@Nullable TenantConnection connection) {
    lock.lock();
    try {
      opening--;
      if (connection != null) {
        lent.add(connection);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Gives the connection back, outside any transaction, and the right to it. */
  void release(TenantConnection connection) {
    lock.lock();
    try {
      if (lent.remove(connection)) {
        idle.addLast(connection);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    releaseRight();
  }

  /**
   * Gives a connection up that is of no use any more, and the right to it.
   *
   * @return false if it was evicted before
   */
  boolean giveUp(TenantConnection connection) {
    try {
      return connection.evict("the connection is of no use any more");
    } finally {
      forget(connection);
      releaseRight();
    }
  }

  /**
   * Closes the connections that nobody uses now; the next reader opens one again. On a pool's
   * thread.
   */
  void closeIdle() {
    lock.lock();
    try {
      while (!idle.isEmpty()) {
        idle.removeLast().close();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Closes all connections, under the lock: none can be taken afterwards. Repeat it after a
   * failure.
   *
   * @param eviction why also those are closed that are lent, whose next use fails; null waits until
   *     they are back
   * @throws IllegalStateException when some are still at work in the end: SQLite must not see the
   *     files replaced under a connection of this process
   */
  void close(@Nullable String eviction) {
    long left = CLOSE_MAX.toNanos();
    lock.lock();
    try {
      closed = true;
      while (opening > 0 || isAnyLent(eviction)) {
        if (left <= 0) {
          throw new IllegalStateException(
              "tenant %s: readers are still at work after %d s"
                  .formatted(tenant, CLOSE_MAX.toSeconds()));
        }
        long wait = eviction == null ? left : Math.min(left, EVICT_AGAIN_NANOS);
        left -= wait - changed.awaitNanos(wait);
      }
      while (!idle.isEmpty()) {
        idle.removeLast().close();
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while readers finish", stop);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean isAnyLent(@Nullable String eviction) {
    if (eviction != null) {
      lent.removeIf(connection -> connection.evict(eviction));
    }
    return !lent.isEmpty();
  }

  private void forget(TenantConnection connection) {
    lock.lock();
    try {
      lent.remove(connection);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
