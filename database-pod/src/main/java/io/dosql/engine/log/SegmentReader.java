package io.dosql.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Reads and verifies batches and records of one segment. Errors name file and offset. Not thread
 * safe; {@link #close} closes the file.
 */
final class SegmentReader implements Closeable {

  /** Takes records in order. */
  @FunctionalInterface
  interface RecordVisitor {

    /**
     * Takes a record that checks out.
     *
     * @param body what follows the header; valid during the call
     */
    void visit(RecordHeader header, ByteBuffer body) throws IOException;
  }

  private static final int BYTES_SHOWN = 16;

  private final LogFile file;
  private final Segment segment;
  private final long logId;
  private ByteBuffer memory = ByteBuffer.allocate(BatchHeader.BYTES);

  SegmentReader(LogFile file, Segment segment, long logId) {
    this.file = file;
    this.segment = segment;
    this.logId = logId;
  }

  Segment segment() {
    return segment;
  }

  long logId() {
    return logId;
  }

  /** Reads the batch header at a position; empty if there is no genuine one. */
  Optional<BatchHeader> findBatch(long position) throws IOException {
    if (position + BatchHeader.BYTES > segment.end()) {
      return Optional.empty();
    }
    return BatchHeader.decode(logId, position, read(position, BatchHeader.BYTES));
  }

  /**
   * Reads the header of the batch that must be at a position.
   *
   * @throws CorruptLogException if it is not there, is another one, or does not fit
   */
  BatchHeader batch(long position, long sequence) throws IOException {
    Optional<BatchHeader> found = findBatch(position);
    if (found.isEmpty()) {
      throw corrupt(
          position, "the header of batch " + sequence, "something else: " + show(position));
    }
    BatchHeader batch = found.get();
    if (batch.sequence() != sequence) {
      throw corrupt(position, "batch " + sequence, "batch " + batch.sequence());
    }
    if (!isSound(batch, sequence)) {
      throw corrupt(position, "a batch that fits its segment", batch.toString());
    }
    return batch;
  }

  /** Whether a genuine header has the right sequence number and fits its segment. */
  boolean isSound(BatchHeader batch, long sequence) {
    return batch.sequence() == sequence
        && batch.directoryBytes() >= 0
        && batch.usedBytes() >= batch.firstRecord()
        && batch.usedBytes() <= batch.lengthBytes()
        && batch.lengthBytes() % LogFormat.SECTOR_BYTES == 0
        && batch.end() <= segment.end();
  }

  /** Looks at what lies from a batch on that does not check out. */
  TornTail examineTail(long position) throws IOException {
    return TornTail.examine(file, segment, logId, position);
  }

  /** The bytes of a whole batch, from its header on; valid until the next read. */
  ByteBuffer bytes(BatchHeader batch) throws IOException {
    return read(batch.position(), batch.lengthBytes());
  }

  /** Fills a buffer with what lies from a position on. */
  void fill(long position, ByteBuffer target) throws IOException {
    readFully(file, segment.fileName(), segment.offsetOf(position), target);
  }

  /**
   * Verifies and reads the directory of a batch.
   *
   * @param bytes the whole batch, as {@link #bytes} reads it
   */
  BatchDirectory directory(BatchHeader batch, ByteBuffer bytes) throws CorruptLogException {
    ByteBuffer directory = bytes.slice(BatchHeader.BYTES, batch.directoryBytes());
    int checksum = LogFormat.checksum(directory);
    if (checksum != batch.directoryChecksum()) {
      throw corrupt(
          batch.position() + BatchHeader.BYTES,
          "batch directory checksum 0x%08x".formatted(batch.directoryChecksum()),
          "0x%08x".formatted(checksum));
    }
    return BatchDirectory.decode(directory);
  }

  /**
   * Verifies all records of a batch and its padding, and shows the records.
   *
   * @param bytes the whole batch, as {@link #bytes} reads it
   */
  void visitRecords(BatchHeader batch, ByteBuffer bytes, RecordVisitor visitor) throws IOException {
    int offset = batch.firstRecord();
    for (int i = 0; i < batch.records(); i++) {
      offset += visitRecord(batch, bytes, offset, visitor).lengthBytes();
    }
    if (offset != batch.usedBytes()) {
      throw corrupt(
          batch.position(), "records of %d bytes".formatted(batch.usedBytes()), offset + " bytes");
    }
    ByteBuffer padding = bytes.slice(offset, batch.lengthBytes() - offset);
    int nonZero = LogFormat.lastNonZero(padding);
    if (nonZero >= 0) {
      throw corrupt(
          batch.position() + offset + nonZero, "zero", "0x%02x".formatted(padding.get(nonZero)));
    }
  }

  /** Verifies and shows the record at an offset in a batch. */
  RecordHeader visitRecord(BatchHeader batch, ByteBuffer bytes, int offset, RecordVisitor visitor)
      throws IOException {
    long position = batch.position() + offset;
    ByteBuffer rest = bytes.slice(offset, Math.max(0, batch.usedBytes() - offset));
    RecordHeader header = recordHeader(position, rest);
    if (header.batchPosition() != batch.position()) {
      throw corrupt(
          position,
          "a record of the batch at " + new LogPosition(batch.position()),
          "a record of the batch at " + new LogPosition(header.batchPosition()));
    }
    if (header.lengthBytes() > rest.remaining()) {
      throw corrupt(
          position,
          "a record of at most %d bytes".formatted(rest.remaining()),
          header.lengthBytes() + " bytes");
    }
    visitor.visit(header, verifiedBody(header, rest));
    return header;
  }

  /** Reads and verifies one record; the visitor's body is valid until the next read. */
  RecordHeader visitRecord(long position, RecordVisitor visitor) throws IOException {
    int atMost = (int) Math.min(segment.end() - position, LogFormat.SECTOR_BYTES * 8);
    ByteBuffer some = readSome(position, atMost);
    RecordHeader header = recordHeader(position, some);
    if (header.end() > segment.end()) {
      throw corrupt(position, "a record that fits its segment", header.lengthBytes() + " bytes");
    }
    ByteBuffer record =
        header.lengthBytes() <= some.remaining()
            ? some.limit(header.lengthBytes())
            : read(position, header.lengthBytes());
    visitor.visit(header, verifiedBody(header, record));
    return header;
  }

  private RecordHeader recordHeader(long position, ByteBuffer bytes) throws IOException {
    Optional<RecordHeader> found =
        bytes.remaining() < RecordHeader.BYTES
            ? Optional.empty()
            : RecordHeader.decode(logId, position, bytes);
    if (found.isEmpty()) {
      throw corrupt(position, "the header of a record", "something else: " + show(bytes));
    }
    RecordHeader header = found.get();
    if (header.version() > RecordHeader.VERSION) {
      throw unsupported(position, "record version", RecordHeader.VERSION, header.version());
    }
    if (header.kind() != RecordHeader.COMMIT_PART) {
      throw unsupported(position, "record kind", RecordHeader.COMMIT_PART, header.kind());
    }
    if (header.lengthBytes() < RecordHeader.BYTES + header.tenantBytes()) {
      throw corrupt(position, "a record longer than its header", header.lengthBytes() + " bytes");
    }
    return header;
  }

  private ByteBuffer verifiedBody(RecordHeader header, ByteBuffer record) throws IOException {
    ByteBuffer body =
        record.slice(
            record.position() + RecordHeader.BYTES, header.lengthBytes() - RecordHeader.BYTES);
    int checksum = LogFormat.checksum(body);
    if (checksum != header.bodyChecksum()) {
      throw corrupt(
          header.position() + RecordHeader.BYTES,
          "record body checksum 0x%08x".formatted(header.bodyChecksum()),
          "0x%08x".formatted(checksum));
    }
    return body;
  }

  private ByteBuffer read(long position, int lengthBytes) throws IOException {
    if (memory.capacity() < lengthBytes) {
      memory = ByteBuffer.allocate(lengthBytes);
    }
    ByteBuffer target = memory.clear().limit(lengthBytes);
    readFully(file, segment.fileName(), segment.offsetOf(position), target);
    return target.flip();
  }

  /** Reads so many bytes, or fewer where the file was cut off. */
  private ByteBuffer readSome(long position, int maxBytes) throws IOException {
    if (memory.capacity() < maxBytes) {
      memory = ByteBuffer.allocate(maxBytes);
    }
    ByteBuffer target = memory.clear().limit(maxBytes);
    long offset = segment.offsetOf(position);
    int count = 0;
    while (target.hasRemaining() && count >= 0) {
      count = file.read(target, offset + target.position());
    }
    return target.flip();
  }

  /** Fills a buffer from a file that must reach that far. */
  static void readFully(LogFile file, String name, long offset, ByteBuffer target)
      throws IOException {
    long at = offset;
    while (target.hasRemaining()) {
      int count = file.read(target, at);
      if (count < 0) {
        throw new CorruptLogException(
            name, at, "%d bytes more".formatted(target.remaining()), "the end of the file");
      }
      at += count;
    }
  }

  private String show(long position) throws IOException {
    int atMost = (int) Math.min(segment.end() - position, BYTES_SHOWN);
    return atMost <= 0 ? "the end of the segment" : show(read(position, atMost));
  }

  private static String show(ByteBuffer bytes) {
    byte[] shown = new byte[Math.min(bytes.remaining(), BYTES_SHOWN)];
    bytes.get(bytes.position(), shown);
    return HexFormat.of().formatHex(shown);
  }

  CorruptLogException corrupt(long position, String expected, String actual) {
    return new CorruptLogException(
        segment.fileName(), segment.offsetOf(position), expected, actual);
  }

  private UnsupportedLogVersionException unsupported(
      long position, String what, int supported, int actual) {
    return new UnsupportedLogVersionException(
        segment.fileName(), segment.offsetOf(position), what, supported, actual);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
