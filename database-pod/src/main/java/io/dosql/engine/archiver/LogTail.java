package io.dosql.engine.archiver;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.Sha256;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.CorruptLogException;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.PartReader;
import io.dosql.engine.log.PositionReleasedException;
import io.dosql.engine.log.StoredPart;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the log that is not archived yet: what keeps the log from releasing it, and reads it.
 *
 * <p>The hold stands where the archive ends, not where reading has come to: what was read and not
 * stored must still be there after a crash. And so must the newest archived part, which is what a
 * restart compares with the archive. Any thread; the lock is held while parts are read from local
 * files, never during an upload.
 */
final class LogTail implements Agreement.LocalLog, Closeable {

  /** The name of the hold on the log. */
  static final String HOLDER = "archive";

  private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);

  private final CommitLog log;
  private final Path scratch;
  private final ArchiverLimits limits;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private LogPosition held;

  /** Where the next cut begins. */
  @GuardedBy("lock")
  private LogPosition next;

  @GuardedBy("lock")
  private @Nullable LogReader reader;

  /** Holds the log from its oldest position on. */
  LogTail(CommitLog log, Path scratch, ArchiverLimits limits) throws PositionReleasedException {
    this.log = log;
    this.scratch = scratch;
    this.limits = limits;
    this.held = log.oldest();
    this.next = held;
    log.retain(HOLDER, held);
  }

  /** From where on the log is kept. */
  @Override
  public LogPosition oldest() {
    lock.lock();
    try {
      return held;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public LogPosition settled() {
    return log.settled();
  }

  @Override
  public Optional<Sha256> digestAt(LogPosition position) throws IOException {
    try (PartReader parts = log.partReader()) {
      return Optional.of(Sha256.of(parts.readStored(position).bytes()));
    } catch (CorruptLogException nothingThere) {
      return Optional.empty();
    }
  }

  @Override
  public boolean hasPartBetween(LogPosition part, LogPosition end) throws IOException {
    try (LogReader parts = log.reader(part)) {
      Optional<StoredPart> first = parts.nextStored();
      if (first.isEmpty() || first.get().end().compareTo(end) >= 0) {
        return false;
      }
      Optional<StoredPart> second = parts.nextStored();
      return second.isPresent() && second.get().position().compareTo(end) < 0;
    } catch (CorruptLogException unknown) {
      return true;
    }
  }

  /** The next cut begins here, or where the log is held from, if that is later. */
  void startAt(LogPosition position) throws IOException {
    lock.lock();
    try {
      next = position.compareTo(held) > 0 ? position : held;
      closeReader();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Everything is archived but what begins at or after a position.
   *
   * @param position of the newest archived part, if there is one
   */
  void archived(LogPosition position) throws PositionReleasedException {
    lock.lock();
    try {
      hold(position);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives up what lies before a position: the log may release it, and unless it was read already
   * there will be a gap.
   */
  void skipTo(LogPosition position) throws IOException {
    lock.lock();
    try {
      if (position.compareTo(next) > 0) {
        next = position;
        closeReader();
      }
      hold(position);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void hold(LogPosition position) throws PositionReleasedException {
    if (position.compareTo(held) > 0) {
      log.retain(HOLDER, position);
      held = position;
    }
  }

  /**
   * Reads what is settled and was not read, up to the limits of an object.
   *
   * @return empty if nothing settled since
   * @throws IOException if the log or the scratch folder cannot be used; nothing counts as read
   */
  Optional<LogCut> cut() throws IOException {
    lock.lock();
    try {
      if (log.settled().compareTo(next) <= 0) {
        return Optional.empty();
      }
      LogCut cut = readOn();
      next = cut.span().to();
      return Optional.of(cut);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private LogCut readOn() throws IOException {
    LogObjectWriter writer = new LogObjectWriter(scratch);
    try {
      return readOn(writer);
    } catch (IOException | RuntimeException e) {
      writer.close();
      closeReader();
      throw e;
    }
  }

  /** What was read before the damage is archived; if nothing was, the damage is passed over. */
  @GuardedBy("lock")
  private LogCut upToDamage(LogCut cut, CorruptLogException damage) {
    if (!cut.isEmpty()) {
      return cut;
    }
    LogPosition behind = behindDamage();
    LOG.error(
        "The commit log cannot be read at {}; the archive gets a gap up to {}",
        next,
        behind,
        damage);
    return new LogCut(
        cut.writer(), new LogSpan(behind, behind), true, Instant.EPOCH, Instant.EPOCH);
  }

  /** Where the log can be read again, for all that is known of its damage. */
  @GuardedBy("lock")
  private LogPosition behindDamage() {
    LogPosition begin = next;
    return log.damage().stream()
        .map(damage -> damage.end())
        .filter(end -> end.compareTo(begin) > 0)
        .findFirst()
        .orElseGet(log::settled);
  }

  @GuardedBy("lock")
  private LogCut readOn(LogObjectWriter writer) throws IOException {
    LogReader open = reader == null ? log.reader(next) : reader;
    reader = open;
    LogPosition goal = log.settled();
    LogPosition end = next;
    Instant firstTime = Instant.EPOCH;
    Instant lastTime = Instant.EPOCH;
    while (true) {
      // Before reading: if there is nothing, then there is nothing before this.
      LogPosition settled = log.settled();
      Optional<StoredPart> found;
      try {
        found = open.nextStored();
      } catch (CorruptLogException damage) {
        closeReader();
        return upToDamage(
            new LogCut(writer, new LogSpan(next, end), true, firstTime, lastTime), damage);
      }
      if (found.isEmpty()) {
        return new LogCut(writer, new LogSpan(next, settled), false, firstTime, lastTime);
      }
      StoredPart part = found.get();
      writer.add(part);
      firstTime = writer.parts() == 1 ? part.time() : firstTime;
      lastTime = part.time();
      end = part.end();
      boolean isFull =
          writer.sizeBytes() >= limits.maxObjectBytes()
              || writer.parts() >= limits.maxObjectParts();
      if (isFull || part.end().compareTo(goal) >= 0) {
        // What settled meanwhile is for the next object, or a busy log would never let go.
        return new LogCut(writer, new LogSpan(next, part.end()), isFull, firstTime, lastTime);
      }
    }
  }

  @GuardedBy("lock")
  private void closeReader() throws IOException {
    LogReader closing = reader;
    reader = null;
    if (closing != null) {
      closing.close();
    }
  }

  /** Stops reading; the hold stays, so that nothing is released that is not archived. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closeReader();
    } finally {
      lock.unlock();
    }
  }
}
