package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.session.Description;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers as protobuf. The numbers of the fields are those of the schema in the specification of
 * Hrana 3; each is named beside its message.
 */
final class ProtobufHranaWriter implements HranaWriter {

  /** {@code result} of ExecuteResp, BatchResp and DescribeResp. */
  private static final int RESPONSE_RESULT = 1;

  /** {@code value} of an entry of a map. */
  private static final int MAP_VALUE = 2;

  private final ProtobufOutput out = new ProtobufOutput();

  /** The field of the next result: it depends on what it is in. */
  private int resultField = RESPONSE_RESULT;

  @Override
  public Mark mark() {
    int size = out.size();
    int depth = out.depth();
    return () -> out.reset(size, depth);
  }

  @Override
  public int size() {
    return out.size();
  }

  @Override
  public ByteBuffer toBuffer() {
    return out.toBuffer();
  }

  /** StmtResult: cols 1, rows 2, affected_row_count 3, last_insert_rowid 4. */
  @Override
  public void beginResult(List<Column> columns) {
    out.begin(resultField);
    columns.forEach(column -> column(1, column));
  }

  /** Col, and DescribeCol: name 1, decltype 2. */
  private void column(int field, Column column) {
    out.begin(field);
    out.string(1, column.name());
    if (column.declaredType() != null) {
      out.string(2, column.declaredType());
    }
    out.end();
  }

  @Override
  public void row(Row row, Room room) {
    row(2, row, room);
  }

  /** Row: values 1. */
  private void row(int field, Row row, Room room) {
    out.begin(field);
    int columns = row.columnCount();
    for (int column = 0; column < columns; column++) {
      out.begin(1);
      value(row, column, room);
      out.end();
      room.require(out.size());
    }
    out.end();
  }

  /** Value: null 1, integer 2, float 3, text 4, blob 5. */
  private void value(Row row, int column, Room room) {
    switch (row.type(column)) {
      case NULL -> out.empty(1);
      case INTEGER -> out.sint64(2, row.integer(column));
      case REAL -> out.float64(3, row.real(column));
      case TEXT -> {
        String text = row.text(column);
        room.require((long) out.size() + text.length());
        out.string(4, text);
      }
      case BLOB -> {
        byte[] bytes = row.blob(column);
        room.require((long) out.size() + bytes.length);
        out.bytes(5, bytes);
      }
    }
  }

  @Override
  public void endResult(Outcome outcome) {
    changes(3, outcome);
    out.end();
  }

  /** {@code affected_row_count} and behind it {@code last_insert_rowid}. */
  private void changes(int field, Outcome outcome) {
    if (outcome.affectedRows() != 0) {
      out.uint64(field, outcome.affectedRows());
    }
    outcome.lastInsertRowid().ifPresent(rowid -> out.sint64(field + 1, rowid));
  }

  /** BatchResult: step_results 1, step_errors 2, both maps by the step. */
  @Override
  public void beginBatch() {
    out.begin(resultField);
    resultField = MAP_VALUE;
  }

  @Override
  public void beginStep(int step) {
    out.begin(1);
    out.uint32(1, step);
  }

  @Override
  public void endStep() {
    out.end();
  }

  @Override
  public void noStep() {}

  @Override
  public void endBatch(List<@Nullable DosqlException> errors) {
    resultField = RESPONSE_RESULT;
    for (int step = 0; step < errors.size(); step++) {
      DosqlException error = errors.get(step);
      if (error != null) {
        out.begin(2);
        out.uint32(1, step);
        error(MAP_VALUE, error);
        out.end();
      }
    }
    out.end();
  }

  /** Error: message 1, code 2. */
  private void error(int field, DosqlException failure) {
    out.begin(field);
    out.string(1, failure.messageWithAlternative());
    out.string(2, ClientCode.of(failure));
    out.end();
  }

  /** DescribeResult: params 1 (name 1), cols 2, is_explain 3, is_readonly 4. */
  @Override
  public void describe(Description description) {
    out.begin(RESPONSE_RESULT);
    for (Optional<String> name : description.parameters()) {
      out.begin(1);
      name.ifPresent(given -> out.string(1, given));
      out.end();
    }
    description.columns().forEach(column -> column(2, column));
    if (description.isExplain()) {
      out.bool(3, true);
    }
    if (description.isReadOnly()) {
      out.bool(4, true);
    }
    out.end();
  }

  /** GetAutocommitResp, GetAutocommitStreamResp: is_autocommit 1. */
  @Override
  public void autocommit(boolean isAutocommit) {
    if (isAutocommit) {
      out.bool(1, true);
    }
  }

  @Override
  public void takeBackTo(int sizeBytes) {
    out.reset(sizeBytes, 0);
  }

  /** CursorEntry: step_begin 1 (step 1, cols 2). */
  @Override
  public void stepBegin(int step, List<Column> columns) {
    out.begin(1);
    step(step);
    columns.forEach(column -> column(2, column));
    out.end();
  }

  private void step(int step) {
    if (step != 0) {
      out.uint32(1, step);
    }
  }

  /** CursorEntry: row 4. */
  @Override
  public void rowEntry(Row row, Room room) {
    row(4, row, room);
  }

  /** CursorEntry: step_end 2 (affected_row_count 1, last_insert_rowid 2). */
  @Override
  public void stepEnd(Outcome outcome) {
    out.begin(2);
    changes(1, outcome);
    out.end();
  }

  /** CursorEntry: step_error 3 (step 1, error 2). */
  @Override
  public void stepError(int step, DosqlException failure) {
    out.begin(3);
    step(step);
    error(2, failure);
    out.end();
  }

  /** CursorRespBody: baton 1, base_url 2. */
  @Override
  public void cursorHead(String baton) {
    out.beginDelimited();
    out.string(1, baton);
    out.end();
  }

  @Override
  public void delimitedEntry(HranaWriter source, int from, int to) {
    out.beginDelimited();
    out.copy(((ProtobufHranaWriter) source).out, from, to);
    out.end();
  }

  /** PipelineRespBody: baton 1, base_url 2, results 3. */
  @Override
  public void beginPipeline() {}

  /** StreamResult: ok 1, error 2. */
  @Override
  public void beginPipelineOk(RequestKind kind) {
    resultField = RESPONSE_RESULT;
    out.begin(3);
    out.begin(1);
    out.begin(kind.pipelineField());
  }

  @Override
  public void endPipelineOk() {
    out.end();
    out.end();
    out.end();
  }

  @Override
  public void pipelineError(DosqlException failure) {
    out.begin(3);
    error(2, failure);
    out.end();
  }

  @Override
  public void endPipeline(@Nullable String baton) {
    if (baton != null) {
      out.string(1, baton);
    }
  }

  /** ServerMsg: hello_ok 1, hello_error 2, response_ok 3, response_error 4. */
  @Override
  public void helloOk() {
    out.empty(1);
  }

  /** HelloErrorMsg: error 1. */
  @Override
  public void helloError(DosqlException failure) {
    out.begin(2);
    error(1, failure);
    out.end();
  }

  /** ResponseOkMsg: request_id 1, and the answer in the field of its kind. */
  @Override
  public void beginResponse(int requestId, RequestKind kind) {
    resultField = RESPONSE_RESULT;
    out.begin(3);
    requestId(requestId);
    out.begin(kind.socketField());
  }

  private void requestId(int requestId) {
    if (requestId != 0) {
      out.int32(1, requestId);
    }
  }

  @Override
  public void endResponse() {
    out.end();
    out.end();
  }

  /** ResponseErrorMsg: request_id 1, error 2. */
  @Override
  public void responseError(int requestId, DosqlException failure) {
    out.begin(4);
    requestId(requestId);
    error(2, failure);
    out.end();
  }

  /** FetchCursorResp: entries 1, done 2. */
  @Override
  public void beginEntries() {}

  @Override
  public void entry(HranaWriter source, int from, int to) {
    out.begin(1);
    out.copy(((ProtobufHranaWriter) source).out, from, to);
    out.end();
  }

  @Override
  public void endEntries(boolean isDone) {
    if (isDone) {
      out.bool(2, true);
    }
  }
}
