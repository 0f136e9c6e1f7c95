package io.dosql.engine.tenant;

import java.time.Duration;

/**
 * Runs something when a time is over, a little late, unless its alarm is closed before. For waits
 * that nearly always end in time: a wait with a deadline of its own has the JDK wake a thread to
 * set a timer and once more to cancel it.
 */
interface Alarms {

  /** Thread safe. */
  interface Alarm extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Sets one.
   *
   * @param action runs on a thread that it must not hold up
   */
  Alarm set(Duration time, Runnable action);
}
