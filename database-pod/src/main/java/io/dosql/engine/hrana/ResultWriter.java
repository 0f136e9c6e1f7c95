package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.List;

/**
 * Encodes the result of one statement, row by row as SQLite yields them.
 *
 * <p>Invariant: begun by {@link #columns}, ended by {@link #finish}; after a failure in between the
 * caller resets the writer.
 */
final class ResultWriter implements RowSink {

  private static final double NANOS_PER_MILLI = 1e6;

  private final JsonWriter json;
  private final ResultBudget budget;
  private final boolean wantRows;
  private boolean begun;

  ResultWriter(JsonWriter json, ResultBudget budget, boolean wantRows) {
    this.json = json;
    this.budget = budget;
    this.wantRows = wantRows;
  }

  @Override
  public void columns(List<Column> columns) {
    begun = true;
    json.beginObject().name("cols").beginArray();
    for (Column column : columns) {
      json.beginObject().name("name").value(column.name());
      json.name("decltype").value(column.declaredType()).endObject();
    }
    json.endArray().name("rows").beginArray();
  }

  @Override
  public void row(Row row) {
    if (!wantRows) {
      return;
    }
    budget.takeRow();
    json.beginArray();
    int columns = row.columnCount();
    for (int column = 0; column < columns; column++) {
      value(row, column);
      budget.requireRoom(json.size());
    }
    json.endArray();
  }

  void finish(Outcome outcome) {
    if (!begun) {
      columns(List.of());
    }
    json.endArray();
    json.name("affected_row_count").value(outcome.affectedRows());
    json.name("last_insert_rowid");
    if (outcome.lastInsertRowid().isPresent()) {
      json.value(Long.toString(outcome.lastInsertRowid().getAsLong()));
    } else {
      json.nullValue();
    }
    json.name("rows_read").value(outcome.rowsRead());
    json.name("rows_written").value(outcome.rowsWritten());
    json.name("query_duration_ms").value(outcome.duration().toNanos() / NANOS_PER_MILLI);
    json.endObject();
  }

  private void value(Row row, int column) {
    json.beginObject().name("type");
    switch (row.type(column)) {
      case NULL -> json.value("null");
      case INTEGER -> json.value("integer").name("value").value(Long.toString(row.integer(column)));
      case REAL -> json.value("float").name("value").value(row.real(column));
      case TEXT -> {
        String text = row.text(column);
        budget.requireRoom((long) json.size() + text.length());
        json.value("text").name("value").value(text);
      }
      case BLOB -> {
        byte[] bytes = row.blob(column);
        budget.requireRoom(json.size() + (long) bytes.length);
        json.value("blob").name("base64").base64(bytes, false);
      }
    }
    json.endObject();
  }

  /** What all results of one pipeline may take together. */
  static final class ResultBudget {
    private final HranaLimits limits;
    private long rows;

    ResultBudget(HranaLimits limits) {
      this.limits = limits;
    }

    /** Rows written so far. */
    long rows() {
      return rows;
    }

    /** After rows were thrown away. */
    void resetTo(long earlierRows) {
      rows = earlierRows;
    }

    private void takeRow() {
      if (++rows > limits.maxResultRows()) {
        throw tooLarge(limits.maxResultRows() + " rows (maxResultRows)");
      }
    }

    private void requireRoom(long sizeBytes) {
      if (sizeBytes > limits.maxResultBytes()) {
        throw tooLarge(limits.maxResultBytes() + " bytes (maxResultBytes)");
      }
    }

    private static DosqlException tooLarge(String limit) {
      return new DosqlException(
          ErrorCode.RESPONSE_TOO_LARGE, "The results are larger than " + limit + ".");
    }
  }
}
