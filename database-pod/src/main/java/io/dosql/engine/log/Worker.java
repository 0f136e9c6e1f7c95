package io.dosql.engine.log;

import java.time.Duration;

/**
 * Runs a job when it is woken. In a running log a thread of its own; in tests whoever drives it.
 */
interface Worker {

  /** Makes the job run once more, soon. Cheap; from any thread, also from the job itself. */
  void wake();

  /**
   * Makes the job run once more, after the delay at the latest. Who does not keep time may run it
   * earlier.
   */
  default void wakeWithin(Duration delay) {
    wake();
  }

  /**
   * Runs the job a last time, then the given one, on the worker's thread, and ends.
   *
   * @return whether that was done in time
   */
  boolean finish(Runnable lastJob, Duration timeout) throws InterruptedException;

  /** Makes workers. */
  @FunctionalInterface
  interface Factory {

    Worker start(String name, Runnable job);
  }
}
