package io.dosql.engine.log;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Wakes a worker that is started later; until then it does nothing. Thread safe. */
final class Wakeup implements Runnable {

  private volatile @Nullable Worker worker;

  void bind(Worker worker) {
    this.worker = worker;
  }

  @Override
  public void run() {
    @Nullable Worker bound = worker;
    if (bound != null) {
      bound.wake();
    }
  }

  /** Wakes it after the delay at the latest. */
  void within(Duration delay) {
    @Nullable Worker bound = worker;
    if (bound != null) {
      bound.wakeWithin(delay);
    }
  }
}
