package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.session.Description;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes what the protocol's answers say into one growing buffer, row by row, in one of its two
 * encodings. What begins must end, unless a {@link Mark} from before it takes it back. Not thread
 * safe.
 */
interface HranaWriter {

  /** A moment in the writing. */
  @FunctionalInterface
  interface Mark {
    /** Takes back all that was written since. */
    void takeBack();
  }

  /** Room for values, which may be large. */
  @FunctionalInterface
  interface Room {
    /** Fails if the buffer may not grow to so many bytes. */
    void require(long sizeBytes);
  }

  /** The moment now. */
  Mark mark();

  /** Bytes written. */
  int size();

  /** What was written, not copied: the writer must not be used any more. */
  ByteBuffer toBuffer();

  // ---- Results of statements

  /** Begins {@code StmtResult}. */
  void beginResult(List<Column> columns);

  /** A row of a result, or of a cursor's entry. */
  void row(Row row, Room room);

  /** Ends {@code StmtResult}. */
  void endResult(Outcome outcome);

  /** Begins {@code BatchResult}. */
  void beginBatch();

  /** Begins the result of a step, which follows; steps in their order. */
  void beginStep(int step);

  /** Ends the result of a step. */
  void endStep();

  /** A step without a result. */
  void noStep();

  /** Ends {@code BatchResult}; the errors of all steps, null where there was none. */
  void endBatch(List<@Nullable DosqlException> errors);

  /** {@code DescribeResult}. */
  void describe(Description description);

  /** The field {@code is_autocommit}. */
  void autocommit(boolean isAutocommit);

  // ---- A pipeline's answer

  /** Begins {@code PipelineRespBody}. */
  void beginPipeline();

  /** Begins the answer to a request that worked, but for what its kind has beside its type. */
  void beginPipelineOk(RequestKind kind);

  /** Ends it. */
  void endPipelineOk();

  /** The answer to a request that failed. */
  void pipelineError(DosqlException failure);

  /** Ends {@code PipelineRespBody}. */
  void endPipeline(@Nullable String baton);

  /** Takes back all entries that end behind {@code sizeBytes}. */
  void takeBackTo(int sizeBytes);

  // ---- Entries of a cursor, each on its own: they are written here, and copied to an answer

  /** {@code StepBeginEntry}. */
  void stepBegin(int step, List<Column> columns);

  /** {@code RowEntry}. */
  void rowEntry(Row row, Room room);

  /** {@code StepEndEntry}. */
  void stepEnd(Outcome outcome);

  /** {@code StepErrorEntry}. */
  void stepError(int step, DosqlException failure);

  // ---- A cursor's answer over HTTP

  /** {@code CursorRespBody}, delimited. */
  void cursorHead(String baton);

  /** An entry, delimited, from a writer of the same encoding. */
  void delimitedEntry(HranaWriter source, int from, int to);

  // ---- Messages on a WebSocket

  /** {@code HelloOkMsg}. */
  void helloOk();

  /** {@code HelloErrorMsg}. */
  void helloError(DosqlException failure);

  /** Begins {@code ResponseOkMsg}, but for what the answer's kind has beside its type. */
  void beginResponse(int requestId, RequestKind kind);

  /** Ends it. */
  void endResponse();

  /** {@code ResponseErrorMsg}. */
  void responseError(int requestId, DosqlException failure);

  /** Begins the entries of {@code FetchCursorResp}. */
  void beginEntries();

  /** An entry, from a writer of the same encoding. */
  void entry(HranaWriter source, int from, int to);

  /** Ends the entries. */
  void endEntries(boolean isDone);
}
