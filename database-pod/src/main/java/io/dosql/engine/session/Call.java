package io.dosql.engine.session;

/**
 * One statement under way: its parts travel together.
 *
 * @param isLast the answer leaves after it, so that it may wait for the log right away
 */
record Call(
    SqlStatement statement, StatementKind kind, RowSink sink, boolean isLast, long startNanos) {

  static Call of(SqlStatement statement, RowSink sink) {
    return new Call(statement, StatementKind.of(statement.sql()), sink, false, System.nanoTime());
  }

  Call asLast() {
    return new Call(statement, kind, sink, true, startNanos);
  }

  String sql() {
    return statement.sql();
  }
}
