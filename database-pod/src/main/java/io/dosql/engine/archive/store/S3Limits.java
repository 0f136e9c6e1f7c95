package io.dosql.engine.archive.store;

import java.time.Duration;

/**
 * The bounds of every conversation with S3.
 *
 * @param connectTimeout for one connection
 * @param idleTimeout without a byte in either direction
 * @param callTimeout for one attempt of a call without a large body
 * @param transferTimeout for one attempt to send or read an object or a part, however large
 * @param attemptsMax of one call, the first included
 * @param backoffMin upper end of the random wait before the second attempt; doubles from then on
 * @param backoffMax upper end of the random wait before any attempt
 * @param partBytes objects larger than this are sent in parts of this size
 */
public record S3Limits(
    Duration connectTimeout,
    Duration idleTimeout,
    Duration callTimeout,
    Duration transferTimeout,
    int attemptsMax,
    Duration backoffMin,
    Duration backoffMax,
    long partBytes) {

  /** S3 takes no more parts for one object. */
  static final int PARTS_MAX = 10_000;

  /** S3 refuses smaller parts, except for the last. */
  static final long PART_BYTES_MIN = 5L << 20;

  public S3Limits {
    requirePositive("connectTimeout", connectTimeout);
    requirePositive("idleTimeout", idleTimeout);
    requirePositive("callTimeout", callTimeout);
    requirePositive("transferTimeout", transferTimeout);
    requirePositive("backoffMin", backoffMin);
    if (backoffMax.compareTo(backoffMin) < 0) {
      throw new IllegalArgumentException("backoffMax must not be less than backoffMin");
    }
    if (attemptsMax < 1) {
      throw new IllegalArgumentException("attemptsMax must be at least 1");
    }
    if (partBytes < PART_BYTES_MIN) {
      throw new IllegalArgumentException("partBytes must be at least " + PART_BYTES_MIN);
    }
  }

  /** Five attempts over some ten seconds of waiting; parts of 100 MiB. */
  public static S3Limits defaults() {
    return new S3Limits(
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofHours(1),
        5,
        Duration.ofMillis(200),
        Duration.ofSeconds(5),
        100L << 20);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be more than zero");
    }
  }
}
