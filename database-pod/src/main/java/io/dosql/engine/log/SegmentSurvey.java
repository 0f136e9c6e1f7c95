package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds the segments of a log and what their headers say. A header that is damaged is made up from
 * the segments beside it; one that is sound and does not fit means that files were mixed up, which
 * is refused.
 */
final class SegmentSurvey {

  /** What a header does not say any more. */
  static final long UNKNOWN = -1;

  /**
   * A segment.
   *
   * @param header made up if it is damaged; then {@link #UNKNOWN} stands for what is not known
   * @param readable what of the segment the file holds
   * @param fault what is wrong with header or file
   */
  record Found(SegmentHeader header, Segment readable, Optional<CorruptLogException> fault) {

    boolean knowsPreviousEnd() {
      return header.previousEnd() != UNKNOWN;
    }
  }

  private final LogStorage storage;
  private final int segmentBytes;

  /**
   * Makes a survey.
   *
   * @param segmentBytes the least size of a last segment that does not say its size any more
   */
  SegmentSurvey(LogStorage storage, int segmentBytes) {
    this.storage = storage;
    this.segmentBytes = segmentBytes;
  }

  private record Raw(long start, long fileBytes, Optional<SegmentHeader> header, Exception fault) {}

  /**
   * Reads the headers of all segments.
   *
   * @param starts ascending, at least one
   * @throws CorruptLogException if nothing shows which log this is, or files were mixed up
   */
  List<Found> survey(List<Long> starts) throws IOException {
    List<Raw> raws = new ArrayList<>();
    for (long start : starts) {
      raws.add(read(start));
    }
    long logId = logId(raws);
    List<Found> all = new ArrayList<>();
    for (int i = 0; i < raws.size(); i++) {
      OptionalLong next =
          i + 1 < raws.size() ? OptionalLong.of(raws.get(i + 1).start()) : OptionalLong.empty();
      all.add(found(raws.get(i), next, logId));
    }
    return all;
  }

  private Raw read(long start) throws IOException {
    String name = Segment.fileName(start);
    try (LogFile file = storage.openForReading(name)) {
      long size = file.sizeBytes();
      try {
        ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
        SegmentReader.readFully(file, name, 0, bytes);
        SegmentHeader header = SegmentHeader.decode(name, bytes.flip());
        check(name, 24, "start position " + start, header.start() == start, header.start());
        return new Raw(start, size, Optional.of(header), new Exception());
      } catch (CorruptLogException damaged) {
        if (damaged.offset() == 24) {
          throw damaged;
        }
        return new Raw(start, size, Optional.empty(), damaged);
      }
    }
  }

  private long logId(List<Raw> raws) throws IOException {
    OptionalLong id = OptionalLong.empty();
    for (Raw raw : raws) {
      if (raw.header().isPresent()) {
        SegmentHeader header = raw.header().get();
        if (id.isEmpty()) {
          id = OptionalLong.of(header.logId());
        }
        long expected = id.getAsLong();
        check(
            header.segment().fileName(),
            16,
            "log id %016x".formatted(expected),
            header.logId() == expected,
            header.logId());
      }
    }
    for (Raw raw : raws) {
      id = id.isPresent() ? id : idOfBatches(raw);
    }
    if (id.isPresent()) {
      return id.getAsLong();
    }
    throw (CorruptLogException) raws.getFirst().fault();
  }

  /** Batches say, and prove, of which log they are. */
  private OptionalLong idOfBatches(Raw raw) throws IOException {
    try (LogFile file = storage.openForReading(Segment.fileName(raw.start()))) {
      ByteBuffer bytes = ByteBuffer.allocate(BatchHeader.BYTES);
      for (long at = SegmentHeader.BYTES;
          at + bytes.capacity() <= raw.fileBytes();
          at += LogFormat.SECTOR_BYTES) {
        SegmentReader.readFully(file, Segment.fileName(raw.start()), at, bytes.clear());
        OptionalLong id = BatchHeader.logId(raw.start() + at, bytes.flip());
        if (id.isPresent()) {
          return id;
        }
      }
      return OptionalLong.empty();
    }
  }

  private Found found(Raw raw, OptionalLong nextStart, long logId) throws CorruptLogException {
    String name = Segment.fileName(raw.start());
    SegmentHeader header =
        raw.header()
            .orElseGet(
                () ->
                    new SegmentHeader(
                        logId,
                        raw.start(),
                        nextStart.orElse(
                                raw.start() + Math.max(segmentBytes, sectors(raw.fileBytes())))
                            - raw.start(),
                        UNKNOWN,
                        UNKNOWN,
                        0));
    check(
        name,
        header.sizeBytes(),
        "a file of %d bytes".formatted(header.sizeBytes()),
        raw.header().isEmpty() || raw.fileBytes() <= header.sizeBytes(),
        raw.fileBytes());
    Segment readable =
        new Segment(raw.start(), Math.min(header.sizeBytes(), sectors(raw.fileBytes())));
    if (raw.fault() instanceof CorruptLogException damaged) {
      return new Found(header, readable, Optional.of(damaged));
    }
    return new Found(
        header,
        readable,
        readable.sizeBytes() == header.sizeBytes()
            ? Optional.empty()
            : Optional.of(
                new CorruptLogException(
                    name,
                    raw.fileBytes(),
                    "a file of %d bytes".formatted(header.sizeBytes()),
                    "its end")));
  }

  private static long sectors(long bytes) {
    return bytes / LogFormat.SECTOR_BYTES * LogFormat.SECTOR_BYTES;
  }

  private static void check(String file, long offset, String expected, boolean isRight, long actual)
      throws CorruptLogException {
    if (!isRight) {
      throw new CorruptLogException(
          file, offset, expected, "%d (0x%016x)".formatted(actual, actual));
    }
  }
}
