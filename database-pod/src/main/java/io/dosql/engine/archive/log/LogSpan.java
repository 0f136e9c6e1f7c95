package io.dosql.engine.archive.log;

import io.dosql.engine.log.LogPosition;

/** A stretch of the log, from one position up to before another. */
public record LogSpan(LogPosition from, LogPosition to) {

  public LogSpan {
    if (from.compareTo(to) > 0) {
      throw new IllegalArgumentException("A span ends at or after its begin: " + from + ", " + to);
    }
  }

  public boolean isEmpty() {
    return from.equals(to);
  }
}
