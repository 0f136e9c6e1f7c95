package io.dosql.quickstart;

import java.time.Duration;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the main thread, which then stops everything in
 * order while the process waits for it.
 */
final class StopSignal {

  /** The engine stops within ten seconds; whatever takes longer is killed with the process. */
  private static final Duration STOP_MAX = Duration.ofSeconds(30);

  private final Thread main;
  private volatile boolean requested;
  private volatile boolean done;

  private StopSignal(Thread main) {
    this.main = main;
  }

  /** For the calling thread. */
  static StopSignal install() {
    StopSignal signal = new StopSignal(Thread.currentThread());
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(signal::stopMain));
    return signal;
  }

  private void stopMain() {
    if (done) {
      return;
    }
    requested = true;
    main.interrupt();
    try {
      boolean _ = main.join(STOP_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isRequested() {
    return requested;
  }

  /** The main thread has stopped everything: the process may end. */
  void finish() {
    done = true;
  }
}
