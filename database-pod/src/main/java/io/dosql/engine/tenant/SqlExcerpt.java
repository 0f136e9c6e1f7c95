package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException.Excerpt;

/** Shows a place in a SQL text: its line, and a caret under the place. */
final class SqlExcerpt {

  /** Characters of the line that are shown; more would wrap, and part the caret from its place. */
  static final int SHOWN_MAX = 120;

  /** Of these, before the place. */
  private static final int BEFORE_MAX = 80;

  private static final String CUT = "…";

  /** First and last code points of characters that take two columns. */
  private static final int[][] WIDE = {
    {0x1100, 0x115f},
    {0x2e80, 0x303e},
    {0x3041, 0xa4cf},
    {0xac00, 0xd7a3},
    {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},
    {0xff00, 0xff60},
    {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff},
    {0x1f900, 0x1f9ff},
    {0x1fa70, 0x1faff},
    {0x20000, 0x3fffd},
  };

  private SqlExcerpt() {}

  /**
   * @param offset of the place, as a character offset in {@code sql}; may be its end
   */
  static Excerpt at(String sql, int offset) {
    int start = sql.lastIndexOf('\n', offset - 1) + 1;
    int newline = sql.indexOf('\n', offset);
    int end = newline < 0 ? sql.length() : newline;
    if (end > offset && sql.charAt(end - 1) == '\r') {
      end--;
    }
    // Counted in characters as people see them, so that none is cut in two.
    int before = sql.codePointCount(start, offset);
    int from = before <= BEFORE_MAX ? start : sql.offsetByCodePoints(offset, -BEFORE_MAX);
    int after = sql.codePointCount(offset, end);
    int room = SHOWN_MAX - Math.min(before, BEFORE_MAX);
    int to = after <= room ? end : sql.offsetByCodePoints(offset, room);
    StringBuilder source = new StringBuilder();
    StringBuilder caret = new StringBuilder();
    if (from > start) {
      source.append(CUT);
      caret.append(' ');
    }
    int at = from;
    while (at < to) {
      int character = sql.codePointAt(at);
      boolean isControl = Character.isISOControl(character) && character != '\t';
      source.appendCodePoint(isControl ? ' ' : character);
      if (at < offset) {
        caret.append(blank(character));
      }
      at += Character.charCount(character);
    }
    if (to < end) {
      source.append(CUT);
    }
    return new Excerpt(source.toString(), caret.append('^').toString());
  }

  /** What is as wide as the character: a tab for a tab, since nobody knows where it stops. */
  private static String blank(int character) {
    if (character == '\t') {
      return "\t";
    }
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> "";
      default -> isWide(character) ? "  " : " ";
    };
  }

  private static boolean isWide(int character) {
    for (int[] range : WIDE) {
      if (character >= range[0] && character <= range[1]) {
        return true;
      }
    }
    return false;
  }
}
