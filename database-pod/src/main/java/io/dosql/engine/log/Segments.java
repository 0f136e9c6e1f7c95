package io.dosql.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of an open log: which there are, the active one that batches are written to, and the
 * release of old ones. {@link #write} is for the flusher, {@link #releaseUnheld} for the
 * housekeeper, the rest for anyone.
 */
final class Segments implements BatchSink, Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(Segments.class);

  private final LogStorage storage;
  private final Retention retention;
  private final SegmentMaker maker;
  private final long logId;

  private final ReentrantLock lock = new ReentrantLock();

  /** By start position; guarded by the lock. Invariant: never empty; gaps only by damage. */
  private final TreeMap<Long, SegmentHeader> live = new TreeMap<>();

  /** Oldest first, no longer readable, to be deleted; guarded by the lock. */
  private final Deque<Segment> condemned = new ArrayDeque<>();

  /** Held while a segment goes, so that none is set aside by a rule that is over. */
  private final ReentrantLock going = new ReentrantLock();

  /** Segments that begin before this position are not deleted, but set aside; guarded by going. */
  private long evidenceEnd;

  // For the flusher only.

  private Segment active;
  private LogFile activeFile;
  private long writtenEnd;

  /**
   * Takes over what recovery left.
   *
   * @param activeFile the last segment, open for writing
   * @param writtenEnd end of the last batch
   * @param evidenceEnd segments that begin before this position are evidence of damage
   */
  Segments(
      LogStorage storage,
      Retention retention,
      SegmentMaker maker,
      Iterable<SegmentHeader> headers,
      LogFile activeFile,
      long writtenEnd,
      long evidenceEnd) {
    this.storage = storage;
    this.retention = retention;
    this.maker = maker;
    this.activeFile = activeFile;
    this.writtenEnd = writtenEnd;
    this.evidenceEnd = evidenceEnd;
    headers.forEach(header -> live.put(header.start(), header));
    SegmentHeader last = live.lastEntry().getValue();
    this.active = last.segment();
    this.logId = last.logId();
  }

  /** Writes and syncs it, in a new segment, whose header gets the time, if it begins one. */
  @Override
  public void write(long position, long sequence, ByteBuffer batch, long latestTimeMillis)
      throws IOException {
    if (position >= active.end()) {
      roll(position, sequence, latestTimeMillis);
    }
    int lengthBytes = batch.remaining();
    SegmentMaker.writeFully(activeFile, active.fileName(), active.offsetOf(position), batch);
    activeFile.sync();
    writtenEnd = position + lengthBytes;
  }

  private void roll(long firstBatch, long sequence, long latestTimeMillis) throws IOException {
    long start = firstBatch - SegmentHeader.BYTES;
    SegmentHeader header =
        new SegmentHeader(
            logId, start, maker.segmentBytes(), sequence, writtenEnd, latestTimeMillis);
    LogFile file = maker.make(header);
    LogFile full = activeFile;
    active = header.segment();
    activeFile = file;
    lock.lock();
    try {
      live.put(start, header);
    } finally {
      lock.unlock();
    }
    full.close();
  }

  /** Whether the active segment is so full that the next one should be at hand. */
  boolean isHalfFull() {
    return active.offsetOf(writtenEnd) > active.sizeBytes() / 2;
  }

  /**
   * Deletes the segments that nobody holds, oldest first and each durably before the next, so that
   * no crash leaves a gap. What cannot be deleted now is tried again at the next call.
   *
   * @throws IOException if the directory cannot be synced
   */
  void releaseUnheld() throws IOException {
    condemnUnheld();
    Optional<Segment> next = nextCondemned();
    while (next.isPresent() && delete(next.get())) {
      lock.lock();
      try {
        condemned.removeFirst();
      } finally {
        lock.unlock();
      }
      next = nextCondemned();
    }
  }

  private void condemnUnheld() {
    lock.lock();
    try {
      long limit = retention.oldest().map(hold -> hold.position().bytes()).orElse(Long.MAX_VALUE);
      while (live.size() > 1 && live.firstEntry().getValue().segment().end() <= limit) {
        condemned.add(live.pollFirstEntry().getValue().segment());
      }
    } finally {
      lock.unlock();
    }
  }

  private Optional<Segment> nextCondemned() {
    lock.lock();
    try {
      return Optional.ofNullable(condemned.peekFirst());
    } finally {
      lock.unlock();
    }
  }

  private boolean delete(Segment segment) throws IOException {
    going.lock();
    try {
      if (segment.start() < evidenceEnd) {
        storage.rename(segment.fileName(), DamageFiles.setAside(segment.fileName()));
      } else {
        storage.delete(segment.fileName());
      }
    } catch (NoSuchFileException e) {
      LOG.warn("Segment {} was gone before it was released", segment.fileName());
    } catch (IOException e) {
      LOG.warn("Cannot delete segment {}; trying again later", segment.fileName(), e);
      return false;
    } finally {
      going.unlock();
    }
    storage.syncDirectory();
    return true;
  }

  /**
   * Sets what begins before a position aside when it is released, instead of deleting it. On return
   * nothing goes by what was said before.
   */
  void keepAsEvidence(long before) {
    going.lock();
    try {
      evidenceEnd = before;
    } finally {
      going.unlock();
    }
  }

  /** The segment that a position lies in, or the last one before it. */
  SegmentHeader containing(LogPosition position) throws PositionReleasedException {
    lock.lock();
    try {
      Map.@Nullable Entry<Long, SegmentHeader> found = live.floorEntry(position.bytes());
      if (found == null) {
        throw new PositionReleasedException(position, new LogPosition(live.firstKey()));
      }
      return found.getValue();
    } finally {
      lock.unlock();
    }
  }

  /** The segment after another; empty if that is the active one. */
  Optional<SegmentHeader> next(Segment segment) {
    lock.lock();
    try {
      return Optional.ofNullable(live.get(segment.end()));
    } finally {
      lock.unlock();
    }
  }

  /** Opens a segment for reading. */
  SegmentReader open(SegmentHeader header) throws IOException {
    Segment segment = header.segment();
    try {
      return new SegmentReader(storage.openForReading(segment.fileName()), segment, header.logId());
    } catch (NoSuchFileException e) {
      PositionReleasedException released =
          new PositionReleasedException(new LogPosition(segment.start()), oldest());
      released.initCause(e);
      throw released;
    }
  }

  /** The start of the oldest segment. */
  LogPosition oldest() {
    lock.lock();
    try {
      return new LogPosition(live.firstKey());
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return live.size() + condemned.size();
    } finally {
      lock.unlock();
    }
  }

  long sizeBytes() {
    lock.lock();
    try {
      return live.values().stream().mapToLong(SegmentHeader::sizeBytes).sum()
          + condemned.stream().mapToLong(Segment::sizeBytes).sum();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    activeFile.close();
    maker.close();
  }
}
