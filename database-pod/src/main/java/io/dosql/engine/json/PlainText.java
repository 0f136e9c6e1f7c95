package io.dosql.engine.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Tells text that stands for itself in a JSON string: ASCII in which nothing is escaped. */
final class PlainText {

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final long EACH = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long FIRST_PRINTABLE = 0x20;

  private PlainText() {}

  static boolean isPlain(char c) {
    return c >= FIRST_PRINTABLE && c < 0x80 && c != '"' && c != '\\';
  }

  /** The same of the first {@code length} bytes, eight at a time. */
  static boolean isPlain(byte[] bytes, int length) {
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      if (marks((long) WORDS.get(bytes, at)) != 0) {
        return false;
      }
    }
    for (; at < length; at++) {
      // A byte beyond ASCII is below zero, and so not plain either.
      if (!isPlain((char) bytes[at])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Not 0 if one of eight bytes is not plain. Subtracting from each byte sets its highest bit where
   * it was smaller; a byte that borrows from the next does so only where it is itself not plain.
   */
  private static long marks(long word) {
    return (word
            | (word - FIRST_PRINTABLE * EACH)
            | ((word ^ ('"' * EACH)) - EACH)
            | ((word ^ ('\\' * EACH)) - EACH))
        & HIGH_BITS;
  }
}
