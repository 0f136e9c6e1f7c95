package io.dosql.engine.archiver;

import io.dosql.engine.archive.log.LastPart;
import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.archive.log.LogObjectPlace;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.Sha256;
import io.dosql.engine.log.LogPosition;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Where a line ends: its newest object, and what the next one has to continue. Immutable.
 *
 * @param number of the newest object; 0 if there is none
 * @param epoch of its writer; 0 if there is none
 * @param digest SHA-256 of the object
 * @param end up to where the line covers the log
 * @param lastPart newest part that it holds
 */
record LineEnd(
    long number,
    long epoch,
    Sha256 digest,
    LogPosition end,
    Optional<LastPart> lastPart,
    LogPosition chainedTo,
    long gaps,
    Optional<LogSpan> lastGap) {

  /** Of a line without objects, which is to begin at a position of the log. */
  static LineEnd none(LogPosition begin) {
    return new LineEnd(
        0, 0, Sha256.NONE, begin, Optional.empty(), LogPosition.START, 0, Optional.empty());
  }

  /** Of a line whose newest object this is. */
  static LineEnd of(LogObjectHeader header, Optional<LastPart> lastPart, Sha256 digest) {
    LogObjectPlace place = header.place();
    return new LineEnd(
        place.number(),
        place.epoch(),
        digest,
        place.span().to(),
        lastPart,
        place.chainedTo(),
        place.gaps(),
        place.lastGap());
  }

  /** The object that says that a writer goes on from here. */
  LogObjectPlace claim(String line, UUID writer, Instant now) {
    return new LogObjectPlace(
        line,
        number + 1,
        epoch + 1,
        writer,
        digest,
        end,
        new LogSpan(end, end),
        chainedTo,
        gaps,
        lastGap,
        now);
  }

  /**
   * The object with the parts of a span of the log; what lies before it and is not covered becomes
   * a gap.
   *
   * @param chainedTo position before which all commits are in chains
   */
  LogObjectPlace next(String line, UUID writer, LogSpan span, LogPosition chainedTo, Instant now) {
    LogSpan gap = new LogSpan(end, span.from());
    return new LogObjectPlace(
        line,
        number + 1,
        epoch,
        writer,
        digest,
        end,
        span,
        chainedTo,
        gap.isEmpty() ? gaps : gaps + 1,
        gap.isEmpty() ? lastGap : Optional.of(gap),
        now);
  }
}
