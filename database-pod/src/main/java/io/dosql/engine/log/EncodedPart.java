package io.dosql.engine.log;

import java.nio.ByteBuffer;

/**
 * A part ready to be copied into a batch, all but its header, which depends on the position.
 *
 * @param body what follows the header; valid until the encoder that made it is used again
 * @param bodyChecksum CRC-32C of the body
 * @param tenantBytes length of the tenant's name in the body
 */
record EncodedPart(CommitPart part, ByteBuffer body, int bodyChecksum, int tenantBytes) {

  int recordBytes() {
    return RecordHeader.BYTES + body.remaining();
  }

  /** The header of this part at a position. */
  RecordHeader header(long position, int batchOffsetBytes, int partIndex, long timeMillis) {
    return new RecordHeader(
        position,
        recordBytes(),
        batchOffsetBytes,
        bodyChecksum,
        RecordHeader.VERSION,
        RecordHeader.COMMIT_PART,
        part.isFirst(),
        part.isLast(),
        tenantBytes,
        part.lsn(),
        part.epoch(),
        timeMillis,
        part.databaseSizePages(),
        part.pageSizeBytes(),
        partIndex);
  }
}
