package io.dosql.engine.archiver;

import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.log.LastPart;
import io.dosql.engine.archive.log.Sha256;
import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.util.Optional;

/** Whether what a line holds is a prefix of what the local log holds. Pure. */
sealed interface Agreement {

  /** The part of the local log. */
  interface LocalLog {

    /** Where the oldest position is that it still has. */
    LogPosition oldest();

    /** Up to where it is durable. */
    LogPosition settled();

    /**
     * SHA-256 of the part that begins at a position between the two; empty if none does.
     *
     * @throws IOException if it cannot be read, which says nothing
     */
    Optional<Sha256> digestAt(LogPosition position) throws IOException;

    /**
     * Whether a part begins behind the one at a position and before an end; also if that cannot be
     * told, for damage.
     *
     * @throws IOException if it cannot be read, which says nothing
     */
    boolean hasPartBetween(LogPosition part, LogPosition end) throws IOException;
  }

  /**
   * The line goes on.
   *
   * @param from where the next object begins: after the line's end if the line has no parts and the
   *     log has let go of what lies between, which then is a gap
   */
  record GoOn(LogPosition from) implements Agreement {}

  /** The line cannot go on; the directory begins another. */
  record NewLine(ArchiveLine.Reason reason) implements Agreement {}

  /**
   * Decides. A line whose newest part the log has let go of cannot be compared with it. It may well
   * be this log's; but it may also be that of a copy, and two histories in one line would give the
   * same LSNs twice. So it ends.
   */
  static Agreement of(LineEnd line, LocalLog log) throws IOException {
    LogPosition oldest = log.oldest();
    if (line.end().compareTo(log.settled()) > 0) {
      return new NewLine(ArchiveLine.Reason.ArchiveAhead);
    }
    Optional<LastPart> last = line.lastPart();
    if (last.isPresent()) {
      if (last.get().position().compareTo(oldest) < 0) {
        return new NewLine(ArchiveLine.Reason.LogReleased);
      }
      Optional<Sha256> local = log.digestAt(last.get().position());
      if (!local.equals(Optional.of(last.get().digest()))) {
        return new NewLine(ArchiveLine.Reason.Diverged);
      }
      // A copy of the directory may have covered, as empty, what this log filled after the copy.
      if (log.hasPartBetween(last.get().position(), line.end())) {
        return new NewLine(ArchiveLine.Reason.Diverged);
      }
    }
    return new GoOn(oldest.compareTo(line.end()) > 0 ? oldest : line.end());
  }
}
