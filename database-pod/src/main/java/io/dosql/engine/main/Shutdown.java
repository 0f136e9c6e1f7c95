package io.dosql.engine.main;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.http.RequestGate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process in order: no new requests, those in work finish, then the parts close, the last
 * one opened first. Everything together takes no longer than {@link #LIMIT}; Kubernetes would kill
 * the process soon after anyway, and the log makes that safe.
 */
public final class Shutdown {

  /** From the signal to the end. */
  static final Duration LIMIT = Duration.ofMillis(9_500);

  /** How long requests in work may take to finish. */
  static final Duration DRAIN = Duration.ofSeconds(8);

  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  private final RequestGate gate;
  private final Duration drain;
  private final Duration limit;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Deque<Part> parts = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean done;

  private record Part(String name, AutoCloseable closes) {}

  /** With the limits of a pod. */
  public Shutdown(RequestGate gate) {
    this(gate, DRAIN, LIMIT);
  }

  Shutdown(RequestGate gate, Duration drain, Duration limit) {
    this.gate = gate;
    this.drain = drain;
    this.limit = limit;
  }

  /**
   * Registers what must be closed: whatever was registered later is closed earlier.
   *
   * @param name for the log
   */
  public void closeAtEnd(String name, AutoCloseable part) {
    lock.lock();
    try {
      parts.push(new Part(name, part));
    } finally {
      lock.unlock();
    }
  }

  /** Runs once; later calls return when the first has. False if something did not end in time. */
  public boolean run() {
    lock.lock();
    try {
      if (done) {
        return true;
      }
      done = true;
      return runOnce();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean runOnce() {
    long deadline = System.nanoTime() + limit.toNanos();
    LOG.info("Shutting down: finishing the requests in work");
    gate.shut();
    boolean clean = true;
    try {
      if (!gate.awaitIdle(drain)) {
        LOG.warn("Requests are still in work after {} s; going on without them", drain.toSeconds());
        clean = false;
      }
      while (!parts.isEmpty()) {
        clean &= close(parts.pop(), deadline);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      clean = false;
    }
    LOG.info(clean ? "Shut down" : "Shut down, not in good order");
    return clean;
  }

  private static boolean close(Part part, long deadlineNanos) throws InterruptedException {
    Thread closer =
        Thread.ofPlatform()
            .daemon()
            .name("close-" + part.name())
            .start(
                () -> {
                  try {
                    part.closes().close();
                  } catch (Exception failure) {
                    LOG.error("Could not close {}", part.name(), failure);
                  }
                });
    long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
    if (!closer.join(Duration.ofNanos(Math.max(1, leftNanos)))) {
      LOG.error("Closing {} takes too long; going on without it", part.name());
      return false;
    }
    return true;
  }
}
