package io.dosql.engine.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts the requests in work, bounds them, and lets no more in once it is shut. Thread safe. */
public final class RequestGate {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final int maxConcurrentRequests;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();

  @GuardedBy("lock")
  private int inWork;

  private volatile boolean shut;

  private final List<Runnable> whenShut = new CopyOnWriteArrayList<>();

  public RequestGate(int maxConcurrentRequests) {
    this.maxConcurrentRequests = maxConcurrentRequests;
  }

  /** Lets no more requests in; those in work go on. */
  public void shut() {
    shut = true;
    whenShut.forEach(Runnable::run);
  }

  /** Has {@code action}, which must not block, run when the gate is shut. */
  void whenShut(Runnable action) {
    whenShut.add(action);
  }

  /** False once it was shut. */
  public boolean isOpen() {
    return !shut;
  }

  /** Waits until no request is in work; false if there still is one after {@code limit}. */
  public boolean awaitIdle(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (inWork > 0 && left > 0) {
        left = idle.awaitNanos(left);
      }
      return inWork == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Fails with CONNECTION_ERROR once shut, with RESOURCE_EXHAUSTED when full. */
  void enter() {
    enter(false);
  }

  /**
   * The same for a request that was there before the gate was shut.
   *
   * @param wasThere lets it in although the gate is shut
   */
  void enter(boolean wasThere) {
    lock.lock();
    try {
      if (shut && !wasThere) {
        throw new DosqlException(ErrorCode.CONNECTION_ERROR, "The pod is shutting down.")
            .withRetryAfter(RETRY_AFTER);
      }
      if (inWork >= maxConcurrentRequests) {
        throw new DosqlException(
                ErrorCode.RESOURCE_EXHAUSTED,
                "All %d requests that the pod works on at a time (maxConcurrentRequests) are taken."
                    .formatted(maxConcurrentRequests))
            .withRetryAfter(RETRY_AFTER);
      }
      inWork++;
    } finally {
      lock.unlock();
    }
  }

  void leave() {
    lock.lock();
    try {
      inWork--;
      if (inWork == 0) {
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  int inWork() {
    lock.lock();
    try {
      return inWork;
    } finally {
      lock.unlock();
    }
  }
}
