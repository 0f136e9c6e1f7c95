package io.dosql.engine.hrana;

import io.dosql.engine.json.JsonReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the condition of a batch's step. Its depth is bounded by that of the JSON document. */
final class ConditionReader {

  private ConditionReader() {}

  /** {@code index}: the step's own; a condition may name earlier ones only. */
  static Condition readOrAlways(JsonReader json, int index) {
    return json.isNull() ? new Condition.Always() : read(json, index);
  }

  private static Condition read(JsonReader json, int index) {
    var fields =
        new Object() {
          @Nullable Integer step;
          @Nullable Condition condition;
          @Nullable List<Condition> conditions;
        };
    String conditionType =
        json.typedObject(
            (type, name) -> {
              switch (type + "." + name) {
                case "ok.step", "error.step" -> fields.step = step(json, index);
                case "not.cond" -> fields.condition = read(json, index);
                case "and.conds", "or.conds" -> {
                  List<Condition> conditions = new ArrayList<>();
                  json.array(() -> conditions.add(read(json, index)));
                  fields.conditions = conditions;
                }
                default -> json.skip();
              }
            });
    return switch (conditionType) {
      case "ok" -> new Condition.Ok(given(fields.step, json, "step"));
      case "error" -> new Condition.Failed(given(fields.step, json, "step"));
      case "not" -> new Condition.Not(given(fields.condition, json, "cond"));
      case "and" -> new Condition.And(given(fields.conditions, json, "conds"));
      case "or" -> new Condition.Or(given(fields.conditions, json, "conds"));
      case "is_autocommit" -> new Condition.IsAutocommit();
      default ->
          throw json.invalid("a condition's 'type' is ok, error, not, and, or, is_autocommit");
    };
  }

  private static int step(JsonReader json, int index) {
    long step = json.integer();
    if (step < 0 || step >= index) {
      throw json.invalid("a condition may name earlier steps only");
    }
    return (int) step;
  }

  private static <T> T given(@Nullable T value, JsonReader json, String field) {
    if (value == null) {
      throw json.missing(field);
    }
    return value;
  }
}
