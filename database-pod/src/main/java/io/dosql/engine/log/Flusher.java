package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes durable what has gathered, a batch at a time: one write and one sync, however many clients
 * and tenants wait for it. Its steps belong to one thread; listeners and figures to anyone.
 */
final class Flusher {

  private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

  /** How soon a batch that waits for space is tried again. */
  private static final Duration SPACE_RETRY = Duration.ofMillis(100);

  /** A batch whose segment there is no space for, and what is to be written. */
  private record Waiting(Batch batch, ByteBuffer bytes) {}

  private final AppendBuffer buffer;
  private final BatchSink sink;
  private final Segments segments;
  private final Consumer<Throwable> onFailure;
  private final Runnable onHalfFull;
  private final Consumer<Duration> retry;
  private final List<FlushListener> flushListeners = new CopyOnWriteArrayList<>();
  private final List<SettledListener> settledListeners = new CopyOnWriteArrayList<>();

  private final AtomicLong flushes = new AtomicLong();
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong lastNanos = new AtomicLong();
  private final AtomicLong totalNanos = new AtomicLong();

  /** Whether the log ends with records that no later batch proves to be synced. */
  private boolean needsMarker;

  /** Written by the flusher's thread only. */
  private volatile @Nullable Waiting waiting;

  /**
   * Continues a log.
   *
   * @param sink makes the batches durable
   * @param segments which the batches end up in
   * @param onFailure told of what went wrong; never called twice, and no step does anything after
   * @param onHalfFull called after each flush while the active segment is more than half full
   * @param retry asked to have a step run again after some time
   */
  Flusher(
      AppendBuffer buffer,
      BatchSink sink,
      Segments segments,
      boolean needsMarker,
      Consumer<Throwable> onFailure,
      Runnable onHalfFull,
      Consumer<Duration> retry) {
    this.buffer = buffer;
    this.sink = sink;
    this.segments = segments;
    this.needsMarker = needsMarker;
    this.onFailure = onFailure;
    this.onHalfFull = onHalfFull;
    this.retry = retry;
  }

  /** Flushes what has gathered. Returns whether there was anything and it is durable now. */
  boolean step() {
    return flush(buffer::take);
  }

  /**
   * Writes an empty batch if the log ends with records: whoever reads the log then knows that they
   * were synced.
   */
  void mark() {
    if (needsMarker && waiting == null) {
      flush(buffer::takeMarker);
    }
  }

  private boolean flush(Supplier<Optional<Batch>> source) {
    try {
      Waiting first = waiting;
      if (first != null) {
        return write(first.batch(), first.bytes());
      }
      Optional<Batch> batch = source.get();
      return batch.isPresent() && flush(batch.get());
    } catch (Throwable e) {
      // Whatever was thrown, an error of the JVM included, leaves unknown what is on disk.
      onFailure.accept(e);
      return false;
    }
  }

  private boolean flush(Batch batch) throws IOException {
    return write(batch, batch.seal());
  }

  private boolean write(Batch batch, ByteBuffer sealed) throws IOException {
    long startedNanos = System.nanoTime();
    int batchBytes = sealed.remaining();
    try {
      sink.write(batch.start(), batch.sequence(), sealed, buffer.latestTimeMillis());
    } catch (NoSpaceException full) {
      if (waiting == null) {
        LOG.error("Nothing more is acknowledged until there is space again", full);
      }
      waiting = new Waiting(batch, sealed);
      retry.accept(SPACE_RETRY);
      return false;
    }
    if (waiting != null) {
      LOG.warn("There is space again, the commit log goes on");
      waiting = null;
    }
    return settle(batch, batchBytes, System.nanoTime() - startedNanos);
  }

  private boolean settle(Batch batch, int batchBytes, long nanos) {
    // Before it is settled, which who waits for it may see at once. It is flushed in any case.
    long _ = flushes.incrementAndGet();
    long _ = records.addAndGet(batch.records());
    long _ = bytes.addAndGet(batchBytes);
    lastNanos.set(nanos);
    long _ = totalNanos.addAndGet(nanos);
    if (!buffer.settle(batch)) {
      return false;
    }
    needsMarker = !batch.isEmpty();
    LogPosition position = new LogPosition(batch.end());
    settledListeners.forEach(listener -> tell(() -> listener.settled(position)));
    batch.settled().complete(null);
    flushListeners.forEach(
        listener -> tell(() -> listener.flushed(batch.records(), batchBytes, nanos)));
    if (segments.isHalfFull()) {
      onHalfFull.run();
    }
    return true;
  }

  private static void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.error("A listener of the commit log failed", e);
    }
  }

  /** Whether a batch waits for space on the disk. */
  boolean waitsForSpace() {
    return waiting != null;
  }

  List<FlushListener> flushListeners() {
    return flushListeners;
  }

  List<SettledListener> settledListeners() {
    return settledListeners;
  }

  LogStatistics statistics(LogIndex index) {
    // In this order: what becomes durable meanwhile must not count as less than nothing.
    long settled = buffer.settled();
    long appended = buffer.appended();
    return new LogStatistics(
        new LogPosition(appended),
        new LogPosition(settled),
        segments.sizeBytes(),
        segments.count(),
        flushes.get(),
        records.get(),
        bytes.get(),
        lastNanos.get(),
        totalNanos.get(),
        index.parts(),
        appended - settled,
        buffer.oldestUnsettledNanos());
  }
}
