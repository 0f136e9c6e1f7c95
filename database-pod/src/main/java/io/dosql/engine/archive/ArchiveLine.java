package io.dosql.engine.archive;

import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Says where a line of the archive comes from: its {@code line.json}.
 *
 * @param formatVersion 1
 * @param database {@code <namespace>/<name>}
 * @param begunAt after those of all lines that were there, whatever the clock said
 * @param reason why it was begun
 * @param previousLine the line that the same data directory wrote before; null for a new directory
 */
public record ArchiveLine(
    int formatVersion,
    String line,
    String database,
    Instant begunAt,
    Reason reason,
    @Nullable String previousLine) {

  static final int FORMAT_VERSION = 1;

  /** As they were begun: a moment lies in the last of those that had begun by then. */
  public static final Comparator<ArchiveLine> IN_ORDER =
      Comparator.comparing(ArchiveLine::begunAt).thenComparing(ArchiveLine::line);

  /** Why a line is begun. Names are part of the format. */
  public enum Reason {
    /** A data directory that was never archived. */
    NewDirectory,
    /**
     * A new directory, which is first filled from another archive. The line is not whole before it
     * has been, which a document of its own says ({@link ArchiveLines#isWhole}).
     */
    Bootstrap,
    /**
     * The line, or one that the directory has begun behind it, holds more than the directory, which
     * was set back to an earlier moment.
     */
    ArchiveAhead,
    /** The line holds something else than the directory, which went on as a copy. */
    Diverged,
    /**
     * The log has let go of the place where the line ends, so that nobody can tell whether the
     * directory is what the line was made of; or retention has let go of the line, of which the
     * directory is an old copy.
     */
    LogReleased,
    /** The line's newest object is damaged, so that nothing can be put behind it. */
    ArchiveDamaged;

    /** Whether such a line is the first of its directory, which is no news for anybody. */
    public boolean isOfNewDirectory() {
      return this == NewDirectory || this == Bootstrap;
    }
  }

  public ArchiveLine {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "formatVersion %d, expected %d".formatted(formatVersion, FORMAT_VERSION));
    }
    String _ = ArchiveLayout.checkLine(line);
  }

  /** A line that begins now. */
  public static ArchiveLine begin(
      String line, String database, Instant begunAt, Reason reason, @Nullable String previousLine) {
    return new ArchiveLine(FORMAT_VERSION, line, database, begunAt, reason, previousLine);
  }
}
