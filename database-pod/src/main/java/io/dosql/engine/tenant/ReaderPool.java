package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A tenant's reader connections, opened when first needed, the most recently used handed out first.
 */
final class ReaderPool {

  private static final Duration CLOSE_MAX = Duration.ofSeconds(10);

  private final TenantName tenant;
  private final int readersMax;
  private final Supplier<TenantConnection> opener;
  private final Semaphore permits;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<TenantConnection> idle = new ArrayDeque<>();

  ReaderPool(TenantName tenant, int readersMax, Supplier<TenantConnection> opener) {
    this.tenant = tenant;
    this.readersMax = readersMax;
    this.opener = opener;
    this.permits = new Semaphore(readersMax, true);
  }

  /** Waits for a connection; opening one is a native call, so call this on a pool's thread only. */
  TenantConnection take() {
    lock.lock();
    try {
      TenantConnection connection = idle.pollLast();
      if (connection != null) {
        return connection;
      }
    } finally {
      lock.unlock();
    }
    return opener.get();
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

  /** Gives the connection back, outside any transaction, and the right to it. */
  void release(TenantConnection connection) {
    lock.lock();
    try {
      idle.addLast(connection);
    } finally {
      lock.unlock();
    }
    permits.release();
  }

  /** Gives only the right back: there was no connection to be had. */
  void releaseRight() {
    permits.release();
  }

  /**
   * Waits until all connections are back, and closes them. Nobody may take one afterwards.
   *
   * @throws IllegalStateException when they are not back in time: SQLite must not see the files
   *     replaced under a connection of this process
   */
  void close() {
    try {
      if (!permits.tryAcquire(readersMax, CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            "tenant %s: readers are still at work after %d s"
                .formatted(tenant, CLOSE_MAX.toSeconds()));
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while readers finish", stop);
    }
    lock.lock();
    try {
      idle.forEach(TenantConnection::close);
      idle.clear();
    } finally {
      lock.unlock();
    }
  }
}
