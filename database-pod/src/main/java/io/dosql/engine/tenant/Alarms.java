package io.dosql.engine.tenant;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

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

  /**
   * Waits for an outcome.
   *
   * @param late runs as the action of an alarm, when the time is over and there is none yet; the
   *     wait goes on, so it sees to an outcome
   */
  default <T> T await(CompletableFuture<T> outcome, Duration time, Runnable late)
      throws InterruptedException {
    try (var _ = set(time, late)) {
      return outcome.get();
    } catch (ExecutionException failure) {
      throw Jobs.asUnchecked(failure.getCause());
    }
  }
}
