package io.dosql.engine.log;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The batches at the end of the log that the next batch's directory tells of: always the newest,
 * and before it as many as make up {@link #REACH_BYTES}, so that damage of that length, wherever it
 * lies, is told of by the first batch behind it. Not thread safe.
 */
final class RecentBatches {

  /** Two blocks of a file system or a disk. */
  static final int REACH_BYTES = 8 << 10;

  private record Recent(long start, long lengthBytes, BatchDirectory content) {}

  /** Oldest first. */
  private final Deque<Recent> batches = new ArrayDeque<>();

  private final int maxDirectoryBytes;
  private long lengthBytes;

  RecentBatches(int maxDirectoryBytes) {
    this.maxDirectoryBytes = maxDirectoryBytes;
  }

  void add(long start, long batchBytes, BatchDirectory content) {
    batches.addLast(new Recent(start, batchBytes, content));
    lengthBytes += batchBytes;
    while (batches.size() > 1
        && lengthBytes - batchBytes - batches.getFirst().lengthBytes() >= REACH_BYTES) {
      removeFirst();
    }
  }

  private void removeFirst() {
    lengthBytes -= batches.removeFirst().lengthBytes();
  }

  /** What was before cannot be told of. */
  void clear() {
    batches.clear();
    lengthBytes = 0;
  }

  /** The directory of all of them; drops the oldest while it would be too large. */
  BatchDirectory directory() {
    BatchDirectory directory = since(Long.MIN_VALUE);
    while (directory.encodedBytes() > maxDirectoryBytes && batches.size() > 1) {
      removeFirst();
      directory = since(Long.MIN_VALUE);
    }
    return directory;
  }

  /** The directory of those that begin at or after a position. */
  BatchDirectory since(long position) {
    BatchDirectory directory = new BatchDirectory();
    for (Recent batch : batches) {
      if (batch.start() >= position) {
        directory.addAll(batch.content());
      }
    }
    return directory;
  }

  /**
   * From where on {@link #directory} tells of the log.
   *
   * @param end of the log, if it tells of nothing
   */
  long from(long end) {
    return batches.isEmpty() ? end : batches.getFirst().start();
  }
}
