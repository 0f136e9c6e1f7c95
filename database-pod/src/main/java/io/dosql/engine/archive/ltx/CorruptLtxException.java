package io.dosql.engine.archive.ltx;

import java.io.IOException;

/** An LTX file that is truncated, altered or not what its reader was promised. */
public final class CorruptLtxException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String object;
  private final long offset;
  private final String expected;
  private final String actual;

  /**
   * @param object name of the file or object
   * @param offset in bytes from its beginning, where the fault shows
   * @param what names the part of the file, such as "page number"
   */
  public CorruptLtxException(
      String object, long offset, String what, String expected, String actual) {
    super(
        "%s is corrupt at byte %d: %s should be %s but is %s"
            .formatted(object, offset, what, expected, actual));
    this.object = object;
    this.offset = offset;
    this.expected = expected;
    this.actual = actual;
  }

  public String object() {
    return object;
  }

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
