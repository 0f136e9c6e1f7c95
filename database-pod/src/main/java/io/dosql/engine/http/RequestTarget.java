package io.dosql.engine.http;

/** The second word of a request line. */
final class RequestTarget {

  /** What RFC 3986 leaves out of printable ASCII. */
  private static final String FORBIDDEN = "\"<>\\^`{|}#";

  private RequestTarget() {}

  /** Whether it is a path that a URI may have, with or without a query. */
  static boolean isUsable(String target) {
    if (!target.startsWith("/")) {
      return false;
    }
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c <= ' ' || c >= 0x7F || FORBIDDEN.indexOf(c) >= 0) {
        return false;
      }
      if (c == '%' && !isEscape(target, i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isEscape(String target, int at) {
    return at + 2 < target.length()
        && Character.digit(target.charAt(at + 1), 16) >= 0
        && Character.digit(target.charAt(at + 2), 16) >= 0;
  }
}
