package io.dosql.engine.http;

import io.dosql.engine.json.JsonReader;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of {@code query} and {@code batch}; unknown fields are errors. */
final class QueryReader {

  /** As many parameters as SQLite takes. */
  private static final int MAX_PARAMETERS = 32_766;

  private final HttpLimits limits;

  QueryReader(HttpLimits limits) {
    this.limits = limits;
  }

  /** {@code {"sql":"…","params":[…]|{…}}}. */
  SqlStatement query(byte[] body) {
    return JsonReader.read(body, QueryReader::statement);
  }

  /** {@code {"sql":"…"}}: any number of statements. */
  String script(byte[] body) {
    return JsonReader.read(
        body,
        json -> {
          String[] sql = new String[1];
          json.object(
              field -> {
                if (!field.equals("sql")) {
                  throw json.unknownField();
                }
                sql[0] = json.string();
              });
          if (sql[0] == null) {
            throw json.missing("sql");
          }
          return sql[0];
        });
  }

  /**
   * {@code {"statements":[{"sql":"…","params":…},…],"atomic":false,"onError":"stop"}}, at least one
   * statement; {@code onError} only with {@code "atomic": false}.
   */
  BatchRequest batch(byte[] body) {
    List<SqlStatement> statements = new ArrayList<>();
    return JsonReader.read(
        body,
        json -> {
          var fields =
              new Object() {
                boolean atomic = true;
                BatchRequest.@Nullable Mode onError;
              };
          json.object(
              field -> {
                switch (field) {
                  case "statements" -> {
                    json.array(() -> add(json, statements));
                    if (statements.isEmpty()) {
                      throw json.invalid("there must be at least one statement");
                    }
                  }
                  case "atomic" -> fields.atomic = json.bool();
                  case "onError" -> fields.onError = onError(json);
                  default -> throw json.unknownField();
                }
              });
          if (statements.isEmpty()) {
            throw json.missing("statements");
          }
          if (fields.atomic && fields.onError != null) {
            throw json.invalid(
                "'onError' is for \"atomic\": false; an atomic batch is undone by its first error");
          }
          BatchRequest.Mode apart =
              fields.onError == null ? BatchRequest.Mode.STOP : fields.onError;
          return new BatchRequest(statements, fields.atomic ? BatchRequest.Mode.ATOMIC : apart);
        });
  }

  private static BatchRequest.Mode onError(JsonReader json) {
    return switch (json.string()) {
      case "stop" -> BatchRequest.Mode.STOP;
      case "continue" -> BatchRequest.Mode.CONTINUE;
      default -> throw json.invalid("must be 'stop' or 'continue'");
    };
  }

  private void add(JsonReader json, List<SqlStatement> statements) {
    if (statements.size() == limits.maxStatements()) {
      throw json.invalid(
          "there may be at most " + limits.maxStatements() + " statements (maxStatements)");
    }
    statements.add(statement(json));
  }

  private static SqlStatement statement(JsonReader json) {
    var fields =
        new Object() {
          @Nullable String sql;
          Parameters parameters = Parameters.NONE;
        };
    json.object(
        field -> {
          switch (field) {
            case "sql" -> fields.sql = json.string();
            case "params" -> fields.parameters = parameters(json);
            default -> throw json.unknownField();
          }
        });
    if (fields.sql == null) {
      throw json.missing("sql");
    }
    return new SqlStatement(fields.sql, fields.parameters);
  }

  private static Parameters parameters(JsonReader json) {
    return switch (json.kind()) {
      case ARRAY -> {
        List<Value> values = new ArrayList<>();
        json.array(
            () -> {
              requireRoom(json, values.size());
              values.add(value(json));
            });
        yield new Parameters(values, Map.of());
      }
      case OBJECT -> {
        Map<String, Value> values = new LinkedHashMap<>();
        json.object(
            name -> {
              requireRoom(json, values.size());
              values.put(name, value(json));
            });
        yield new Parameters(List.of(), values);
      }
      case STRING, INTEGER, DECIMAL, BOOLEAN, NULL ->
          throw json.invalid("must be an array of values, or an object of names and values");
    };
  }

  private static void requireRoom(JsonReader json, int size) {
    if (size == MAX_PARAMETERS) {
      throw json.invalid("there may be at most " + MAX_PARAMETERS + " parameters");
    }
  }

  private static Value value(JsonReader json) {
    return switch (json.kind()) {
      case NULL -> Value.NULL;
      case BOOLEAN -> new Value.Int(json.bool() ? 1 : 0);
      case INTEGER -> new Value.Int(json.integer());
      case DECIMAL -> new Value.Real(json.decimal());
      case STRING -> new Value.Text(json.string());
      case OBJECT -> tagged(json);
      case ARRAY -> throw json.invalid("a value cannot be an array");
    };
  }

  /** {@code {"blob":"base64"}} or {@code {"integer":"123"}}. */
  private static Value tagged(JsonReader json) {
    List<Value> found = new ArrayList<>(1);
    json.object(
        tag ->
            found.add(
                switch (tag) {
                  case "blob" -> new Value.Blob(json.base64());
                  case "integer" -> new Value.Int(json.integerText());
                  default -> throw json.unknownField();
                }));
    if (found.size() != 1) {
      throw json.invalid("an object as a value has one field, 'blob' or 'integer'");
    }
    return found.getFirst();
  }
}
