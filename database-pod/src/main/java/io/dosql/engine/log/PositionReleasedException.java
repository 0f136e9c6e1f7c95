package io.dosql.engine.log;

import java.io.IOException;

/** The log no longer holds the position: nobody retained it. */
public final class PositionReleasedException extends IOException {

  private static final long serialVersionUID = 1L;

  PositionReleasedException(LogPosition position, LogPosition oldest) {
    super("Log position %s was released; the oldest is %s".formatted(position, oldest));
  }
}
