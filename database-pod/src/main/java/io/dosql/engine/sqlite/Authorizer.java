package io.dosql.engine.sqlite;

import org.jspecify.annotations.Nullable;

/**
 * Decides, while a statement is compiled, what it may do. Called on the thread that prepares (or
 * steps a statement that must be compiled again). It must not use the connection: every method
 * throws then. What it throws ends the call that asked, and reaches that call's caller.
 */
@FunctionalInterface
public interface Authorizer {

  /** What to do about an action. */
  enum Decision {
    /** Go on. */
    ALLOW(0),
    /** Refuse the statement with SQLITE_AUTH. */
    DENY(1),
    /** Leave the action out: a column reads as NULL, most others do nothing. */
    IGNORE(2);

    private final int code;

    Decision(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /**
   * Decides on one action. Names are written as in the SQL, in any letter case.
   *
   * @param action an action that this binding does not know is denied without asking
   * @param first first argument of the action
   * @param second second argument of the action
   * @param database {@code main}, {@code temp}, or the name of an attached one
   * @param trigger innermost trigger or view that asks; null for the statement itself
   */
  Decision authorize(
      AuthorizerAction action,
      @Nullable String first,
      @Nullable String second,
      @Nullable String database,
      @Nullable String trigger);
}
