package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole log at its opening: verifies everything, fills the index, finds the end. Changes
 * nothing on disk. One use.
 */
final class LogScanner {

  /**
   * What was found.
   *
   * @param segments all segments in order, at least one
   * @param lastBatch the last batch, if it lies in the last segment
   * @param tail what lies behind it
   * @param records parts in all segments
   */
  record Result(
      LogEnd end,
      List<SegmentHeader> segments,
      Optional<BatchHeader> lastBatch,
      TornTail tail,
      long records) {}

  private final LogStorage storage;
  private final LogIndex index;
  private long sequence;
  private long latestTimeMillis;
  private long records;
  private @Nullable BatchHeader lastBatch;

  LogScanner(LogStorage storage, LogIndex index) {
    this.storage = storage;
    this.index = index;
  }

  /**
   * Reads the log.
   *
   * @param starts the start positions of all segments, ascending, at least one
   */
  Result scan(List<Long> starts) throws IOException {
    List<SegmentHeader> segments = new ArrayList<>();
    for (long start : starts) {
      segments.add(header(start));
    }
    SegmentHeader first = segments.getFirst();
    sequence = first.firstSequence();
    for (int i = 0; i < segments.size() - 1; i++) {
      checkFollows(segments.get(i), segments.get(i + 1));
      scanSealed(segments.get(i), segments.get(i + 1));
    }
    Result result = scanLast(segments);
    index.dropUnfinished();
    return result;
  }

  private SegmentHeader header(long start) throws IOException {
    String name = Segment.fileName(start);
    try (LogFile file = storage.openForReading(name)) {
      ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
      SegmentReader.readFully(file, name, 0, bytes);
      SegmentHeader header = SegmentHeader.decode(name, bytes.flip());
      check(name, 24, "start position " + start, header.start() == start, header.start());
      long size = file.sizeBytes();
      check(
          name,
          size,
          "a file of %d bytes".formatted(header.sizeBytes()),
          size == header.sizeBytes(),
          size);
      latestTimeMillis = Math.max(latestTimeMillis, header.latestTimeMillis());
      return header;
    }
  }

  private static void checkFollows(SegmentHeader header, SegmentHeader next)
      throws CorruptLogException {
    String name = next.segment().fileName();
    long end = header.segment().end();
    check(
        name,
        16,
        "log id %016x".formatted(header.logId()),
        next.logId() == header.logId(),
        next.logId());
    check(
        name,
        24,
        "the segment that starts at " + new LogPosition(end),
        next.start() == end,
        next.start());
    boolean isInside =
        next.previousEnd() >= header.segment().firstBatch() && next.previousEnd() <= end;
    check(name, 48, "the end of a batch in the segment before", isInside, next.previousEnd());
  }

  private static void check(String file, long offset, String expected, boolean isRight, long actual)
      throws CorruptLogException {
    if (!isRight) {
      throw new CorruptLogException(
          file, offset, expected, "%d (0x%016x)".formatted(actual, actual));
    }
  }

  private void scanSealed(SegmentHeader header, SegmentHeader next) throws IOException {
    try (SegmentReader reader = open(header)) {
      long position = header.segment().firstBatch();
      while (position < next.previousEnd()) {
        position = scanBatch(reader, position).end();
      }
      check(
          header.segment().fileName(),
          header.segment().offsetOf(position),
          "the end of the last batch at " + new LogPosition(next.previousEnd()),
          position == next.previousEnd(),
          position);
    }
    check(
        next.segment().fileName(),
        40,
        "first batch " + sequence,
        next.firstSequence() == sequence,
        next.firstSequence());
  }

  private Result scanLast(List<SegmentHeader> segments) throws IOException {
    SegmentHeader last = segments.getLast();
    lastBatch = null;
    try (SegmentReader reader = open(last)) {
      long position = last.segment().firstBatch();
      TornTail tail = TornTail.none(position);
      while (tail.isEmpty() && position < last.segment().end()) {
        try {
          verify(reader, position);
        } catch (CorruptLogException damage) {
          tail = tail(reader, position, damage);
          break;
        }
        lastBatch = scanBatch(reader, position);
        position = lastBatch.end();
        tail = TornTail.none(position);
      }
      LogEnd end = new LogEnd(last.logId(), position, sequence, latestTimeMillis);
      return new Result(end, segments, Optional.ofNullable(lastBatch), tail, records);
    }
  }

  /** Decides whether damage in the last segment is its torn tail; throws it if it is not. */
  private TornTail tail(SegmentReader reader, long position, CorruptLogException damage)
      throws IOException {
    Optional<BatchHeader> found = reader.findBatch(position);
    if (found.isPresent() && !reader.isSound(found.get(), sequence)) {
      // The checksum says that this was written as it is, and no crash made it.
      throw damage;
    }
    TornTail tail = reader.examineTail(position);
    if (tail.laterBatch().isPresent()) {
      throw new CorruptLogException(
          damage.file(),
          damage.offset(),
          damage.expected(),
          "%s; it is no torn tail, because at offset %d there is a later batch"
              .formatted(damage.actual(), reader.segment().offsetOf(tail.laterBatch().get())));
    }
    return tail;
  }

  private SegmentReader open(SegmentHeader header) throws IOException {
    Segment segment = header.segment();
    return new SegmentReader(storage.openForReading(segment.fileName()), segment, header.logId());
  }

  private BatchHeader verify(SegmentReader reader, long position) throws IOException {
    BatchHeader batch = reader.batch(position, sequence);
    reader.visitRecords(batch, reader.bytes(batch), (header, body) -> {});
    return batch;
  }

  private BatchHeader scanBatch(SegmentReader reader, long position) throws IOException {
    BatchHeader batch = reader.batch(position, sequence);
    ByteBuffer bytes = reader.bytes(batch);
    reader.visitRecords(batch, bytes, (header, body) -> recover(reader, header, body));
    sequence++;
    return batch;
  }

  private void recover(SegmentReader reader, RecordHeader header, ByteBuffer body)
      throws CorruptLogException {
    if (!index.recover(PartDecoder.tenant(header, body), header)) {
      throw reader.corrupt(
          header.position(), "the next part of its commit", "part " + header.partIndex());
    }
    latestTimeMillis = Math.max(latestTimeMillis, header.timeMillis());
    records++;
  }
}
