package io.dosql.engine.backup;

import java.time.Instant;

/** Knows how complete the archived history is. */
@FunctionalInterface
public interface Completeness {

  /** Nothing is known but what the archive itself proves. */
  Completeness UNKNOWN = () -> Instant.EPOCH;

  /**
   * Waits, for a bounded time, until the archive holds every commit that was acknowledged before
   * the call.
   *
   * @return the moment of the call; all commits up to there are archived
   * @throws io.dosql.engine.error.DosqlException {@code STORAGE_TIMEOUT} if the archive does not
   *     catch up
   */
  Instant completeTo();
}
