package io.dosql.engine.tenant;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A write that waits for its turn in a {@link WriterQueue}; run once or failed, never both. */
final class QueuedWrite<T> implements WriterQueue.Waiter {

  /** Says when the result may be told to who waits. */
  @FunctionalInterface
  interface Telling<T> {

    /** Calls {@code tell} once, on any thread, unless it throws. */
    void whenDue(T result, Runnable tell);
  }

  private final Callable<T> work;
  private final Telling<? super T> telling;
  private final CompletableFuture<T> ran = new CompletableFuture<>();
  private final CompletableFuture<T> told = new CompletableFuture<>();

  QueuedWrite(Callable<T> work, Telling<? super T> telling) {
    this.work = work;
    this.telling = telling;
  }

  /** On the strand, in its turn; throws nothing. */
  void run() {
    try {
      T result = work.call();
      ran.complete(result);
      telling.whenDue(result, () -> told.complete(result));
    } catch (Throwable failure) {
      fail(failure);
    }
  }

  void fail(Throwable cause) {
    ran.completeExceptionally(cause);
    told.completeExceptionally(cause);
  }

  /** The result as soon as there is one, due or not. */
  CompletableFuture<T> ran() {
    return ran;
  }

  /** It was not told within the time, or the thread that waited was interrupted. */
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

  /** Waits until it is told; an interrupt stays set. */
  T await(Duration timeout) throws NotDoneException {
    try {
      return told.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
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
