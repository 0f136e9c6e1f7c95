package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a batch begins with; the layout is drawn at {@link LogFormat}.
 *
 * @param sequence number of the batch, without gaps
 * @param lengthBytes whole sectors
 * @param records parts in it; none in a batch that only proves that those before it were synced
 * @param usedBytes header and records
 */
record BatchHeader(long position, long sequence, int lengthBytes, int records, int usedBytes) {

  static final int BYTES = 64;

  /** "BTCH" in ASCII. */
  private static final int MAGIC = 0x4254_4348;

  private static final int MAGIC_OFFSET = 28;
  private static final int CRC_OFFSET = BYTES - Integer.BYTES;

  long end() {
    return position + lengthBytes;
  }

  /** Writes the header at the begin of {@code batch}, whose position is not changed. */
  void encode(long logId, ByteBuffer batch) {
    ByteBuffer header = batch.slice(0, BYTES);
    header.putLong(position).putLong(sequence).putInt(lengthBytes).putInt(records);
    header.putInt(usedBytes).putInt(MAGIC);
    while (header.position() < CRC_OFFSET) {
      header.put((byte) 0);
    }
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
    boolean isGenuine =
        header.getLong(0) == position
            && header.getInt(MAGIC_OFFSET) == MAGIC
            && header.getInt(CRC_OFFSET) == checksum(logId, header);
    if (!isGenuine) {
      return Optional.empty();
    }
    return Optional.of(
        new BatchHeader(
            header.getLong(), header.getLong(), header.getInt(), header.getInt(), header.getInt()));
  }

  private static int checksum(long logId, ByteBuffer header) {
    return LogFormat.checksum(LogFormat.BATCH_TAG, logId, header.slice(0, CRC_OFFSET));
  }
}
