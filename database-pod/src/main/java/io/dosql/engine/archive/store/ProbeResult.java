package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;

/** Whether a store can be used at the moment. */
public sealed interface ProbeResult {

  /** It can be listed and written. */
  record Usable() implements ProbeResult {}

  /** It cannot, for the reason given. */
  record Unusable(ErrorCode code, String message, String suggestion) implements ProbeResult {}

  /** The result that corresponds to a failure of a call. */
  static ProbeResult of(DosqlException failure) {
    return new Unusable(failure.code(), failure.getMessage(), failure.suggestion());
  }
}
