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

  /** Answers of requests that have left, on their way to the network. */
  @GuardedBy("lock")
  private int answers;

  /** Messages of WebSockets that were read and are not answered, in work or not. */
  @GuardedBy("lock")
  private int messages;

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

  /**
   * Waits until no request is in work or was read to be, and all answers are handed over; false if
   * there still is one after {@code limit}.
   */
  public boolean awaitIdle(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (!isIdle() && left > 0) {
        left = idle.awaitNanos(left);
      }
      return isIdle();
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
      signalIfIdle();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The same for a request whose answer is still to be handed over. It makes room at once, for its
   * client may send the next one as soon as it has the answer; {@link #handedOver} has to follow.
   */
  void leaveToAnswer() {
    lock.lock();
    try {
      inWork--;
      answers++;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing keeps the answer from being written any more, but the connection itself. */
  void handedOver() {
    lock.lock();
    try {
      answers--;
      signalIfIdle();
    } finally {
      lock.unlock();
    }
  }

  /**
   * A WebSocket has read a message. Its requests enter and leave one after the other, and the gate
   * is not idle in between; {@link #answered} has to follow.
   */
  void read() {
    lock.lock();
    try {
      messages++;
    } finally {
      lock.unlock();
    }
  }

  /** So many messages were answered, or will not be. */
  void answered(int count) {
    lock.lock();
    try {
      messages -= count;
      signalIfIdle();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void signalIfIdle() {
    if (isIdle()) {
      idle.signalAll();
    }
  }

  @GuardedBy("lock")
  private boolean isIdle() {
    return inWork == 0 && answers == 0 && messages == 0;
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
