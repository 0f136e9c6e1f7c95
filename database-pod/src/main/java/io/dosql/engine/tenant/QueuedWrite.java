package io.dosql.engine.tenant;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A write that waits for its turn in a {@link WriterQueue}; run once or failed, never both. */
final class QueuedWrite<T> implements WriterQueue.Waiter {

  private final Callable<T> work;
  private final CompletableFuture<T> result = new CompletableFuture<>();

  QueuedWrite(Callable<T> work) {
    this.work = work;
  }

  /** On the strand, in its turn; throws nothing. */
  void run() {
    try {
      result.complete(work.call());
    } catch (Throwable failure) {
      result.completeExceptionally(failure);
    }
  }

  void fail(Throwable cause) {
    result.completeExceptionally(cause);
  }

  CompletableFuture<T> result() {
    return result;
  }

  /** It has not come to an end within the time, or the thread that waited was interrupted. */
  static final class NotDoneException extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean isInterrupt;

    NotDoneException(boolean isInterrupt) {
      super(null, null, false, false);
      this.isInterrupt = isInterrupt;
    }

    boolean isInterrupt() {
      return isInterrupt;
    }
  }

  /** Waits for its end; an interrupt stays set. */
  T await(Duration timeout) throws NotDoneException {
    try {
      return result.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new NotDoneException(false);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new NotDoneException(true);
    } catch (ExecutionException failure) {
      throw Jobs.asUnchecked(failure.getCause());
    }
  }
}
