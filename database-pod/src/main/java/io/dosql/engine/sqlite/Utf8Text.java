package io.dosql.engine.sqlite;

/**
 * Text as SQLite has it, in memory that may be used again. Mostly it is UTF-8, but SQLite takes any
 * bytes for text. Not thread safe.
 */
public final class Utf8Text {

  private final byte[] bytes;
  private int length;

  /**
   * @param bytes not copied
   */
  public Utf8Text(byte[] bytes) {
    this.bytes = bytes;
    this.length = bytes.length;
  }

  /** Not copied; the text ends at {@link #length}. */
  public byte[] bytes() {
    return bytes;
  }

  /** In bytes. */
  public int length() {
    return length;
  }

  /** Another text has come to the beginning of the bytes. */
  void setLength(int newLength) {
    length = newLength;
  }
}
