package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What lies in the last segment from the first batch on that does not check out.
 *
 * @param start position of that batch
 * @param end position behind the last byte that is not zero; the start if all are zero, which is a
 *     clean end
 * @param laterBatch where something is that only a later batch can have left: then this is not a
 *     torn tail but corruption, for the reasons given at {@link LogFormat}
 */
record TornTail(long start, long end, Optional<Long> laterBatch) {

  private static final int WINDOW_BYTES = 256 << 10;

  /**
   * Looks at the rest of a segment.
   *
   * @param start position of the batch that does not check out
   */
  static TornTail examine(LogFile file, Segment segment, long logId, long start)
      throws IOException {
    Examination examination = new Examination(segment, logId, start);
    // Windows overlap, so that each header lies within one.
    ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES + BatchHeader.BYTES);
    for (long at = start; at < segment.end(); at += WINDOW_BYTES) {
      window.clear().limit((int) Math.min(window.capacity(), segment.end() - at));
      SegmentReader.readFully(file, segment.fileName(), segment.offsetOf(at), window);
      examination.window(at, window.flip());
    }
    return examination.result();
  }

  /** A clean end. */
  static TornTail none(long position) {
    return new TornTail(position, position, Optional.empty());
  }

  boolean isEmpty() {
    return start == end;
  }

  private static final class Examination {

    private final Segment segment;
    private final long logId;
    private final long start;
    private long end;
    private @Nullable Long laterBatch;
    private @Nullable BatchHeader tornBatch;

    Examination(Segment segment, long logId, long start) {
      this.segment = segment;
      this.logId = logId;
      this.start = start;
      this.end = start;
    }

    void window(long position, ByteBuffer window) {
      int last = LogFormat.lastNonZero(window);
      if (last < 0) {
        return;
      }
      end = position + last + 1;
      int lastHeader = Math.min(last, window.limit() - BatchHeader.BYTES);
      for (int at = 0; at <= lastHeader; at += LogFormat.RECORD_ALIGNMENT_BYTES) {
        // Both kinds of header begin with their position, which almost nothing else does.
        if (window.getLong(at) == position + at) {
          header(position + at, window.duplicate().position(at));
        }
      }
    }

    private void header(long position, ByteBuffer bytes) {
      BatchHeader batch = BatchHeader.decode(logId, position, bytes).orElse(null);
      if (batch != null && position == start) {
        tornBatch = batch;
      } else if (batch != null || isRecordOfOther(position, bytes)) {
        found(position);
      }
    }

    private boolean isRecordOfOther(long position, ByteBuffer bytes) {
      return RecordHeader.decode(logId, position, bytes)
          .filter(header -> header.batchPosition() != start)
          .isPresent();
    }

    private void found(long position) {
      if (laterBatch == null) {
        laterBatch = position;
      }
    }

    TornTail result() {
      if (tornBatch != null && end > tornBatch.end()) {
        found(Math.min(tornBatch.end(), segment.end()));
      }
      return new TornTail(start, end, Optional.ofNullable(laterBatch));
    }
  }
}
