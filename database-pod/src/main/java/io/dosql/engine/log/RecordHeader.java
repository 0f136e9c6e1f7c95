package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a record begins with; the layout is drawn at {@link LogFormat}.
 *
 * @param lengthBytes header and body, a multiple of 8
 * @param batchOffsetBytes from the begin of its batch
 * @param bodyChecksum CRC-32C of what follows the header
 * @param tenantBytes length of the tenant's name, which follows the header
 * @param partIndex number of the part in its commit, from 0
 */
record RecordHeader(
    long position,
    int lengthBytes,
    int batchOffsetBytes,
    int bodyChecksum,
    int version,
    int kind,
    boolean isFirst,
    boolean isLast,
    int tenantBytes,
    long lsn,
    long epoch,
    long timeMillis,
    long databaseSizePages,
    int pageSizeBytes,
    int partIndex) {

  static final int BYTES = 64;
  static final int VERSION = 1;

  /** The kind of a record that is a part of a commit. */
  static final int COMMIT_PART = 1;

  /** In place of a log's id in the checksums of records that were taken out of their log. */
  static final long NO_LOG = 0;

  private static final int FIRST_FLAG = 1;
  private static final int LAST_FLAG = 2;
  private static final int CRC_OFFSET = BYTES - Integer.BYTES;

  long end() {
    return position + lengthBytes;
  }

  /** The position of the batch that it says it belongs to. */
  long batchPosition() {
    return position - batchOffsetBytes;
  }

  /** Writes the header at the buffer's position, which then is behind it. */
  void encode(long logId, ByteBuffer target) {
    ByteBuffer header = target.slice(target.position(), BYTES);
    header.putLong(position).putInt(lengthBytes).putInt(batchOffsetBytes).putInt(bodyChecksum);
    header.put((byte) version).put((byte) kind);
    header.put((byte) ((isFirst ? FIRST_FLAG : 0) | (isLast ? LAST_FLAG : 0)));
    header.put((byte) tenantBytes).putLong(lsn).putLong(epoch).putLong(timeMillis);
    header.putInt((int) databaseSizePages).putInt(pageSizeBytes).putInt(partIndex);
    header.putInt(checksum(logId, header));
    target.position(target.position() + BYTES);
  }

  /**
   * Reads a header at the buffer's position, which is not changed.
   *
   * @param position where it was found
   * @return empty if there is no header that this log wrote at this position
   */
  static Optional<RecordHeader> decode(long logId, long position, ByteBuffer bytes) {
    ByteBuffer header = bytes.slice(bytes.position(), BYTES);
    boolean isGenuine =
        header.getLong(0) == position && header.getInt(CRC_OFFSET) == checksum(logId, header);
    return isGenuine ? Optional.of(decode(header)) : Optional.empty();
  }

  /**
   * Reads a header of a record that was taken out of its log, see {@link #detached}, at the
   * buffer's position, which is not changed; empty if there is none.
   */
  static Optional<RecordHeader> decodeDetached(ByteBuffer bytes) {
    long position = bytes.getLong(bytes.position());
    return position < 0 ? Optional.empty() : decode(NO_LOG, position, bytes);
  }

  /** The header of the same record outside of its log, where it has no batch. */
  RecordHeader detached() {
    return new RecordHeader(
        position,
        lengthBytes,
        0,
        bodyChecksum,
        version,
        kind,
        isFirst,
        isLast,
        tenantBytes,
        lsn,
        epoch,
        timeMillis,
        databaseSizePages,
        pageSizeBytes,
        partIndex);
  }

  private static RecordHeader decode(ByteBuffer header) {
    long position = header.getLong();
    int lengthBytes = header.getInt();
    int batchOffsetBytes = header.getInt();
    int bodyChecksum = header.getInt();
    int version = Byte.toUnsignedInt(header.get());
    int kind = Byte.toUnsignedInt(header.get());
    int flags = header.get();
    return new RecordHeader(
        position,
        lengthBytes,
        batchOffsetBytes,
        bodyChecksum,
        version,
        kind,
        (flags & FIRST_FLAG) != 0,
        (flags & LAST_FLAG) != 0,
        Byte.toUnsignedInt(header.get()),
        header.getLong(),
        header.getLong(),
        header.getLong(),
        Integer.toUnsignedLong(header.getInt()),
        header.getInt(),
        header.getInt());
  }

  private static int checksum(long logId, ByteBuffer header) {
    return LogFormat.checksum(LogFormat.RECORD_TAG, logId, header.slice(0, CRC_OFFSET));
  }
}
