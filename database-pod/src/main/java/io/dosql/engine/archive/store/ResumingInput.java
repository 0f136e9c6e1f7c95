package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An object, or a range of it, going on where a connection broke off: a reader that is slow, as one
 * of many that are merged, must not lose its place. Of a range no more is asked for than is left of
 * it: what a store sends too much costs its transfer, or the connection. Unbuffered. One thread.
 *
 * <p>What the store fails with is a {@link DosqlException}, as everywhere; reading throws no {@link
 * IOException}.
 */
public final class ResumingInput extends InputStream {

  /** How often in a row a transfer may break off without a byte in between. */
  static final int FRUITLESS_ATTEMPTS_MAX = 3;

  private static final long TO_THE_END = Long.MAX_VALUE;

  private final ObjectStore store;
  private final String key;
  private @Nullable InputStream current;
  private long next;

  /** How many bytes are wanted from {@link #next} on; {@link #TO_THE_END} for all. */
  private long left;

  private int fruitless;

  /** Of the whole object. */
  public ResumingInput(ObjectStore store, String key) {
    this(store, key, 0, TO_THE_END);
  }

  /**
   * Of a range. Opens nothing yet: an object that is missing is told by the first read.
   *
   * @param lengthBytes of the range, from 1; it ends earlier where the object does
   */
  public ResumingInput(ObjectStore store, String key, long offset, long lengthBytes) {
    if (offset < 0 || lengthBytes < 1) {
      throw new IllegalArgumentException(
          "no range of %s: %d bytes from %d on".formatted(key, lengthBytes, offset));
    }
    this.store = store;
    this.key = key;
    this.next = offset;
    this.left = lengthBytes;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (left == 0) {
      return length == 0 ? 0 : -1;
    }
    while (true) {
      try {
        if (current == null) {
          current = open();
        }
        int got = current.read(bytes, offset, length);
        if (got > 0) {
          next += got;
          left -= left == TO_THE_END ? 0 : got;
          fruitless = 0;
        }
        return got;
      } catch (IOException brokeOff) {
        abandon();
        if (++fruitless == FRUITLESS_ATTEMPTS_MAX) {
          throw new DosqlException(
              ErrorCode.STORAGE_UNAVAILABLE,
              "Reading %s broke off at byte %d: %s.".formatted(key, next, brokeOff.getMessage()),
              brokeOff);
        }
      }
    }
  }

  private InputStream open() {
    return left == TO_THE_END ? store.get(key, next) : store.get(key, next, left);
  }

  private void abandon() {
    try {
      close();
    } catch (IOException brokenAnyway) {
      // It is opened anew.
    }
  }

  @Override
  public void close() throws IOException {
    InputStream closing = current;
    current = null;
    if (closing != null) {
      closing.close();
    }
  }
}
