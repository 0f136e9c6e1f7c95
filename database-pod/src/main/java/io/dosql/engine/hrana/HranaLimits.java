package io.dosql.engine.hrana;

import java.time.Duration;

/**
 * Bounds of the protocol.
 *
 * @param streamIdle a stream that nobody uses for so long is closed, its transaction rolled back
 * @param maxStreams open streams of the pod
 * @param maxStreamsPerTenant open streams of one tenant
 * @param maxRequests requests in one pipeline
 * @param maxSteps steps in one batch
 * @param maxStoredSqlBytes SQL kept by {@code store_sql} for one stream, in chars of two bytes
 * @param maxResultBytes results of one pipeline, encoded
 * @param maxResultRows rows in the results of one pipeline
 */
public record HranaLimits(
    Duration streamIdle,
    int maxStreams,
    int maxStreamsPerTenant,
    int maxRequests,
    int maxSteps,
    long maxStoredSqlBytes,
    long maxResultBytes,
    long maxResultRows) {

  public static final HranaLimits DEFAULT =
      new HranaLimits(
          Duration.ofSeconds(10), 10_000, 1_000, 10_000, 10_000, 1 << 20, 16 << 20, 100_000);

  public HranaLimits {
    if (!streamIdle.isPositive()) {
      throw new IllegalArgumentException("streamIdle must be positive: " + streamIdle);
    }
    if (Math.min(maxStreams, maxStreamsPerTenant) < 1
        || Math.min(maxRequests, maxSteps) < 1
        || Math.min(maxStoredSqlBytes, Math.min(maxResultBytes, maxResultRows)) < 1) {
      throw new IllegalArgumentException("Every limit must be at least 1: " + maxStreams);
    }
    if (maxStreamsPerTenant > maxStreams) {
      throw new IllegalArgumentException("maxStreamsPerTenant must not exceed maxStreams");
    }
  }

  /** These, with what the results of one pipeline may take. */
  public HranaLimits withResultLimits(long resultBytes, long resultRows) {
    return new HranaLimits(
        streamIdle,
        maxStreams,
        maxStreamsPerTenant,
        maxRequests,
        maxSteps,
        maxStoredSqlBytes,
        resultBytes,
        resultRows);
  }
}
