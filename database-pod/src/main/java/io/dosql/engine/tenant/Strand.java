package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs one after another, in order, on whatever thread of a shared pool is free: a tenant is
 * single-threaded without owning a thread. A job must not wait for another job of its strand.
 */
final class Strand {

  private record Job<T extends @Nullable Object>(Callable<T> call, CompletableFuture<T> result) {

    void run() {
      try {
        result.complete(call.call());
      } catch (Throwable failure) {
        result.completeExceptionally(failure);
      }
    }
  }

  private final Executor pool;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final ArrayDeque<Job<?>> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean scheduled;

  Strand(Executor pool) {
    this.pool = pool;
  }

  /**
   * Runs {@code job} after all that were submitted before; its failure is the future's, and so is
   * the end of the pool.
   */
  <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> job) {
    CompletableFuture<T> result = new CompletableFuture<>();
    boolean isFirst;
    lock.lock();
    try {
      waiting.add(new Job<>(job, result));
      isFirst = !scheduled;
      scheduled = true;
    } finally {
      lock.unlock();
    }
    if (isFirst) {
      schedule();
    }
    return result;
  }

  private void schedule() {
    try {
      pool.execute(this::runOne);
    } catch (RejectedExecutionException poolHasEnded) {
      for (Job<?> job : takeAll()) {
        job.result().completeExceptionally(poolHasEnded);
      }
    }
  }

  private List<Job<?>> takeAll() {
    lock.lock();
    try {
      List<Job<?>> all = new ArrayList<>(waiting);
      waiting.clear();
      scheduled = false;
      return all;
    } finally {
      lock.unlock();
    }
  }

  /**
   * One job a turn, then back to the end of the pool's queue: a busy tenant cannot keep a thread.
   */
  private void runOne() {
    Job<?> job;
    lock.lock();
    try {
      job = waiting.remove();
    } finally {
      lock.unlock();
    }
    job.run();
    boolean more;
    lock.lock();
    try {
      more = !waiting.isEmpty();
      scheduled = more;
    } finally {
      lock.unlock();
    }
    if (more) {
      schedule();
    }
  }
}
