package io.dosql.engine.log;

import java.io.IOException;

/**
 * A write or sync of the log has failed, so nothing more is acknowledged. Whether what was waiting
 * is durable is unknown until the log is opened again.
 */
public final class LogFailedException extends IOException {

  private static final long serialVersionUID = 1L;

  LogFailedException(Throwable cause) {
    super("The commit log has failed: " + cause, cause);
  }
}
