package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.Semaphore;
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
  private final Semaphore permits;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final ArrayDeque<TenantConnection> idle = new ArrayDeque<>();

  @GuardedBy("lock")
  private final Set<TenantConnection> lent = Collections.newSetFromMap(new IdentityHashMap<>());

  @GuardedBy("lock")
  private int opening;

  @GuardedBy("lock")
  private boolean closed;

  ReaderPool(TenantName tenant, int readersMax, Supplier<TenantConnection> opener) {
    this.tenant = tenant;
    this.readersMax = readersMax;
    this.opener = opener;
    this.permits = new Semaphore(readersMax, true);
  }

  /** Waits for the right to one connection. */
  void acquire(Duration timeout) {
    try {
      if (permits.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.CONNECTION_ERROR, "interrupted while waiting to read", stop);
    }
    throw new DosqlException(
            ErrorCode.RESOURCE_EXHAUSTED,
            "%d readers are at work in tenant %s, the limit maxReaders"
                .formatted(readersMax, tenant))
        .withRetryAfter(Duration.ofSeconds(1))
        .withSqliteCode("SQLITE_BUSY");
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
    permits.release();
  }

  /** Gives a connection up that is of no use any more, and the right to it. */
  void giveUp(TenantConnection connection) {
    try {
      connection.close();
    } finally {
      forget(connection);
      permits.release();
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

  /** Gives only the right back: there was no connection to be had. */
  void releaseRight() {
    permits.release();
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
