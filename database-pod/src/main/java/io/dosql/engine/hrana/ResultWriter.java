package io.dosql.engine.hrana;

import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.List;

/**
 * Encodes the result of one statement, row by row as SQLite yields them.
 *
 * <p>Invariant: begun by {@link #columns}, ended by {@link #finish}; after a failure in between the
 * caller takes back what was written.
 */
final class ResultWriter implements RowSink {

  private final HranaWriter writer;
  private final ResultBudget budget;
  private final boolean wantRows;
  private boolean begun;

  ResultWriter(HranaWriter writer, ResultBudget budget, boolean wantRows) {
    this.writer = writer;
    this.budget = budget;
    this.wantRows = wantRows;
  }

  @Override
  public void columns(List<Column> columns) {
    begun = true;
    writer.beginResult(columns);
  }

  @Override
  public void row(Row row) {
    if (wantRows) {
      budget.takeRow();
      writer.row(row, budget);
    }
  }

  void finish(Outcome outcome) {
    if (!begun) {
      columns(List.of());
    }
    writer.endResult(outcome);
  }
}
