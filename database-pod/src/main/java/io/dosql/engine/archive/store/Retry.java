package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Repeats what may succeed the next time, a bounded number of times, with "full jitter": before
 * attempt n a random part of {@code backoffMin * 2^(n-2)}, at most of {@code backoffMax}; if the
 * server told how long to wait, that in addition, up to {@link #RETRY_AFTER_MAX}.
 *
 * <p>An attempt that was denied while the credentials changed is repeated at once.
 */
final class Retry {

  /** A server that asks for more is asked again after this, and the failure told after that. */
  static final Duration RETRY_AFTER_MAX = Duration.ofSeconds(30);

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
  private final Supplier<S3Credentials> credentials;

  /**
   * @param random asked on the thread that waits
   * @param credentials those that the next attempt will use
   */
  Retry(
      S3Limits limits,
      Pause pause,
      Supplier<? extends RandomGenerator> random,
      Supplier<S3Credentials> credentials) {
    this(
        limits.attemptsMax(), limits.backoffMin(), limits.backoffMax(), pause, random, credentials);
  }

  private Retry(
      int attemptsMax,
      Duration backoffMin,
      Duration backoffMax,
      Pause pause,
      Supplier<? extends RandomGenerator> random,
      Supplier<S3Credentials> credentials) {
    this.attemptsMax = attemptsMax;
    this.backoffMin = backoffMin;
    this.backoffMax = backoffMax;
    this.pause = pause;
    this.random = random;
    this.credentials = credentials;
  }

  /** The same with another bound. */
  Retry withAttempts(int max) {
    return new Retry(max, backoffMin, backoffMax, pause, random, credentials);
  }

  <T> T call(Attempt<T> attempt) {
    for (int previous = 0; ; previous++) {
      try {
        return attemptWithNewestCredentials(attempt, previous);
      } catch (DosqlException e) {
        if (!e.code().retryable() || previous + 1 >= attemptsMax) {
          throw e;
        }
        waitBefore(previous + 1, e);
      }
    }
  }

  private <T> T attemptWithNewestCredentials(Attempt<T> attempt, int previous) {
    Optional<S3Credentials> before = current();
    try {
      return attempt.run(previous);
    } catch (DosqlException e) {
      // A Secret may change at any time, also between the reading of its two halves.
      if (e.code() != ErrorCode.STORAGE_PERMISSION_DENIED || current().equals(before)) {
        throw e;
      }
      return attempt.run(previous);
    }
  }

  private Optional<S3Credentials> current() {
    try {
      return Optional.of(credentials.get());
    } catch (DosqlException unreadable) {
      return Optional.empty();
    }
  }

  private void waitBefore(int attempt, DosqlException failure) {
    int doublings = Math.min(attempt - 1, 30);
    long limitMillis =
        Math.min(backoffMax.toMillis(), Math.max(1, backoffMin.toMillis()) << doublings);
    try {
      pause.sleep(
          Duration.ofMillis(random.get().nextLong(limitMillis + 1)).plus(askedFor(failure)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure.addSuppressed(e);
      throw new DosqlException(
          ErrorCode.STORAGE_UNAVAILABLE,
          "Interrupted while waiting to repeat a call: " + failure.getMessage(),
          failure);
    }
  }

  private static Duration askedFor(DosqlException failure) {
    Duration asked = failure.retryAfter();
    if (asked == null) {
      return Duration.ZERO;
    }
    return asked.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : asked;
  }
}
