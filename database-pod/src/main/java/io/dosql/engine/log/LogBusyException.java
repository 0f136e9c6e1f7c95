package io.dosql.engine.log;

import java.io.IOException;
import java.time.Duration;

/** The disk did not keep up within a limit of {@link LogOptions}; the message names it. */
public final class LogBusyException extends IOException {

  private static final long serialVersionUID = 1L;

  LogBusyException(String what, String limit, Duration value) {
    super("%s within %s (%s)".formatted(what, limit, value));
  }
}
