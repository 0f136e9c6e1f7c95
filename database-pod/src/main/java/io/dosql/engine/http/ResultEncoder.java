package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import io.dosql.engine.sqlite.Utf8Text;
import java.util.List;

/**
 * Encodes a statement's columns and rows as SQLite yields them: the fields {@code columns} and
 * {@code rows} of a result, whose array of rows stays open until {@link #outcome} closes it.
 *
 * <p>Integers beyond ±(2^53−1) are sent as {@code {"integer":"…"}}, because most readers of JSON
 * would round them, and blobs as {@code {"blob":"base64"}}: the same forms that parameters take.
 */
final class ResultEncoder implements RowSink {

  private static final double NANOS_PER_MILLI = 1e6;

  private final JsonWriter json;
  private final Budget budget;
  private JsonWriter.Mark begin;
  private JsonWriter.Mark end;
  private boolean begun;

  ResultEncoder(JsonWriter json, Budget budget) {
    this.json = json;
    this.budget = budget;
    this.begin = json.mark();
    this.end = begin;
  }

  @Override
  public void columns(List<Column> columns) {
    begun = true;
    begin = json.beginFragment();
    columns(json, columns);
    json.name("rows").beginArray();
    end = json.mark();
  }

  /** The field {@code columns}. */
  static void columns(JsonWriter json, List<Column> columns) {
    json.name("columns").beginArray();
    for (Column column : columns) {
      json.beginObject().name("name").value(column.name());
      json.name("type").value(column.declaredType()).endObject();
    }
    json.endArray();
  }

  @Override
  public void row(Row row) {
    budget.takeRow();
    json.beginArray();
    int columns = row.columnCount();
    for (int column = 0; column < columns; column++) {
      value(row, column);
      budget.requireRoom(json.size());
    }
    json.endArray();
    end = json.mark();
  }

  /** Where the fields begin in the writer. */
  JsonWriter.Mark begin() {
    requireBegun();
    return begin;
  }

  /** Where the last row ends in the writer. */
  JsonWriter.Mark end() {
    requireBegun();
    return end;
  }

  /** A statement that yields nothing has no columns and no rows. */
  private void requireBegun() {
    if (!begun) {
      columns(List.of());
    }
  }

  /** Closes the rows and adds what else there is to say of a statement. */
  static void outcome(JsonWriter json, Outcome outcome) {
    json.endArray();
    json.name("rowsRead").value(outcome.rowsRead());
    json.name("rowsWritten").value(outcome.rowsWritten());
    json.name("affectedRows").value(outcome.affectedRows());
    json.name("lastInsertRowid");
    if (outcome.lastInsertRowid().isPresent()) {
      json.value(Long.toString(outcome.lastInsertRowid().getAsLong()));
    } else {
      json.nullValue();
    }
    json.name("durationMs").value(outcome.duration().toNanos() / NANOS_PER_MILLI);
  }

  private void value(Row row, int column) {
    switch (row.type(column)) {
      case NULL -> json.nullValue();
      case INTEGER -> integer(row.integer(column));
      case REAL -> json.value(row.real(column));
      case TEXT -> {
        Utf8Text text = row.utf8(column);
        budget.requireRoom((long) json.size() + text.length());
        json.value(text.bytes(), text.length());
      }
      case BLOB -> {
        byte[] bytes = row.blob(column);
        budget.requireRoom((long) json.size() + bytes.length);
        json.beginObject().name("blob").base64(bytes, true).endObject();
      }
    }
  }

  private void integer(long value) {
    if (Math.abs(value) <= JsonWriter.MAX_SAFE_INTEGER && value != Long.MIN_VALUE) {
      json.value(value);
    } else {
      json.beginObject().name("integer").value(Long.toString(value)).endObject();
    }
  }

  /**
   * What all results of one request may take together; small ones cost nothing of what the pod has
   * for results, larger ones as much as their buffer may take until this is closed.
   */
  static final class Budget implements AutoCloseable {

    private final HttpLimits limits;
    private final BufferBudget.Reservation reserved;
    private final long maxRows;
    private long rows;

    Budget(HttpLimits limits, BufferBudget results) {
      this(limits, results.reserve(0), limits.maxResultRows());
    }

    private Budget(HttpLimits limits, BufferBudget.Reservation reserved, long maxRows) {
      this.limits = limits;
      this.reserved = reserved;
      this.maxRows = maxRows;
    }

    /** For any number of rows, in chunks: one gathers while one is sent. */
    static Budget ofChunks(HttpLimits limits, StreamLimits streams, BufferBudget results) {
      return new Budget(limits, results.reserveBuffers(2, streams.chunkBytes()), Long.MAX_VALUE);
    }

    private void takeRow() {
      if (++rows > maxRows) {
        throw tooLarge(maxRows + " rows (maxResultRows)");
      }
    }

    void requireRoom(long sizeBytes) {
      if (sizeBytes > limits.maxResultBytes()) {
        throw tooLarge(limits.maxResultBytes() + " bytes (maxResultBytes)");
      }
      reserved.requireBuffer(sizeBytes);
    }

    /** Gives back what was set aside. Idempotent. */
    @Override
    public void close() {
      reserved.close();
    }

    private static DosqlException tooLarge(String limit) {
      return new DosqlException(
              ErrorCode.RESPONSE_TOO_LARGE, "The result is larger than " + limit + ".")
          .withSuggestion(
              "Ask for less at a time, or for a stream: 'Accept: application/x-ndjson'.");
    }
  }
}
