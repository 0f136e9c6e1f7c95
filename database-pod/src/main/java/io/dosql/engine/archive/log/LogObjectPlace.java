package io.dosql.engine.archive.log;

import io.dosql.engine.log.LogPosition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/**
 * What an object says of itself that does not follow from its parts.
 *
 * @param line that it belongs to, at most 64 characters of a-z, 0-9 and -
 * @param number its own, from 1
 * @param epoch of its writer, from 1: who claimed the line last has the highest
 * @param writer random id of the process that wrote it
 * @param previous SHA-256 of the object before it; {@link Sha256#NONE} for the first
 * @param previousEnd where that one ends in the log; where this one begins, if it is the first
 * @param span of the log that it covers
 * @param chainedTo all commits that end before this are in chains
 * @param gaps stretches of the log that the line never archived, up to this object
 * @param lastGap the newest of them; empty if there is none
 * @param madeAt by the writer's clock, in milliseconds
 */
public record LogObjectPlace(
    String line,
    long number,
    long epoch,
    UUID writer,
    Sha256 previous,
    LogPosition previousEnd,
    LogSpan span,
    LogPosition chainedTo,
    long gaps,
    Optional<LogSpan> lastGap,
    Instant madeAt) {

  public LogObjectPlace {
    if (number < 1 || epoch < 1 || gaps < 0) {
      throw new IllegalArgumentException(
          "number %d, epoch %d and gaps %d must be from 1, 1 and 0".formatted(number, epoch, gaps));
    }
    if (lastGap.isPresent() != gaps > 0) {
      throw new IllegalArgumentException("%d gaps, the newest %s".formatted(gaps, lastGap));
    }
    // As it is written, or an object would not equal itself when it is read.
    madeAt = madeAt.truncatedTo(ChronoUnit.MILLIS);
    if (span.from().compareTo(previousEnd) < 0) {
      throw new IllegalArgumentException(
          "%s begins before the end %s of the object before it".formatted(span, previousEnd));
    }
  }

  /** What was never archived, between the object before this one and this one. */
  public LogSpan gapBefore() {
    return new LogSpan(previousEnd, span.from());
  }
}
