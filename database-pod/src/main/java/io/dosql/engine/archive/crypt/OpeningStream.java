package io.dosql.engine.archive.crypt;

import com.google.crypto.tink.subtle.StreamSegmentDecrypter;
import io.dosql.engine.error.DosqlException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

/**
 * The content of an encrypted object, from some segment on. Nothing leaves that was not proved
 * genuine, and the end only when the object says that it ends there. Takes two segments of memory.
 * One thread.
 */
final class OpeningStream extends InputStream {

  /** Makes the failure for a segment, from its place in the object and a reason. */
  interface Damage {
    DosqlException at(long offset, String reason);
  }

  private final InputStream stored;
  private final StreamSegmentDecrypter opener;
  private final Damage damage;

  /** One byte more than a segment, to know whether another follows. */
  private final byte[] segment = new byte[SealedFormat.SEGMENT_BYTES + 1];

  private final ByteBuffer content = ByteBuffer.allocate(SealedFormat.SEGMENT_PLAIN_BYTES).limit(0);
  private long number;
  private int carried;
  private boolean ended;

  /**
   * @param stored begins with the segment {@code number}, in which case of segment 0 the preamble
   *     has been read; closed with this
   */
  OpeningStream(InputStream stored, StreamSegmentDecrypter opener, long number, Damage damage) {
    this.stored = stored;
    this.opener = opener;
    this.number = number;
    this.damage = damage;
  }

  @Override
  public int read() throws IOException {
    return fill() ? Byte.toUnsignedInt(content.get()) : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int got = Math.min(length, content.remaining());
    content.get(target, offset, got);
    return got;
  }

  @Override
  public int available() {
    return content.remaining();
  }

  @Override
  public void close() throws IOException {
    stored.close();
  }

  /** Whether there is something to give. */
  private boolean fill() throws IOException {
    while (!content.hasRemaining() && !ended) {
      openSegment();
    }
    return content.hasRemaining();
  }

  private void openSegment() throws IOException {
    long start =
        number * SealedFormat.SEGMENT_BYTES + (number == 0 ? SealedFormat.PREAMBLE_BYTES : 0);
    int whole = SealedFormat.SEGMENT_BYTES - (number == 0 ? SealedFormat.PREAMBLE_BYTES : 0);
    int got = carried + stored.readNBytes(segment, carried, whole + 1 - carried);
    boolean last = got <= whole;
    int length = Math.min(got, whole);
    if (length < SealedFormat.TAG_BYTES) {
      throw damage.at(start, "it ends at byte %d, too early".formatted(start + length));
    }
    content.clear();
    try {
      // Segments are numbered in 32 bits: 256 TiB, more than any store takes.
      opener.decryptSegment(
          ByteBuffer.wrap(segment, 0, length), Math.toIntExact(number), last, content);
    } catch (GeneralSecurityException e) {
      content.limit(0);
      throw damage.at(
          start,
          last
              ? "the %d bytes from %d on are not what was written, or not the end of it"
                  .formatted(length, start)
              : "the %d bytes from %d on are not what was written".formatted(length, start));
    }
    content.flip();
    carried = last ? 0 : 1;
    segment[0] = segment[whole];
    ended = last;
    number++;
  }
}
