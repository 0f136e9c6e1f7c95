package io.dosql.engine.archiver;

import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;
import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.ArchiveLines;
import io.dosql.engine.archive.log.CorruptLogObjectException;
import io.dosql.engine.archive.log.LogObject;
import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.SpooledLogObject;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a line over before anything is archived: finds its end, compares it with the local log,
 * begins another line if the two do not agree, and claims it. Every step can be repeated after a
 * crash behind it. One thread.
 */
final class LineStart {

  private static final Logger LOG = LoggerFactory.getLogger(LineStart.class);

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final ArchiveLines lines;
  private final LineBook book;
  private final Agreement.LocalLog log;
  private final Path scratch;
  private final String database;
  private final UUID writer;
  private final InstantSource clock;
  private final Supplier<String> lineIds;
  private final boolean isBeingFilled;

  /**
   * @param isBeingFilled whether the directory does not hold yet what it is to begin with
   */
  LineStart(
      ObjectStore store,
      ArchiveLayout layout,
      LineBook book,
      Agreement.LocalLog log,
      Path scratch,
      String database,
      UUID writer,
      InstantSource clock,
      Supplier<String> lineIds,
      boolean isBeingFilled) {
    this.store = store;
    this.layout = layout;
    this.lines = new ArchiveLines(store, layout);
    this.book = book;
    this.log = log;
    this.scratch = scratch;
    this.database = database;
    this.writer = writer;
    this.clock = clock;
    this.lineIds = lineIds;
    this.isBeingFilled = isBeingFilled;
  }

  /**
   * A line that this process may continue.
   *
   * @param end with the claim as its newest object
   * @param goOn where the next object begins
   * @param document says where the line comes from, if that is known
   * @param newestTime time of the newest commit in the object before the claim, if it has one
   */
  record Claimed(
      LogObjects objects,
      LineEnd end,
      Agreement.GoOn goOn,
      Optional<ArchiveLine> document,
      Optional<Instant> newestTime) {}

  private record Found(LineEnd end, Optional<Instant> newestTime) {}

  /**
   * Claims the directory's line, or a new one.
   *
   * @throws DosqlException if the store fails; {@code STORAGE_CONFLICT} if another engine was
   *     quicker; try again
   * @throws IOException if the local disk fails
   */
  Claimed claim() throws IOException {
    LogObjects objects = new LogObjects(store, layout, book.line());
    Found found;
    Agreement agreement;
    try {
      found = find(objects);
      agreement =
          lines.isRetired(objects.line())
              // Its objects are gone, or going, and with them what the directory would be compared
              // with; LSNs that it counts have been used, and backups may hold them.
              ? new Agreement.NewLine(ArchiveLine.Reason.LogReleased)
              : Agreement.of(found.end(), log);
    } catch (DosqlException e) {
      if (!(e.getCause() instanceof CorruptLogObjectException)) {
        throw e;
      }
      // Nothing can be put behind an object whose checksum is not known.
      LOG.error("The newest log object of line {} is damaged", objects.line(), e);
      found = new Found(LineEnd.none(log.oldest()), Optional.empty());
      agreement = new Agreement.NewLine(ArchiveLine.Reason.ArchiveDamaged);
    }
    if (agreement instanceof Agreement.GoOn && hasSuccessor(objects.line())) {
      // The volume was set back to before that line began.
      agreement = new Agreement.NewLine(ArchiveLine.Reason.ArchiveAhead);
    }
    return switch (agreement) {
      case Agreement.GoOn goOn -> claim(objects, found, goOn);
      case Agreement.NewLine begin -> {
        LogObjects fresh = begin(begin.reason(), objects.line());
        LineEnd none = LineEnd.none(log.oldest());
        yield claim(fresh, new Found(none, Optional.empty()), new Agreement.GoOn(none.end()));
      }
    };
  }

  private Found find(LogObjects objects) {
    OptionalLong last = objects.last();
    if (last.isEmpty()) {
      return new Found(LineEnd.none(log.oldest()), Optional.empty());
    }
    LogObject newest = objects.open(last.getAsLong());
    return new Found(
        LineEnd.of(newest.header(), newest.index().lastPart(), newest.verify()),
        newest.header().commits() == 0
            ? Optional.empty()
            : Optional.of(newest.header().lastTime()));
  }

  /** The store hears of it first: a line in the directory has its document, whatever happens. */
  private LogObjects begin(ArchiveLine.Reason reason, String previous) throws IOException {
    String line = lineIds.get();
    boolean _ =
        lines.begin(ArchiveLine.begin(line, database, begunAt(), orBootstrap(reason), previous));
    book.begin(line);
    LOG.warn(
        "Archiving begins the line {}: {}, so the line {} ends; it can still be restored from",
        line,
        reason,
        previous);
    return new LogObjects(store, layout, line);
  }

  private Stream<ArchiveLine> documents() {
    return lines.names().stream().flatMap(line -> document(line).stream());
  }

  private boolean hasSuccessor(String line) {
    return documents().anyMatch(other -> line.equals(other.previousLine()));
  }

  /** Now, but after all lines that are there: a moment lies in the line that was begun last. */
  private Instant begunAt() {
    Instant now = clock.instant();
    return documents()
        .map(line -> line.begunAt().plusMillis(1))
        .filter(now::isBefore)
        .max(Comparator.naturalOrder())
        .orElse(now);
  }

  private ArchiveLine.Reason orBootstrap(ArchiveLine.Reason reason) {
    return isBeingFilled ? ArchiveLine.Reason.Bootstrap : reason;
  }

  /** It is for people; one that is damaged must not keep the line from going on. */
  private Optional<ArchiveLine> document(String line) {
    try {
      return lines.find(line);
    } catch (DosqlException e) {
      if (e.code() != STORAGE_CHECKSUM_MISMATCH) {
        throw e;
      }
      LOG.warn("It is not known where the line {} comes from: {}", line, e.getMessage());
      return Optional.empty();
    }
  }

  private Claimed claim(LogObjects objects, Found found, Agreement.GoOn goOn) throws IOException {
    if (found.end().number() == 0) {
      // Unless it has one already, from being begun.
      boolean _ =
          lines.begin(
              ArchiveLine.begin(
                  objects.line(),
                  database,
                  begunAt(),
                  orBootstrap(ArchiveLine.Reason.NewDirectory),
                  null));
    }
    Optional<ArchiveLine> document = document(objects.line());
    try (LogObjectWriter empty = new LogObjectWriter(scratch);
        SpooledLogObject claim =
            empty.finish(
                found.end().claim(objects.line(), writer, clock.instant()),
                found.end().lastPart())) {
      if (objects.put(claim) == PutResult.ALREADY_EXISTS
          && !objects.open(claim.header().place().number()).header().equals(claim.header())) {
        throw new DosqlException(
                STORAGE_CONFLICT,
                "Another engine wrote log object %d of line %s at the same time."
                    .formatted(claim.header().place().number(), objects.line()))
            .withSuggestion("If two engines run on copies of one data directory, stop one.");
      }
      if (!isBeingFilled
          && document.filter(line -> line.reason() == ArchiveLine.Reason.Bootstrap).isPresent()) {
        lines.markWhole(objects.line(), clock.instant());
      }
      return new Claimed(
          objects,
          LineEnd.of(claim.header(), found.end().lastPart(), claim.digest()),
          goOn,
          document,
          found.newestTime());
    }
  }
}
