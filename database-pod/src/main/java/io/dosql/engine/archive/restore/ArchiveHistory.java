package io.dosql.engine.archive.restore;

import static io.dosql.engine.archive.ArchiveLine.Reason.NewDirectory;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.ArchiveLines;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * All lines of an archive, to be restored from. Failures are {@link DosqlException}. Any number of
 * threads.
 */
public final class ArchiveHistory {

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final int pageBytes;
  private final Path scratch;
  private final Predicate<ArchiveLine> eligible;

  /**
   * @param pageBytes of every database
   * @param scratch an existing folder for temporary files
   */
  public ArchiveHistory(ObjectStore store, ArchiveLayout layout, int pageBytes, Path scratch) {
    this(store, layout, pageBytes, scratch, _ -> true);
  }

  private ArchiveHistory(
      ObjectStore store,
      ArchiveLayout layout,
      int pageBytes,
      Path scratch,
      Predicate<ArchiveLine> eligible) {
    this.store = store;
    this.layout = layout;
    this.pageBytes = pageBytes;
    this.scratch = scratch;
    this.eligible = eligible;
  }

  /**
   * Of an archive that a new directory is filled from. That may be stored in the same place, so
   * that its line is the newest there; neither this one nor any other that is not whole counts.
   *
   * @param own line of the new directory, whenever asked
   */
  public static ArchiveHistory toBeginWith(
      ObjectStore store, ArchiveLayout layout, int pageBytes, Path scratch, Supplier<String> own) {
    ArchiveLines documents = new ArchiveLines(store, layout);
    return new ArchiveHistory(
        store,
        layout,
        pageBytes,
        scratch,
        line -> !line.line().equals(own.get()) && documents.isWhole(line));
  }

  /** The lines that count, in the order in which they were begun; damaged documents fail. */
  public List<ArchiveLine> lines() {
    ArchiveLines documents = new ArchiveLines(store, layout);
    List<ArchiveLine> lines = new ArrayList<>();
    for (String line : documents.names()) {
      documents.find(line).filter(eligible).ifPresent(lines::add);
    }
    lines.sort(ArchiveLine.IN_ORDER);
    return lines;
  }

  /**
   * The line that a target lies in: for a moment the one that had begun last by then, else the
   * newest. The first line of all holds what was committed shortly before it was begun, too.
   *
   * @throws DosqlException {@code SNAPSHOT_NOT_AVAILABLE} if there was none yet
   */
  public String lineOf(RestoreTarget target) {
    List<ArchiveLine> lines = lines();
    Optional<ArchiveLine> found =
        lines.reversed().stream()
            .filter(
                line ->
                    !(target instanceof RestoreTarget.AtTime at)
                        || !line.begunAt().isAfter(at.time()))
            .findFirst()
            .or(() -> lines.stream().findFirst().filter(line -> line.reason() == NewDirectory));
    return found
        .map(ArchiveLine::line)
        .orElseThrow(
            () ->
                new DosqlException(
                        ErrorCode.SNAPSHOT_NOT_AVAILABLE,
                        lines.isEmpty()
                            ? "nothing was archived continuously under this prefix"
                            : "the archive begins at %s, after %s"
                                .formatted(lines.getFirst().begunAt(), target.text()))
                    .withSuggestion("Restore a backup by its name, or choose a later moment."));
  }

  /**
   * A line, for one order.
   *
   * @throws DosqlException {@code SNAPSHOT_NOT_AVAILABLE} if the line is out of the window: what is
   *     left of it is not the whole of any moment
   */
  public LineHistory line(String line) {
    if (new ArchiveLines(store, layout).isRetired(line)) {
      throw new DosqlException(
              ErrorCode.SNAPSHOT_NOT_AVAILABLE,
              "the archive line %s has fallen out of the window: only what backups need is kept of it"
                  .formatted(line))
          .withSuggestion(
              "Restore a backup by its name, or choose a moment at or after"
                  + " status.backup.oldestRestorable.");
    }
    return new LineHistory(
        chains(line), new Deletions(store, layout, line), objects(line), pageBytes, scratch);
  }

  /**
   * From when on everything that was ever committed is in a line, whoever committed it; empty if
   * that is not so yet.
   */
  public Optional<Instant> wholeFrom(String line) {
    return new SeenObjects(objects(line)).wholeFrom();
  }

  private ChainCatalog chains(String line) {
    return new ChainCatalog(store, layout, line);
  }

  private LogObjects objects(String line) {
    return new LogObjects(store, layout, line);
  }
}
