package io.dosql.engine.archiver;

import static io.dosql.engine.error.ErrorCode.ARCHIVE_FENCED;
import static io.dosql.engine.error.ErrorCode.ARCHIVE_LAG_EXCEEDED;
import static io.dosql.engine.error.ErrorCode.INTERNAL;
import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.log.LastPart;
import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.SpooledLogObject;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.tenant.WriteStop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives the commit log: every interval one log object with what has become durable, as long as
 * there is any, or one is asked for.
 *
 * <p><b>What holds at every moment.</b> The objects of the line, in the order of their numbers,
 * hold exactly the parts of the log up to {@link #archivedTo}, but for the gaps that their headers
 * tell of. The log keeps everything from there on, but for what {@link MaxLagPolicy#KEEP_SERVING}
 * gave up.
 *
 * <p><b>Who may write.</b> An object's number is put if absent, so of two engines on one line one
 * finds its number taken, and {@link Fence} tells it what that means. Who comes later claims the
 * line with a higher epoch ({@link LineStart}); who finds a higher epoch than its own is fenced: it
 * archives no more, and refuses writes, since nobody could restore them.
 *
 * <p><b>Failures</b> of the store are retried for ever, with growing pauses; the database serves on
 * meanwhile.
 *
 * <p>{@link #step} is for one thread, {@link #enforceLag} for any, and so is everything else.
 * {@link ArchiverThreads} runs them.
 */
public final class Archiver implements ArchivedLog {

  private static final Logger LOG = LoggerFactory.getLogger(Archiver.class);
  private static final Duration LAG_RETRY_AFTER = Duration.ofSeconds(5);

  private final CommitLog log;
  private final LineBook book;
  private final Path scratch;
  private final ArchiverLimits limits;
  private final MaxLagPolicy policy;
  private final WriteStop writes;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final UUID writer;
  private final LogTail tail;
  private final LineStart start;
  private final ArchiveProgress progress;
  private final StoredRanges ranges = new StoredRanges();
  private final List<LineListener> listeners = new CopyOnWriteArrayList<>();
  private volatile Supplier<LogPosition> chainedTo = () -> LogPosition.START;
  private final AtomicLong asked = new AtomicLong();
  private volatile boolean isFenced;

  /** Where the archive ended when the log was last given up behind it. */
  private volatile @Nullable LogPosition givenUpFrom;

  // Of the thread of step() only.

  private @Nullable LogObjects objects;
  private LineEnd end = LineEnd.none(LogPosition.START);

  /** Up to where the log was read without leaving anything out. */
  private LogPosition covered = LogPosition.START;

  private @Nullable Pending pending;
  private boolean isFirstCut = true;
  private int failuresInARow;
  private long nextTick;

  /** An object that is to be stored, the same however often that is tried. */
  private record Pending(SpooledLogObject object, boolean isMore, long cutAt) {}

  /**
   * Where and what.
   *
   * @param database {@code <namespace>/<name>}
   * @param scratch an existing folder for temporary files, with room for one object
   * @param isBeingFilled whether the directory does not hold yet what it is to begin with, from
   *     another archive
   */
  public record Target(
      ObjectStore store,
      ArchiveLayout layout,
      String database,
      Path scratch,
      boolean isBeingFilled) {

    /** Of a directory that began empty, or holds what it began with. */
    public Target(ObjectStore store, ArchiveLayout layout, String database, Path scratch) {
      this(store, layout, database, scratch, false);
    }
  }

  /**
   * What goes on around it.
   *
   * @param nanoTime what {@link System#nanoTime} is to the process
   * @param clock the time of day, told to people only
   * @param random for pauses, the writer's id and names of lines
   */
  public record Surroundings(LongSupplier nanoTime, InstantSource clock, RandomGenerator random) {}

  /** Prepares archiving, and holds all of the log. Before anybody lets go of any of it. */
  public Archiver(
      CommitLog log,
      LineBook book,
      WriteStop writes,
      Target target,
      ArchiverLimits limits,
      MaxLagPolicy policy,
      Surroundings surroundings)
      throws IOException {
    this.log = log;
    this.book = book;
    this.writes = writes;
    this.scratch = target.scratch();
    this.limits = limits;
    this.policy = policy;
    this.clock = surroundings.clock();
    this.nanoTime = surroundings.nanoTime();
    this.random = surroundings.random();
    this.writer = new UUID(random.nextLong(), random.nextLong());
    this.tail = new LogTail(log, scratch, limits);
    this.nextTick = nanoTime.getAsLong();
    this.progress =
        new ArchiveProgress(limits, policy, clock, nanoTime, tail.oldest(), log.settled());
    this.start =
        new LineStart(
            target.store(),
            target.layout(),
            book,
            tail,
            scratch,
            target.database(),
            writer,
            clock,
            () -> "%016x".formatted(random.nextLong()),
            target.isBeingFilled());
    log.onSettled(progress::settled);
  }

  /** Where chains have come to; what log objects say of it from now on. */
  public void followChains(Supplier<LogPosition> position) {
    chainedTo = position;
  }

  /** Adds who wants to know which line is archived; before the first {@link #step}. */
  public void onClaimed(LineListener listener) {
    listeners.add(listener);
  }

  @Override
  public LogPosition archivedTo() {
    return progress.archivedTo();
  }

  @Override
  public LogObjectRange objects(LogPosition first, LogPosition last) {
    return ranges.find(first, last);
  }

  @Override
  public long stored() {
    return progress.objects();
  }

  @Override
  public void storeAtLeast(long objects) {
    long _ = asked.accumulateAndGet(objects, Math::max);
  }

  @Override
  public long gaps() {
    return progress.gaps();
  }

  @Override
  public boolean isFenced() {
    return isFenced;
  }

  public ArchiveStatus status() {
    return progress.status(book.line());
  }

  /**
   * Does what is due, at most one upload.
   *
   * @return how long nothing is due then; zero if something is
   */
  Duration step() {
    if (isFenced) {
      return limits.retryMax();
    }
    try {
      return tryToArchive();
    } finally {
      // After a failure, too, which leaves more behind.
      enforceLag();
    }
  }

  private Duration tryToArchive() {
    try {
      boolean isMore = attempt();
      if (isFenced) {
        return limits.retryMax();
      }
      progress.succeeded();
      failuresInARow = 0;
      return isMore ? Duration.ZERO : untilNextTick();
    } catch (DosqlException failure) {
      return failed(failure);
    } catch (IOException failure) {
      return failed(
          new DosqlException(
                  INTERNAL,
                  "The pod's disk failed while archiving: " + failure.getMessage(),
                  failure)
              .withSuggestion("Check the volume of the pod and its free space."));
    } catch (RuntimeException unexpected) {
      LOG.error("Archiving failed unexpectedly; it is tried again", unexpected);
      return failed(
          new DosqlException(INTERNAL, "Archiving failed: see the pod's log.", unexpected));
    }
  }

  /** Ticks are an interval apart; those that an upload outlasted are left out. */
  private Duration untilNextTick() {
    long now = nanoTime.getAsLong();
    long interval = limits.interval().toNanos();
    nextTick += interval;
    if (nextTick - now < 0 || nextTick - now > interval) {
      nextTick = now;
    }
    return Duration.ofNanos(nextTick - now);
  }

  private Duration failed(DosqlException failure) {
    if (failuresInARow == 0) {
      LOG.warn("Archiving fails: {}: {}", failure.code(), failure.getMessage());
    }
    progress.failed(failure);
    int doublings = Math.min(failuresInARow++, 30);
    long limitMillis =
        Math.min(limits.retryMax().toMillis(), limits.retryMin().toMillis() << doublings);
    return Duration.ofMillis(Math.max(1, limitMillis / 2 + random.nextLong(limitMillis / 2 + 1)));
  }

  /** Whether there is more to do at once. */
  private boolean attempt() throws IOException {
    LogObjects line = objects;
    if (line == null) {
      claim();
      return true;
    }
    Pending next = pending == null ? next(line) : pending;
    if (next == null) {
      return false;
    }
    pending = next;
    LogObjectHeader header = next.object().header();
    if (line.put(next.object()) == PutResult.ALREADY_EXISTS) {
      LogObjectHeader there = line.open(header.place().number()).header();
      switch (Fence.judge(header, there)) {
        case OURS -> {}
        case FENCED -> {
          fence(there);
          return false;
        }
        case STALE_WRITER -> {
          // First: a line that is begun now holds nothing of what was archived in this one.
          progress.startAgain(tail.oldest());
          startAgain();
          throw new DosqlException(
                  STORAGE_CONFLICT,
                  "An engine that was thought to have stopped wrote log object %d of line %s."
                      .formatted(header.place().number(), line.line()))
              .withSuggestion("If two engines run on copies of one data directory, stop one.");
        }
      }
    }
    stored(next);
    return next.isMore();
  }

  private void claim() throws IOException {
    LineStart.Claimed claimed = start.claim();
    end = claimed.end();
    ranges.clear();
    tail.startAt(claimed.goOn().from());
    covered = end.end();
    objects = claimed.objects();
    progress.claimed(end, claimed.document(), claimed.newestTime());
    LOG.info(
        "Archiving line {} from log position {} on, epoch {}",
        claimed.objects().line(),
        claimed.goOn().from(),
        end.epoch());
    for (LineListener listener : listeners) {
      listener.claimed(claimed.objects().line(), end.chainedTo(), claimed.goOn().from());
    }
    reached(claimed.goOn().from(), nanoTime.getAsLong());
  }

  /** The next object; null if nothing settled that has to be archived, and none was asked for. */
  private @Nullable Pending next(LogObjects line) throws IOException {
    long cutAt = nanoTime.getAsLong();
    Optional<LogCut> found = tail.cut();
    Pending cut = found.isEmpty() ? null : cut(line, found.get(), cutAt);
    return cut == null && progress.objects() < asked.get() ? empty(line, cutAt) : cut;
  }

  private @Nullable Pending cut(LogObjects line, LogCut cut, long cutAt) throws IOException {
    try (var writer = cut.writer()) {
      if (cut.isEmpty()) {
        if (cut.span().from().equals(covered)) {
          covered = cut.span().to();
        }
        reached(cut.span().to(), cutAt);
        return null;
      }
      // Without a gap an object begins where the one before it ends, whatever was empty between.
      LogPosition from = cut.span().from().equals(covered) ? end.end() : cut.span().from();
      if (isFirstCut) {
        progress.foundOlder(cut.firstTime());
        isFirstCut = false;
      }
      return new Pending(
          finish(writer, line, new LogSpan(from, cut.span().to())), cut.isMore(), cutAt);
    }
  }

  /** Covers what was read and held nothing. */
  private Pending empty(LogObjects line, long cutAt) throws IOException {
    LogPosition to = covered.compareTo(end.end()) > 0 ? covered : end.end();
    try (var writer = new LogObjectWriter(scratch)) {
      return new Pending(finish(writer, line, new LogSpan(end.end(), to)), false, cutAt);
    }
  }

  private SpooledLogObject finish(LogObjectWriter object, LogObjects line, LogSpan span)
      throws IOException {
    return object.finish(
        end.next(line.line(), writer, span, chainedTo.get(), clock.instant()), end.lastPart());
  }

  private void stored(Pending done) throws IOException {
    LogObjectHeader header = done.object().header();
    LogSpan span = header.place().span();
    if (!header.place().gapBefore().isEmpty()) {
      LOG.error(
          "The archive has a gap: the log from {} to {} was never archived",
          header.place().gapBefore().from(),
          header.place().gapBefore().to());
    }
    end = LineEnd.of(header, done.object().index().lastPart(), done.object().digest());
    covered = span.to();
    if (header.parts() > 0) {
      ranges.add(span, header.place().number());
    }
    progress.stored(end, header);
    pending = null;
    done.object().close();
    reached(span.to(), done.isMore() ? Long.MIN_VALUE : done.cutAt());
  }

  private void reached(LogPosition position, long cutAt) throws IOException {
    progress.archived(position, cutAt);
    tail.archived(end.lastPart().map(LastPart::position).orElse(position));
  }

  /** Looks for the line's end anew, as after a start. */
  private void startAgain() throws IOException {
    Pending dropped = pending;
    pending = null;
    objects = null;
    if (dropped != null) {
      dropped.object().close();
    }
  }

  private void fence(LogObjectHeader there) throws IOException {
    String message =
        "Another engine has archived line %s since %s, with epoch %d; this one had %d."
            .formatted(
                there.place().line(), there.place().madeAt(), there.place().epoch(), end.epoch());
    isFenced = true;
    startAgain();
    writes.stop(() -> fenced(message));
    progress.fenced(fenced(message));
    LOG.error("{} It archives no more, and writes are refused", message);
  }

  private static DosqlException fenced(String message) {
    return new DosqlException(ARCHIVE_FENCED, message).withSqliteCode("SQLITE_READONLY");
  }

  /**
   * Sees to it that the log does not keep more than the limit for the archive, or that no more is
   * written. Cheap; to be called often, also while an upload hangs.
   */
  void enforceLag() {
    if (isFenced) {
      return;
    }
    long settled = log.settled().bytes();
    switch (policy) {
      case KEEP_SERVING -> {
        long from = settled - limits.maxLagBytes();
        if (from > 0) {
          giveUp(new LogPosition(from));
        }
      }
      case STOP_WRITES -> {
        long lag = settled - progress.archivedTo().bytes();
        if (lag > limits.maxLagBytes() && !writes.isStopped()) {
          LOG.error("The archive is {} bytes behind; writes are refused", lag);
          writes.stop(this::lagExceeded);
          progress.setWritesStopped(true);
        } else if (lag <= limits.maxLagBytes() / 2 && writes.isStopped()) {
          LOG.info("The archive has caught up; writes are accepted");
          writes.resume();
          progress.setWritesStopped(false);
        }
      }
    }
  }

  private void giveUp(LogPosition before) {
    LogPosition archived = progress.archivedTo();
    if (before.compareTo(archived) <= 0) {
      return;
    }
    // Told once for each time that it happens, not for each further step.
    if (!archived.equals(givenUpFrom)) {
      givenUpFrom = archived;
      LOG.error(
          "The archive is more than maxLag, {} bytes, behind; the log before {} is given up, and"
              + " more with each commit until the store works",
          limits.maxLagBytes(),
          before);
    }
    try {
      tail.skipTo(before);
    } catch (IOException failure) {
      LOG.error("The log cannot be given up before {}", before, failure);
    }
  }

  private DosqlException lagExceeded() {
    return new DosqlException(
            ARCHIVE_LAG_EXCEEDED,
            "the archive is %d bytes behind, the limit maxLag is %d; writes wait for it, reads go on"
                .formatted(
                    log.settled().bytes() - progress.archivedTo().bytes(), limits.maxLagBytes()))
        .withRetryAfter(LAG_RETRY_AFTER)
        .withSqliteCode("SQLITE_BUSY");
  }

  /**
   * Whether everything is archived that was appended before the log ended at a position.
   *
   * @param appended what the log's statistics told then; that alone does not tell, for it may lie
   *     behind the next batch's header
   */
  boolean isArchived(LogPosition appended) {
    LogPosition archived = progress.archivedTo();
    return archived.compareTo(appended) >= 0
        || (log.statistics().unsettledBytes() == 0 && archived.compareTo(log.settled()) >= 0);
  }

  /** Whether everything that was appended to the log is archived. */
  boolean isCaughtUp() {
    return objects != null
        && pending == null
        && log.statistics().unsettledBytes() == 0
        && log.settled().compareTo(progress.archivedTo()) <= 0;
  }

  /** Tries that failed so far. */
  long failures() {
    return progress.failures();
  }

  /** Whether trying on makes sense when the process ends. */
  boolean isFailing() {
    return isFenced || failuresInARow > 0;
  }

  /** Gives back what it has open. The log stays held. On the thread of {@link #step}. */
  void close() throws IOException {
    startAgain();
    tail.close();
  }
}
