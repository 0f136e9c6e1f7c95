package io.dosql.engine.archiver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A time of day and a monotonic time that go on when a test says so. */
public final class TestClock implements InstantSource {

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long nanos = 5_000_000_000L;

  public void advance(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }

  /** Somebody sets the time of day. */
  public void jump(Duration by) {
    now = now.plus(by);
  }

  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant instant() {
    return now;
  }
}
