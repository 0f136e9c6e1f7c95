package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory that one kind of thing takes in all requests together, such as their bodies, so
 * that many large ones at a time are refused rather than end the pod. Thread safe.
 */
final class BufferBudget {

  private final long maxBytes;
  private final String what;
  private final String limit;
  private final AtomicLong reservedBytes = new AtomicLong();

  /**
   * @param what is bounded, as an error says it
   * @param limit the name of the bound
   */
  BufferBudget(long maxBytes, String what, String limit) {
    this.maxBytes = maxBytes;
    this.what = what;
    this.limit = limit;
  }

  /** The bodies of requests. */
  static BufferBudget ofBodies(HttpLimits limits) {
    return new BufferBudget(
        limits.maxBufferedBytes(), "The bodies of all requests in work", "maxBufferedBytes");
  }

  /** Sets {@code bytes} aside until the reservation is closed; RESOURCE_EXHAUSTED if too many. */
  Reservation reserve(long bytes) {
    Reservation reservation = new Reservation();
    reservation.growTo(bytes);
    return reservation;
  }

  /** Bytes that are set aside now. */
  long reservedBytes() {
    return reservedBytes.get();
  }

  /** Part of the budget. Used by one thread at a time. */
  final class Reservation implements AutoCloseable {
    private long bytes;

    private Reservation() {}

    /** Sets so much aside altogether; RESOURCE_EXHAUSTED, and nothing changes, if too much. */
    void growTo(long newBytes) {
      long more = newBytes - bytes;
      if (more <= 0) {
        return;
      }
      if (reservedBytes.addAndGet(more) > maxBytes) {
        reservedBytes.addAndGet(-more);
        throw new DosqlException(
                ErrorCode.RESOURCE_EXHAUSTED,
                "%s may take %d bytes together (%s).".formatted(what, maxBytes, limit))
            .withRetryAfter(Duration.ofSeconds(1));
      }
      bytes = newBytes;
    }

    /** Gives it back. Idempotent. */
    @Override
    public void close() {
      reservedBytes.addAndGet(-bytes);
      bytes = 0;
    }
  }
}
