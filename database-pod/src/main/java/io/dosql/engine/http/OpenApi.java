package io.dosql.engine.http;

import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.session.SessionOptions;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The OpenAPI 3.1 description of the data port, made from its routes. Hrana is left out: its own
 * specification describes it.
 */
final class OpenApi {

  /**
   * What OpenAPI cannot say of Hrana's routes is said in their own specification; the fields of the
   * pod's state may come and go.
   */
  static final Set<String> NOT_DESCRIBED =
      Set.of(
          "hrana",
          "hrana_version",
          "hrana_cursor",
          "statements",
          "dump",
          "debug",
          "version",
          "libsql_health");

  private static final String JSON = "application/json";

  private record Operation(
      String summary, String request, Object example, Map<String, Object> answers) {}

  private final HttpLimits limits;

  OpenApi(HttpLimits limits) {
    this.limits = limits;
  }

  /** The document as JSON. */
  ByteBuffer document(List<Route> routes) {
    Map<String, Object> paths = new LinkedHashMap<>();
    for (Route route : routes) {
      if (route.surface() == Surface.DATA && !NOT_DESCRIBED.contains(route.name())) {
        paths.put(
            route.template(), object(route.method().toLowerCase(Locale.ROOT), operation(route)));
      }
    }
    Map<String, Object> document =
        object(
            "openapi",
            "3.1.0",
            "info",
            object(
                "title",
                "DoSQL over plain JSON",
                "version",
                "1",
                "description",
                "SQL in a SQLite database for each tenant. libSQL clients use Hrana on the same port."),
            "paths",
            paths,
            "components",
            object(
                "schemas",
                schemas(),
                "securitySchemes",
                object("token", object("type", "http", "scheme", "bearer"))));
    JsonWriter json = new JsonWriter();
    write(json, document);
    return json.toBuffer();
  }

  // ---- Operations

  private Map<String, Object> operation(Route route) {
    Operation described = describe(route);
    boolean hasTenant = route.template().contains("{tenant}");
    Map<String, Object> operation =
        object("operationId", operationId(route, hasTenant), "summary", described.summary);
    if (route.access() == Route.Access.DATA_TOKEN) {
      operation.put("security", List.of(object("token", List.of())));
      operation.put(
          "parameters",
          hasTenant
              ? List.of(tenant(), timeout(), lockTimeout())
              : List.of(timeout(), lockTimeout()));
    }
    if (!described.request.isEmpty()) {
      operation.put(
          "requestBody",
          object(
              "required",
              true,
              "content",
              object(
                  JSON, object("schema", ref(described.request), "example", described.example))));
    }
    Map<String, Object> responses = new LinkedHashMap<>(described.answers);
    responses.put(
        "default",
        object(
            "description",
            "An error; its code says which one.",
            "content",
            object(JSON, object("schema", ref("ErrorReply")))));
    operation.put("responses", responses);
    return operation;
  }

  private static String operationId(Route route, boolean hasTenant) {
    if (route.access() == Route.Access.OPEN) {
      return route.template().substring(1).replaceAll("[^A-Za-z]", "_");
    }
    return hasTenant ? route.name() : route.name() + "_main";
  }

  private static Operation describe(Route route) {
    return switch (route.template().substring(route.template().lastIndexOf('/') + 1)) {
      case "query" ->
          new Operation(
              "Runs one statement.",
              "Statement",
              object("sql", "SELECT id, name FROM users WHERE id > ?", "params", List.of(10)),
              answer(
                  "The result. With 'Accept: application/x-ndjson' of any size, as lines.",
                  object(
                      JSON,
                      object("schema", ref("QueryReply")),
                      "application/x-ndjson",
                      object("schema", object("type", "string")))));
      case "batch" ->
          new Operation(
              "Runs statements as one transaction, or each on its own.",
              "Batch",
              object(
                  "statements",
                  List.of(
                      object(
                          "sql",
                          "INSERT INTO users (name) VALUES (:name)",
                          "params",
                          object("name", "ann")),
                      object("sql", "SELECT count(*) FROM users"))),
              answer("The results, in order.", json("BatchReply")));
      case "validate" ->
          new Operation(
              "Compiles all statements of a text and runs none.",
              "Script",
              object("sql", "SELECT 1; SELECT * FROM users"),
              answer("What each statement is, or why it does not compile.", json("ValidateReply")));
      case "explain" ->
          new Operation(
              "Tells how SQLite would run a statement.",
              "Statement",
              object("sql", "SELECT * FROM users WHERE id = 1"),
              answer("The query plan.", json("ExplainReply")));
      case "live" ->
          new Operation("Whether the process answers.", "", "", answer("It does.", json("Health")));
      case "ready" -> {
        Map<String, Object> answers = answer("It is ready.", json("Health"));
        answers.put("503", object("description", "It is not.", "content", json("Health")));
        yield new Operation("Whether the pod takes requests.", "", "", answers);
      }
      case "metrics" ->
          new Operation(
              "Metrics for Prometheus.",
              "",
              "",
              answer(
                  "In the text format that 'Accept' asks for.",
                  object(
                      "text/plain",
                      object("schema", object("type", "string")),
                      "application/openmetrics-text",
                      object("schema", object("type", "string")))));
      case "openapi.json" ->
          new Operation(
              "This description.",
              "",
              "",
              answer("It.", object(JSON, object("schema", object("type", "object")))));
      default -> throw new IllegalStateException("OpenAPI does not know " + route.template());
    };
  }

  private static Map<String, Object> answer(String description, Map<String, Object> content) {
    return object("200", object("description", description, "content", content));
  }

  private static Map<String, Object> json(String schema) {
    return object(JSON, object("schema", ref(schema)));
  }

  private static Map<String, Object> tenant() {
    return parameter(
        "tenant",
        "path",
        "The tenant's name; it is made at its first use unless tenants are declared.",
        object("type", "string", "pattern", "^[a-z0-9][a-z0-9-]{0,62}$"));
  }

  private static Map<String, Object> timeout() {
    return millis(
        TimeoutHeaders.OVERALL,
        "For the whole transaction, in milliseconds.",
        SessionOptions.TRANSACTION_TIMEOUT_MAX.toMillis());
  }

  private static Map<String, Object> lockTimeout() {
    return millis(
        TimeoutHeaders.LOCK,
        "For waiting for the tenant's writer, in milliseconds.",
        SessionOptions.LOCK_TIMEOUT_MAX.toMillis());
  }

  private static Map<String, Object> millis(String name, String description, long most) {
    return parameter(
        name, "header", description, object("type", "integer", "minimum", 1, "maximum", most));
  }

  private static Map<String, Object> parameter(
      String name, String in, String description, Map<String, Object> schema) {
    return object(
        "name",
        name,
        "in",
        in,
        "required",
        in.equals("path"),
        "description",
        description,
        "schema",
        schema);
  }

  // ---- Schemas

  private Map<String, Object> schemas() {
    Map<String, Object> text = object("type", "string");
    Map<String, Object> count = object("type", "integer", "minimum", 0);
    Map<String, Object> place = object("type", "integer", "minimum", 1);
    Map<String, Object> flag = object("type", "boolean");
    Map<String, Object> lsn = object("type", "string", "pattern", "^[0-9]+$");
    Map<String, Object> durability = object("enum", List.of("strict", "relaxed"));
    Map<String, Object> schemas = new LinkedHashMap<>();
    schemas.put(
        "Value",
        object(
            "description",
            "A number, a text, null, an integer that most readers of JSON would round, or a blob.",
            "oneOf",
            List.of(
                object("type", "null"),
                object("type", "boolean"),
                object("type", "number", "minimum", -Double.MAX_VALUE, "maximum", Double.MAX_VALUE),
                text,
                closed(
                    object("integer", object("type", "string", "pattern", "^-?[0-9]{1,18}$")),
                    "integer"),
                closed(
                    object("blob", object("type", "string", "contentEncoding", "base64")),
                    "blob"))));
    schemas.put(
        "Statement",
        closed(
            object(
                "sql",
                text,
                "params",
                object(
                    "oneOf",
                    List.of(
                        object("type", "array", "items", ref("Value")),
                        object("type", "object", "additionalProperties", ref("Value"))))),
            "sql"));
    schemas.put("Script", closed(object("sql", text), "sql"));
    schemas.put(
        "Batch",
        closed(
            object(
                "statements",
                object(
                    "type",
                    "array",
                    "items",
                    ref("Statement"),
                    "minItems",
                    1,
                    "maxItems",
                    limits.maxStatements()),
                "atomic",
                flag,
                "onError",
                object("enum", List.of("stop", "continue"))),
            "statements"));
    schemas.put(
        "Column",
        closed(
            object("name", text, "type", object("type", List.of("string", "null"))),
            "name",
            "type"));
    schemas.put("Columns", array(ref("Column")));
    Map<String, Object> result = resultFields(count);
    schemas.put("ResultFields", closed(result, names(result)));
    Map<String, Object> query = new LinkedHashMap<>(result);
    query.put("lsn", lsn);
    query.put("durability", durability);
    schemas.put("QueryReply", closed(query, names(query)));
    Map<String, Object> batch =
        object(
            "results",
            array(
                object(
                    "oneOf",
                    List.of(ref("ResultFields"), closed(object("error", ref("Error")), "error")))),
            "lsn",
            lsn,
            "durability",
            durability);
    schemas.put("BatchReply", closed(batch, names(batch)));
    schemas.put(
        "CheckedStatement",
        closed(
            object(
                "statement",
                count,
                "line",
                place,
                "column",
                place,
                "kind",
                object(
                    "enum",
                    List.of(
                        "query", "change", "schema", "transaction", "pragma", "explain", "other")),
                "readOnly",
                flag,
                "parameters",
                array(
                    closed(
                        object("index", place, "name", object("type", List.of("string", "null"))),
                        "index",
                        "name")),
                "columns",
                ref("Columns"),
                "error",
                ref("Error")),
            "statement",
            "line",
            "column",
            "kind"));
    schemas.put(
        "ValidateReply",
        closed(
            object("statements", array(ref("CheckedStatement")), "valid", flag),
            "statements",
            "valid"));
    schemas.put(
        "PlanStep",
        closed(
            object("id", count, "detail", text, "children", array(ref("PlanStep"))),
            "id",
            "detail",
            "children"));
    schemas.put("ExplainReply", closed(object("plan", array(ref("PlanStep"))), "plan"));
    schemas.put("Error", error(text, flag, place, count));
    schemas.put("ErrorReply", closed(object("error", ref("Error")), "error"));
    schemas.put(
        "Health",
        object(
            "type",
            "object",
            "properties",
            object("status", object("enum", List.of("ok", "error"))),
            "required",
            List.of("status")));
    return schemas;
  }

  private static Map<String, Object> resultFields(Map<String, Object> count) {
    return object(
        "columns",
        ref("Columns"),
        "rows",
        array(array(ref("Value"))),
        "rowsRead",
        count,
        "rowsWritten",
        count,
        "affectedRows",
        count,
        "lastInsertRowid",
        object("type", List.of("string", "null")),
        "durationMs",
        object("type", "number", "minimum", 0));
  }

  private static Map<String, Object> error(
      Map<String, Object> text,
      Map<String, Object> flag,
      Map<String, Object> place,
      Map<String, Object> count) {
    return closed(
        object(
            "code",
            object("enum", Arrays.stream(ErrorCode.values()).map(ErrorCode::name).toList()),
            "message",
            text,
            "retryable",
            flag,
            "suggestion",
            text,
            "retryAfter",
            object("type", "number", "minimum", 0, "description", "Seconds."),
            "line",
            place,
            "column",
            place,
            "source",
            text,
            "caret",
            text,
            "statement",
            count,
            "requestId",
            text),
        "code",
        "message",
        "retryable",
        "suggestion");
  }

  private static String[] names(Map<String, Object> properties) {
    return properties.keySet().toArray(String[]::new);
  }

  private static Map<String, Object> array(Object items) {
    return object("type", "array", "items", items);
  }

  /** An object with these fields, and no others. */
  private static Map<String, Object> closed(Map<String, Object> properties, String... required) {
    return object(
        "type",
        "object",
        "properties",
        properties,
        "required",
        List.of(required),
        "additionalProperties",
        false);
  }

  private static Map<String, Object> ref(String schema) {
    return object("$ref", "#/components/schemas/" + schema);
  }

  /** Names and values in turn. */
  private static Map<String, Object> object(Object... fields) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      object.put((String) fields[i], fields[i + 1]);
    }
    return object;
  }

  private static void write(JsonWriter json, Object value) {
    switch (value) {
      case Map<?, ?> object -> {
        json.beginObject();
        object.forEach(
            (name, field) -> {
              json.name((String) name);
              write(json, field);
            });
        json.endObject();
      }
      case List<?> list -> {
        json.beginArray();
        list.forEach(element -> write(json, element));
        json.endArray();
      }
      case String text -> json.value(text);
      case Boolean flag -> json.value(flag);
      case Double number -> json.value(number);
      case Number number -> json.value(number.longValue());
      default -> throw new IllegalArgumentException("no JSON: " + value.getClass());
    }
  }
}
