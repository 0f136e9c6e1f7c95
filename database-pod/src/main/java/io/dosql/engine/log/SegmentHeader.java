package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The first sector of a segment; the layout is drawn at {@link LogFormat}.
 *
 * @param firstSequence sequence number of its first batch
 * @param previousEnd end of the last batch before it; its own start if it is the first segment
 * @param latestTimeMillis the latest time in the log when it was created
 */
record SegmentHeader(
    long logId,
    long start,
    long sizeBytes,
    long firstSequence,
    long previousEnd,
    long latestTimeMillis) {

  static final int BYTES = LogFormat.SECTOR_BYTES;

  /** "DoSQLlog" in ASCII. */
  private static final long MAGIC = 0x446F_5351_4C6C_6F67L;

  private static final int VERSION_OFFSET = 8;
  private static final int LOG_ID_OFFSET = 16;
  private static final int CRC_OFFSET = BYTES - Integer.BYTES;

  Segment segment() {
    return new Segment(start, sizeBytes);
  }

  ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(MAGIC).put((byte) LogFormat.VERSION).position(LOG_ID_OFFSET);
    bytes.putLong(logId).putLong(start).putLong(sizeBytes);
    bytes.putLong(firstSequence).putLong(previousEnd).putLong(latestTimeMillis);
    bytes.clear();
    return bytes.putInt(CRC_OFFSET, checksum(logId, bytes));
  }

  /**
   * Reads a header and checks all that it says of itself.
   *
   * @param bytes the first {@link #BYTES} bytes of the file
   */
  static SegmentHeader decode(String file, ByteBuffer bytes) throws IOException {
    if (bytes.getLong(0) != MAGIC) {
      throw new CorruptLogException(
          file, 0, "the start of a segment, " + hex(MAGIC), hex(bytes.getLong(0)));
    }
    long logId = bytes.getLong(LOG_ID_OFFSET);
    int crc = checksum(logId, bytes);
    int version = Byte.toUnsignedInt(bytes.get(VERSION_OFFSET));
    if (bytes.getInt(CRC_OFFSET) != crc) {
      throw new CorruptLogException(
          file, CRC_OFFSET, "segment header checksum " + hex(crc), hex(bytes.getInt(CRC_OFFSET)));
    }
    if (version != LogFormat.VERSION) {
      throw new UnsupportedLogVersionException(
          file, VERSION_OFFSET, "format version", LogFormat.VERSION, version);
    }
    ByteBuffer fields = bytes.duplicate().position(LOG_ID_OFFSET + Long.BYTES);
    return new SegmentHeader(
        logId,
        fields.getLong(),
        fields.getLong(),
        fields.getLong(),
        fields.getLong(),
        fields.getLong());
  }

  private static int checksum(long logId, ByteBuffer bytes) {
    return LogFormat.checksum(LogFormat.SEGMENT_TAG, logId, bytes.slice(0, CRC_OFFSET));
  }

  private static String hex(long value) {
    return "0x%016x".formatted(value);
  }

  private static String hex(int value) {
    return "0x%08x".formatted(value);
  }
}
