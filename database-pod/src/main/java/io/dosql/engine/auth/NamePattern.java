package io.dosql.engine.auth;

/**
 * A name, or a pattern in which each {@code *} stands for any characters or none.
 *
 * <p>Matching looks back to the latest star only, which is enough: its time is at most the product
 * of the two lengths, whatever the pattern.
 */
public record NamePattern(String text) {

  static final NamePattern ANY = new NamePattern("*");

  boolean matches(String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int resume = 0;
    while (at < name.length()) {
      if (in < text.length() && text.charAt(in) == '*') {
        star = in++;
        resume = at;
      } else if (in < text.length() && text.charAt(in) == name.charAt(at)) {
        in++;
        at++;
      } else if (star >= 0) {
        in = star + 1;
        at = ++resume;
      } else {
        return false;
      }
    }
    while (in < text.length() && text.charAt(in) == '*') {
      in++;
    }
    return in == text.length();
  }
}
