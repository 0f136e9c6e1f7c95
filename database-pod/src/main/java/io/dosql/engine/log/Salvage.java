package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Reads of one segment what checks out, also behind what does not. What it finds is genuine: only
 * this log, at this place, makes a header that checks out. Not thread safe.
 */
final class Salvage {

  private static final int WINDOW_BYTES = 256 << 10;

  /** Looks at a place; returns how far to move on, at least one step. */
  @FunctionalInterface
  private interface Probe {
    long at(long position, ByteBuffer window) throws IOException;
  }

  private final SegmentReader reader;

  Salvage(SegmentReader reader) {
    this.reader = reader;
  }

  /** Reads a batch whose header checks out, as far as it can be read. */
  BatchFindings read(BatchHeader batch) throws IOException {
    List<FoundRecord> records = new ArrayList<>();
    List<BatchDirectory> directories = new ArrayList<>(1);
    Optional<CorruptLogException> fault;
    try {
      ByteBuffer bytes = reader.bytes(batch);
      fault = readDirectory(batch, bytes, directories);
      reader.visitRecords(batch, bytes, (header, body) -> records.add(found(header, body)));
    } catch (CorruptLogException damage) {
      fault = Optional.of(damage);
      records.clear();
      records.addAll(
          search(
              batch.position() + batch.firstRecord(),
              batch.position() + batch.usedBytes(),
              owner -> owner == batch.position()));
    }
    return new BatchFindings(batch, records, directories.stream().findFirst(), fault);
  }

  private Optional<CorruptLogException> readDirectory(
      BatchHeader batch, ByteBuffer bytes, List<BatchDirectory> directories) {
    try {
      directories.add(reader.directory(batch, bytes));
      return Optional.empty();
    } catch (CorruptLogException damage) {
      return Optional.of(damage);
    }
  }

  private static FoundRecord found(RecordHeader header, ByteBuffer body) {
    return new FoundRecord(header, PartDecoder.tenant(header, body));
  }

  /**
   * All records that check out and lie within a stretch.
   *
   * @param ownedBy accepts the position of the batch that a record says it belongs to
   */
  List<FoundRecord> search(long from, long to, LongPredicate ownedBy) throws IOException {
    List<FoundRecord> records = new ArrayList<>();
    walk(
        LogFormat.RECORD_ALIGNMENT_BYTES,
        RecordHeader.BYTES,
        from,
        to,
        (position, window) -> {
          Optional<RecordHeader> header =
              RecordHeader.decode(reader.logId(), position, window)
                  .filter(record -> ownedBy.test(record.batchPosition()) && record.end() <= to);
          return header.isPresent() && isSound(position, records)
              ? header.get().lengthBytes()
              : LogFormat.RECORD_ALIGNMENT_BYTES;
        });
    return records;
  }

  private boolean isSound(long position, List<FoundRecord> records) throws IOException {
    try {
      reader.visitRecord(position, (header, body) -> records.add(found(header, body)));
      return true;
    } catch (CorruptLogException damaged) {
      return false;
    }
  }

  /** The first genuine header from a position on of a batch of at least this sequence number. */
  Optional<BatchHeader> findBatch(long from, long to, long minSequence) throws IOException {
    List<BatchHeader> found = new ArrayList<>(1);
    walk(
        LogFormat.SECTOR_BYTES,
        BatchHeader.BYTES,
        from,
        to,
        (position, window) -> {
          Optional<BatchHeader> header =
              BatchHeader.decode(reader.logId(), position, window)
                  .filter(
                      batch ->
                          batch.sequence() >= minSequence
                              && reader.isSound(batch, batch.sequence()));
          header.ifPresent(found::add);
          return header.isPresent() ? to - position : LogFormat.SECTOR_BYTES;
        });
    return found.stream().findFirst();
  }

  /** Shows each place where a header of some length says that it is there. */
  private void walk(int stepBytes, int headerBytes, long from, long to, Probe probe)
      throws IOException {
    // Both kinds of header begin with their position, which almost nothing else does.
    ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
    long position = from;
    while (position + headerBytes <= to) {
      window.clear().limit((int) Math.min(window.capacity(), to - position));
      reader.fill(position, window);
      window.flip();
      int offset = 0;
      while (offset >= 0 && offset + headerBytes <= window.limit()) {
        long moved = stepBytes;
        if (window.getLong(offset) == position + offset) {
          moved = probe.at(position + offset, window.duplicate().position(offset));
        }
        if (offset + moved > window.limit()) {
          position += offset + moved;
          offset = -1;
        } else {
          offset += Math.toIntExact(moved);
        }
      }
      if (offset >= 0) {
        position += offset;
      }
    }
  }
}
