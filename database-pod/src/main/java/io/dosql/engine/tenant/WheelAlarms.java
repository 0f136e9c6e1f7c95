package io.dosql.engine.tenant;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Setting an alarm and closing it is an entry in a queue each; one thread looks at them. */
final class WheelAlarms implements Alarms, AutoCloseable {

  private static final Duration TICK = Duration.ofMillis(20);

  private final HashedWheelTimer wheel =
      new HashedWheelTimer(
          Thread.ofPlatform().name("alarms").daemon().factory(),
          TICK.toMillis(),
          TimeUnit.MILLISECONDS);

  /** Started here: the first alarm would wait for it, and lose an interrupt meanwhile. */
  WheelAlarms() {
    wheel.start();
  }

  @Override
  public Alarm set(Duration time, Runnable action) {
    Timeout timeout = wheel.newTimeout(late -> action.run(), time.toNanos(), TimeUnit.NANOSECONDS);
    return () -> {
      boolean _ = timeout.cancel();
    };
  }

  /** Those that are set are never run. */
  @Override
  public void close() {
    var _ = wheel.stop();
  }
}
