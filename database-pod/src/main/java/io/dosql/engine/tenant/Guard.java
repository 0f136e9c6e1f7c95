package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;

/**
 * Ends a connection's statement when its time is up or its client has gone. SQLite asks every some
 * thousand instructions, on the thread that runs the statement.
 */
final class Guard {

  private static final long NO_DEADLINE = Long.MAX_VALUE;

  private volatile long deadlineNanos = NO_DEADLINE;
  private volatile boolean cancelled;
  private volatile Duration timeout = Duration.ZERO;

  /** Before a statement. */
  void start(Duration statementTimeout) {
    timeout = statementTimeout;
    cancelled = false;
    deadlineNanos = System.nanoTime() + statementTimeout.toNanos();
  }

  /** After a statement: what runs inside the engine itself has no deadline. */
  void stop() {
    deadlineNanos = NO_DEADLINE;
    cancelled = false;
  }

  /** From any thread: the running statement's result is not wanted any more. */
  void cancel() {
    cancelled = true;
  }

  /** True when the statement has to stop. */
  boolean isOver() {
    long deadline = deadlineNanos;
    return cancelled || (deadline != NO_DEADLINE && System.nanoTime() - deadline > 0);
  }

  /** What the client of the interrupted statement is told. */
  DosqlException failure(Throwable interrupt) {
    if (cancelled) {
      return new DosqlException(
              ErrorCode.CONNECTION_ERROR, "the statement was cancelled", interrupt)
          .withSqliteCode("SQLITE_INTERRUPT");
    }
    return new DosqlException(
            ErrorCode.TIMEOUT,
            "the statement ran longer than %d ms, the limit statementTimeout"
                .formatted(timeout.toMillis()),
            interrupt)
        .withSqliteCode("SQLITE_INTERRUPT");
  }
}
