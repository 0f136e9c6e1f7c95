package io.dosql.engine.archive;

import java.io.IOException;

/** A document of the archive that a later release wrote; the cause of the error that is told. */
public final class FormatTooNewException extends IOException {

  private static final long serialVersionUID = 1L;

  FormatTooNewException(String key, long found, int supported) {
    super("%s has format version %d; this release reads up to %d".formatted(key, found, supported));
  }
}
