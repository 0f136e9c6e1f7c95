package io.dosql.engine.log;

import java.time.Duration;

/**
 * The limits of a commit log.
 *
 * @param segmentBytes size of new segments, a multiple of 512; default 16 MiB: a segment is what is
 *     preallocated and released at once. Existing segments keep the size they have
 * @param maxBufferedBytes memory for what is appended but not durable, default 8 MiB, half for the
 *     batch that gathers and half for the batch that is being written; {@link CommitLog#append}
 *     waits beyond that
 * @param maxPartPageBytes most bytes of page images in a part, default 1 MiB; a larger commit takes
 *     several parts
 * @param maxPartSectionBytes most bytes of all other sections of a part before compression, default
 *     1 MiB
 * @param appendTimeout longest wait of an append for room in the buffer, default 30 s
 * @param closeTimeout longest wait of {@link CommitLog#close} for the last flush, default 10 s
 * @param relaxedFlushInterval how long a record for which nobody waits may gather others before it
 *     is flushed, default 0: at once. In a database with relaxed durability, where few wait, this
 *     saves syncs, and is what a loss of power can cost
 */
public record LogOptions(
    int segmentBytes,
    int maxBufferedBytes,
    int maxPartPageBytes,
    int maxPartSectionBytes,
    Duration appendTimeout,
    Duration closeTimeout,
    Duration relaxedFlushInterval) {

  /** Most sections of a part, the page images not counted. */
  public static final int MAX_PART_SECTIONS = 64;

  public static final LogOptions DEFAULT =
      new LogOptions(
          16 << 20, 8 << 20, 1 << 20, 1 << 20, Duration.ofSeconds(30), Duration.ofSeconds(10));

  /** The {@link #relaxedFlushInterval} of a database with relaxed durability. */
  public static final Duration RELAXED_FLUSH_INTERVAL = Duration.ofMillis(10);

  /** With a {@link #relaxedFlushInterval} of 0. */
  public LogOptions(
      int segmentBytes,
      int maxBufferedBytes,
      int maxPartPageBytes,
      int maxPartSectionBytes,
      Duration appendTimeout,
      Duration closeTimeout) {
    this(
        segmentBytes,
        maxBufferedBytes,
        maxPartPageBytes,
        maxPartSectionBytes,
        appendTimeout,
        closeTimeout,
        Duration.ZERO);
  }

  /** The same with another {@link #relaxedFlushInterval}. */
  public LogOptions withRelaxedFlushInterval(Duration interval) {
    return new LogOptions(
        segmentBytes,
        maxBufferedBytes,
        maxPartPageBytes,
        maxPartSectionBytes,
        appendTimeout,
        closeTimeout,
        interval);
  }

  /** Room for some tenants, whatever the length of their names. */
  private static final int MIN_DIRECTORY_BYTES = 4 << 10;

  private static final int MAX_DIRECTORY_BYTES = 64 << 10;

  /** Keeps offsets in a segment, and what is computed from them, far within an int. */
  private static final int MAX_SEGMENT_BYTES = 1 << 30;

  public LogOptions {
    checkRange("maxPartPageBytes", maxPartPageBytes, CommitPart.MAX_PAGE_SIZE_BYTES);
    checkRange("maxPartSectionBytes", maxPartSectionBytes, 0);
    int largestBatch =
        LogFormat.roundUp(
            BatchHeader.BYTES
                + maxDirectoryBytes(maxBufferedBytes)
                + PartEncoder.maxRecordBytes(maxPartPageBytes, maxPartSectionBytes),
            LogFormat.SECTOR_BYTES);
    // A part never spans batches, and a batch never spans segments.
    checkRange("segmentBytes", segmentBytes, LogFormat.SECTOR_BYTES + largestBatch);
    checkRange("maxBufferedBytes", maxBufferedBytes, 2 * largestBatch);
    if (segmentBytes % LogFormat.SECTOR_BYTES != 0) {
      throw new IllegalArgumentException(
          "segmentBytes must be a multiple of %d: %d"
              .formatted(LogFormat.SECTOR_BYTES, segmentBytes));
    }
  }

  private static void checkRange(String name, int value, int min) {
    if (value < min || value > MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d bytes: %d".formatted(name, min, MAX_SEGMENT_BYTES, value));
    }
  }

  /** The most bytes of a batch's directory, which bounds the number of tenants in a batch. */
  int maxDirectoryBytes() {
    return maxDirectoryBytes(maxBufferedBytes);
  }

  private static int maxDirectoryBytes(int maxBufferedBytes) {
    long share = maxBufferedBytes / 32;
    return Math.clamp(
        share / LogFormat.RECORD_ALIGNMENT_BYTES * LogFormat.RECORD_ALIGNMENT_BYTES,
        MIN_DIRECTORY_BYTES,
        MAX_DIRECTORY_BYTES);
  }

  /** The most bytes of one batch: half of the buffer, in whole sectors. */
  int maxBatchBytes() {
    return maxBufferedBytes / 2 / LogFormat.SECTOR_BYTES * LogFormat.SECTOR_BYTES;
  }
}
