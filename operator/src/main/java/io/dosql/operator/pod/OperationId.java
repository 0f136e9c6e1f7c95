package io.dosql.operator.pod;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.TreeSet;

/**
 * Ids of operations. They are computed from the resource, so that asking again after a crash of the
 * operator asks for the same operation. An operation that failed keeps its answer, so that another
 * attempt needs another id: the first one's with {@code -rN} behind it.
 */
public final class OperationId {

  private static final String ATTEMPT_MARK = "-r";
  private static final int HASH_DIGITS = 32;

  private OperationId() {}

  /** The next attempt after {@code id}. */
  public static String next(String id) {
    return first(id) + ATTEMPT_MARK + (attempt(id) + 1);
  }

  /** Whether the id is that of a first attempt. */
  public static boolean isFirst(String id) {
    return markIndex(id) < 0;
  }

  /** The id without the mark of a later attempt. */
  public static String first(String id) {
    int mark = markIndex(id);
    return mark < 0 ? id : id.substring(0, mark);
  }

  /** From 1. */
  static int attempt(String id) {
    int mark = markIndex(id);
    return mark < 0 ? 1 : Integer.parseInt(id.substring(mark + ATTEMPT_MARK.length()));
  }

  private static int markIndex(String id) {
    int mark = id.lastIndexOf(ATTEMPT_MARK);
    boolean numbered =
        mark >= 0 && id.substring(mark + ATTEMPT_MARK.length()).matches("[0-9]{1,9}");
    return numbered ? mark : -1;
  }

  /** One id for one set of names, in whatever order. */
  public static String ofNames(String kind, Collection<String> names) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join("\n", new TreeSet<>(names)).getBytes(StandardCharsets.UTF_8));
      return kind + "-" + HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
