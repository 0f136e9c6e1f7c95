package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a batch begins with; the layout is drawn at {@link LogFormat}.
 *
 * @param sequence number of the batch, without gaps
 * @param lengthBytes whole sectors
 * @param records parts in it; none in a batch that only proves that those before it were synced
 * @param usedBytes header, directory and records
 * @param directoryBytes of the {@link BatchDirectory} behind the header, a multiple of 8
 * @param directoryChecksum CRC-32C of the directory
 * @param directoryFrom position from which on, up to this batch, the directory tells of the log
 */
record BatchHeader(
    long position,
    long sequence,
    int lengthBytes,
    int records,
    int usedBytes,
    int directoryBytes,
    int directoryChecksum,
    long directoryFrom) {

  static final int BYTES = 64;

  /** "BTCH" in ASCII. */
  private static final int MAGIC = 0x4254_4348;

  private static final int MAGIC_OFFSET = 28;
  private static final int LOG_ID_OFFSET = 48;
  private static final int CRC_OFFSET = BYTES - Integer.BYTES;

  long end() {
    return position + lengthBytes;
  }

  /** Offset of its first record. */
  int firstRecord() {
    return BYTES + directoryBytes;
  }

  /** Writes the header at the begin of {@code batch}, whose position is not changed. */
  void encode(long logId, ByteBuffer batch) {
    ByteBuffer header = batch.slice(0, BYTES);
    header.putLong(position).putLong(sequence).putInt(lengthBytes).putInt(records);
    header.putInt(usedBytes).putInt(MAGIC).putInt(directoryBytes).putInt(directoryChecksum);
    header.putLong(directoryFrom).putLong(logId).putInt(0);
    header.putInt(CRC_OFFSET, checksum(logId, header));
  }

  /**
   * Reads a header.
   *
   * @param position where it was found
   * @return empty if there is no header that this log wrote at this position
   */
  static Optional<BatchHeader> decode(long logId, long position, ByteBuffer bytes) {
    ByteBuffer header = bytes.slice(bytes.position(), BYTES);
    if (!isGenuine(logId, position, header)) {
      return Optional.empty();
    }
    long ownPosition = header.getLong();
    long sequence = header.getLong();
    int lengthBytes = header.getInt();
    int records = header.getInt();
    int usedBytes = header.getInt();
    header.position(MAGIC_OFFSET + Integer.BYTES);
    return Optional.of(
        new BatchHeader(
            ownPosition,
            sequence,
            lengthBytes,
            records,
            usedBytes,
            header.getInt(),
            header.getInt(),
            header.getLong()));
  }

  /** The log id that a header says and proves by its checksum; empty if there is no header. */
  static OptionalLong logId(long position, ByteBuffer bytes) {
    ByteBuffer header = bytes.slice(bytes.position(), BYTES);
    long logId = header.getLong(LOG_ID_OFFSET);
    return isGenuine(logId, position, header) ? OptionalLong.of(logId) : OptionalLong.empty();
  }

  private static boolean isGenuine(long logId, long position, ByteBuffer header) {
    return header.getLong(0) == position
        && header.getInt(MAGIC_OFFSET) == MAGIC
        && header.getInt(CRC_OFFSET) == checksum(logId, header);
  }

  private static int checksum(long logId, ByteBuffer header) {
    return LogFormat.checksum(LogFormat.BATCH_TAG, logId, header.slice(0, CRC_OFFSET));
  }
}
