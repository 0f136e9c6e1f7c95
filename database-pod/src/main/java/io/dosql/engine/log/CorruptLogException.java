package io.dosql.engine.log;

import java.io.IOException;

/**
 * The log holds something that it cannot have been left with by a crash. Nothing was changed on
 * disk.
 */
public final class CorruptLogException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String expected;
  private final String actual;

  CorruptLogException(String file, long offset, String expected, String actual) {
    super(
        "The commit log is corrupt: file %s, offset %d: expected %s, found %s"
            .formatted(file, offset, expected, actual));
    this.file = file;
    this.offset = offset;
    this.expected = expected;
    this.actual = actual;
  }

  /** The segment's file name. */
  public String file() {
    return file;
  }

  /** Where in the file, in bytes. */
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
