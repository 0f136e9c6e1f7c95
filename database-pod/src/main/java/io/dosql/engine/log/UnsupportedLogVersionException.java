package io.dosql.engine.log;

import java.io.IOException;

/** The log was written by another version of the engine, in a form that this one does not know. */
public final class UnsupportedLogVersionException extends IOException {

  private static final long serialVersionUID = 1L;

  UnsupportedLogVersionException(String file, long offset, String what, int supported, int actual) {
    super(
        "The commit log was written by another version of the engine: file %s, offset %d: %s %d, known is %d"
            .formatted(file, offset, what, actual, supported));
  }
}
