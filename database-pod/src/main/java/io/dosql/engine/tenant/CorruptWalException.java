package io.dosql.engine.tenant;

import java.io.IOException;
import java.nio.file.Path;

/** A tenant's WAL does not say what SQLite must have written. */
final class CorruptWalException extends IOException {

  private static final long serialVersionUID = 1L;

  CorruptWalException(Path file, long offset, String what, long expected, long actual) {
    super(
        "%s: wrong %s at offset %d: expected %x, found %x"
            .formatted(file, what, offset, expected, actual));
  }
}
