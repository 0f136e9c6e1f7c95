package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogFailedException;
import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Waiting for the log. */
public final class Settling {

  private Settling() {}

  /** Returns when the log is durable up to {@code position}; fails if it will not be. */
  public static void await(CommitLog log, LogPosition position, Duration timeout) {
    if (position.compareTo(log.settled()) <= 0) {
      return;
    }
    try {
      log.awaitSettled(position, timeout);
    } catch (TimeoutException slow) {
      throw new DosqlException(
          ErrorCode.TIMEOUT,
          "the commit log did not become durable within %d ms; the write may or may not survive"
              .formatted(timeout.toMillis()),
          slow);
    } catch (LogFailedException failed) {
      throw new DosqlException(
          ErrorCode.CONNECTION_ERROR,
          "the commit log has failed and the pod restarts; the write may or may not survive",
          failed);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.CONNECTION_ERROR, "interrupted while waiting for the commit log", stop);
    }
  }
}
