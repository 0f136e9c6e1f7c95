package io.dosql.engine.sqlite;

/**
 * Reads SQL in UTF-8 only as far as SQLite's parser leaves it to its caller: what stands between
 * statements, and how bytes count in characters.
 */
final class SqlScanner {

  private static final int CONTINUATION_MASK = 0xc0;
  private static final int CONTINUATION = 0x80;
  private static final int FOUR_BYTE_LEAD = 0xf0;

  private SqlScanner() {}

  /** First offset at or after {@code from} that is no space, comment or semicolon; else the end. */
  static long skipBetweenStatements(NativeBuffer text, long from, long end) {
    long at = from;
    while (at < end) {
      long next = skipOne(text, at, end);
      if (next == at) {
        return at;
      }
      at = next;
    }
    return end;
  }

  /** Length of the range as Java counts: a supplementary character is two. */
  static int charCount(NativeBuffer text, long from, long to) {
    int chars = 0;
    for (long at = from; at < to; at++) {
      int b = text.byteAt(at) & 0xff;
      if ((b & CONTINUATION_MASK) != CONTINUATION) {
        chars += b >= FOUR_BYTE_LEAD ? 2 : 1;
      }
    }
    return chars;
  }

  /** The index into {@code text} that {@code byteOffset} bytes of its UTF-8 lead to. */
  static int charOffset(String text, int byteOffset) {
    int bytes = 0;
    int index = 0;
    while (index < text.length() && bytes < byteOffset) {
      int codePoint = text.codePointAt(index);
      bytes += utf8Length(codePoint);
      index += Character.charCount(codePoint);
    }
    return index;
  }

  private static int utf8Length(int codePoint) {
    if (codePoint < 0x80 || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
      return 1; // An unpaired surrogate is encoded as a question mark.
    }
    if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x10000 ? 3 : 4;
  }

  private static long skipOne(NativeBuffer text, long at, long end) {
    return switch (text.byteAt(at)) {
      case ' ', '\t', '\n', '\f', '\r', ';' -> at + 1;
      case '-' -> isAt(text, at + 1, end, '-') ? skipLine(text, at + 2, end) : at;
      // As in SQLite's tokenizer, a comment that ends the text right after its opening is none.
      case '/' -> isAt(text, at + 1, end, '*') && at + 2 < end ? skipBlock(text, at + 2, end) : at;
      case (byte) 0xef -> isByteOrderMark(text, at, end) ? at + 3 : at;
      default -> at;
    };
  }

  private static long skipLine(NativeBuffer text, long from, long end) {
    long at = from;
    while (at < end && text.byteAt(at) != '\n') {
      at++;
    }
    return at;
  }

  /** To the end of the comment, which may be the end of the text. */
  private static long skipBlock(NativeBuffer text, long from, long end) {
    for (long at = from; at < end; at++) {
      if (text.byteAt(at) == '*' && isAt(text, at + 1, end, '/')) {
        return at + 2;
      }
    }
    return end;
  }

  private static boolean isByteOrderMark(NativeBuffer text, long at, long end) {
    return isAt(text, at + 1, end, 0xbb) && isAt(text, at + 2, end, 0xbf);
  }

  private static boolean isAt(NativeBuffer text, long at, long end, int expected) {
    return at < end && (text.byteAt(at) & 0xff) == expected;
  }
}
