package io.dosql.engine.log;

import java.io.IOException;
import java.util.Locale;

/**
 * There is no space for a further segment. Nothing of the log was touched, so that it can be tried
 * again, other than after a failed write of the log itself.
 */
final class NoSpaceException extends IOException {

  private static final long serialVersionUID = 1L;

  private NoSpaceException(IOException cause) {
    super("No space for the commit log's next segment: " + cause.getMessage(), cause);
  }

  /** Tells lack of space, which Java knows by its text only, from other failures. */
  static IOException orOther(IOException failure) {
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("no space left") || message.contains("quota exceeded")
        ? new NoSpaceException(failure)
        : failure;
  }
}
