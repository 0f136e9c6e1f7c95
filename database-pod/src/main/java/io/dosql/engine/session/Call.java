package io.dosql.engine.session;

/** One statement under way: its parts travel together. */
record Call(SqlStatement statement, StatementKind kind, RowSink sink, long startNanos) {

  static Call of(SqlStatement statement, RowSink sink) {
    return new Call(statement, StatementKind.of(statement.sql()), sink, System.nanoTime());
  }

  String sql() {
    return statement.sql();
  }
}
