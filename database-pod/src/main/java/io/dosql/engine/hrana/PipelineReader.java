package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.json.JsonReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a pipeline request. Fields that the protocol does not name are passed over, as
 * the protocol asks of servers, so that newer clients work.
 */
final class PipelineReader {

  private final HranaLimits limits;
  private final StatementReader statements = new StatementReader();

  PipelineReader(HranaLimits limits) {
    this.limits = limits;
  }

  /** Fails with INVALID_REQUEST, naming the place in the body. */
  Pipeline read(byte[] body) {
    return JsonReader.read(body, this::pipeline);
  }

  private Pipeline pipeline(JsonReader json) {
    var fields =
        new Object() {
          @Nullable String baton;
          @Nullable List<StreamRequest> requests;
        };
    json.object(
        name -> {
          switch (name) {
            case "baton" -> fields.baton = json.stringOrNull();
            case "requests" -> fields.requests = requests(json);
            default -> json.skip();
          }
        });
    if (fields.requests == null) {
      throw json.missing("requests");
    }
    return new Pipeline(fields.baton, fields.requests);
  }

  private List<StreamRequest> requests(JsonReader json) {
    List<StreamRequest> requests = new ArrayList<>();
    json.array(
        () -> {
          if (requests.size() == limits.maxRequests()) {
            throw tooMany(json, limits.maxRequests(), "requests in a pipeline (maxRequests)");
          }
          requests.add(request(json));
        });
    return requests;
  }

  private StreamRequest request(JsonReader json) {
    RequestFields fields = new RequestFields();
    json.object(
        name -> {
          switch (name) {
            case "type" -> fields.type = json.string();
            case "sql" -> fields.sql = json.stringOrNull();
            case "sql_id" -> fields.sqlId = StatementReader.idOrNull(json);
            case "stmt" -> fields.statement = statements.read(json);
            case "batch" -> fields.steps = steps(json);
            default -> json.skip();
          }
        });
    return fields.toRequest(json);
  }

  private List<StreamRequest.Step> steps(JsonReader json) {
    List<StreamRequest.Step> steps = new ArrayList<>();
    json.object(
        name -> {
          if (name.equals("steps")) {
            json.array(
                () -> {
                  if (steps.size() == limits.maxSteps()) {
                    throw tooMany(json, limits.maxSteps(), "steps in a batch (maxSteps)");
                  }
                  steps.add(step(json, steps.size()));
                });
          } else {
            json.skip();
          }
        });
    return steps;
  }

  private StreamRequest.Step step(JsonReader json, int index) {
    var fields =
        new Object() {
          Condition condition = new Condition.Always();
          @Nullable StatementRequest statement;
        };
    json.object(
        name -> {
          switch (name) {
            case "condition" -> fields.condition = ConditionReader.readOrAlways(json, index);
            case "stmt" -> fields.statement = statements.read(json);
            default -> json.skip();
          }
        });
    if (fields.statement == null) {
      throw json.missing("stmt");
    }
    return new StreamRequest.Step(fields.condition, fields.statement);
  }

  private static DosqlException tooMany(JsonReader json, int limit, String what) {
    return json.invalid("there may be at most " + limit + " " + what);
  }

  /** All fields that any request has; the type, which may come last, says which ones count. */
  private static final class RequestFields {
    private @Nullable String type;
    private @Nullable String sql;
    private @Nullable Integer sqlId;
    private @Nullable StatementRequest statement;
    private @Nullable List<StreamRequest.Step> steps;

    private StreamRequest toRequest(JsonReader json) {
      if (type == null) {
        throw json.missing("type");
      }
      return switch (type) {
        case "execute" -> new StreamRequest.Execute(given(statement, json, "stmt"));
        case "batch" -> new StreamRequest.Batch(given(steps, json, "batch"));
        case "sequence" -> new StreamRequest.Sequence(StatementReader.sql(json, sql, sqlId));
        case "describe" -> new StreamRequest.Describe(StatementReader.sql(json, sql, sqlId));
        case "store_sql" ->
            new StreamRequest.StoreSql(given(sqlId, json, "sql_id"), given(sql, json, "sql"));
        case "close_sql" -> new StreamRequest.CloseSql(given(sqlId, json, "sql_id"));
        case "get_autocommit" -> new StreamRequest.GetAutocommit();
        case "close" -> new StreamRequest.Close();
        default ->
            throw json.invalid(
                "a request's 'type' is execute, batch, sequence, describe, store_sql, close_sql,"
                    + " get_autocommit or close");
      };
    }

    private static <T> T given(@Nullable T value, JsonReader json, String field) {
      if (value == null) {
        throw json.missing(field);
      }
      return value;
    }
  }
}
