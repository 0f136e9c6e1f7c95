package io.dosql.engine.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A time of day, and a monotonic time, that go on when a test says so. */
final class SetClock extends Clock {

  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private volatile long nanos = 5_000_000_000L;

  synchronized void advance(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  long nanoTime() {
    return nanos;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
