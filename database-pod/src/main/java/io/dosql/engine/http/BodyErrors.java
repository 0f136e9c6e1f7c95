package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;

/** What can go wrong while a body arrives. */
final class BodyErrors {

  private BodyErrors() {}

  static DosqlException tooLarge(HttpLimits limits) {
    return new DosqlException(
        ErrorCode.PAYLOAD_TOO_LARGE,
        "The body is larger than %d bytes (maxBodyBytes).".formatted(limits.maxBodyBytes()));
  }

  static DosqlException tooSlow(HttpLimits limits) {
    return new DosqlException(
        ErrorCode.TIMEOUT,
        "The body was not there within %d s (bodyTimeout)."
            .formatted(limits.bodyTimeout().toSeconds()));
  }

  static DosqlException incomplete() {
    return new DosqlException(ErrorCode.INVALID_REQUEST, "The body ended before its end.");
  }
}
