package io.dosql.engine.archiver;

import java.time.Duration;

/**
 * The limits of continuous archiving.
 *
 * @param interval from one log object to the next while commits come; default 1 s. With one upload
 *     on top it is what the loss of the volume costs
 * @param maxLagBytes of the log that may wait for the store; beyond it {@link MaxLagPolicy} decides
 * @param maxObjectBytes of one log object, its last part and its index not counted; more becomes
 *     several objects. So much may be in the scratch folder
 * @param maxObjectParts of one log object, which bounds its index
 * @param retryMin longest wait after a first failure; doubles with each further one
 * @param retryMax longest wait after any failure
 * @param stalledAfter without progress, and with something to do, archiving counts as stalled; at
 *     least ten times the interval
 * @param closeTimeout how long an orderly stop waits for the last commits to be archived
 */
public record ArchiverLimits(
    Duration interval,
    long maxLagBytes,
    long maxObjectBytes,
    int maxObjectParts,
    Duration retryMin,
    Duration retryMax,
    Duration stalledAfter,
    Duration closeTimeout) {

  public static final ArchiverLimits DEFAULT =
      new ArchiverLimits(
          Duration.ofSeconds(1),
          1L << 30,
          64L << 20,
          100_000,
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5));

  private static final int STALLED_INTERVALS = 10;

  public ArchiverLimits {
    requirePositive("interval", interval);
    requirePositive("retryMin", retryMin);
    requirePositive("stalledAfter", stalledAfter);
    requirePositive("closeTimeout", closeTimeout);
    if (retryMax.compareTo(retryMin) < 0) {
      throw new IllegalArgumentException("retryMax must not be less than retryMin");
    }
    if (maxLagBytes < 1 || maxObjectBytes < 1 || maxObjectParts < 1) {
      throw new IllegalArgumentException(
          "maxLagBytes, maxObjectBytes and maxObjectParts must be at least 1: %d, %d, %d"
              .formatted(maxLagBytes, maxObjectBytes, maxObjectParts));
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be more than zero");
    }
  }

  /** The same with another {@link #interval}. */
  public ArchiverLimits withInterval(Duration value) {
    Duration stalled = value.multipliedBy(STALLED_INTERVALS);
    return new ArchiverLimits(
        value,
        maxLagBytes,
        maxObjectBytes,
        maxObjectParts,
        retryMin,
        retryMax,
        stalled.compareTo(stalledAfter) > 0 ? stalled : stalledAfter,
        closeTimeout);
  }

  /** The same with another {@link #maxLagBytes}. */
  public ArchiverLimits withMaxLag(long bytes) {
    return new ArchiverLimits(
        interval,
        bytes,
        maxObjectBytes,
        maxObjectParts,
        retryMin,
        retryMax,
        stalledAfter,
        closeTimeout);
  }
}
