package io.dosql.engine.archive.crypt;

import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import org.jspecify.annotations.Nullable;

/** An object whose first bytes were read. One thread. */
final class Beginning {

  /** How often a transfer may break off within these few bytes. */
  private static final int ATTEMPTS_MAX = 3;

  private final byte[] bytes;
  private final InputStream rest;

  private Beginning(byte[] bytes, InputStream rest) {
    this.bytes = bytes;
    this.rest = rest;
  }

  /** Reads {@code count} bytes of an object of which at most {@code bytesMax} are wanted. */
  static Beginning of(ObjectStore store, String key, int count, long bytesMax) {
    for (int attempt = 1; ; attempt++) {
      InputStream in = bytesMax == Long.MAX_VALUE ? store.get(key, 0) : store.get(key, 0, bytesMax);
      try {
        return new Beginning(in.readNBytes(count), in);
      } catch (IOException e) {
        close(in, e);
        if (attempt == ATTEMPTS_MAX) {
          throw new DosqlException(
              ErrorCode.STORAGE_UNAVAILABLE,
              "Reading %s broke off at its beginning: %s.".formatted(key, e.getMessage()),
              e);
        }
      }
    }
  }

  /** The same without anything behind it. */
  static byte[] only(ObjectStore store, String key, int count) {
    Beginning beginning = of(store, key, count, count);
    beginning.close();
    return beginning.bytes;
  }

  /** As many as were asked for, or all of the object; not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  /** What comes behind them; to be closed. */
  InputStream rest() {
    return rest;
  }

  /** The object from its first byte. */
  InputStream whole() {
    return new SequenceInputStream(new ByteArrayInputStream(bytes), rest);
  }

  /** Lets the rest go. */
  void close() {
    close(rest, null);
  }

  private static void close(InputStream in, @Nullable IOException because) {
    try {
      in.close();
    } catch (IOException e) {
      // Nothing more is wanted from it.
      if (because != null) {
        because.addSuppressed(e);
      }
    }
  }
}
