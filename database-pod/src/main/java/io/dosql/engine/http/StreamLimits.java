package io.dosql.engine.http;

import java.time.Duration;

/**
 * Bounds of results that are streamed. An error that one of them causes names it.
 *
 * @param maxResultBufferBytes memory of all results in work or on their way to clients, of whole
 *     ones and of what is under way of streamed ones
 * @param chunkBytes of a streamed result are encoded before they are sent; a row is never split, so
 *     a chunk may be larger
 * @param clientTimeout longest wait for a client to take a chunk; then the stream ends, so that
 *     nobody who stopped reading keeps a reader
 * @param maxStreamTime from a stream's first row to its end: as long it keeps its snapshot, and so
 *     the tenant's WAL
 */
public record StreamLimits(
    long maxResultBufferBytes, int chunkBytes, Duration clientTimeout, Duration maxStreamTime) {

  public static final StreamLimits DEFAULT =
      new StreamLimits(64 << 20, 64 << 10, Duration.ofSeconds(10), Duration.ofMinutes(10));

  public StreamLimits {
    if (chunkBytes < 1 || maxResultBufferBytes < 4L * chunkBytes) {
      throw new IllegalArgumentException("maxResultBufferBytes must hold a few chunks");
    }
    if (!clientTimeout.isPositive() || !maxStreamTime.isPositive()) {
      throw new IllegalArgumentException("Timeouts must be positive");
    }
  }

  /** These, with other bounds of memory. */
  public StreamLimits withMaxResultBufferBytes(long bytes) {
    return new StreamLimits(bytes, chunkBytes, clientTimeout, maxStreamTime);
  }
}
