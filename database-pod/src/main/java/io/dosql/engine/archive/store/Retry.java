package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Repeats what may succeed the next time, a bounded number of times, with "full jitter": before
 * attempt n a random part of {@code backoffMin * 2^(n-2)}, at most of {@code backoffMax}.
 */
final class Retry {

  /** Waits; replaced in tests. */
  interface Pause {
    void sleep(Duration duration) throws InterruptedException;
  }

  /** One attempt; learns how many there were before it. */
  interface Attempt<T> {
    T run(int previousAttempts);
  }

  private final int attemptsMax;
  private final Duration backoffMin;
  private final Duration backoffMax;
  private final Pause pause;
  private final Supplier<? extends RandomGenerator> random;

  /** {@code random} is asked on the thread that waits. */
  Retry(S3Limits limits, Pause pause, Supplier<? extends RandomGenerator> random) {
    this(limits.attemptsMax(), limits.backoffMin(), limits.backoffMax(), pause, random);
  }

  private Retry(
      int attemptsMax,
      Duration backoffMin,
      Duration backoffMax,
      Pause pause,
      Supplier<? extends RandomGenerator> random) {
    this.attemptsMax = attemptsMax;
    this.backoffMin = backoffMin;
    this.backoffMax = backoffMax;
    this.pause = pause;
    this.random = random;
  }

  /** The same with another bound. */
  Retry withAttempts(int max) {
    return new Retry(max, backoffMin, backoffMax, pause, random);
  }

  <T> T call(Attempt<T> attempt) {
    for (int previous = 0; ; previous++) {
      try {
        return attempt.run(previous);
      } catch (DosqlException e) {
        if (!e.code().retryable() || previous + 1 >= attemptsMax) {
          throw e;
        }
        waitBefore(previous + 1, e);
      }
    }
  }

  private void waitBefore(int attempt, DosqlException failure) {
    int doublings = Math.min(attempt - 1, 30);
    long limitMillis =
        Math.min(backoffMax.toMillis(), Math.max(1, backoffMin.toMillis()) << doublings);
    try {
      pause.sleep(Duration.ofMillis(random.get().nextLong(limitMillis + 1)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure.addSuppressed(e);
      throw new DosqlException(
          ErrorCode.STORAGE_UNAVAILABLE,
          "Interrupted while waiting to repeat a call: " + failure.getMessage(),
          failure);
    }
  }
}
