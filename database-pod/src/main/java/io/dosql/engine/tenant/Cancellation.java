package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;

/**
 * Tells the statements of one client that nobody wants them any more: the one that runs ends soon,
 * those that would follow do not start. Cannot be taken back. Thread safe; never blocks.
 */
public final class Cancellation {

  private volatile boolean requested;

  public void request() {
    requested = true;
  }

  public boolean isRequested() {
    return requested;
  }

  /** Before something begins that nobody may want. */
  public void check() {
    if (requested) {
      throw failure();
    }
  }

  static DosqlException failure() {
    return new DosqlException(ErrorCode.CONNECTION_ERROR, "the statement was cancelled")
        .withSqliteCode("SQLITE_INTERRUPT");
  }
}
