package io.dosql.engine.auth;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket that is one number: the time at which the bucket will be full again. Who takes
 * moves that time on by what one token takes to come back; a bucket that would need longer than
 * filling up all of it has nothing to give. So taking is a compare-and-set, without a lock, and a
 * bucket that nobody uses needs no upkeep. (Known as the generic cell rate algorithm.)
 */
final class TokenBucket {

  private final Rate rate;
  private final AtomicLong fullAtNanos;

  TokenBucket(Rate rate, long nowNanos) {
    this.rate = rate;
    this.fullAtNanos = new AtomicLong(nowNanos);
  }

  /** What became of an attempt. */
  record Take(boolean granted, long remaining, long retryNanos, long fullNanos) {}

  /** Takes one, if there is one. */
  Take take(long nowNanos) {
    while (true) {
      long fullAt = fullAtNanos.get();
      long from = fullAt - nowNanos < 0 ? nowNanos : fullAt;
      long next = from + rate.nanosPerToken();
      long wait = next - nowNanos - rate.nanosToFill();
      if (wait > 0) {
        return new Take(false, 0, wait, fullAt - nowNanos);
      }
      if (fullAtNanos.compareAndSet(fullAt, next)) {
        return new Take(true, -wait / rate.nanosPerToken(), 0, next - nowNanos);
      }
    }
  }

  /** How long until there is one; zero or less if there is one now. Takes nothing. */
  long nanosUntilOne(long nowNanos) {
    return fullAtNanos.get() + rate.nanosPerToken() - nowNanos - rate.nanosToFill();
  }
}
