package io.dosql.engine.hrana;

import static io.dosql.engine.hrana.ProtobufInput.DELIMITED;
import static io.dosql.engine.hrana.ProtobufInput.VARINT;

import io.dosql.engine.error.DosqlException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads protobuf. A field's tag is {@code number << 3 | wire type}; the numbers are those of the
 * schema in the specification of Hrana 3. Of a field that comes several times without being
 * repeated the last one counts.
 */
final class ProtobufRequests implements RequestReader {

  private static final int FIELD = 3;

  private final HranaLimits limits;
  private final ProtobufStatements statements;

  ProtobufRequests(HranaLimits limits) {
    this.limits = limits;
    this.statements = new ProtobufStatements(limits);
  }

  /** PipelineReqBody: baton 1, requests 2. */
  @Override
  public Pipeline pipeline(byte[] body) {
    return ProtobufInput.read(
        body,
        in -> {
          String[] baton = new String[1];
          List<StreamRequest> requests = new ArrayList<>();
          in.fields(
              tag ->
                  switch (tag) {
                    case 1 << FIELD | DELIMITED -> {
                      baton[0] = in.string();
                      yield true;
                    }
                    case 2 << FIELD | DELIMITED -> {
                      if (requests.size() == limits.maxRequests()) {
                        throw in.invalid(
                            "There may be at most %d requests in a pipeline (maxRequests)"
                                .formatted(limits.maxRequests()));
                      }
                      yield requests.add(in.message(this::pipelineRequest));
                    }
                    default -> false;
                  });
          return new Pipeline(baton[0], requests);
        });
  }

  /** StreamRequest. */
  private StreamRequest pipelineRequest(ProtobufInput in) {
    StreamRequest[] request = new StreamRequest[1];
    in.fields(
        tag -> {
          RequestKind kind = kind(tag, true);
          if (kind != null) {
            request[0] = in.message(inside -> new Fields(kind, 0).read(inside).streamRequest());
          }
          return kind != null;
        });
    if (request[0] == null) {
      throw in.invalid("A request is of none of the kinds that the protocol knows");
    }
    return request[0];
  }

  /** The kind of the request in a field; null if it is another field. */
  private static @Nullable RequestKind kind(int tag, boolean inPipeline) {
    for (RequestKind kind : RequestKind.values()) {
      int field = inPipeline ? kind.pipelineField() : kind.socketField();
      if (field != 0 && tag == ProtobufInput.tag(field, DELIMITED)) {
        return kind;
      }
    }
    return null;
  }

  /** CursorReqBody: baton 1, batch 2. */
  @Override
  public CursorRequest cursor(byte[] body) {
    return ProtobufInput.read(
        body,
        in -> {
          var found =
              new Object() {
                @Nullable String baton;
                @Nullable List<StreamRequest.Step> steps;
              };
          in.fields(
              tag ->
                  switch (tag) {
                    case 1 << FIELD | DELIMITED -> {
                      found.baton = in.string();
                      yield true;
                    }
                    case 2 << FIELD | DELIMITED -> {
                      found.steps = in.message(statements::batch);
                      yield true;
                    }
                    default -> false;
                  });
          if (found.steps == null) {
            throw in.missing("CursorReqBody", "batch");
          }
          return new CursorRequest(found.baton, found.steps);
        });
  }

  /** ClientMsg: hello 1, request 2. */
  @Override
  public ClientMessage message(byte[] message) {
    return ProtobufInput.read(
        message,
        in -> {
          ClientMessage[] found = new ClientMessage[1];
          in.fields(
              tag ->
                  switch (tag) {
                    case 1 << FIELD | DELIMITED -> {
                      found[0] = in.message(ProtobufRequests::hello);
                      yield true;
                    }
                    case 2 << FIELD | DELIMITED -> {
                      found[0] = in.message(this::socketRequest);
                      yield true;
                    }
                    default -> false;
                  });
          if (found[0] == null) {
            throw in.invalid("A message is neither a hello nor a request");
          }
          return found[0];
        });
  }

  /** HelloMsg: jwt 1. */
  private static ClientMessage hello(ProtobufInput in) {
    String[] jwt = new String[1];
    in.fields(
        tag -> {
          boolean isJwt = tag == (1 << FIELD | DELIMITED);
          if (isJwt) {
            jwt[0] = in.string();
          }
          return isJwt;
        });
    return new ClientMessage.Hello(jwt[0]);
  }

  /** RequestMsg: request_id 1, and one field for each kind. */
  private ClientMessage socketRequest(ProtobufInput in) {
    var found =
        new Object() {
          int id;
          @Nullable SocketRequest request;
          @Nullable Fields fields;
        };
    try {
      in.fields(
          tag -> {
            if (tag == (1 << FIELD | VARINT)) {
              found.id = in.int32();
              return true;
            }
            RequestKind kind = kind(tag, false);
            if (kind != null) {
              Fields fields = new Fields(kind, 1);
              found.fields = fields;
              found.request = in.message(inside -> fields.read(inside).socketRequest());
            }
            return kind != null;
          });
      if (found.request == null) {
        throw in.invalid("A request is of none of the kinds that the protocol knows");
      }
    } catch (DosqlException malformed) {
      if (in.isBroken()) {
        throw malformed;
      }
      throw new MalformedRequestException(
          found.id, malformed, found.fields == null ? null : found.fields.cursor());
    }
    return new ClientMessage.Request(found.id, found.request);
  }

  /** The fields of one request's message, by what its kind calls them. */
  private final class Fields {
    private final RequestKind kind;

    /** Fields before those that the message has over HTTP, too: 1 if a stream's number is one. */
    private final int before;

    private int streamId;
    private int cursorId;
    private int maxCount;
    private @Nullable String sql;
    private @Nullable Integer sqlId;
    private @Nullable StatementRequest statement;
    private @Nullable List<StreamRequest.Step> steps;
    private @Nullable ProtobufInput in;

    private Fields(RequestKind kind, int before) {
      this.kind = kind;
      this.before = before;
    }

    private Fields read(ProtobufInput message) {
      in = message;
      message.fields(tag -> take(message, tag));
      return this;
    }

    private boolean take(ProtobufInput message, int tag) {
      return switch (kind) {
        case CLOSE, OPEN_STREAM, CLOSE_STREAM, GET_AUTOCOMMIT -> takeStreamId(message, tag);
        case EXECUTE -> {
          if (tag == ProtobufInput.tag(before + 1, DELIMITED)) {
            statement = message.message(statements::statement);
            yield true;
          }
          yield takeStreamId(message, tag);
        }
        case BATCH -> takeBatch(message, tag, before + 1) || takeStreamId(message, tag);
        case SEQUENCE, DESCRIBE ->
            takeSql(message, tag, before + 1)
                || takeSqlId(message, tag, before + 2)
                || takeStreamId(message, tag);
        case STORE_SQL -> takeSqlId(message, tag, 1) || takeSql(message, tag, 2);
        case CLOSE_SQL -> takeSqlId(message, tag, 1);
        case OPEN_CURSOR ->
            takeStreamId(message, tag)
                || takeCursorId(message, tag, 2)
                || takeBatch(message, tag, 3);
        case CLOSE_CURSOR -> takeCursorId(message, tag, 1);
        case FETCH_CURSOR -> {
          if (tag == (2 << FIELD | VARINT)) {
            maxCount = message.uint32();
            yield true;
          }
          yield takeCursorId(message, tag, 1);
        }
      };
    }

    private boolean takeStreamId(ProtobufInput message, int tag) {
      boolean isIt = before == 1 && tag == (1 << FIELD | VARINT);
      if (isIt) {
        streamId = message.int32();
      }
      return isIt;
    }

    private boolean takeCursorId(ProtobufInput message, int tag, int field) {
      boolean isIt = tag == ProtobufInput.tag(field, VARINT);
      if (isIt) {
        cursorId = message.int32();
      }
      return isIt;
    }

    private boolean takeSql(ProtobufInput message, int tag, int field) {
      boolean isIt = tag == ProtobufInput.tag(field, DELIMITED);
      if (isIt) {
        sql = message.string();
      }
      return isIt;
    }

    private boolean takeSqlId(ProtobufInput message, int tag, int field) {
      boolean isIt = tag == ProtobufInput.tag(field, VARINT);
      if (isIt) {
        sqlId = message.int32();
      }
      return isIt;
    }

    private boolean takeBatch(ProtobufInput message, int tag, int field) {
      boolean isIt = tag == ProtobufInput.tag(field, DELIMITED);
      if (isIt) {
        steps = message.message(statements::batch);
      }
      return isIt;
    }

    /** The cursor that the request would have opened, by what was read of it. */
    private MalformedRequestException.@Nullable Cursor cursor() {
      return kind == RequestKind.OPEN_CURSOR
          ? new MalformedRequestException.Cursor(streamId, cursorId)
          : null;
    }

    private StreamRequest streamRequest() {
      return switch (kind) {
        case EXECUTE -> new StreamRequest.Execute(given(statement, "stmt"));
        case BATCH -> new StreamRequest.Batch(given(steps, "batch"));
        case SEQUENCE -> new StreamRequest.Sequence(sqlText());
        case DESCRIBE -> new StreamRequest.Describe(sqlText());
        case STORE_SQL -> new StreamRequest.StoreSql(storedId(), storedText());
        case CLOSE_SQL -> new StreamRequest.CloseSql(storedId());
        case GET_AUTOCOMMIT -> new StreamRequest.GetAutocommit();
        case CLOSE -> new StreamRequest.Close();
        case OPEN_STREAM, CLOSE_STREAM, OPEN_CURSOR, CLOSE_CURSOR, FETCH_CURSOR ->
            throw new IllegalStateException("not of a pipeline: " + kind);
      };
    }

    private SocketRequest socketRequest() {
      return switch (kind) {
        case OPEN_STREAM -> new SocketRequest.OpenStream(streamId);
        case CLOSE_STREAM -> new SocketRequest.CloseStream(streamId);
        case OPEN_CURSOR -> new SocketRequest.OpenCursor(streamId, cursorId, given(steps, "batch"));
        case CLOSE_CURSOR -> new SocketRequest.CloseCursor(cursorId);
        case FETCH_CURSOR ->
            new SocketRequest.FetchCursor(cursorId, Integer.toUnsignedLong(maxCount));
        case STORE_SQL -> new SocketRequest.StoreSql(storedId(), storedText());
        case CLOSE_SQL -> new SocketRequest.CloseSql(storedId());
        case EXECUTE, BATCH, SEQUENCE, DESCRIBE, GET_AUTOCOMMIT ->
            new SocketRequest.OnStream(streamId, streamRequest());
        case CLOSE -> throw new IllegalStateException("not of a socket: " + kind);
      };
    }

    /** A number without presence is 0 when it is left out. */
    private int storedId() {
      return sqlId == null ? 0 : sqlId;
    }

    private String storedText() {
      return sql == null ? "" : sql;
    }

    private SqlText sqlText() {
      return ProtobufStatements.sqlText(input(), kind.text(), sql, sqlId);
    }

    private <T> T given(@Nullable T value, String field) {
      if (value == null) {
        throw input().missing(kind.text(), field);
      }
      return value;
    }

    private ProtobufInput input() {
      if (in == null) {
        throw new IllegalStateException("nothing was read");
      }
      return in;
    }
  }
}
