package io.dosql.engine.sqlite;

/** What happens to a row. */
public enum RowOperation {
  INSERT,
  UPDATE,
  DELETE;

  private static final int SQLITE_DELETE = 9;
  private static final int SQLITE_INSERT = 18;
  private static final int SQLITE_UPDATE = 23;

  static RowOperation of(int code) {
    return switch (code) {
      case SQLITE_INSERT -> INSERT;
      case SQLITE_UPDATE -> UPDATE;
      case SQLITE_DELETE -> DELETE;
      default -> throw new IllegalStateException("unknown operation on a row: " + code);
    };
  }
}
