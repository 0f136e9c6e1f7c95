package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is appended but not durable yet: one batch that gathers and at most one that is being
 * flushed. Each has half of the memory; who appends waits when his part fits into neither. Thread
 * safe; its lock is the first to be taken, and no I/O happens under it.
 */
final class AppendBuffer {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomFreed = lock.newCondition();
  private final LogOptions options;
  private final LogIndex index;
  private final InstantSource clock;
  private final long logId;
  private final Wakeup flusher;

  /** Written under the lock. */
  private volatile long settled;

  // All below is guarded by the lock.

  /** Those before {@link #gathering}. */
  private final RecentBatches recent;

  private Batch gathering;
  private @Nullable Batch flushing;
  private ByteBuffer spareMemory = ByteBuffer.allocateDirect(0);
  private long segmentEnd;
  private long latestTimeMillis;
  private boolean isClosed;
  private @Nullable Throwable failure;

  /**
   * Continues a log.
   *
   * @param firstBatch where the next batch begins, unless its segment has no room for it
   * @param segmentEnd end of the active segment
   * @param recent the batches at the end of the log
   * @param flusher woken, without the lock, when a batch that was empty has got its first record,
   *     and at once when somebody waits for one
   */
  AppendBuffer(
      LogOptions options,
      LogIndex index,
      InstantSource clock,
      LogEnd end,
      long firstBatch,
      long segmentEnd,
      RecentBatches recent,
      Wakeup flusher) {
    this.options = options;
    this.index = index;
    this.clock = clock;
    this.logId = end.logId();
    this.segmentEnd = segmentEnd;
    this.settled = end.position();
    this.latestTimeMillis = end.latestTimeMillis();
    this.recent = recent;
    this.flusher = flusher;
    this.gathering = newBatch(firstBatch, end.nextSequence(), ByteBuffer.allocateDirect(0));
  }

  private Batch newBatch(long start, long sequence, ByteBuffer memory) {
    int maxBytes = (int) Math.min(options.maxBatchBytes(), segmentEnd - start);
    return new Batch(logId, start, sequence, maxBytes, memory, recent, options.maxDirectoryBytes());
  }

  /** Appends a part, waiting for room; returns the position behind it. */
  long append(EncodedPart part) throws LogFailedException, LogBusyException, InterruptedException {
    boolean isFirstOfBatch;
    long end;
    lock.lockInterruptibly();
    try {
      awaitRoom(part.part().tenant(), part.recordBytes());
      gathering.reserve(part.recordBytes());
      int partIndex = index.append(part.part(), gathering.position());
      latestTimeMillis = Math.max(latestTimeMillis, clock.millis());
      gathering.add(part, partIndex, latestTimeMillis);
      end = gathering.position();
      isFirstOfBatch = gathering.records() == 1;
    } finally {
      lock.unlock();
    }
    if (isFirstOfBatch) {
      flusher.within(options.relaxedFlushInterval());
    }
    return end;
  }

  private void awaitRoom(String tenant, int recordBytes)
      throws LogFailedException, LogBusyException, InterruptedException {
    long remainingNanos = options.appendTimeout().toNanos();
    checkUsable();
    while (!makeRoom(tenant, recordBytes)) {
      flusher.run();
      if (remainingNanos <= 0) {
        throw new LogBusyException(
            "No room in the commit log's buffer (maxBufferedBytes = %d)"
                .formatted(options.maxBufferedBytes()),
            "appendTimeout",
            options.appendTimeout());
      }
      remainingNanos = roomFreed.awaitNanos(remainingNanos);
      checkUsable();
    }
  }

  private boolean makeRoom(String tenant, int recordBytes) {
    if (!gathering.hasRoomFor(tenant, recordBytes) && gathering.isEmpty()) {
      // An empty batch holds the largest part, unless it is the end of its segment that is near.
      long nextSegment = segmentEnd;
      segmentEnd += options.segmentBytes();
      gathering =
          newBatch(nextSegment + SegmentHeader.BYTES, gathering.sequence(), gathering.memory());
    }
    return gathering.hasRoomFor(tenant, recordBytes);
  }

  private void checkUsable() throws LogFailedException {
    if (failure != null) {
      throw new LogFailedException(failure);
    }
    if (isClosed) {
      throw new IllegalStateException("The commit log is closed");
    }
  }

  /** Hands over what has gathered, for the flusher; empty if there is nothing. */
  Optional<Batch> take() {
    lock.lock();
    try {
      return gathering.isEmpty() || failure != null ? Optional.empty() : Optional.of(swap());
    } finally {
      lock.unlock();
    }
  }

  /** Hands over an empty batch, for the flusher, when nothing has gathered. */
  Optional<Batch> takeMarker() {
    lock.lock();
    try {
      if (!gathering.isEmpty() || failure != null) {
        return Optional.empty();
      }
      makeRoom("", 0);
      return Optional.of(swap());
    } finally {
      lock.unlock();
    }
  }

  private Batch swap() {
    Batch taken = gathering;
    flushing = taken;
    recent.add(taken.start(), taken.end() - taken.start(), taken.content());
    gathering = newBatch(taken.end(), taken.sequence() + 1, spareMemory);
    roomFreed.signalAll();
    return taken;
  }

  /**
   * Says that the batch last taken is durable. Its waiters are told by completing {@link
   * Batch#settled}.
   *
   * @return false if the log has failed meanwhile, so that nobody may be told
   */
  boolean settle(Batch batch) {
    lock.lock();
    try {
      if (failure != null) {
        return false;
      }
      settled = batch.end();
      flushing = null;
      spareMemory = batch.memory();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses everything from now on. Those who wait for a batch hear of it by {@link #failWaiters}.
   *
   * @return false if it had failed before
   */
  boolean fail(Throwable cause) {
    lock.lock();
    try {
      if (failure != null) {
        return false;
      }
      failure = cause;
      roomFreed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Fails those who wait for a batch, after {@link #fail}. */
  void failWaiters(Throwable cause) {
    Batch gathered;
    @Nullable Batch flushed;
    lock.lock();
    try {
      gathered = gathering;
      flushed = flushing;
    } finally {
      lock.unlock();
    }
    LogFailedException failed = new LogFailedException(cause);
    if (flushed != null) {
      flushed.settled().completeExceptionally(failed);
    }
    gathered.settled().completeExceptionally(failed);
  }

  /** Refuses further appends. Returns whether this call was the first. */
  boolean close() {
    lock.lock();
    try {
      boolean isFirst = !isClosed;
      isClosed = true;
      roomFreed.signalAll();
      return isFirst;
    } finally {
      lock.unlock();
    }
  }

  /** Throws what ended the log, if it has failed. */
  void checkNotFailed() throws LogFailedException {
    lock.lock();
    try {
      if (failure != null) {
        throw new LogFailedException(failure);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What completes when everything up to a position is durable. */
  CompletableFuture<Void> settledFuture(long position) throws LogFailedException {
    CompletableFuture<Void> future = futureOf(position);
    if (!future.isDone()) {
      flusher.run();
    }
    return future;
  }

  private CompletableFuture<Void> futureOf(long position) throws LogFailedException {
    lock.lock();
    try {
      if (failure != null) {
        throw new LogFailedException(failure);
      }
      if (position <= settled) {
        return CompletableFuture.completedFuture(null);
      }
      if (flushing != null && position <= flushing.end()) {
        return flushing.settled();
      }
      if (gathering.isEmpty() || position > gathering.position()) {
        throw new IllegalArgumentException(
            "Nothing was appended up to log position " + new LogPosition(position));
      }
      return gathering.settled();
    } finally {
      lock.unlock();
    }
  }

  /** The position behind the newest part. */
  long appended() {
    lock.lock();
    try {
      if (!gathering.isEmpty()) {
        return gathering.position();
      }
      return flushing == null ? settled : flushing.end();
    } finally {
      lock.unlock();
    }
  }

  long settled() {
    return settled;
  }

  /** Age of the oldest record that is not durable; 0 if all are. */
  long oldestUnsettledNanos() {
    lock.lock();
    try {
      Batch oldest = flushing == null ? gathering : flushing;
      return oldest.isEmpty() ? 0 : Math.max(0, System.nanoTime() - oldest.beganNanos());
    } finally {
      lock.unlock();
    }
  }

  long latestTimeMillis() {
    lock.lock();
    try {
      return latestTimeMillis;
    } finally {
      lock.unlock();
    }
  }
}
