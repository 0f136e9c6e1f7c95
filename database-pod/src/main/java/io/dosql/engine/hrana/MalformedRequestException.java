package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;

/** A request on a socket that is wrong in itself, but says its number, so that it is answered. */
final class MalformedRequestException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int requestId;
  private final DosqlException reason;

  MalformedRequestException(int requestId, DosqlException reason) {
    super(reason);
    this.requestId = requestId;
    this.reason = reason;
  }

  int requestId() {
    return requestId;
  }

  DosqlException reason() {
    return reason;
  }
}
