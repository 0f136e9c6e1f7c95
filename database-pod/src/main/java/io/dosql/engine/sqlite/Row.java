package io.dosql.engine.sqlite;

/**
 * The row that a statement stands on, read in place. Columns count from 0. Valid only until the
 * statement steps again, on the thread that steps it.
 */
public interface Row {

  /** Number of columns. */
  int columnCount();

  /** Storage class of the value in {@code column}; ask before any conversion of the same column. */
  ColumnType type(int column);

  /** The value as a 64-bit integer. */
  long integer(int column);

  /** The value as a double. */
  double real(int column);

  /** The value as text; malformed UTF-8 becomes U+FFFD. */
  String text(int column);

  /**
   * The value as text that is not decoded; NULL reads as the empty text. Valid only until the row's
   * next text is read.
   */
  Utf8Text utf8(int column);

  /** The value as bytes; empty for a zero-length blob and for NULL. */
  byte[] blob(int column);
}
