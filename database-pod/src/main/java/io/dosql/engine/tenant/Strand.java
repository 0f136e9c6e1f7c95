package io.dosql.engine.tenant;

import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs one after another, in order, on whatever thread of a shared pool is free: a tenant is
 * single-threaded without owning a thread. A job must not wait for another job of its strand.
 */
final class Strand {

  private final Executor pool;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private boolean scheduled;

  Strand(Executor pool) {
    this.pool = pool;
  }

  /** Runs {@code job} after all that were submitted before; its failure is the future's. */
  <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> job) {
    CompletableFuture<T> result = new CompletableFuture<>();
    enqueue(
        () -> {
          try {
            result.complete(job.call());
          } catch (Throwable failure) {
            result.completeExceptionally(failure);
          }
        });
    return result;
  }

  private void enqueue(Runnable job) {
    lock.lock();
    try {
      waiting.add(job);
      if (scheduled) {
        return;
      }
      scheduled = true;
    } finally {
      lock.unlock();
    }
    pool.execute(this::runOne);
  }

  /**
   * One job a turn, then back to the end of the pool's queue: a busy tenant cannot keep a thread.
   */
  private void runOne() {
    Runnable job;
    lock.lock();
    try {
      job = waiting.remove();
    } finally {
      lock.unlock();
    }
    try {
      job.run();
    } finally {
      boolean more;
      lock.lock();
      try {
        more = !waiting.isEmpty();
        scheduled = more;
      } finally {
        lock.unlock();
      }
      if (more) {
        pool.execute(this::runOne);
      }
    }
  }
}
