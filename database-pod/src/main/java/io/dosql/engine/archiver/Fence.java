package io.dosql.engine.archiver;

import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.archive.log.LogObjectPlace;

/** What it means that the number of an object is taken. Pure. */
enum Fence {
  /** An earlier try of our own put it there; its answer was lost. */
  OURS,
  /** A later claim: another engine archives the line from now on. */
  FENCED,
  /** An earlier writer that does not know of our claim: what it wrote must be looked at. */
  STALE_WRITER;

  /**
   * Decides.
   *
   * @param mine what was to be put; a header has the checksums of all that is behind it
   * @param there what is there
   */
  static Fence judge(LogObjectHeader mine, LogObjectHeader there) {
    if (there.equals(mine)) {
      return OURS;
    }
    LogObjectPlace other = there.place();
    return other.epoch() > mine.place().epoch() && !other.writer().equals(mine.place().writer())
        ? FENCED
        : STALE_WRITER;
  }
}
