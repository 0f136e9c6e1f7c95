package io.dosql.engine.archiver;

import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.DrivenLog;
import io.dosql.engine.log.LogBusyException;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.tenant.WriteStop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process with a log and an archiver, in a folder that outlives it; nothing happens in it by
 * itself. Forgetting about it is a crash.
 */
final class ArchivedProcess {

  private final Path folder;
  private final TestClock clock;
  private final DrivenLog log;
  private final Map<String, Long> lsns = new HashMap<>();
  final WriteStop writes = new WriteStop();
  final Archiver archiver;

  private ArchivedProcess(
      Path folder,
      ObjectStore store,
      TestClock clock,
      ArchiverLimits limits,
      MaxLagPolicy policy,
      long seed)
      throws IOException {
    this.folder = folder;
    this.clock = clock;
    Files.createDirectories(folder.resolve("log"));
    this.log = DrivenLog.open(folder.resolve("log"), clock, 77);
    this.archiver =
        DrivenArchiver.start(folder, log.log(), store, clock, limits, policy, writes, seed)
            .archiver();
    readWhatIsThere();
  }

  static ArchivedProcess start(Path folder, ObjectStore store, TestClock clock, long seed)
      throws IOException {
    return start(folder, store, clock, DrivenArchiver.LIMITS, MaxLagPolicy.KEEP_SERVING, seed);
  }

  static ArchivedProcess start(
      Path folder,
      ObjectStore store,
      TestClock clock,
      ArchiverLimits limits,
      MaxLagPolicy policy,
      long seed)
      throws IOException {
    return new ArchivedProcess(folder, store, clock, limits, policy, seed);
  }

  private void readWhatIsThere() throws IOException {
    for (LoggedPart part : settledParts(log.log().oldest())) {
      // What a crash cut off is begun anew.
      if (part.part().isLast()) {
        long _ = lsns.merge(part.part().tenant(), part.part().lsn(), Math::max);
      }
    }
  }

  CommitLog log() {
    return log.log();
  }

  Path folder() {
    return folder;
  }

  String line() {
    return archiver.status().line();
  }

  /** What the log holds durably from a position on, by its own reader. */
  List<LoggedPart> settledParts(LogPosition from) throws IOException {
    List<LoggedPart> parts = new ArrayList<>();
    try (LogReader reader = log.log().reader(from)) {
      for (Optional<LoggedPart> part = reader.next(); part.isPresent(); part = reader.next()) {
        parts.add(part.get());
      }
    }
    return parts;
  }

  /** A commit in one part, in memory. */
  long commit(String tenant, int pages) {
    long lsn = lsns.merge(tenant, 1L, Long::sum);
    append(DrivenLog.part(tenant, lsn, true, true, pages, lsn + tenant.hashCode()));
    log.log().checkpointed(tenant, lsn);
    return lsn;
  }

  /** A commit of several parts. */
  long commitInParts(String tenant, int parts, int pagesEach) {
    long lsn = lsns.merge(tenant, 1L, Long::sum);
    for (int i = 0; i < parts; i++) {
      append(
          DrivenLog.part(
              tenant, lsn, i == 0, i == parts - 1, pagesEach, 31 * lsn + i + tenant.hashCode()));
    }
    log.log().checkpointed(tenant, lsn);
    return lsn;
  }

  private void append(CommitPart part) {
    try {
      LogPosition _ = log.log().append(part);
    } catch (LogBusyException full) {
      settle();
      append(part);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void settle() {
    log.settle();
  }

  /** Commits, durably. */
  void commitAndSettle(String tenant, int pages) {
    long _ = commit(tenant, pages);
    settle();
  }

  /** Time goes on until the archiver wants to do something, and it does. */
  Duration tick() {
    Duration pause = archiver.step();
    clock.advance(pause);
    return pause;
  }

  /** Ticks until there is nothing to archive. */
  void archiveAll() {
    if (!archiveAllUnlessFenced()) {
      throw new AssertionError("not archived: " + archiver.status());
    }
  }

  /** The same; false if another engine was found to have taken the line over. */
  boolean archiveAllUnlessFenced() {
    for (int i = 0; i < 1000; i++) {
      if (archiver.isCaughtUp()) {
        return true;
      }
      if (archiver.isFenced()) {
        return false;
      }
      Duration _ = tick();
    }
    throw new AssertionError("not archived: " + archiver.status());
  }
}
