package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.json.JsonReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads JSON. */
final class JsonRequests implements RequestReader {

  private static final long MAX_UINT32 = 0xFFFF_FFFFL;

  private final HranaLimits limits;
  private final StatementReader statements = new StatementReader();

  JsonRequests(HranaLimits limits) {
    this.limits = limits;
  }

  @Override
  public Pipeline pipeline(byte[] body) {
    return JsonReader.read(body, this::pipeline);
  }

  /** The body of Hrana 1's {@code execute}. */
  StreamRequest execute(byte[] body) {
    return JsonReader.read(
        body, json -> new StreamRequest.Execute(only(json, "stmt", statements::read)));
  }

  /** The body of Hrana 1's {@code batch}. */
  StreamRequest batch(byte[] body) {
    return JsonReader.read(body, json -> new StreamRequest.Batch(only(json, "batch", this::steps)));
  }

  /** The value of the only field that counts. */
  private static <T> T only(JsonReader json, String field, Function<JsonReader, T> read) {
    var found =
        new Object() {
          @Nullable T value;
        };
    json.object(
        name -> {
          if (name.equals(field)) {
            found.value = read.apply(json);
          } else {
            json.skip();
          }
        });
    if (found.value == null) {
      throw json.missing(field);
    }
    return found.value;
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
    return new RequestFields(false).read(json).streamRequest(json);
  }

  @Override
  public CursorRequest cursor(byte[] body) {
    return JsonReader.read(
        body,
        json -> {
          var fields =
              new Object() {
                @Nullable String baton;
                @Nullable List<StreamRequest.Step> steps;
              };
          json.object(
              name -> {
                switch (name) {
                  case "baton" -> fields.baton = json.stringOrNull();
                  case "batch" -> fields.steps = steps(json);
                  default -> json.skip();
                }
              });
          if (fields.steps == null) {
            throw json.missing("batch");
          }
          return new CursorRequest(fields.baton, fields.steps);
        });
  }

  @Override
  public ClientMessage message(byte[] message) {
    try {
      return JsonReader.read(message, this::clientMessage);
    } catch (DosqlException malformed) {
      throw answerable(message, malformed);
    }
  }

  /** Looks for the numbers that a request has which is otherwise wrong. */
  private static RuntimeException answerable(byte[] message, DosqlException malformed) {
    var found =
        new Object() {
          @Nullable String type;
          @Nullable Integer id;
          MalformedRequestException.@Nullable Cursor cursor;
        };
    try {
      boolean _ =
          JsonReader.read(
              message,
              json -> {
                json.object(
                    name -> {
                      switch (name) {
                        case "type" -> found.type = json.string();
                        case "request_id" -> found.id = StatementReader.idOrNull(json);
                        case "request" -> found.cursor = cursorOf(json);
                        default -> json.skip();
                      }
                    });
                return true;
              });
    } catch (DosqlException asMalformed) {
      return malformed;
    }
    return found.id != null && "request".equals(found.type)
        ? new MalformedRequestException(found.id, malformed, found.cursor)
        : malformed;
  }

  /** The cursor that a request would have opened, if it says which. */
  private static MalformedRequestException.@Nullable Cursor cursorOf(JsonReader json) {
    if (json.kind() != JsonReader.Kind.OBJECT) {
      json.skip();
      return null;
    }
    var found =
        new Object() {
          boolean opens;
          @Nullable Integer streamId;
          @Nullable Integer cursorId;
        };
    json.object(
        name -> {
          switch (name) {
            case "type" ->
                found.opens =
                    json.kind() == JsonReader.Kind.STRING
                        && json.string().equals(RequestKind.OPEN_CURSOR.text());
            case "stream_id" -> found.streamId = idIfAny(json);
            case "cursor_id" -> found.cursorId = idIfAny(json);
            default -> json.skip();
          }
        });
    return found.opens && found.streamId != null && found.cursorId != null
        ? new MalformedRequestException.Cursor(found.streamId, found.cursorId)
        : null;
  }

  private static @Nullable Integer idIfAny(JsonReader json) {
    if (json.kind() != JsonReader.Kind.INTEGER) {
      json.skip();
      return null;
    }
    try {
      return StatementReader.idOrNull(json);
    } catch (DosqlException tooLarge) {
      return null;
    }
  }

  private ClientMessage clientMessage(JsonReader json) {
    var fields =
        new Object() {
          @Nullable String jwt;
          @Nullable Integer id;
          @Nullable SocketRequest request;
        };
    String messageType =
        json.typedObject(
            (type, name) -> {
              switch (type + "." + name) {
                case "hello.jwt" -> fields.jwt = json.stringOrNull();
                case "request.request_id" -> fields.id = StatementReader.idOrNull(json);
                case "request.request" ->
                    fields.request = new RequestFields(true).read(json).socketRequest(json);
                default -> json.skip();
              }
            });
    return switch (messageType) {
      case "hello" -> new ClientMessage.Hello(fields.jwt);
      case "request" ->
          new ClientMessage.Request(
              RequestFields.given(fields.id, json, "request_id"),
              RequestFields.given(fields.request, json, "request"));
      default -> throw json.invalid("a message's 'type' is hello or request");
    };
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

  /** The fields of a request that its type has; others are passed over. */
  private final class RequestFields {
    private final boolean onSocket;
    private String type = "";
    private @Nullable Integer streamId;
    private @Nullable Integer cursorId;
    private @Nullable Long maxCount;
    private @Nullable String sql;
    private @Nullable Integer sqlId;
    private @Nullable StatementRequest statement;
    private @Nullable List<StreamRequest.Step> steps;

    private RequestFields(boolean onSocket) {
      this.onSocket = onSocket;
    }

    private RequestFields read(JsonReader json) {
      type = json.typedObject((kind, name) -> take(json, kind, name));
      return this;
    }

    private void take(JsonReader json, String kind, String name) {
      if (!isFieldOf(kind, name)) {
        json.skip();
        return;
      }
      switch (name) {
        case "stream_id" -> streamId = StatementReader.idOrNull(json);
        case "cursor_id" -> cursorId = StatementReader.idOrNull(json);
        case "max_count" -> maxCount = count(json);
        case "sql" -> sql = json.stringOrNull();
        case "sql_id" -> sqlId = StatementReader.idOrNull(json);
        case "stmt" -> statement = statements.read(json);
        case "batch" -> steps = steps(json);
        default -> json.skip();
      }
    }

    private boolean isFieldOf(String kind, String name) {
      return switch (name) {
        case "stream_id" -> onSocket;
        case "cursor_id" -> kind.endsWith("_cursor");
        case "max_count" -> kind.equals("fetch_cursor");
        case "sql" ->
            kind.equals("sequence") || kind.equals("describe") || kind.equals("store_sql");
        case "sql_id" -> isFieldOf(kind, "sql") || kind.equals("close_sql");
        case "stmt" -> kind.equals("execute");
        case "batch" -> kind.equals("batch") || kind.equals("open_cursor");
        default -> false;
      };
    }

    private static long count(JsonReader json) {
      long count = json.integer();
      if (count < 0 || count > MAX_UINT32) {
        throw json.invalid("must be an unsigned 32-bit integer");
      }
      return count;
    }

    private StreamRequest streamRequest(JsonReader json) {
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

    private SocketRequest socketRequest(JsonReader json) {
      return switch (type) {
        case "open_stream" -> new SocketRequest.OpenStream(given(streamId, json, "stream_id"));
        case "close_stream" -> new SocketRequest.CloseStream(given(streamId, json, "stream_id"));
        case "open_cursor" ->
            new SocketRequest.OpenCursor(
                given(streamId, json, "stream_id"),
                given(cursorId, json, "cursor_id"),
                given(steps, json, "batch"));
        case "fetch_cursor" ->
            new SocketRequest.FetchCursor(
                given(cursorId, json, "cursor_id"), given(maxCount, json, "max_count"));
        case "close_cursor" -> new SocketRequest.CloseCursor(given(cursorId, json, "cursor_id"));
        case "store_sql" ->
            new SocketRequest.StoreSql(given(sqlId, json, "sql_id"), given(sql, json, "sql"));
        case "close_sql" -> new SocketRequest.CloseSql(given(sqlId, json, "sql_id"));
        case "execute", "batch", "sequence", "describe", "get_autocommit" ->
            new SocketRequest.OnStream(given(streamId, json, "stream_id"), streamRequest(json));
        default ->
            throw json.invalid(
                "a request's 'type' is open_stream, close_stream, execute, batch, open_cursor,"
                    + " fetch_cursor, close_cursor, sequence, describe, store_sql, close_sql or"
                    + " get_autocommit");
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
