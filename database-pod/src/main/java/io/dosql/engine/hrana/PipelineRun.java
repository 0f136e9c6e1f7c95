package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.hrana.ResultWriter.ResultBudget;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.session.Description;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs the requests of one pipeline on a stream and encodes what comes of each, in order. */
final class PipelineRun {

  private final HranaStream stream;
  private final JsonWriter json;
  private final ResultBudget budget;

  PipelineRun(HranaStream stream, JsonWriter json, HranaLimits limits) {
    this.stream = stream;
    this.json = json;
    this.budget = new ResultBudget(limits);
  }

  /** Runs all; one that fails does not keep the next from running. */
  void run(List<StreamRequest> requests) {
    json.beginArray();
    for (StreamRequest request : requests) {
      JsonWriter.Mark before = json.mark();
      try {
        if (stream.isClosed()) {
          throw new DosqlException(
              ErrorCode.INVALID_REQUEST, "The stream was closed earlier in this pipeline.");
        }
        json.beginObject().name("type").value("ok").name("response");
        answer(request);
        json.endObject();
      } catch (DosqlException failure) {
        json.reset(before);
        json.beginObject().name("type").value("error").name("error");
        writeError(json, failure);
        json.endObject();
      }
    }
    json.endArray();
  }

  /** Hrana's {@code Error}. */
  static void writeError(JsonWriter json, DosqlException failure) {
    writeErrorFields(json.beginObject(), failure);
    json.endObject();
  }

  static void writeErrorFields(JsonWriter json, DosqlException failure) {
    json.name("message").value(failure.messageWithAlternative());
    json.name("code").value(ClientCode.of(failure));
  }

  private void answer(StreamRequest request) {
    json.beginObject().name("type");
    switch (request) {
      case StreamRequest.Execute execute -> {
        json.value("execute").name("result");
        execute(execute.statement());
      }
      case StreamRequest.Batch batch -> {
        json.value("batch").name("result");
        batch(batch.steps());
      }
      case StreamRequest.Sequence sequence -> {
        json.value("sequence");
        stream.session().executeScript(stream.resolve(sequence.sql()));
      }
      case StreamRequest.Describe describe -> {
        json.value("describe").name("result");
        describe(stream.session().describe(stream.resolve(describe.sql())));
      }
      case StreamRequest.StoreSql store -> {
        json.value("store_sql");
        stream.store(store.id(), store.sql());
      }
      case StreamRequest.CloseSql close -> {
        json.value("close_sql");
        stream.forget(close.id());
      }
      case StreamRequest.GetAutocommit get -> {
        json.value("get_autocommit").name("is_autocommit");
        json.value(stream.session().isAutocommit());
      }
      case StreamRequest.Close close -> {
        json.value("close");
        stream.markClosed();
      }
    }
    json.endObject();
  }

  private void execute(StatementRequest request) {
    ResultWriter writer = new ResultWriter(json, budget, request.wantRows());
    String sql = stream.resolve(request.sql());
    long rowsBefore = budget.rows();
    boolean finished = false;
    try {
      writer.finish(stream.session().execute(new SqlStatement(sql, request.parameters()), writer));
      finished = true;
    } finally {
      if (!finished) {
        // The caller throws the rows away, so they take up no room.
        budget.resetTo(rowsBefore);
      }
    }
  }

  private void batch(List<StreamRequest.Step> steps) {
    List<@Nullable DosqlException> errors = new ArrayList<>(steps.size());
    List<Boolean> succeeded = new ArrayList<>(steps.size());
    json.beginObject().name("step_results").beginArray();
    for (StreamRequest.Step step : steps) {
      JsonWriter.Mark before = json.mark();
      DosqlException error = null;
      boolean success = false;
      try {
        if (holds(step.condition(), succeeded, errors)) {
          execute(step.statement());
          success = true;
        }
      } catch (DosqlException failure) {
        json.reset(before);
        error = failure;
      }
      if (!success) {
        json.nullValue();
      }
      succeeded.add(success);
      errors.add(error);
    }
    json.endArray().name("step_errors").beginArray();
    for (DosqlException error : errors) {
      if (error == null) {
        json.nullValue();
      } else {
        writeError(json, error);
      }
    }
    json.endArray().endObject();
  }

  private boolean holds(
      Condition condition, List<Boolean> succeeded, List<@Nullable DosqlException> errors) {
    return switch (condition) {
      case Condition.Always always -> true;
      case Condition.Ok ok -> succeeded.get(ok.step());
      case Condition.Failed failed -> errors.get(failed.step()) != null;
      case Condition.Not not -> !holds(not.condition(), succeeded, errors);
      case Condition.And and ->
          and.conditions().stream().allMatch(each -> holds(each, succeeded, errors));
      case Condition.Or or ->
          or.conditions().stream().anyMatch(each -> holds(each, succeeded, errors));
      case Condition.IsAutocommit isAutocommit -> stream.session().isAutocommit();
    };
  }

  private void describe(Description description) {
    json.beginObject().name("params").beginArray();
    for (Optional<String> name : description.parameters()) {
      json.beginObject().name("name").value(name.orElse(null)).endObject();
    }
    json.endArray().name("cols").beginArray();
    for (Column column : description.columns()) {
      json.beginObject().name("name").value(column.name());
      json.name("decltype").value(column.declaredType()).endObject();
    }
    json.endArray();
    json.name("is_explain").value(description.isExplain());
    json.name("is_readonly").value(description.isReadOnly()).endObject();
  }
}
