package io.dosql.engine.archiver.chain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How retention goes.
 *
 * @param window how far back every commit is to stay restorable
 * @param wholeFrom from when on what is stored is proved to be whole; empty until something proves
 *     it
 * @param gaps of the archive that this takes into account
 * @param deletedObjects since the start
 * @param deletedLines that had ended, since the start
 * @param failure why the latest try to delete something failed; empty if it did not
 */
public record RetentionStatus(
    Duration window,
    Optional<Instant> wholeFrom,
    long gaps,
    long deletedObjects,
    long deletedLines,
    Optional<ChainFailure> failure) {

  static RetentionStatus of(Duration window) {
    return new RetentionStatus(window, Optional.empty(), 0, 0, 0, Optional.empty());
  }

  RetentionStatus withWholeFrom(Optional<Instant> time, long gapsSeen) {
    return new RetentionStatus(window, time, gapsSeen, deletedObjects, deletedLines, failure);
  }

  RetentionStatus withDeleted(int objects) {
    return new RetentionStatus(
        window, wholeFrom, gaps, deletedObjects + objects, deletedLines, failure);
  }

  RetentionStatus withLineDeleted() {
    return new RetentionStatus(window, wholeFrom, gaps, deletedObjects, deletedLines + 1, failure);
  }

  RetentionStatus withFailure(Optional<ChainFailure> latest) {
    return new RetentionStatus(window, wholeFrom, gaps, deletedObjects, deletedLines, latest);
  }

  /**
   * From when on every commit can be restored: what is older than the window may be deleted any
   * time. Empty if that is not known.
   */
  public Optional<Instant> restorableFrom(Instant now) {
    Instant windowBegin = now.minus(window);
    return wholeFrom.map(time -> time.isAfter(windowBegin) ? time : windowBegin);
  }
}
