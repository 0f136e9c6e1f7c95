package io.dosql.engine.log;

import java.io.IOException;

/**
 * The log does not continue a tenant's history without a gap. Redoing what follows the gap would
 * lose commits silently, so it is refused.
 */
public final class MissingCommitException extends IOException {

  private static final long serialVersionUID = 1L;

  MissingCommitException(String tenant, long expectedLsn, long actualLsn) {
    super(
        "The commit log misses commits of tenant %s: expected LSN %d, found LSN %d"
            .formatted(tenant, expectedLsn, actualLsn));
  }
}
