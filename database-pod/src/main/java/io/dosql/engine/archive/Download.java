package io.dosql.engine.archive;

import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Reads one object to its end, going on where a connection broke off. One thread, once. */
final class Download {

  /** How often in a row a transfer may break off without a byte in between. */
  private static final int FRUITLESS_ATTEMPTS_MAX = 3;

  private static final int BUFFER_BYTES = 1 << 16;

  private final ObjectStore store;
  private final String absoluteKey;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private long received;

  Download(ObjectStore store, String absoluteKey) {
    this.store = store;
    this.absoluteKey = absoluteKey;
  }

  /**
   * Copies the object.
   *
   * @return false when it has more than {@code bytesMax} bytes; no more than those were written
   * @throws IOException when writing to {@code target} fails
   */
  boolean copyTo(OutputStream target, long bytesMax) throws IOException {
    int fruitless = 0;
    while (true) {
      long before = received;
      try (InputStream in = store.get(absoluteKey, received)) {
        return copyTo(in, target, bytesMax);
      } catch (ReadFailure e) {
        fruitless = received > before ? 0 : fruitless + 1;
        if (fruitless == FRUITLESS_ATTEMPTS_MAX) {
          throw new DosqlException(
              ErrorCode.STORAGE_UNAVAILABLE,
              "Reading %s broke off after %d bytes: %s."
                  .formatted(absoluteKey, received, e.getMessage()),
              e);
        }
      }
    }
  }

  private boolean copyTo(InputStream in, OutputStream target, long bytesMax) throws IOException {
    for (int got = read(in); got >= 0; got = read(in)) {
      if (received + got > bytesMax) {
        return false;
      }
      target.write(buffer, 0, got);
      received += got;
    }
    return true;
  }

  private int read(InputStream in) throws ReadFailure {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw new ReadFailure(e);
    }
  }

  /** The source failed, as opposed to the target. */
  private static final class ReadFailure extends IOException {
    private static final long serialVersionUID = 1L;

    ReadFailure(IOException cause) {
      super(String.valueOf(cause.getMessage()), cause);
    }
  }
}
