package io.dosql.operator.pod;

import java.time.Duration;
import java.time.Instant;

/**
 * Ids of operations. They stand in the resource's status before the engine is asked, so that asking
 * again after a crash of the operator asks for the same operation. An operation that failed keeps
 * its answer, so that another attempt needs another id: the first one's with {@code -rN} behind it,
 * or, of what is tried for ever, one with the second at which the attempt began.
 */
public final class OperationId {

  private static final String ATTEMPT_MARK = "-r";

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

  /** The id of an attempt that begins now. */
  public static String begun(String what, Instant now) {
    return what + "-" + now.getEpochSecond();
  }

  /** How long ago an attempt of such an id began. */
  public static Duration age(String id, Instant now) {
    long second = Long.parseLong(id.substring(id.lastIndexOf('-') + 1));
    return Duration.between(Instant.ofEpochSecond(second), now);
  }
}
