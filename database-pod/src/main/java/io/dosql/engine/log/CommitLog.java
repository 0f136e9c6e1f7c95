package io.dosql.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import net.jpountz.lz4.LZ4Factory;

/**
 * The commit log of a pod: what is in here and settled is durable, whatever becomes of the process.
 *
 * <p>Commits of all tenants are appended to memory; one flusher writes and syncs whatever has
 * gathered, then {@link #settled} advances: one sync serves everyone who waits. A failed write or
 * sync is the end: {@link FatalErrorHandler}.
 *
 * <p>The log holds a tenant's commits from its first append on, until {@link #checkpointed} says
 * that the database file has them durably; this survives a restart. Others who need old parts say
 * so by {@link #retain}. Segments that nobody needs are deleted, all but the active one.
 *
 * <p>Thread safe; virtual threads may wait here. The format and what a crash can leave are
 * described at {@link LogFormat}.
 */
public final class CommitLog implements Closeable {

  /** There is one pod, which is primary since its data directory began. */
  private static final long EPOCH = 1;

  private static final String READER_PREFIX = "reader/";

  private final LogOptions options;
  private final AppendBuffer buffer;
  private final LogIndex index;
  private final Retention retention;
  private final Segments segments;
  private final Flusher flusher;
  private final Worker flusherWorker;
  private final Worker housekeeperWorker;
  private final DamageBook damage;
  private final LogRecovery recovery;
  private final EncoderPool encoders;
  private final PartDecoder decoder;
  private final AtomicLong readers = new AtomicLong();

  CommitLog(
      LogOptions options,
      AppendBuffer buffer,
      LogIndex index,
      Retention retention,
      Segments segments,
      Flusher flusher,
      Worker flusherWorker,
      Worker housekeeperWorker,
      DamageBook damage,
      LogRecovery recovery) {
    this.options = options;
    this.buffer = buffer;
    this.index = index;
    this.retention = retention;
    this.segments = segments;
    this.flusher = flusher;
    this.flusherWorker = flusherWorker;
    this.housekeeperWorker = housekeeperWorker;
    this.damage = damage;
    this.recovery = recovery;
    LZ4Factory lz4 = LZ4Factory.fastestInstance();
    this.encoders = new EncoderPool(lz4, Runtime.getRuntime().availableProcessors());
    this.decoder = new PartDecoder(lz4);
  }

  /**
   * Opens the log in a storage, or begins one in an empty storage. Reads and verifies all that is
   * there; cuts off the batch that a crash left incomplete; on return everything that the log holds
   * is durable. Starts two threads; {@link #close} ends them.
   *
   * <p>What is damaged that no crash damages is in {@link #damage}. Until it has been judged,
   * tenant by tenant, nothing is released.
   *
   * @param storage used by nobody else
   * @param fatal ends the process
   * @throws CorruptLogException if nothing can be proved: this is no log, or files were mixed up;
   *     nothing is changed
   * @throws UnsupportedLogVersionException if a newer engine wrote it
   */
  public static CommitLog open(
      LogOptions options, LogStorage storage, FatalErrorHandler fatal, InstantSource clock)
      throws IOException {
    SecureRandom random = new SecureRandom();
    return new LogOpener(options, storage, fatal, clock, random::nextLong, ThreadWorker::start)
        .open();
  }

  /** What opening the log found. */
  public LogRecovery recovery() {
    return recovery;
  }

  /** The limits of this log. */
  public LogOptions options() {
    return options;
  }

  /**
   * Since which change of the primary commits are appended here: what their {@link
   * CommitPart#epoch} must be. It never falls; outside the process everything is keyed by it and
   * the LSN.
   */
  public long epoch() {
    return EPOCH;
  }

  /**
   * The damage that opening the log found, in log order, without what had been judged before. Empty
   * in almost every log.
   */
  public List<LogDamage> damage() {
    return damage.found();
  }

  /**
   * What a tenant lost by {@link #damage}, or may have lost. Right after {@link #open} only, before
   * {@link #checkpointed} is told of the tenant.
   *
   * @param lsn the tenant's redo point; 0 for none
   * @return empty if it is proved that it lost nothing
   */
  public Optional<TenantLoss> lossOf(String tenant, long lsn) {
    return damage.lossOf(tenant, lsn);
  }

  /**
   * Says that every tenant that {@link #lossOf} tells of is durably marked as such elsewhere, and
   * that the files of all others hold what the log had of them when it was opened. So the damage
   * need not be judged again, nor any that comes to what was there then, and the log may let go of
   * what nobody holds. Its segments are set aside then rather than deleted. Durable on return.
   *
   * @throws IllegalStateException if a tenant still needs some of it
   */
  public void damageJudged() throws IOException {
    damage.judged();
  }

  /** Deletes the segments that were set aside: nobody needs them to find out what was lost. */
  public void discardEvidence() throws IOException {
    damage.discardEvidence();
  }

  /**
   * Appends a part of a commit, in memory only; it becomes durable soon after without further
   * calls. Waits while the buffer is full. Parts of one tenant are appended by one thread at a
   * time.
   *
   * @return the position behind the part: it is durable once {@link #settled} has reached this
   * @throws IllegalArgumentException if the part is larger than the options allow
   * @throws IllegalStateException if the part does not follow what the tenant has appended, or the
   *     log is closed. A commit may begin with the LSN after the tenant's newest, or with an older
   *     one, which it replaces once it is complete, with all after it; an unfinished commit is
   *     forgotten when another begins
   * @throws LogBusyException if there is no room within {@link LogOptions#appendTimeout}; the part
   *     is not appended
   * @throws LogFailedException if the log has failed; whether earlier parts are durable is unknown
   */
  public LogPosition append(CommitPart part)
      throws LogFailedException, LogBusyException, InterruptedException {
    part.checkLimits(options);
    PartEncoder encoder = encoders.take();
    try {
      return new LogPosition(buffer.append(encoder.encode(part)));
    } finally {
      encoders.giveBack(encoder);
    }
  }

  /** Up to where everything is durable. Never goes back. */
  public LogPosition settled() {
    return new LogPosition(buffer.settled());
  }

  /**
   * Waits until everything up to a position is durable.
   *
   * @param position what {@link #append} returned
   * @throws TimeoutException if it is not durable in time; it may become so later
   * @throws LogFailedException if the log has failed, whatever the position
   * @throws IllegalArgumentException if nothing was appended up to there
   */
  public void awaitSettled(LogPosition position, Duration timeout)
      throws LogFailedException, TimeoutException, InterruptedException {
    CompletableFuture<Void> settled = buffer.settledFuture(position.bytes());
    try {
      settled.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new LogFailedException(e.getCause() == null ? e : e.getCause());
    }
  }

  /**
   * Calls back, once, when everything up to a position is durable or the log has failed: on the
   * flusher's thread, so it must be short, or on the caller's.
   *
   * @param position what {@link #append} returned
   */
  public void whenSettled(LogPosition position, Runnable callback) {
    try {
      var _ =
          buffer.settledFuture(position.bytes()).whenComplete((settled, failure) -> callback.run());
    } catch (LogFailedException failed) {
      callback.run();
    }
  }

  /** Adds a listener of all further progress of {@link #settled}. */
  public void onSettled(SettledListener listener) {
    flusher.settledListeners().add(listener);
  }

  /** Adds a listener of all further flushes. */
  public void onFlush(FlushListener listener) {
    flusher.flushListeners().add(listener);
  }

  /** The tenants with commits that, for all the log knows, their files do not hold; sorted. */
  public Set<String> tenants() {
    return index.tenants();
  }

  /**
   * Where a tenant's complete commits after an LSN lie, in order: what redo has to read. Commits
   * that were appended and are not settled yet are among them; wait for them before reading.
   *
   * @param lsn the tenant's redo point; 0 for all
   * @return empty if there are none
   * @throws MissingCommitException if there are some, but not from {@code lsn + 1} on without a gap
   */
  public List<LoggedCommit> commitsAfter(String tenant, long lsn) throws MissingCommitException {
    return index.after(tenant, lsn);
  }

  /**
   * The same up to an LSN, for a tenant that lost what follows.
   *
   * @throws MissingCommitException if they do not follow each other without a gap
   */
  public List<LoggedCommit> commitsUpTo(String tenant, long lsn, long lastLsn)
      throws MissingCommitException {
    return index.between(tenant, lsn, lastLsn);
  }

  /** The LSN of the newest complete commit of a tenant that the log still holds for it. */
  public OptionalLong lastLsn(String tenant) {
    return index.lastLsn(tenant);
  }

  /**
   * Says that a tenant's database file holds, durably, everything up to an LSN, so that the log
   * need not hold it for this tenant any longer; with {@link Long#MAX_VALUE} that the tenant is
   * gone. An unfinished commit is forgotten. Costs O(log n), does no I/O. Repeat it for every
   * tenant after {@link #open}, as soon as its redo point is known: until then the log holds all
   * that it still has.
   */
  public void checkpointed(String tenant, long lsn) {
    index.dropUpTo(tenant, lsn);
  }

  /**
   * Keeps everything from a position on, for whoever is named; moves the position of a holder that
   * has one. Does not outlive the process. Costs O(log n), does no I/O.
   *
   * @throws IllegalArgumentException for names that the log gives itself: {@code tenant/…} and
   *     {@code reader/…}
   * @throws PositionReleasedException if it is released already; then nothing is retained
   */
  public void retain(String holder, LogPosition position) throws PositionReleasedException {
    if (holder.startsWith(READER_PREFIX) || holder.startsWith(LogHold.TENANT_PREFIX)) {
      throw new IllegalArgumentException("The log itself names its holders so: " + holder);
    }
    hold(holder, position);
  }

  private SegmentHeader hold(String holder, LogPosition position) throws PositionReleasedException {
    retention.hold(holder, position.bytes());
    try {
      return segments.containing(position);
    } catch (PositionReleasedException e) {
      retention.release(holder);
      throw e;
    }
  }

  /** Ends what {@link #retain} began; harmless for an unknown holder. */
  public void release(String holder) {
    retention.release(holder);
  }

  /** Who holds the oldest position, so that it can be asked to move on. */
  public Optional<LogHold> oldestHolder() {
    return retention.oldest();
  }

  /** Who holds positions before one, the oldest first. */
  public List<LogHold> holdersBefore(LogPosition position, int countMax) {
    return retention.before(position, countMax);
  }

  /** Where the oldest segment begins. */
  public LogPosition oldest() {
    return segments.oldest();
  }

  /** Disk space of all segments. */
  public long sizeBytes() {
    return segments.sizeBytes();
  }

  /**
   * Whether the log waits for space on the disk for its next segment: nothing more becomes durable
   * until there is some, and then it goes on by itself.
   */
  public boolean waitsForSpace() {
    return flusher.waitsForSpace();
  }

  /** The time of the newest part; none that is appended from now on has an earlier one. */
  public Instant latestTime() {
    return Instant.ofEpochMilli(buffer.latestTimeMillis());
  }

  public LogStatistics statistics() {
    return flusher.statistics(index);
  }

  /**
   * Reads settled parts in order, from the first one that begins at or after a position. Holds the
   * log from there on until it is closed.
   *
   * @throws PositionReleasedException if the position is released already
   */
  public LogReader reader(LogPosition from) throws IOException {
    String holder = READER_PREFIX + readers.incrementAndGet();
    SegmentHeader segment = hold(holder, from);
    try {
      return new LogReader(
          segments,
          segment,
          from,
          decoder,
          buffer::settled,
          position -> retention.hold(holder, position),
          () -> retention.release(holder));
    } catch (IOException | RuntimeException e) {
      retention.release(holder);
      throw e;
    }
  }

  /** Reads single parts by the positions that {@link #commitsAfter} gives. */
  public PartReader partReader() {
    return new PartReader(segments, decoder, buffer::settled);
  }

  /**
   * Refuses further appends, makes durable what was appended, and ends the threads. Harmless when
   * repeated.
   *
   * @throws LogFailedException if the log has failed, now or before
   * @throws LogBusyException if the last flush does not end within {@link LogOptions#closeTimeout}
   */
  @Override
  public void close() throws IOException {
    if (!buffer.close()) {
      return;
    }
    try {
      finish(flusherWorker, this::flushLast);
      finish(housekeeperWorker, () -> {});
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException)
          new InterruptedIOException("Interrupted while closing the commit log").initCause(e);
    }
    segments.close();
    buffer.checkNotFailed();
    if (flusher.waitsForSpace()) {
      throw new LogBusyException(
          "The commit log found no space for what was appended last",
          "closeTimeout",
          options.closeTimeout());
    }
  }

  private void finish(Worker worker, Runnable lastJob) throws IOException, InterruptedException {
    if (!worker.finish(lastJob, options.closeTimeout())) {
      throw new LogBusyException(
          "The commit log did not finish its work", "closeTimeout", options.closeTimeout());
    }
  }

  private void flushLast() {
    while (flusher.step()) {}
    flusher.mark();
  }
}
