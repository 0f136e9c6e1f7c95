package io.dosql.engine.archiver.chain;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why chains do not go on.
 *
 * @param tenant the one whose chain it is; null if it is all
 */
public record ChainFailure(
    @Nullable String tenant, ErrorCode code, String message, String suggestion, Instant time) {

  static ChainFailure of(@Nullable String tenant, Exception failure, Instant time) {
    return failure instanceof DosqlException told
        ? new ChainFailure(tenant, told.code(), told.getMessage(), told.suggestion(), time)
        : new ChainFailure(
            tenant,
            ErrorCode.INTERNAL,
            "Building chains failed on the pod: " + failure.getMessage(),
            "Check the volume of the pod and its free space.",
            time);
  }
}
