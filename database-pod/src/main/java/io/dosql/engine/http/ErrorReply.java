package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.DosqlException.Excerpt;
import io.dosql.engine.error.DosqlException.Position;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.hrana.HranaService;
import io.dosql.engine.json.JsonWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The one shape of all error bodies. */
final class ErrorReply {

  private static final double MILLIS_PER_SECOND = 1e3;

  private ErrorReply() {}

  /** The answer to a request that failed. */
  static Reply of(DosqlException failure, @Nullable String requestId) {
    JsonWriter json = new JsonWriter().beginObject().name("error");
    write(json, failure, requestId);
    return finish(failure, json.endObject(), requestId);
  }

  /** The same for Hrana's clients, which look for message and code at the top. */
  static Reply forHrana(DosqlException failure, @Nullable String requestId) {
    JsonWriter json = new JsonWriter().beginObject();
    HranaService.writeErrorFields(json, failure);
    json.name("error");
    write(json, failure, requestId);
    return finish(failure, json.endObject(), requestId);
  }

  /** The error object itself; also part of an operation's state. */
  static void write(JsonWriter json, DosqlException failure, @Nullable String requestId) {
    ErrorCode code = failure.code();
    json.beginObject();
    json.name("code").value(code.name());
    json.name("message").value(failure.getMessage());
    json.name("retryable").value(code.retryable());
    json.name("suggestion").value(failure.suggestion());
    Duration retryAfter = failure.retryAfter();
    if (retryAfter != null) {
      json.name("retryAfter").value(retryAfter.toMillis() / MILLIS_PER_SECOND);
    }
    Position position = failure.position();
    if (position != null) {
      json.name("line").value(position.line());
      json.name("column").value(position.column());
    }
    Excerpt excerpt = failure.excerpt();
    if (excerpt != null) {
      json.name("source").value(excerpt.source());
      json.name("caret").value(excerpt.caret());
    }
    Integer statement = failure.statementIndex();
    if (statement != null) {
      json.name("statement").value(statement);
    }
    if (requestId != null) {
      json.name("requestId").value(requestId);
    }
    json.endObject();
  }

  private static Reply finish(DosqlException failure, JsonWriter json, @Nullable String requestId) {
    Reply reply = Reply.json(failure.code().httpStatus(), json);
    if (requestId != null) {
      reply = reply.with(RequestId.HEADER, requestId);
    }
    Duration retryAfter = failure.retryAfter();
    if (retryAfter != null) {
      // The header knows whole seconds only; too late is better than too early.
      reply = reply.with("Retry-After", Long.toString(Math.max(1, ceilSeconds(retryAfter))));
    }
    return failure.code() == ErrorCode.UNAUTHORIZED
        ? reply.with("WWW-Authenticate", "Bearer realm=\"dosql\"")
        : reply;
  }

  static long ceilSeconds(Duration duration) {
    return duration.plusNanos(999_999_999).toSeconds();
  }
}
