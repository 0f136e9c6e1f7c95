package io.dosql.engine.archive.log;

import java.io.IOException;

/** A later release wrote the log object. */
public final class UnsupportedLogObjectException extends IOException {

  private static final long serialVersionUID = 1L;

  UnsupportedLogObjectException(String object, int supported, int actual) {
    super(
        "%s has format version %d; this release reads up to %d"
            .formatted(object, actual, supported));
  }
}
