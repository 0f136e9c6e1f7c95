package io.dosql.engine.archive.log;

import io.dosql.engine.archive.log.TenantEntry.Extent;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ResumingInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one tenant's parts of a log object, one after the other, nothing between them. Ends
 * early where the object does. Failures are those of {@link ResumingInput}. One thread.
 *
 * <p>Extents that are near each other are read by one request, for which what lies between them is
 * read, too, and passed over: where tenants commit in turns an object may have a tenant's parts in
 * thousands of places.
 */
final class TenantParts extends InputStream {

  /**
   * Bytes that are rather read than asked around. A request takes some 20 ms until its first byte,
   * in which more than a MiB comes from a store; far less is taken here, for a part of what is
   * transferred is paid for.
   */
  static final int GAP_BYTES_MAX = 256 << 10;

  private static final int BUFFER_BYTES = 1 << 16;

  private final ObjectStore store;
  private final String key;
  private final List<Extent> extents;

  /** Index of the extent that comes next. */
  private int next;

  private @Nullable InputStream range;

  /** Where in the object the next byte of {@link #range} lies. */
  private long at;

  private long rangeEnd;

  /** Bytes that are left of the extent that is read. */
  private long left;

  TenantParts(ObjectStore store, String key, List<Extent> extents) {
    this.store = store;
    this.key = key;
    this.extents = extents;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    InputStream in = left > 0 ? range : nextExtent();
    if (in == null) {
      return -1;
    }
    int got = in.read(bytes, offset, (int) Math.min(length, left));
    at += Math.max(got, 0);
    left -= Math.max(got, 0);
    return got;
  }

  /** Null if there is none, or the object ends before it. */
  private @Nullable InputStream nextExtent() throws IOException {
    if (next == extents.size()) {
      return null;
    }
    Extent extent = extents.get(next);
    InputStream in = range;
    if (in == null || extent.offset() < at || extent.end() > rangeEnd) {
      in = openRange(extent);
    }
    if (!skip(in, extent.offset() - at)) {
      return null;
    }
    at = extent.offset();
    left = extent.lengthBytes();
    next++;
    return in;
  }

  /** Whether there were so many bytes. */
  private static boolean skip(InputStream in, long count) throws IOException {
    long left = count;
    while (left > 0) {
      long skipped = in.skip(left);
      if (skipped <= 0 && in.read() < 0) {
        return false;
      }
      left -= Math.max(skipped, 1);
    }
    return true;
  }

  private InputStream openRange(Extent first) throws IOException {
    close();
    at = first.offset();
    rangeEnd = endOfRange(extents, next);
    InputStream opened =
        new BufferedInputStream(
            new ResumingInput(store, key, at, rangeEnd - at),
            (int) Math.min(BUFFER_BYTES, rangeEnd - at));
    range = opened;
    return opened;
  }

  /** Where the range ends that begins with an extent. */
  private static long endOfRange(List<Extent> extents, int first) {
    long end = extents.get(first).end();
    for (Extent extent : extents.subList(first + 1, extents.size())) {
      long between = extent.offset() - end;
      if (between < 0 || between > GAP_BYTES_MAX) {
        break;
      }
      end = extent.end();
    }
    return end;
  }

  @Override
  public void close() throws IOException {
    InputStream closing = range;
    range = null;
    if (closing != null) {
      closing.close();
    }
  }
}
