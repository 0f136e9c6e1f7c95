package io.dosql.engine.hrana;

import io.dosql.engine.json.JsonReader;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.sqlite.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads statements and the values in them. */
final class StatementReader {

  /** As many parameters as SQLite takes. */
  static final int MAX_PARAMETERS = 32_766;

  StatementRequest read(JsonReader json) {
    StatementFields fields = new StatementFields();
    json.object(
        name -> {
          switch (name) {
            case "sql" -> fields.sql = json.stringOrNull();
            case "sql_id" -> fields.sqlId = idOrNull(json);
            case "args" -> positional(json, fields.positional);
            case "named_args" -> named(json, fields.named);
            case "want_rows" -> fields.wantRows = json.isNull() || json.bool();
            default -> json.skip();
          }
        });
    return new StatementRequest(
        sql(json, fields.sql, fields.sqlId),
        new Parameters(fields.positional, fields.named),
        fields.wantRows);
  }

  static SqlText sql(JsonReader json, @Nullable String sql, @Nullable Integer sqlId) {
    if (sql != null && sqlId != null) {
      throw json.invalid("give 'sql' or 'sql_id', not both");
    }
    if (sql != null) {
      return new SqlText.Inline(sql);
    }
    if (sqlId != null) {
      return new SqlText.Stored(sqlId);
    }
    throw json.missing("sql");
  }

  static @Nullable Integer idOrNull(JsonReader json) {
    if (json.isNull()) {
      return null;
    }
    long id = json.integer();
    if (id != (int) id) {
      throw json.invalid("must be a 32-bit integer");
    }
    return (int) id;
  }

  private static void positional(JsonReader json, List<Value> values) {
    if (json.isNull()) {
      return;
    }
    json.array(
        () -> {
          requireRoom(json, values.size());
          values.add(value(json));
        });
  }

  private static void named(JsonReader json, Map<String, Value> values) {
    if (json.isNull()) {
      return;
    }
    json.array(
        () -> {
          requireRoom(json, values.size());
          var argument =
              new Object() {
                @Nullable String name;
                @Nullable Value value;
              };
          json.object(
              field -> {
                switch (field) {
                  case "name" -> argument.name = json.string();
                  case "value" -> argument.value = value(json);
                  default -> json.skip();
                }
              });
          if (argument.name == null || argument.value == null) {
            throw json.missing(argument.name == null ? "name" : "value");
          }
          if (values.put(argument.name, argument.value) != null) {
            throw json.invalid("the argument's name appears twice");
          }
        });
  }

  static void requireRoom(JsonReader json, int size) {
    if (size == MAX_PARAMETERS) {
      throw json.invalid("there may be at most " + MAX_PARAMETERS + " parameters");
    }
  }

  private static Value value(JsonReader json) {
    ValueFields fields = new ValueFields();
    fields.type = json.typedObject((type, name) -> fields.take(json, type, name));
    return fields.toValue(json);
  }

  private static final class StatementFields {
    private @Nullable String sql;
    private @Nullable Integer sqlId;
    private final List<Value> positional = new ArrayList<>();
    private final Map<String, Value> named = new HashMap<>();
    private boolean wantRows = true;
  }

  private static final class ValueFields {
    private String type = "";
    private @Nullable String text;
    private @Nullable Double number;
    private byte @Nullable [] bytes;

    private void take(JsonReader json, String type, String name) {
      JsonReader.Kind kind = json.kind();
      // A value of the wrong kind is missed below, by what it must be.
      switch (type + "." + name) {
        case "integer.value", "text.value" -> {
          if (kind == JsonReader.Kind.STRING) {
            text = json.string();
          } else {
            json.skip();
          }
        }
        case "float.value" -> {
          if (kind == JsonReader.Kind.INTEGER || kind == JsonReader.Kind.DECIMAL) {
            number = json.decimal();
          } else {
            json.skip();
          }
        }
        case "blob.base64" -> bytes = json.base64();
        default -> json.skip();
      }
    }

    private Value toValue(JsonReader json) {
      return switch (type) {
        case "null" -> Value.NULL;
        case "integer" -> new Value.Int(integer(json));
        case "float" -> {
          if (number == null) {
            throw json.invalid("a float must have a number as its 'value'");
          }
          yield new Value.Real(number);
        }
        case "text" -> {
          if (text == null) {
            throw json.invalid("a text must have a string as its 'value'");
          }
          yield new Value.Text(text);
        }
        case "blob" -> {
          if (bytes == null) {
            throw json.missing("base64");
          }
          yield new Value.Blob(bytes);
        }
        default -> throw json.invalid("a value's 'type' is null, integer, float, text or blob");
      };
    }

    private long integer(JsonReader json) {
      try {
        return Long.parseLong(String.valueOf(text));
      } catch (NumberFormatException notAnInteger) {
        throw json.invalid("an integer must have a 64-bit integer in a string as its 'value'");
      }
    }
  }
}
