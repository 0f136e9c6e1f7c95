package io.dosql.engine.archive;

import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ResumingInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Reads one object to its end, going on where a connection broke off. One thread, once. */
final class Download {

  private static final int BUFFER_BYTES = 1 << 16;

  private final ObjectStore store;
  private final String absoluteKey;

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
    byte[] buffer = new byte[BUFFER_BYTES];
    long received = 0;
    try (InputStream in = new ResumingInput(store, absoluteKey)) {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        if (received + got > bytesMax) {
          return false;
        }
        target.write(buffer, 0, got);
        received += got;
      }
    }
    return true;
  }
}
