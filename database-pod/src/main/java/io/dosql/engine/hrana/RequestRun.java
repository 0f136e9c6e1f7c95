package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs requests on a stream, one at a time, and encodes what comes of each as it comes. */
final class RequestRun {

  private final HranaStream stream;
  private final HranaWriter writer;
  private final ResultBudget budget;

  RequestRun(HranaStream stream, HranaWriter writer, ResultBudget budget) {
    this.stream = stream;
    this.writer = writer;
    this.budget = budget;
  }

  /** Writes what the answer has beside its type; after a failure it is the caller's to undo. */
  void answer(StreamRequest request) {
    SqlSession session = stream.session();
    switch (request) {
      case StreamRequest.Execute execute -> execute(execute.statement());
      case StreamRequest.Batch batch -> batch(batch.steps());
      case StreamRequest.Sequence sequence -> session.executeScript(stream.resolve(sequence.sql()));
      case StreamRequest.Describe describe ->
          writer.describe(session.describe(stream.resolve(describe.sql())));
      case StreamRequest.StoreSql store -> stream.storedSql().store(store.id(), store.sql());
      case StreamRequest.CloseSql close -> stream.storedSql().forget(close.id());
      case StreamRequest.GetAutocommit get -> writer.autocommit(session.isAutocommit());
      case StreamRequest.Close close -> stream.markClosed();
    }
  }

  private void execute(StatementRequest request) {
    ResultWriter result = new ResultWriter(writer, budget, request.wantRows());
    String sql = stream.resolve(request.sql());
    long rowsBefore = budget.rows();
    boolean finished = false;
    try {
      result.finish(stream.session().execute(new SqlStatement(sql, request.parameters()), result));
      finished = true;
    } finally {
      if (!finished) {
        // The caller throws the rows away, so they take up no room.
        budget.resetTo(rowsBefore);
      }
    }
  }

  private void batch(List<StreamRequest.Step> steps) {
    BatchState state = new BatchState(stream.session());
    writer.beginBatch();
    for (int i = 0; i < steps.size(); i++) {
      StreamRequest.Step step = steps.get(i);
      if (!state.holds(step.condition())) {
        state.skipped();
        writer.noStep();
        continue;
      }
      HranaWriter.Mark before = writer.mark();
      try {
        writer.beginStep(i);
        execute(step.statement());
        writer.endStep();
        state.succeeded();
      } catch (DosqlException failure) {
        before.takeBack();
        writer.noStep();
        state.failed(failure);
      }
    }
    writer.endBatch(state.errors());
  }

  /** What became of a batch's steps, which its conditions ask about. */
  static final class BatchState {
    private final SqlSession session;
    private final List<Boolean> succeeded = new ArrayList<>();
    private final List<@Nullable DosqlException> errors = new ArrayList<>();

    BatchState(SqlSession session) {
      this.session = session;
    }

    /** Steps that are over. */
    int steps() {
      return errors.size();
    }

    List<@Nullable DosqlException> errors() {
      return errors;
    }

    void succeeded() {
      succeeded.add(true);
      errors.add(null);
    }

    void skipped() {
      succeeded.add(false);
      errors.add(null);
    }

    void failed(DosqlException failure) {
      succeeded.add(false);
      errors.add(failure);
    }

    boolean holds(Condition condition) {
      return switch (condition) {
        case Condition.Always always -> true;
        case Condition.Ok ok -> succeeded.get(ok.step());
        case Condition.Failed failed -> errors.get(failed.step()) != null;
        case Condition.Not not -> !holds(not.condition());
        case Condition.And and -> and.conditions().stream().allMatch(this::holds);
        case Condition.Or or -> or.conditions().stream().anyMatch(this::holds);
        case Condition.IsAutocommit isAutocommit -> session.isAutocommit();
      };
    }
  }
}
