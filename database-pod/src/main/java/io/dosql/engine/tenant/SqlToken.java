package io.dosql.engine.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A word or a quoted name in a SQL text; for looking at text that SQLite has refused, so it takes
 * everything.
 *
 * @param start character offset of its first character, quote included
 * @param end character offset behind its last one
 * @param name without quotes
 */
record SqlToken(Kind kind, int start, int end, String name) {

  enum Kind {
    /** A keyword, or a name without quotes. */
    WORD,
    /** A name in double quotes, back quotes or brackets. */
    QUOTED,
    /** A text in single quotes, a number, a parameter. */
    LITERAL,
    /** Any other single character. */
    SYMBOL
  }

  /** The tokens of a text, comments left out. */
  static List<SqlToken> of(String sql) {
    List<SqlToken> tokens = new ArrayList<>();
    SqlToken token = next(sql, 0);
    while (token != null) {
      tokens.add(token);
      token = next(sql, token.end);
    }
    return tokens;
  }

  /** The one at or after {@code from}; null if none is left. */
  static @Nullable SqlToken next(String sql, int from) {
    int start = SqlText.skipGap(sql, from);
    return start >= sql.length() ? null : at(sql, start);
  }

  private static SqlToken at(String sql, int start) {
    char first = sql.charAt(start);
    return switch (first) {
      case '\'' -> quoted(sql, start, '\'', Kind.LITERAL);
      case '"' -> quoted(sql, start, '"', Kind.QUOTED);
      case '`' -> quoted(sql, start, '`', Kind.QUOTED);
      case '[' -> quoted(sql, start, ']', Kind.QUOTED);
      case '?', ':', '@', '$' -> token(sql, Kind.LITERAL, start, endOfWord(sql, start + 1));
      default -> {
        if (Character.isDigit(first)) {
          yield token(sql, Kind.LITERAL, start, endOfWord(sql, start));
        }
        yield isWordPart(first)
            ? token(sql, Kind.WORD, start, endOfWord(sql, start))
            : token(sql, Kind.SYMBOL, start, start + 1);
      }
    };
  }

  private static SqlToken token(String sql, Kind kind, int start, int end) {
    return new SqlToken(kind, start, end, sql.substring(start, end));
  }

  /** A quote that is doubled stands for itself; one that is not closed reaches to the end. */
  private static SqlToken quoted(String sql, int start, char close, Kind kind) {
    int at = start + 1;
    while (at < sql.length()) {
      if (sql.charAt(at) != close) {
        at++;
      } else if (at + 1 < sql.length() && sql.charAt(at + 1) == close && close != ']') {
        at += 2;
      } else {
        String quote = String.valueOf(close);
        return new SqlToken(
            kind, start, at + 1, sql.substring(start + 1, at).replace(quote + quote, quote));
      }
    }
    return new SqlToken(kind, start, at, sql.substring(start + 1));
  }

  private static int endOfWord(String sql, int from) {
    int at = from;
    while (at < sql.length() && isWordPart(sql.charAt(at))) {
      at++;
    }
    return at;
  }

  /** As SQLite sees it: all beyond ASCII are letters. */
  private static boolean isWordPart(char c) {
    return c == '_' || c >= 0x80 || Character.isLetterOrDigit(c);
  }

  boolean isWord() {
    return kind == Kind.WORD;
  }

  boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED;
  }

  /** Whether it is this keyword, given in upper case. */
  boolean is(String keyword) {
    return isWord() && name.toUpperCase(Locale.ROOT).equals(keyword);
  }

  boolean isSymbol(char symbol) {
    return kind == Kind.SYMBOL && name.charAt(0) == symbol;
  }
}
