package io.dosql.engine.memory;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory that one kind of thing takes in all requests together, such as their bodies, so
 * that many large ones at a time are refused rather than end the pod. Thread safe.
 */
public final class BufferBudget {

  /** Buffers up to here are not counted: a thousand of them are in work at most. */
  private static final int FREE_BYTES = 16 << 10;

  private static final int STEP_BYTES = 16 << 10;

  /** A buffer grows by doubling. */
  private static final int BUFFER_PER_BYTE = 2;

  private final long maxBytes;
  private final String what;
  private final String limit;
  private final AtomicLong reservedBytes = new AtomicLong();

  /**
   * @param what is bounded, as an error says it
   * @param limit the name of the bound
   */
  public BufferBudget(long maxBytes, String what, String limit) {
    this.maxBytes = maxBytes;
    this.what = what;
    this.limit = limit;
  }

  /** Sets {@code bytes} aside until the reservation is closed; RESOURCE_EXHAUSTED if too many. */
  public Reservation reserve(long bytes) {
    Reservation reservation = new Reservation(FREE_BYTES, 0);
    reservation.growTo(bytes);
    return reservation;
  }

  /** Takes nothing yet; beside its buffer, once that is not small, there is one of a fixed size. */
  public Reservation reserveLater(int besideBytes) {
    return new Reservation(FREE_BYTES, (long) BUFFER_PER_BYTE * besideBytes);
  }

  /** The same for so many buffers of a size, each of which may grow to it by doubling. */
  public Reservation reserveBuffers(int count, int eachBytes) {
    Reservation reservation =
        new Reservation(eachBytes, (long) BUFFER_PER_BYTE * (count - 1) * eachBytes);
    reservation.growTo((long) BUFFER_PER_BYTE * count * eachBytes);
    return reservation;
  }

  /** Bytes that are set aside now. */
  public long reservedBytes() {
    return reservedBytes.get();
  }

  /** Part of the budget. Used by one thread at a time. */
  public final class Reservation implements AutoCloseable {
    private final long besideBytes;
    private long bytes;
    private long roomBytes;

    private Reservation(long roomBytes, long besideBytes) {
      this.roomBytes = roomBytes;
      this.besideBytes = besideBytes;
    }

    /**
     * Sets aside what a buffer of so many bytes may take, unless it is small; RESOURCE_EXHAUSTED if
     * too much. Cheap enough to be asked for each value.
     */
    public void requireBuffer(long sizeBytes) {
      if (sizeBytes > roomBytes) {
        long room = (sizeBytes / STEP_BYTES + 1) * STEP_BYTES;
        growTo(besideBytes + BUFFER_PER_BYTE * room);
        roomBytes = room;
      }
    }

    /** Gives all back, and goes on with a new buffer. */
    public void beginAgain() {
      close();
      roomBytes = FREE_BYTES;
    }

    /** Sets so much aside altogether; RESOURCE_EXHAUSTED, and nothing changes, if too much. */
    public void growTo(long newBytes) {
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

    /** Sets exactly so much aside; RESOURCE_EXHAUSTED, and nothing changes, if too much. */
    public void setTo(long newBytes) {
      if (newBytes < bytes) {
        reservedBytes.addAndGet(newBytes - bytes);
        bytes = newBytes;
      } else {
        growTo(newBytes);
      }
    }

    /** Gives it back. Idempotent. */
    @Override
    public void close() {
      reservedBytes.addAndGet(-bytes);
      bytes = 0;
    }
  }
}
