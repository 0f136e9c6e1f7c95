package io.dosql.engine.archiver.chain;

import io.dosql.engine.archiver.ArchiveStatus;
import java.time.Instant;
import java.util.Optional;

/**
 * Between which moments every commit of every tenant can be restored, both included. Moments are
 * compared with the times of commits.
 *
 * @param newest time of the newest commit that is archived
 */
public record RestorableRange(Instant oldest, Instant newest) {

  /**
   * What is promised now.
   *
   * @return empty as long as nothing proves anything
   */
  public static Optional<RestorableRange> of(
      ArchiveStatus archive, ChainStatus chains, Instant now) {
    Instant newest = archive.archivedTime().orElse(Instant.MIN);
    if (chains.retention().gaps() != archive.gaps()) {
      // What is known does not hold any more, since the newest gap.
      return Optional.empty();
    }
    // What was before the line began lies in another line, if anywhere.
    return archive
        .begunAt()
        .filter(begun -> !begun.isAfter(newest))
        .flatMap(begun -> chains.retention().restorableFrom(now).map(from -> latest(begun, from)))
        .map(from -> new RestorableRange(from.isBefore(newest) ? from : newest, newest));
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
