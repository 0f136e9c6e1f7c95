package io.dosql.engine.changes;

/**
 * Everything may have changed here, and SQLite did not say what: whoever follows the rows must read
 * them anew, as of this commit. Other changes of the commit are told as far as they are known.
 */
public record Reset(long sequence, Reason reason) implements Change {

  /** Why the changes are not known. */
  public enum Reason {
    /** The content was replaced as a whole, by a restore in place, or rewritten by VACUUM. */
    REWRITTEN(0),
    /** A part of a blob or text was written in place. */
    PARTIAL_WRITE(1),
    /** What a statement that failed, or defined a table, has left could not be found out. */
    UNDETERMINED(2);

    private final int code;

    Reason(int code) {
      this.code = code;
    }

    /** As it is stored. */
    int code() {
      return code;
    }

    static Reason of(int code) {
      return switch (code) {
        case 0 -> REWRITTEN;
        case 1 -> PARTIAL_WRITE;
        case 2 -> UNDETERMINED;
        default -> throw new IllegalArgumentException("a reset for unknown reason " + code);
      };
    }
  }
}
