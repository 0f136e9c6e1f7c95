package io.dosql.engine.archive.log;

import static io.dosql.engine.archive.log.LogObjectFormat.CRC_OFFSET;
import static io.dosql.engine.archive.log.LogObjectFormat.HEADER_BYTES;
import static io.dosql.engine.archive.log.LogObjectFormat.LINE_OFFSET;
import static io.dosql.engine.archive.log.LogObjectFormat.MAGIC;
import static io.dosql.engine.archive.log.LogObjectFormat.PREVIOUS_OFFSET;
import static io.dosql.engine.archive.log.LogObjectFormat.SHA256_BYTES;
import static io.dosql.engine.archive.log.LogObjectFormat.VERSION;

import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * What a log object begins with; the layout is drawn at {@link LogObjectFormat}.
 *
 * @param place where it belongs
 * @param parts how many parts it holds; none in a claim
 * @param commits how many commits end in it
 * @param firstTime time of the first of them, milliseconds; the epoch if there is none
 * @param lastTime time of the last of them
 * @param indexOffset where the index begins; the parts lie before it
 * @param sizeBytes of the whole object
 * @param indexDigest SHA-256 of the index
 * @param partsDigest SHA-256 of all parts
 */
public record LogObjectHeader(
    LogObjectPlace place,
    int parts,
    int commits,
    Instant firstTime,
    Instant lastTime,
    long indexOffset,
    long sizeBytes,
    Sha256 indexDigest,
    Sha256 partsDigest) {

  private static final int MAX_LINE_BYTES = 64;
  private static final int BYTES_SHOWN = 8;

  public LogObjectHeader {
    if (parts < 0 || commits < 0 || commits > parts) {
      throw new IllegalArgumentException(
          "%d commits cannot end in %d parts".formatted(commits, parts));
    }
    if (indexOffset < HEADER_BYTES || sizeBytes < indexOffset) {
      throw new IllegalArgumentException(
          "the index cannot be at %d of %d bytes".formatted(indexOffset, sizeBytes));
    }
  }

  /** Whether it holds no part, and only says who writes from now on. */
  public boolean isClaim() {
    return parts == 0;
  }

  ByteBuffer encode() {
    ByteBuffer target = ByteBuffer.allocate(HEADER_BYTES);
    byte[] line = place.line().getBytes(StandardCharsets.US_ASCII);
    if (line.length > MAX_LINE_BYTES) {
      throw new IllegalArgumentException("too long for the name of a line: " + place.line());
    }
    target.putLong(MAGIC).putInt(VERSION).putInt(HEADER_BYTES);
    target.putLong(place.number()).putLong(place.epoch());
    target.putLong(place.writer().getMostSignificantBits());
    target.putLong(place.writer().getLeastSignificantBits());
    target.put((byte) line.length).put(line).position(PREVIOUS_OFFSET);
    target.put(place.previous().bytes()).putLong(place.previousEnd().bytes());
    target.putLong(place.span().from().bytes()).putLong(place.span().to().bytes());
    target.putLong(place.chainedTo().bytes()).putInt(parts).putInt(commits);
    target.putLong(firstTime.toEpochMilli()).putLong(lastTime.toEpochMilli());
    target.putLong(place.madeAt().toEpochMilli()).putLong(place.gaps());
    LogSpan gap = place.lastGap().orElse(new LogSpan(LogPosition.START, LogPosition.START));
    target.putLong(gap.from().bytes()).putLong(gap.to().bytes());
    target.putLong(indexOffset).putLong(sizeBytes);
    target.put(indexDigest.bytes()).put(partsDigest.bytes());
    target.putInt(CRC_OFFSET, LogObjectFormat.headerChecksum(target.duplicate().clear()));
    return target.clear();
  }

  /**
   * Reads a header.
   *
   * @param object the key, for errors
   * @param bytes what the object begins with, as many as a header has; not consumed
   */
  static LogObjectHeader decode(String object, ByteBuffer bytes) throws IOException {
    ByteBuffer source = bytes.slice();
    if (source.getLong(0) != MAGIC) {
      throw new CorruptLogObjectException(object, 0, "\"DSQLLOG1\"", show(source));
    }
    int checksum = LogObjectFormat.headerChecksum(source);
    if (source.getInt(CRC_OFFSET) != checksum) {
      throw new CorruptLogObjectException(
          object,
          0,
          "checksum 0x%08x of the header".formatted(source.getInt(CRC_OFFSET)),
          "0x%08x".formatted(checksum));
    }
    int version = source.getInt(Long.BYTES);
    if (version > VERSION) {
      throw new UnsupportedLogObjectException(object, VERSION, version);
    }
    try {
      return decode(source);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      CorruptLogObjectException corrupt =
          new CorruptLogObjectException(object, 0, "a well-formed header", String.valueOf(e));
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  private static LogObjectHeader decode(ByteBuffer source) {
    source.position(2 * Long.BYTES);
    long number = source.getLong();
    long epoch = source.getLong();
    UUID writer = new UUID(source.getLong(), source.getLong());
    byte[] line = new byte[Byte.toUnsignedInt(source.get(LINE_OFFSET))];
    source.position(PREVIOUS_OFFSET);
    source.get(LINE_OFFSET + 1, line);
    Sha256 previous = sha256(source);
    LogPosition previousEnd = position(source);
    LogSpan span = span(source);
    LogPosition chainedTo = position(source);
    int parts = source.getInt();
    int commits = source.getInt();
    Instant firstTime = Instant.ofEpochMilli(source.getLong());
    Instant lastTime = Instant.ofEpochMilli(source.getLong());
    Instant madeAt = Instant.ofEpochMilli(source.getLong());
    long gaps = source.getLong();
    LogSpan gap = span(source);
    return new LogObjectHeader(
        new LogObjectPlace(
            new String(line, StandardCharsets.US_ASCII),
            number,
            epoch,
            writer,
            previous,
            previousEnd,
            span,
            chainedTo,
            gaps,
            gaps == 0 ? Optional.empty() : Optional.of(gap),
            madeAt),
        parts,
        commits,
        firstTime,
        lastTime,
        source.getLong(),
        source.getLong(),
        sha256(source),
        sha256(source));
  }

  private static LogSpan span(ByteBuffer source) {
    return new LogSpan(position(source), position(source));
  }

  private static LogPosition position(ByteBuffer source) {
    return new LogPosition(source.getLong());
  }

  private static Sha256 sha256(ByteBuffer source) {
    byte[] digest = new byte[SHA256_BYTES];
    source.get(digest);
    return Sha256.of(digest);
  }

  private static String show(ByteBuffer bytes) {
    byte[] shown = new byte[BYTES_SHOWN];
    bytes.get(0, shown);
    return HexFormat.of().formatHex(shown);
  }
}
