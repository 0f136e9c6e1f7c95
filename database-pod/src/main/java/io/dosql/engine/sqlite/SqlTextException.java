package io.dosql.engine.sqlite;

/** The SQL text is not exactly one statement. Found by this binding; its code is SQLITE_ERROR. */
public final class SqlTextException extends SqliteException {

  private static final long serialVersionUID = 1L;

  /** What is wrong with the text. */
  public enum Problem {
    /** Nothing but space, comments and semicolons. */
    NO_STATEMENT("the SQL text holds no statement"),
    /** A second statement follows; the offsets show where it begins. */
    MANY_STATEMENTS("the SQL text holds more than one statement"),
    /** U+0000, at which SQLite would stop reading; the offsets show where. */
    NUL_CHARACTER("the SQL text holds the character U+0000");

    private final String message;

    Problem(String message) {
      this.message = message;
    }
  }

  private final Problem problem;

  SqlTextException(Problem problem, int byteOffset, int charOffset) {
    super(ResultCode.ERROR.value(), problem.message, byteOffset, charOffset);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
