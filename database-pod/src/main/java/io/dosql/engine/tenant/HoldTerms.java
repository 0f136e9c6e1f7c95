package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * For how long a client may hold a connection between its calls; pure. A client that calls no more,
 * on a connection that stays open, must neither keep others waiting nor keep its snapshot, and so
 * the WAL, for ever.
 *
 * @param purpose what the connection is for, as a verb
 * @param lifetime after it the connection is taken away
 * @param idleMax without a call for so long, it is taken away if others wait for one
 */
record HoldTerms(Kind kind, String purpose, Duration lifetime, Duration idleMax) {

  private static final Duration IDLE_TRANSACTION_MAX = Duration.ofSeconds(2);

  /** As long as a client that takes nothing may hold up the sending of a result. */
  private static final Duration IDLE_STREAM_MAX = Duration.ofSeconds(10);

  enum Kind {
    TRANSACTION,
    /** Rows of one statement, taken bit by bit. */
    STREAM
  }

  static HoldTerms ofTransaction(String purpose, Duration lifetime) {
    return new HoldTerms(Kind.TRANSACTION, purpose, lifetime, IDLE_TRANSACTION_MAX);
  }

  static HoldTerms ofStream(Duration lifetime) {
    return new HoldTerms(Kind.STREAM, "read", lifetime, IDLE_STREAM_MAX);
  }

  /** Whether the connection is to be taken away for its age alone: then, why. */
  @Nullable String whyOutlived(long heldNanos) {
    if (heldNanos <= lifetime.toNanos()) {
      return null;
    }
    return switch (kind) {
      case TRANSACTION ->
          "the transaction was rolled back after %d ms, the limit transactionTimeout"
              .formatted(lifetime.toMillis());
      case STREAM ->
          "the rows were not taken within %d ms, the limit cursorTimeout"
              .formatted(lifetime.toMillis());
    };
  }

  /** Whether it is to be taken away because others wait: then, why. */
  @Nullable String whyIdle(long idleNanos, boolean othersWait) {
    if (!othersWait || idleNanos <= idleMax.toNanos()) {
      return null;
    }
    return "%s for %d ms while others waited to %s"
        .formatted(
            switch (kind) {
              case TRANSACTION -> "the transaction was rolled back: it was idle";
              case STREAM -> "the rows were not taken";
            },
            TimeUnit.NANOSECONDS.toMillis(idleNanos),
            purpose);
  }

  /** What the client's next call is told. */
  DosqlException takenAway(String reason) {
    return switch (kind) {
      case TRANSACTION ->
          new DosqlException(ErrorCode.TXN_TIMEOUT, reason).withSqliteCode("SQLITE_BUSY");
      case STREAM ->
          new DosqlException(ErrorCode.TIMEOUT, reason).withSqliteCode("SQLITE_INTERRUPT");
    };
  }
}
