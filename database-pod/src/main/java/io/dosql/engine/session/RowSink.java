package io.dosql.engine.session;

import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.List;

/**
 * Takes a result as SQLite yields it, on the thread that steps the statement: must not block, and
 * must not let anything out before {@link SqlSession#settle()}, because the rows may come from
 * commits that are not durable yet. What it throws ends the statement and reaches the caller of
 * {@link SqlSession#execute}; what the statement wrote is undone, with its transaction.
 */
public interface RowSink {

  /** Called once, before the first row; the list is empty for statements without a result. */
  void columns(List<Column> columns);

  /** Called for each row; {@code row} is valid only during the call. */
  void row(Row row);

  /** Drops everything. */
  RowSink NONE =
      new RowSink() {
        @Override
        public void columns(List<Column> columns) {}

        @Override
        public void row(Row row) {}
      };
}
