package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.regex.Pattern;

/** A tenant's name: also the name of its folder, so nothing else ever reaches the file system. */
public record TenantName(String value) implements Comparable<TenantName> {

  private static final Pattern SYNTAX = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  /** The tenant that every database has. */
  public static final TenantName MAIN = new TenantName("main");

  private static final int QUOTED_CHARACTERS_MAX = 80;

  public TenantName {
    if (!SYNTAX.matcher(value).matches()) {
      throw new IllegalArgumentException("not a tenant name: " + quote(value));
    }
  }

  /** Reads what a client wrote; fails with INVALID_REQUEST. */
  public static TenantName parse(String text) {
    if (!SYNTAX.matcher(text).matches()) {
      throw new DosqlException(ErrorCode.INVALID_REQUEST, quote(text) + " is not a tenant name")
          .withSuggestion(
              "Use 1 to 63 characters of a-z, 0-9 and '-', the first one a letter or a digit.");
    }
    return new TenantName(text);
  }

  /** Whether a folder of this name can be a tenant's. */
  static boolean isValid(String text) {
    return SYNTAX.matcher(text).matches();
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("'");
    text.codePoints()
        .limit(QUOTED_CHARACTERS_MAX)
        .forEach(point -> quoted.appendCodePoint(Character.isISOControl(point) ? '?' : point));
    return quoted.append(text.length() > QUOTED_CHARACTERS_MAX ? "…'" : "'").toString();
  }

  @Override
  public int compareTo(TenantName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
