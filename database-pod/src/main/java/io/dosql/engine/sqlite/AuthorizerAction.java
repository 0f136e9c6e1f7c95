package io.dosql.engine.sqlite;

import org.jspecify.annotations.Nullable;

/**
 * What a statement is about to do, as an {@link Authorizer} is asked. The two arguments that come
 * with each are listed in SQLite's documentation of authorizer action codes; for instance PRAGMA
 * brings the pragma's name and its argument or null, READ the table and the column.
 */
public enum AuthorizerAction {
  CREATE_INDEX(1),
  CREATE_TABLE(2),
  CREATE_TEMP_INDEX(3),
  CREATE_TEMP_TABLE(4),
  CREATE_TEMP_TRIGGER(5),
  CREATE_TEMP_VIEW(6),
  CREATE_TRIGGER(7),
  CREATE_VIEW(8),
  DELETE(9),
  DROP_INDEX(10),
  DROP_TABLE(11),
  DROP_TEMP_INDEX(12),
  DROP_TEMP_TABLE(13),
  DROP_TEMP_TRIGGER(14),
  DROP_TEMP_VIEW(15),
  DROP_TRIGGER(16),
  DROP_VIEW(17),
  INSERT(18),
  PRAGMA(19),
  READ(20),
  SELECT(21),
  TRANSACTION(22),
  UPDATE(23),
  ATTACH(24),
  DETACH(25),
  ALTER_TABLE(26),
  REINDEX(27),
  ANALYZE(28),
  CREATE_VTABLE(29),
  DROP_VTABLE(30),
  FUNCTION(31),
  SAVEPOINT(32),
  RECURSIVE(33);

  private static final AuthorizerAction[] BY_CODE = byCode();

  private final int code;

  AuthorizerAction(int code) {
    this.code = code;
  }

  /** The action for SQLite's number; null for one that this binding does not know. */
  static @Nullable AuthorizerAction of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  private static AuthorizerAction[] byCode() {
    AuthorizerAction[] table = new AuthorizerAction[values().length + 1];
    for (AuthorizerAction action : values()) {
      table[action.code] = action;
    }
    return table;
  }
}
