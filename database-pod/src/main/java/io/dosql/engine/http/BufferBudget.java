package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory that request bodies take together, so that many large requests at a time are
 * refused rather than end the pod. Thread safe.
 */
final class BufferBudget {

  private final long maxBufferedBytes;
  private final AtomicLong reservedBytes = new AtomicLong();

  BufferBudget(long maxBufferedBytes) {
    this.maxBufferedBytes = maxBufferedBytes;
  }

  /** Sets {@code bytes} aside until the reservation is closed; RESOURCE_EXHAUSTED if too many. */
  Reservation reserve(long bytes) {
    if (reservedBytes.addAndGet(bytes) > maxBufferedBytes) {
      reservedBytes.addAndGet(-bytes);
      throw new DosqlException(
              ErrorCode.RESOURCE_EXHAUSTED,
              "The bodies of all requests in work may take %d bytes together (maxBufferedBytes)."
                  .formatted(maxBufferedBytes))
          .withRetryAfter(Duration.ofSeconds(1));
    }
    return () -> reservedBytes.addAndGet(-bytes);
  }

  /** Part of the budget. */
  interface Reservation extends AutoCloseable {
    @Override
    void close();
  }
}
