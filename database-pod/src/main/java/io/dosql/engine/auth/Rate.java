package io.dosql.engine.auth;

import java.time.Duration;

/**
 * So many at once, and then one more each interval.
 *
 * @param interval in which one comes back
 */
public record Rate(long burst, Duration interval) {

  public Rate {
    if (burst < 1 || !interval.isPositive()) {
      throw new IllegalArgumentException("A rate must be positive");
    }
  }

  /** So many a second, and twice as many at once. */
  public static Rate perSecond(long count) {
    return new Rate(2 * count, Duration.ofNanos(Math.max(1, 1_000_000_000 / count)));
  }

  long nanosPerToken() {
    return interval.toNanos();
  }

  long nanosToFill() {
    return burst * interval.toNanos();
  }
}
