package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.session.Description;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import io.dosql.engine.sqlite.Utf8Text;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers as JSON. */
final class JsonHranaWriter implements HranaWriter {

  private static final double NANOS_PER_MILLI = 1e6;

  // What each row, or each of its values, begins with.
  private static final byte[] INTEGER = ascii("{\"type\":\"integer\",\"value\":");
  private static final byte[] REAL = ascii("{\"type\":\"float\",\"value\":");
  private static final byte[] TEXT = ascii("{\"type\":\"text\",\"value\":");
  private static final byte[] BLOB = ascii("{\"type\":\"blob\",\"base64\":");
  private static final byte[] ROW_ENTRY = ascii("{\"type\":\"row\",\"row\":");

  private final JsonWriter json;

  JsonHranaWriter() {
    this(new JsonWriter());
  }

  JsonHranaWriter(JsonWriter json) {
    this.json = json;
  }

  private static byte[] ascii(String json) {
    return json.getBytes(StandardCharsets.US_ASCII);
  }

  /** For what only JSON has. */
  JsonWriter json() {
    return json;
  }

  @Override
  public Mark mark() {
    JsonWriter.Mark mark = json.mark();
    return () -> json.reset(mark);
  }

  @Override
  public int size() {
    return json.size();
  }

  @Override
  public ByteBuffer toBuffer() {
    return json.toBuffer();
  }

  @Override
  public void beginResult(List<Column> columns) {
    json.beginObject().name("cols");
    columns(columns);
    json.name("rows").beginArray();
  }

  private void columns(List<Column> columns) {
    json.beginArray();
    for (Column column : columns) {
      json.beginObject().name("name").value(column.name());
      json.name("decltype").value(column.declaredType()).endObject();
    }
    json.endArray();
  }

  @Override
  public void row(Row row, Room room) {
    json.beginArray();
    int columns = row.columnCount();
    for (int column = 0; column < columns; column++) {
      value(row, column, room);
      room.require(json.size());
    }
    json.endArray();
  }

  private void value(Row row, int column, Room room) {
    switch (row.type(column)) {
      case NULL -> json.beginObject().name("type").value("null");
      case INTEGER -> json.beginning(INTEGER).quotedValue(row.integer(column));
      case REAL -> json.beginning(REAL).value(row.real(column));
      case TEXT -> {
        Utf8Text text = row.utf8(column);
        room.require((long) json.size() + text.length());
        json.beginning(TEXT).value(text.bytes(), text.length());
      }
      case BLOB -> {
        byte[] bytes = row.blob(column);
        room.require(json.size() + (long) bytes.length);
        json.beginning(BLOB).base64(bytes, false);
      }
    }
    json.endObject();
  }

  @Override
  public void endResult(Outcome outcome) {
    json.endArray();
    json.name("affected_row_count").value(outcome.affectedRows());
    rowid(outcome);
    json.name("rows_read").value(outcome.rowsRead());
    json.name("rows_written").value(outcome.rowsWritten());
    json.name("query_duration_ms").value(outcome.duration().toNanos() / NANOS_PER_MILLI);
    json.endObject();
  }

  private void rowid(Outcome outcome) {
    json.name("last_insert_rowid");
    if (outcome.lastInsertRowid().isPresent()) {
      json.value(Long.toString(outcome.lastInsertRowid().getAsLong()));
    } else {
      json.nullValue();
    }
  }

  @Override
  public void beginBatch() {
    json.beginObject().name("step_results").beginArray();
  }

  @Override
  public void beginStep(int step) {}

  @Override
  public void endStep() {}

  @Override
  public void noStep() {
    json.nullValue();
  }

  @Override
  public void endBatch(List<@Nullable DosqlException> errors) {
    json.endArray().name("step_errors").beginArray();
    for (DosqlException error : errors) {
      if (error == null) {
        json.nullValue();
      } else {
        error(error);
      }
    }
    json.endArray().endObject();
  }

  /** Hrana's {@code Error}. */
  private void error(DosqlException failure) {
    writeErrorFields(json.beginObject(), failure);
    json.endObject();
  }

  /** The fields of Hrana's {@code Error}. */
  static void writeErrorFields(JsonWriter json, DosqlException failure) {
    json.name("message").value(failure.messageWithAlternative());
    json.name("code").value(ClientCode.of(failure));
  }

  @Override
  public void describe(Description description) {
    json.beginObject().name("params").beginArray();
    for (Optional<String> name : description.parameters()) {
      json.beginObject().name("name").value(name.orElse(null)).endObject();
    }
    json.endArray().name("cols");
    columns(description.columns());
    json.name("is_explain").value(description.isExplain());
    json.name("is_readonly").value(description.isReadOnly()).endObject();
  }

  @Override
  public void autocommit(boolean isAutocommit) {
    json.name("is_autocommit").value(isAutocommit);
  }

  @Override
  public void takeBackTo(int sizeBytes) {
    json.truncate(sizeBytes);
  }

  @Override
  public void stepBegin(int step, List<Column> columns) {
    beginEntry("step_begin").name("step").value(step).name("cols");
    columns(columns);
    json.endObject();
  }

  private JsonWriter beginEntry(String type) {
    JsonWriter.Mark _ = json.beginFragment();
    return json.beginObject().name("type").value(type);
  }

  @Override
  public void rowEntry(Row row, Room room) {
    JsonWriter.Mark _ = json.beginFragment();
    json.beginning(ROW_ENTRY);
    row(row, room);
    json.endObject();
  }

  @Override
  public void stepEnd(Outcome outcome) {
    beginEntry("step_end").name("affected_row_count").value(outcome.affectedRows());
    rowid(outcome);
    json.endObject();
  }

  @Override
  public void stepError(int step, DosqlException failure) {
    beginEntry("step_error").name("step").value(step).name("error");
    error(failure);
    json.endObject();
  }

  @Override
  public void cursorHead(String baton) {
    json.beginObject().name("baton").value(baton).name("base_url").nullValue().endObject();
    json.endLine();
  }

  @Override
  public void delimitedEntry(HranaWriter source, int from, int to) {
    json.copy(((JsonHranaWriter) source).json, from, to).endLine();
  }

  @Override
  public void beginPipeline() {
    json.beginObject().name("results").beginArray();
  }

  @Override
  public void beginPipelineOk(RequestKind kind) {
    json.beginObject().name("type").value("ok").name("response");
    beginResponse(kind);
  }

  private void beginResponse(RequestKind kind) {
    json.beginObject().name("type").value(kind.text());
    if (kind.hasResult()) {
      json.name("result");
    }
  }

  @Override
  public void endPipelineOk() {
    json.endObject().endObject();
  }

  @Override
  public void pipelineError(DosqlException failure) {
    json.beginObject().name("type").value("error").name("error");
    error(failure);
    json.endObject();
  }

  @Override
  public void endPipeline(@Nullable String baton) {
    json.endArray().name("baton").value(baton);
    json.name("base_url").nullValue().endObject();
  }

  @Override
  public void helloOk() {
    json.beginObject().name("type").value("hello_ok").endObject();
  }

  @Override
  public void helloError(DosqlException failure) {
    json.beginObject().name("type").value("hello_error").name("error");
    error(failure);
    json.endObject();
  }

  @Override
  public void beginResponse(int requestId, RequestKind kind) {
    json.beginObject().name("type").value("response_ok").name("request_id").value(requestId);
    json.name("response");
    beginResponse(kind);
  }

  @Override
  public void endResponse() {
    json.endObject().endObject();
  }

  @Override
  public void responseError(int requestId, DosqlException failure) {
    json.beginObject().name("type").value("response_error").name("request_id").value(requestId);
    json.name("error");
    error(failure);
    json.endObject();
  }

  @Override
  public void beginEntries() {
    json.name("entries").beginArray();
  }

  @Override
  public void entry(HranaWriter source, int from, int to) {
    JsonWriter _ = json.copy(((JsonHranaWriter) source).json, from, to);
  }

  @Override
  public void endEntries(boolean isDone) {
    json.endArray().name("done").value(isDone);
  }
}
