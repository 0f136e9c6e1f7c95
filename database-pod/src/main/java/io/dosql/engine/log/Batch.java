package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Records that are written and synced together. Guarded by the lock of {@link AppendBuffer} while
 * it gathers, then owned by the flusher.
 */
final class Batch {

  private static final int MIN_CAPACITY_BYTES = 64 << 10;

  /** Where the batch begins; the header's place is left free from the start. */
  private final long start;

  private final long sequence;
  private final long logId;
  private final int maxBytes;
  private final long directoryFrom;
  private final int directoryBytes;
  private final int maxDirectoryBytes;
  private final CompletableFuture<Void> settled = new CompletableFuture<>();
  private final BatchDirectory content = new BatchDirectory();
  private ByteBuffer bytes;
  private int records;

  /**
   * Apart from the buffer, whose position moves while the flusher writes it and others ask where
   * the batch ends.
   */
  private int usedBytes;

  /** By {@link System#nanoTime} when the first record came. */
  private long beganNanos;

  /**
   * Begins a batch.
   *
   * @param memory from {@link #memory} of a batch that is done; grown where it is too small
   * @param maxBytes most bytes of the batch, whole sectors
   * @param before the batches that its directory tells of
   * @param maxDirectoryBytes most bytes of the directory that will tell of this batch
   */
  Batch(
      long logId,
      long start,
      long sequence,
      int maxBytes,
      ByteBuffer memory,
      RecentBatches before,
      int maxDirectoryBytes) {
    this.logId = logId;
    this.start = start;
    this.sequence = sequence;
    this.maxBytes = maxBytes;
    this.maxDirectoryBytes = maxDirectoryBytes;
    this.bytes = memory.clear();
    BatchDirectory directory = before.directory();
    this.directoryFrom = before.from(start);
    this.directoryBytes = directory.encodedBytes();
    ensureCapacity(BatchHeader.BYTES + directoryBytes);
    bytes.position(BatchHeader.BYTES);
    directory.encode(bytes);
    this.usedBytes = bytes.position();
  }

  long start() {
    return start;
  }

  long sequence() {
    return sequence;
  }

  int records() {
    return records;
  }

  boolean isEmpty() {
    return records == 0;
  }

  /** By {@link System#nanoTime} when the first record came; only if there is one. */
  long beganNanos() {
    return beganNanos;
  }

  /** Completed when the batch is durable, or exceptionally when it never will be known to be. */
  CompletableFuture<Void> settled() {
    return settled;
  }

  /** Memory for a later batch; only when this one is done. */
  ByteBuffer memory() {
    return bytes;
  }

  /** Where the next record would begin. */
  long position() {
    return start + usedBytes;
  }

  /** Where the next batch begins if this one gets no further record. */
  long end() {
    return start + LogFormat.roundUp(usedBytes, LogFormat.SECTOR_BYTES);
  }

  /** What it holds, for the directory of the next one. */
  BatchDirectory content() {
    return content;
  }

  boolean hasRoomFor(String tenant, int recordBytes) {
    return usedBytes + recordBytes <= maxBytes && content.hasRoomFor(tenant, maxDirectoryBytes);
  }

  /** Gets the memory for a record for which there is room, so that {@link #add} cannot fail. */
  void reserve(int recordBytes) {
    ensureCapacity(LogFormat.roundUp(bytes.position() + recordBytes, LogFormat.SECTOR_BYTES));
  }

  /** Appends a record that is reserved. */
  void add(EncodedPart part, int partIndex, long timeMillis) {
    part.header(position(), bytes.position(), partIndex, timeMillis).encode(logId, bytes);
    bytes.put(part.body().duplicate());
    usedBytes = bytes.position();
    content.add(part.part().tenant(), part.part().lsn());
    if (records++ == 0) {
      beganNanos = System.nanoTime();
    }
  }

  /** Writes header and padding; the result is what is to be written at {@link #start}. */
  ByteBuffer seal() {
    int lengthBytes = LogFormat.roundUp(usedBytes, LogFormat.SECTOR_BYTES);
    ensureCapacity(lengthBytes);
    while (bytes.position() < lengthBytes) {
      bytes.put((byte) 0);
    }
    bytes.flip();
    int directoryChecksum = LogFormat.checksum(bytes.slice(BatchHeader.BYTES, directoryBytes));
    new BatchHeader(
            start,
            sequence,
            lengthBytes,
            records,
            usedBytes,
            directoryBytes,
            directoryChecksum,
            directoryFrom)
        .encode(logId, bytes);
    return bytes;
  }

  private void ensureCapacity(int neededBytes) {
    if (bytes.capacity() < neededBytes) {
      int doubled = Math.max(MIN_CAPACITY_BYTES, Integer.highestOneBit(neededBytes - 1) * 2);
      // Direct memory, since the file system would copy a heap buffer into some anyway.
      bytes = ByteBuffer.allocateDirect(doubled).put(bytes.flip());
    }
  }
}
