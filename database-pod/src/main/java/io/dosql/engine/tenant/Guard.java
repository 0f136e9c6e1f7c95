package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a client's statement when its time is up, its client has gone, or it takes too much. SQLite
 * asks every some thousand instructions, on the thread that runs the statement. What the engine
 * runs by itself is never ended.
 */
final class Guard {

  /** Knows why a statement that runs should go no further. */
  @FunctionalInterface
  interface Brake {

    /** Null while it may go on. */
    @Nullable DosqlException reason();

    /** Lets everything go on. */
    Brake NONE = () -> null;
  }

  /** The brake may ask the file system, so not each question is passed on. */
  private static final int QUESTIONS_PER_BRAKE = 16;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Brake brake;
  private final LongSupplier nanoTime;

  private volatile boolean running;
  private volatile long deadlineNanos;
  private volatile Duration timeout = Duration.ZERO;
  private volatile @Nullable Cancellation cancellation;
  private volatile @Nullable String evictedBecause;

  // On the running thread only.
  private int questions;
  private @Nullable DosqlException stopped;

  Guard(Brake brake, LongSupplier nanoTime) {
    this.brake = brake;
    this.nanoTime = nanoTime;
  }

  /** What can cancel the statements that run from here on; null for nothing. */
  void setCancellation(@Nullable Cancellation ofClient) {
    cancellation = ofClient;
  }

  /** The clock by which it measures. */
  LongSupplier nanoTime() {
    return nanoTime;
  }

  /** Before a statement. */
  void start(Duration statementTimeout) {
    timeout = statementTimeout;
    deadlineNanos = nanoTime.getAsLong() + statementTimeout.toNanos();
    stopped = null;
    questions = 0;
    running = true;
  }

  /** After a statement. */
  void stop() {
    running = false;
  }

  /** From any thread: nobody's statements are wanted any more. */
  void evict(String reason) {
    evictedBecause = reason;
  }

  /**
   * True when the statement has to stop. May pause the thread, so that other tenants' statements
   * run.
   */
  boolean isOver() {
    boolean hasThread = FairPool.offerTurn();
    if (!running) {
      return false;
    }
    if (!hasThread && stopped == null) {
      stopped = crowdedOut();
    }
    if (stopped == null) {
      stopped = reason();
    }
    return stopped != null;
  }

  private @Nullable DosqlException reason() {
    Cancellation current = cancellation;
    if (current != null && current.isRequested()) {
      return Cancellation.failure();
    }
    String eviction = evictedBecause;
    if (eviction != null) {
      return evictedFailure(eviction);
    }
    if (nanoTime.getAsLong() - deadlineNanos > 0) {
      return interrupted(
          ErrorCode.TIMEOUT,
          "the statement ran longer than %d ms, the limit statementTimeout"
              .formatted(timeout.toMillis()));
    }
    return ++questions % QUESTIONS_PER_BRAKE == 0 ? brake.reason() : null;
  }

  private static DosqlException interrupted(ErrorCode code, String message) {
    return new DosqlException(code, message).withSqliteCode("SQLITE_INTERRUPT");
  }

  private static DosqlException crowdedOut() {
    return interrupted(
            ErrorCode.RESOURCE_EXHAUSTED,
            "long statements fill the pod (maxRunningStatements), and another tenant had none")
        .withRetryAfter(RETRY_AFTER);
  }

  /** What users of an evicted connection are told. */
  DosqlException evictedFailure() {
    String eviction = evictedBecause;
    return evictedFailure(eviction == null ? "the tenant is being closed" : eviction);
  }

  static DosqlException evictedFailure(String reason) {
    return new DosqlException(ErrorCode.TXN_ABORTED, reason + "; the transaction was rolled back");
  }

  /** What the client of the interrupted statement is told; null if this did not end it. */
  @Nullable DosqlException failure(Throwable interrupt) {
    DosqlException told = stopped;
    if (told != null) {
      told.addSuppressed(interrupt);
    }
    return told;
  }
}
