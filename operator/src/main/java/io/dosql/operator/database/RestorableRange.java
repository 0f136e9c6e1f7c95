package io.dosql.operator.database;

import io.dosql.operator.status.Times;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which ends of the restorable range a status names. Both move while a database is used; what is
 * written down moves in steps, and never promises more than there is. Pure.
 */
final class RestorableRange {

  /** How far the end may be newer than what the status says, while commits come. */
  static final Duration NEWEST_STEP = Duration.ofMinutes(5);

  /** An end that has stood still for so long is named exactly. */
  static final Duration QUIET = Duration.ofMinutes(1);

  /** How far the beginning may be older than what the status says. */
  static final Duration OLDEST_STEP = Duration.ofHours(1);

  private RestorableRange() {}

  static @Nullable String newest(@Nullable String said, @Nullable Instant actual, Instant now) {
    if (actual == null) {
      return null;
    }
    Optional<Instant> before = Times.parse(said).filter(time -> !time.isAfter(actual));
    boolean keep =
        before
            .map(
                time ->
                    Duration.between(time, actual).compareTo(NEWEST_STEP) < 0
                        && Duration.between(actual, now).compareTo(QUIET) < 0)
            .orElse(false);
    return keep ? said : Times.format(actual);
  }

  static @Nullable String oldest(@Nullable String said, @Nullable Instant actual) {
    if (actual == null) {
      return null;
    }
    String exact = roundedUp(actual);
    Optional<Instant> before = Times.parse(said);
    if (before.isEmpty()) {
      return exact;
    }
    Duration later = Duration.between(actual, before.get());
    if (!later.isNegative() && later.compareTo(OLDEST_STEP) <= 0) {
      return said;
    }
    // It moves on by itself: a step ahead of it, so that the next writes change nothing.
    return later.isNegative() && later.negated().compareTo(OLDEST_STEP) < 0
        ? Times.format(before.get().plus(OLDEST_STEP))
        : exact;
  }

  /** Statuses have whole seconds, and a moment too early is one that is not there. */
  private static String roundedUp(Instant time) {
    Instant second = time.truncatedTo(ChronoUnit.SECONDS);
    return Times.format(second.equals(time) ? time : second.plusSeconds(1));
  }
}
