package io.dosql.engine.migration;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One schema change.
 *
 * @param id a number and a name, {@code 012_add_index}; the number gives the order
 * @param sql any statements except those that open or end transactions
 */
public record Migration(String id, String sql) {

  private static final int ID_CHARACTERS_MAX = 128;
  private static final Pattern SYNTAX = Pattern.compile("([0-9]{1,18})_[A-Za-z0-9_.-]+");

  /** By number, 9 before 10; then by id, so that the order is total. */
  public static final Comparator<Migration> ORDER =
      Comparator.comparing(Migration::number).thenComparing(Migration::id);

  public Migration {
    if (id.length() > ID_CHARACTERS_MAX || !SYNTAX.matcher(id).matches()) {
      throw new DosqlException(
              ErrorCode.INVALID_REQUEST, "'%s' is not a migration's id".formatted(shorten(id)))
          .withSuggestion("Write a number, an underscore and a name, such as 001_create_users.");
    }
  }

  private static String shorten(String text) {
    return text.length() <= ID_CHARACTERS_MAX ? text : text.substring(0, ID_CHARACTERS_MAX) + "…";
  }

  private BigInteger number() {
    Matcher matcher = SYNTAX.matcher(id);
    if (!matcher.matches()) {
      throw new IllegalStateException("checked in the constructor: " + id);
    }
    return new BigInteger(matcher.group(1));
  }

  /** SHA-256 of the text with LF line ends, in hex: the same on every system that checks it out. */
  public String checksum() {
    String normal = sql.replace("\r\n", "\n").replace('\r', '\n');
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(normal.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
