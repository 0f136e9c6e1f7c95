package io.dosql.engine.changes;

import java.io.IOException;

/** Sections that are not what {@link ChangeFormat} says, or of a newer version. */
public final class CorruptChangesException extends IOException {

  private static final long serialVersionUID = 1;

  CorruptChangesException(String message) {
    super(message);
  }
}
