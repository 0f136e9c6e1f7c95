package io.dosql.engine.tenant;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at how a statement begins, without SQLite's parser. Only for what has to be known before
 * the statement is compiled; what it may do is decided by the parser's questions to the policy.
 */
public final class SqlText {

  private static final Set<String> ON = Set.of("1", "on", "true", "yes");

  /** CREATE TEMPORARY TRIGGER. */
  private static final int TRIGGER_WORDS = 3;

  private SqlText() {}

  /** Index of the first character at or after {@code from} that is no blank, comment, semicolon. */
  public static int skipBlank(String sql, int from) {
    int at = from;
    while (at < sql.length()) {
      int gap = skipGap(sql, at);
      if (gap < sql.length() && (sql.charAt(gap) == ';' || sql.charAt(gap) == '\uFEFF')) {
        at = gap + 1;
      } else {
        return gap;
      }
    }
    return at;
  }

  /** As {@link #skipBlank}, but stops at a semicolon. */
  static int skipGap(String sql, int from) {
    int at = from;
    while (at < sql.length()) {
      if (Character.isWhitespace(sql.charAt(at))) {
        at++;
      } else if (sql.startsWith("--", at)) {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end + 1;
      } else if (sql.startsWith("/*", at)) {
        int end = sql.indexOf("*/", at + 2);
        at = end < 0 ? sql.length() : end + 2;
      } else {
        break;
      }
    }
    return at;
  }

  /** The letters that begin at {@code start}, in upper case. */
  public static String word(String sql, int start) {
    int end = start;
    while (end < sql.length() && Character.isLetter(sql.charAt(end))) {
      end++;
    }
    return sql.substring(start, end).toUpperCase(Locale.ROOT);
  }

  /**
   * Whether the statement that begins at or after {@code from} is a {@code PRAGMA foreign_keys}
   * with a value, and if so, whether that turns them on.
   */
  public static Optional<Boolean> foreignKeysSet(String sql, int from) {
    Cursor cursor = new Cursor(sql, skipBlank(sql, from));
    if (!cursor.name().equals("pragma")) {
      return Optional.empty();
    }
    String name = cursor.name();
    if (cursor.takes('.')) {
      name = cursor.name();
    }
    if (!name.equals("foreign_keys") || !(cursor.takes('=') || cursor.takes('('))) {
      return Optional.empty();
    }
    return Optional.of(ON.contains(cursor.name()));
  }

  /** The name of the pragma that the statement at or after {@code from} is; else empty. */
  public static Optional<String> pragma(String sql, int from) {
    Cursor cursor = new Cursor(sql, skipBlank(sql, from));
    if (!cursor.name().equals("pragma")) {
      return Optional.empty();
    }
    String name = cursor.name();
    return Optional.of(cursor.takes('.') ? cursor.name() : name);
  }

  /**
   * Where a statement that SQLite cannot parse most likely ends, behind its semicolon: a trigger's
   * are within it up to the one behind END.
   *
   * @param from where it begins
   */
  public static int endOfUnparsed(String sql, int from) {
    boolean isTrigger = false;
    int words = 0;
    @Nullable SqlToken before = null;
    SqlToken token = SqlToken.next(sql, from);
    while (token != null) {
      if (token.isSymbol(';') && (!isTrigger || (before != null && before.is("END")))) {
        return token.end();
      }
      if (words < TRIGGER_WORDS) {
        isTrigger |= token.is("TRIGGER");
        words++;
      }
      before = token;
      token = SqlToken.next(sql, token.end());
    }
    return sql.length();
  }

  /** Reads names, quoted or not, and single characters, over blanks and comments. */
  private static final class Cursor {
    private final String sql;
    private int at;

    Cursor(String sql, int at) {
      this.sql = sql;
      this.at = at;
    }

    /** In lower case; empty if there is none here. */
    String name() {
      at = skipGap(sql, at);
      if (at == sql.length()) {
        return "";
      }
      char quote =
          switch (sql.charAt(at)) {
            case '"' -> '"';
            case '\'' -> '\'';
            case '`' -> '`';
            case '[' -> ']';
            default -> 0;
          };
      return (quote == 0 ? plain() : quoted(quote)).toLowerCase(Locale.ROOT);
    }

    private String plain() {
      int start = at;
      while (at < sql.length()
          && (Character.isLetterOrDigit(sql.charAt(at)) || sql.charAt(at) == '_')) {
        at++;
      }
      return sql.substring(start, at);
    }

    private String quoted(char quote) {
      int end = sql.indexOf(quote, at + 1);
      if (end < 0) {
        return "";
      }
      String name = sql.substring(at + 1, end);
      at = end + 1;
      return name;
    }

    boolean takes(char expected) {
      int next = skipGap(sql, at);
      if (next < sql.length() && sql.charAt(next) == expected) {
        at = next + 1;
        return true;
      }
      return false;
    }
  }
}
