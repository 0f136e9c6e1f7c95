package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import org.jspecify.annotations.Nullable;

/** A request on a socket that is wrong in itself, but says its number, so that it is answered. */
final class MalformedRequestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int requestId;
  private final DosqlException reason;
  private final transient @Nullable Cursor cursor;

  /** A cursor that was to be opened: its number counts as used although that has failed. */
  record Cursor(int streamId, int cursorId) {}

  MalformedRequestException(int requestId, DosqlException reason, @Nullable Cursor cursor) {
    super(reason);
    this.requestId = requestId;
    this.reason = reason;
    this.cursor = cursor;
  }

  int requestId() {
    return requestId;
  }

  DosqlException reason() {
    return reason;
  }

  @Nullable Cursor cursor() {
    return cursor;
  }
}
