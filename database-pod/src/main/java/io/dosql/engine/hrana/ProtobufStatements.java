package io.dosql.engine.hrana;

import static io.dosql.engine.hrana.ProtobufInput.DELIMITED;
import static io.dosql.engine.hrana.ProtobufInput.FIXED64;
import static io.dosql.engine.hrana.ProtobufInput.VARINT;

import io.dosql.engine.session.Parameters;
import io.dosql.engine.sqlite.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads batches, statements and the values in them from protobuf. */
final class ProtobufStatements {

  private static final int FIELD = 3;

  private final HranaLimits limits;

  ProtobufStatements(HranaLimits limits) {
    this.limits = limits;
  }

  /** Batch: steps 1. */
  List<StreamRequest.Step> batch(ProtobufInput in) {
    List<StreamRequest.Step> steps = new ArrayList<>();
    in.fields(
        tag -> {
          if (tag != (1 << FIELD | DELIMITED)) {
            return false;
          }
          if (steps.size() == limits.maxSteps()) {
            throw in.invalid(
                "There may be at most %d steps in a batch (maxSteps)".formatted(limits.maxSteps()));
          }
          return steps.add(in.message(inside -> step(inside, steps.size())));
        });
    return steps;
  }

  /** BatchStep: condition 1, stmt 2. */
  private StreamRequest.Step step(ProtobufInput in, int index) {
    var found =
        new Object() {
          Condition condition = new Condition.Always();
          @Nullable StatementRequest statement;
        };
    in.fields(
        tag ->
            switch (tag) {
              case 1 << FIELD | DELIMITED -> {
                found.condition = in.message(inside -> condition(inside, index));
                yield true;
              }
              case 2 << FIELD | DELIMITED -> {
                found.statement = in.message(this::statement);
                yield true;
              }
              default -> false;
            });
    if (found.statement == null) {
      throw in.missing("BatchStep", "stmt");
    }
    return new StreamRequest.Step(found.condition, found.statement);
  }

  /** BatchCond: step_ok 1, step_error 2, not 3, and 4, or 5, is_autocommit 6. */
  private static Condition condition(ProtobufInput in, int index) {
    Condition[] found = new Condition[1];
    in.fields(
        tag -> {
          Condition condition =
              switch (tag) {
                case 1 << FIELD | VARINT -> new Condition.Ok(earlier(in, index));
                case 2 << FIELD | VARINT -> new Condition.Failed(earlier(in, index));
                case 3 << FIELD | DELIMITED ->
                    new Condition.Not(in.message(inside -> condition(inside, index)));
                case 4 << FIELD | DELIMITED ->
                    new Condition.And(in.message(inside -> conditions(inside, index)));
                case 5 << FIELD | DELIMITED ->
                    new Condition.Or(in.message(inside -> conditions(inside, index)));
                case 6 << FIELD | DELIMITED -> {
                  boolean _ = in.emptyMessage();
                  yield new Condition.IsAutocommit();
                }
                default -> null;
              };
          if (condition != null) {
            found[0] = condition;
          }
          return condition != null;
        });
    if (found[0] == null) {
      throw in.invalid("A condition is of none of the kinds that the protocol knows");
    }
    return found[0];
  }

  private static int earlier(ProtobufInput in, int index) {
    int step = in.uint32();
    if (step < 0 || step >= index) {
      throw in.invalid("A condition may name earlier steps only");
    }
    return step;
  }

  /** CondList: conds 1. */
  private static List<Condition> conditions(ProtobufInput in, int index) {
    List<Condition> conditions = new ArrayList<>();
    in.fields(
        tag ->
            tag == (1 << FIELD | DELIMITED)
                && conditions.add(in.message(inside -> condition(inside, index))));
    return conditions;
  }

  /** Stmt: sql 1, sql_id 2, args 3, named_args 4, want_rows 5. */
  StatementRequest statement(ProtobufInput in) {
    var found =
        new Object() {
          @Nullable String sql;
          @Nullable Integer sqlId;
          boolean wantRows = true;
        };
    List<Value> positional = new ArrayList<>();
    Map<String, Value> named = new HashMap<>();
    in.fields(
        tag ->
            switch (tag) {
              case 1 << FIELD | DELIMITED -> {
                found.sql = in.string();
                yield true;
              }
              case 2 << FIELD | VARINT -> {
                found.sqlId = in.int32();
                yield true;
              }
              case 3 << FIELD | DELIMITED -> {
                requireRoom(in, positional.size());
                yield positional.add(in.message(ProtobufStatements::value));
              }
              case 4 << FIELD | DELIMITED -> {
                requireRoom(in, named.size());
                yield in.message(inside -> argument(inside, named));
              }
              case 5 << FIELD | VARINT -> {
                found.wantRows = in.bool();
                yield true;
              }
              default -> false;
            });
    return new StatementRequest(
        sqlText(in, "Stmt", found.sql, found.sqlId),
        new Parameters(positional, named),
        found.wantRows);
  }

  /** Exactly one of the two must be there. */
  static SqlText sqlText(
      ProtobufInput in, String message, @Nullable String sql, @Nullable Integer sqlId) {
    if (sql != null && sqlId != null) {
      throw in.invalid("Give 'sql' or 'sql_id', not both");
    }
    if (sql != null) {
      return new SqlText.Inline(sql);
    }
    if (sqlId != null) {
      return new SqlText.Stored(sqlId);
    }
    throw in.missing(message, "sql");
  }

  private static void requireRoom(ProtobufInput in, int size) {
    if (size == StatementReader.MAX_PARAMETERS) {
      throw in.invalid("There may be at most " + StatementReader.MAX_PARAMETERS + " parameters");
    }
  }

  /** NamedArg: name 1, value 2. */
  private static boolean argument(ProtobufInput in, Map<String, Value> named) {
    var found =
        new Object() {
          String name = "";
          @Nullable Value value;
        };
    in.fields(
        tag ->
            switch (tag) {
              case 1 << FIELD | DELIMITED -> {
                found.name = in.string();
                yield true;
              }
              case 2 << FIELD | DELIMITED -> {
                found.value = in.message(ProtobufStatements::value);
                yield true;
              }
              default -> false;
            });
    if (found.value == null) {
      throw in.missing("NamedArg", "value");
    }
    if (named.put(found.name, found.value) != null) {
      throw in.invalid("The name of an argument appears twice");
    }
    return true;
  }

  /** Value: null 1, integer 2, float 3, text 4, blob 5. */
  private static Value value(ProtobufInput in) {
    Value[] found = new Value[1];
    in.fields(
        tag -> {
          Value value =
              switch (tag) {
                case 1 << FIELD | DELIMITED -> {
                  boolean _ = in.emptyMessage();
                  yield Value.NULL;
                }
                case 2 << FIELD | VARINT -> new Value.Int(in.sint64());
                case 3 << FIELD | FIXED64 -> new Value.Real(in.float64());
                case 4 << FIELD | DELIMITED -> new Value.Text(in.string());
                case 5 << FIELD | DELIMITED -> new Value.Blob(in.bytes());
                default -> null;
              };
          if (value != null) {
            found[0] = value;
          }
          return value != null;
        });
    if (found[0] == null) {
      throw in.invalid("A value is of none of the types that the protocol knows");
    }
    return found[0];
  }
}
