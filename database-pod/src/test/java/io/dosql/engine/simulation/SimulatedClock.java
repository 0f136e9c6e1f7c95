package io.dosql.engine.simulation;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.function.LongSupplier;

/** Time as the simulation lets it pass; the time of day also jumps, forwards and backwards. */
final class SimulatedClock implements InstantSource, LongSupplier {

  private static final int LARGEST_JUMP_MILLIS = 7_200_000;

  private final Random random;
  private long nanos;
  private long offsetMillis = 1_700_000_000_000L;

  SimulatedClock(Random random) {
    this.random = random;
    // System.nanoTime may be anything, and may overflow.
    this.nanos = random.nextBoolean() ? Long.MAX_VALUE - random.nextInt() : random.nextLong();
  }

  void advance(long moreNanos) {
    nanos += moreNanos;
  }

  /** What {@link System#nanoTime} is elsewhere. */
  @Override
  public long getAsLong() {
    return nanos;
  }

  @Override
  public Instant instant() {
    if (random.nextInt(50) == 0) {
      offsetMillis += random.nextInt(2 * LARGEST_JUMP_MILLIS) - LARGEST_JUMP_MILLIS;
    }
    return Instant.ofEpochMilli(offsetMillis + (nanos >>> 20));
  }
}
