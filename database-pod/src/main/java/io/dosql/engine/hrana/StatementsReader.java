package io.dosql.engine.hrana;

import io.dosql.engine.json.JsonReader;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the requests from before Hrana: {@code {"statements":["SQL", {"q":"SQL","params":…}]}},
 * whose parameters are an array or an object of plain JSON values, and of {@code {"base64":"…"}}.
 */
final class StatementsReader {

  private final HranaLimits limits;

  StatementsReader(HranaLimits limits) {
    this.limits = limits;
  }

  List<SqlStatement> read(byte[] body) {
    return JsonReader.read(
        body,
        json -> {
          List<SqlStatement> statements = new ArrayList<>();
          boolean[] found = new boolean[1];
          json.object(
              name -> {
                if (name.equals("statements")) {
                  found[0] = true;
                  json.array(() -> add(json, statements));
                } else {
                  json.skip();
                }
              });
          if (!found[0]) {
            throw json.missing("statements");
          }
          return statements;
        });
  }

  private void add(JsonReader json, List<SqlStatement> statements) {
    if (statements.size() == limits.maxRequests()) {
      throw json.invalid(
          "there may be at most " + limits.maxRequests() + " statements (maxRequests)");
    }
    statements.add(
        json.kind() == JsonReader.Kind.STRING
            ? new SqlStatement(json.string(), Parameters.NONE)
            : withParameters(json));
  }

  private static SqlStatement withParameters(JsonReader json) {
    var fields =
        new Object() {
          @Nullable String sql;
          Parameters parameters = Parameters.NONE;
        };
    json.object(
        name -> {
          switch (name) {
            case "q" -> fields.sql = json.string();
            case "params" -> fields.parameters = parameters(json);
            default -> json.skip();
          }
        });
    if (fields.sql == null) {
      throw json.missing("q");
    }
    return new SqlStatement(fields.sql, fields.parameters);
  }

  private static Parameters parameters(JsonReader json) {
    List<Value> positional = new ArrayList<>();
    Map<String, Value> named = new HashMap<>();
    switch (json.kind()) {
      case NULL -> {}
      case ARRAY ->
          json.array(
              () -> {
                StatementReader.requireRoom(json, positional.size());
                positional.add(value(json));
              });
      case OBJECT ->
          json.object(
              name -> {
                StatementReader.requireRoom(json, named.size());
                named.put(name, value(json));
              });
      case STRING, INTEGER, DECIMAL, BOOLEAN -> throw json.invalid("must be an array or an object");
    }
    return new Parameters(positional, named);
  }

  private static Value value(JsonReader json) {
    return switch (json.kind()) {
      case NULL -> Value.NULL;
      case STRING -> new Value.Text(json.string());
      case INTEGER -> new Value.Int(json.integer());
      case DECIMAL -> new Value.Real(json.decimal());
      case BOOLEAN -> new Value.Int(json.bool() ? 1 : 0);
      case OBJECT -> blob(json);
      case ARRAY -> throw json.invalid("must be a plain value or {\"base64\":\"…\"}");
    };
  }

  private static Value blob(JsonReader json) {
    byte[][] bytes = new byte[1][];
    json.object(
        name -> {
          if (name.equals("base64")) {
            bytes[0] = json.base64();
          } else {
            throw json.unknownField();
          }
        });
    if (bytes[0] == null) {
      throw json.missing("base64");
    }
    return new Value.Blob(bytes[0]);
  }
}
