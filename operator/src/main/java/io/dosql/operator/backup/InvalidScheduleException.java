package io.dosql.operator.backup;

import org.jspecify.annotations.Nullable;

/** A schedule or time zone that cannot be understood; the message says what to write instead. */
public final class InvalidScheduleException extends Exception {

  private static final long serialVersionUID = 1L;

  InvalidScheduleException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
