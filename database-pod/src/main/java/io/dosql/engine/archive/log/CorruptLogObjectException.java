package io.dosql.engine.archive.log;

import java.io.IOException;

/** A log object that is truncated, altered, or not the one that was asked for. */
public final class CorruptLogObjectException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String object;
  private final long offset;
  private final String expected;
  private final String actual;

  CorruptLogObjectException(String object, long offset, String expected, String actual) {
    super(
        "%s is damaged at byte %d: expected %s, found %s"
            .formatted(object, offset, expected, actual));
    this.object = object;
    this.offset = offset;
    this.expected = expected;
    this.actual = actual;
  }

  /** The object's key in the store. */
  public String object() {
    return object;
  }

  /** In bytes from its beginning, where the fault shows. */
  public long offset() {
    return offset;
  }

  public String expected() {
    return expected;
  }

  public String actual() {
    return actual;
  }
}
