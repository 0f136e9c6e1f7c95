package io.dosql.engine.hrana;

import java.time.Duration;

/**
 * Bounds of the protocol.
 *
 * @param streamIdle a stream that nobody uses for so long is closed, its transaction rolled back
 * @param maxStreams open streams of the pod
 * @param maxStreamsPerTenant open streams of one tenant
 * @param maxStreamsPerConnection open streams of one WebSocket
 * @param maxRequests requests in one pipeline
 * @param maxSteps steps in one batch
 * @param maxStoredSqlBytes SQL kept by {@code store_sql} for one stream, in chars of two bytes
 * @param maxResultBytes results of one pipeline, encoded
 * @param maxResultRows rows in the results of one pipeline
 * @param chunkBytes entries of a cursor are sent when there are so many; one is never split
 * @param cursorTimeout from a cursor's beginning to its last row: as long it may keep a snapshot
 */
public record HranaLimits(
    Duration streamIdle,
    int maxStreams,
    int maxStreamsPerTenant,
    int maxStreamsPerConnection,
    int maxRequests,
    int maxSteps,
    long maxStoredSqlBytes,
    long maxResultBytes,
    long maxResultRows,
    int chunkBytes,
    Duration cursorTimeout) {

  public static final HranaLimits DEFAULT =
      new HranaLimits(
          Duration.ofSeconds(10),
          10_000,
          1_000,
          256,
          10_000,
          10_000,
          1 << 20,
          16 << 20,
          100_000,
          64 << 10,
          Duration.ofMinutes(10));

  public HranaLimits {
    if (!streamIdle.isPositive() || !cursorTimeout.isPositive()) {
      throw new IllegalArgumentException("times must be positive: " + streamIdle);
    }
    if (Math.min(chunkBytes, Math.min(maxStreams, maxStreamsPerTenant)) < 1
        || Math.min(maxStreamsPerConnection, Math.min(maxRequests, maxSteps)) < 1
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
        maxStreamsPerConnection,
        maxRequests,
        maxSteps,
        maxStoredSqlBytes,
        resultBytes,
        resultRows,
        chunkBytes,
        cursorTimeout);
  }
}
