package io.dosql.engine.tenant;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Runs something when a time is over, a little late, unless it is closed before; thread safe. For
 * waits that nearly always end in time: setting one and closing it is a few entries in a queue. A
 * wait with a deadline of its own has the JDK wake a thread, or set the system's timer, for each.
 */
final class Alarm implements AutoCloseable {

  private static final Duration LATE_BY = Duration.ofMillis(20);

  private static final HashedWheelTimer TIMER =
      new HashedWheelTimer(
          Thread.ofPlatform().name("alarms").daemon().factory(),
          LATE_BY.toMillis(),
          TimeUnit.MILLISECONDS);

  private final Timeout timeout;

  private Alarm(Timeout timeout) {
    this.timeout = timeout;
  }

  /**
   * Sets one.
   *
   * @param action on the timer's own thread: brief, and never blocking
   */
  static Alarm after(Duration time, Runnable action) {
    return new Alarm(TIMER.newTimeout(late -> action.run(), time.toNanos(), TimeUnit.NANOSECONDS));
  }

  @Override
  public void close() {
    boolean _ = timeout.cancel();
  }
}
