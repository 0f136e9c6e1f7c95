package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.List;

/** Runs the requests of one pipeline on a stream and encodes what comes of each, in order. */
final class PipelineRun {

  private final HranaStream stream;
  private final HranaWriter writer;
  private final RequestRun run;

  PipelineRun(HranaStream stream, HranaWriter writer, ResultBudget budget) {
    this.stream = stream;
    this.writer = writer;
    this.run = new RequestRun(stream, writer, budget);
  }

  /** Runs all; one that fails does not keep the next from running. */
  void run(List<StreamRequest> requests) {
    for (StreamRequest request : requests) {
      HranaWriter.Mark before = writer.mark();
      try {
        if (stream.isClosed()) {
          throw new DosqlException(
              ErrorCode.INVALID_REQUEST, "The stream was closed earlier in this pipeline.");
        }
        writer.beginPipelineOk(request.kind());
        run.answer(request);
        writer.endPipelineOk();
      } catch (DosqlException failure) {
        before.takeBack();
        writer.pipelineError(failure);
      }
    }
  }
}
