package io.dosql.engine.archiver.chain;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Spaces requests to the store evenly, once those of a second have been made. Not thread safe. */
final class PutRate {

  /** Waits; replaced in tests. */
  @FunctionalInterface
  interface Pause {
    void sleep(Duration duration) throws InterruptedException;
  }

  private final long perRequestNanos;
  private final LongSupplier nanoTime;
  private final Pause pause;

  /** When all requests so far would have been made at the rate. */
  private long paidUntil;

  PutRate(int perSecond, LongSupplier nanoTime, Pause pause) {
    this.perRequestNanos = Duration.ofSeconds(1).toNanos() / perSecond;
    this.nanoTime = nanoTime;
    this.pause = pause;
    this.paidUntil = nanoTime.getAsLong() - Duration.ofSeconds(1).toNanos();
  }

  /** Returns when one more request may be made. */
  void acquire() {
    long now = nanoTime.getAsLong();
    long saved = now - Duration.ofSeconds(1).toNanos();
    if (paidUntil - saved < 0) {
      paidUntil = saved;
    }
    if (paidUntil - now > 0) {
      sleep(Duration.ofNanos(paidUntil - now));
    }
    paidUntil += perRequestNanos;
  }

  /** Sleeps; an interrupt ends it as it ends calls of the store. */
  void sleep(Duration duration) {
    try {
      pause.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.STORAGE_UNAVAILABLE, "Interrupted while building chains.", e);
    }
  }
}
