package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.List;

/**
 * Runs the requests from before Hrana and encodes what comes of them:
 *
 * <pre>
 *   [{"results":{"columns":["a"],"rows":[[1]],"rows_read":1,"rows_written":0,
 *                "query_duration_ms":0.1}}, {"error":"text"}]
 * </pre>
 */
final class StatementsRun {

  private static final double NANOS_PER_MILLI = 1e6;
  private static final String NOT_RUN = "The statement was not run, because an earlier one failed.";

  private final SqlSession session;
  private final JsonWriter json;
  private final ResultBudget budget;

  StatementsRun(SqlSession session, JsonWriter json, ResultBudget budget) {
    this.session = session;
    this.json = json;
    this.budget = budget;
  }

  /** Runs them up to the first that fails; nothing is open on return. */
  void run(List<SqlStatement> statements) {
    boolean failed = false;
    json.beginArray();
    for (SqlStatement statement : statements) {
      if (failed) {
        error(NOT_RUN);
        continue;
      }
      JsonWriter.Mark before = json.mark();
      try {
        result(statement);
      } catch (DosqlException failure) {
        failed = true;
        json.reset(before);
        error(String.valueOf(failure.getMessage()));
      }
    }
    json.endArray();
    if (!session.isAutocommit()) {
      Outcome _ = session.execute(new SqlStatement("ROLLBACK", Parameters.NONE), RowSink.NONE);
    }
  }

  private void error(String message) {
    json.beginObject().name("error").value(message).endObject();
  }

  private void result(SqlStatement statement) {
    Rows rows = new Rows();
    json.beginObject().name("results").beginObject();
    Outcome outcome = session.execute(statement, rows);
    if (!rows.begun) {
      rows.columns(List.of());
    }
    json.endArray();
    json.name("rows_read").value(outcome.rowsRead());
    json.name("rows_written").value(outcome.rowsWritten());
    json.name("query_duration_ms").value(outcome.duration().toNanos() / NANOS_PER_MILLI);
    json.endObject().endObject();
  }

  private final class Rows implements RowSink {
    private boolean begun;

    @Override
    public void columns(List<Column> columns) {
      begun = true;
      json.name("columns").beginArray();
      columns.forEach(column -> json.value(column.name()));
      json.endArray().name("rows").beginArray();
    }

    @Override
    public void row(Row row) {
      budget.takeRow();
      json.beginArray();
      int columns = row.columnCount();
      for (int column = 0; column < columns; column++) {
        value(row, column);
        budget.require(json.size());
      }
      json.endArray();
    }

    private void value(Row row, int column) {
      switch (row.type(column)) {
        case NULL -> json.nullValue();
        case INTEGER -> json.value(row.integer(column));
        case REAL -> json.value(row.real(column));
        case TEXT -> {
          String text = row.text(column);
          budget.require((long) json.size() + text.length());
          json.value(text);
        }
        case BLOB -> {
          byte[] bytes = row.blob(column);
          budget.require((long) json.size() + bytes.length);
          json.beginObject().name("base64").base64(bytes, false).endObject();
        }
      }
    }
  }
}
