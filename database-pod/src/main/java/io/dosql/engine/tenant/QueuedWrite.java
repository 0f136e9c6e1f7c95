package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A write that waits for its turn in a {@link WriterQueue}; run once or failed, never both. One
 * that is shared may be tried together with others first, which nobody is told before {@link
 * #tell}.
 */
final class QueuedWrite<T> implements WriterQueue.Waiter {

  /** Says when the result may be told to who waits. */
  @FunctionalInterface
  interface Telling<T> {

    /** Calls {@code tell} once, on any thread, unless it throws. */
    void whenDue(T result, Runnable tell);
  }

  private final Callable<T> work;
  private final @Nullable Callable<Supplier<T>> shared;
  private final Telling<? super T> telling;
  private final CompletableFuture<T> ran = new CompletableFuture<>();
  private final CompletableFuture<T> told = new CompletableFuture<>();

  // On the strand only: what the try together with others came to, one of the two.
  private @Nullable Supplier<T> result;
  private @Nullable Throwable failure;

  /**
   * @param shared runs it together with others; the supplier gives its result once that is
   *     committed. Null if it needs a transaction of its own
   */
  QueuedWrite(
      Callable<T> work, @Nullable Callable<Supplier<T>> shared, Telling<? super T> telling) {
    this.work = work;
    this.shared = shared;
    this.telling = telling;
  }

  boolean isShared() {
    return shared != null;
  }

  /** What a try together with others came to. */
  enum Try {
    /** It has run, or failed as it would have alone. */
    DONE,
    /** It has failed, and might not have failed alone. */
    SPOILED,
    /** It needs a transaction of its own; nothing has happened. */
    NEEDS_ITS_OWN
  }

  /** On the strand, inside a transaction with others; tells nobody. */
  Try runTogether() {
    try {
      result = shared == null ? null : shared.call();
      failure = null;
      return shared == null ? Try.NEEDS_ITS_OWN : Try.DONE;
    } catch (SharedWrite.CannotShareException alone) {
      return Try.NEEDS_ITS_OWN;
    } catch (DosqlException failed) {
      result = null;
      failure = failed;
      return switch (failed.code()) {
        // A limit of the transaction, or of the short time that writes have which share one.
        case TIMEOUT, RESOURCE_EXHAUSTED, QUOTA_EXCEEDED, INTERNAL -> Try.SPOILED;
        default -> Try.DONE;
      };
    } catch (Exception failed) {
      return Try.SPOILED;
    }
  }

  /** On the strand, when what {@link #runTogether} did is committed; throws nothing. */
  void tell() {
    Supplier<T> done = result;
    if (done == null) {
      fail(failure == null ? new IllegalStateException("it was not run") : failure);
    } else {
      complete(done::get);
    }
  }

  /** On the strand, in its turn; throws nothing. */
  void run() {
    complete(work);
  }

  private void complete(Callable<T> source) {
    try {
      T value = source.call();
      ran.complete(value);
      telling.whenDue(value, () -> told.complete(value));
    } catch (Throwable failed) {
      fail(failed);
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

  /** The result when it is due. */
  CompletableFuture<T> told() {
    return told;
  }

  /** Whoever waits is told as soon as there is a result, due or not. */
  void tellEarly() {
    var _ =
        ran.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                told.complete(value);
              } else {
                told.completeExceptionally(failure);
              }
            });
  }
}
