package io.dosql.engine.archiver.chain;

import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;
import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;

import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.chain.ChainState;
import io.dosql.engine.archiver.ArchivedLog;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.log.PositionReleasedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries commits from the log into the first level, in rounds.
 *
 * <p>A round reads what log objects hold, from where the one before ended, and writes one file for
 * each tenant that changed. It counts only as a whole: after a failure the next one reads the same
 * again, and passes over what is in chains by the LSN. Where a tenant's commits do not continue its
 * chain they may make a snapshot themselves, if they have written every page, as those of a new
 * tenant do; else the tenant owes one ({@link ChainDebts}). One thread.
 */
final class ChainBuilder {

  /** Who holds the log. */
  static final String HOLDER = "chains";

  private static final Logger LOG = LoggerFactory.getLogger(ChainBuilder.class);

  private final CommitLog log;
  private final ArchivedLog archive;
  private final ChainLimits limits;
  private final Path scratch;
  private final int pageBytes;
  private final ChainStates states;
  private final ChainDebts debts;
  private final ChainWriter writer;
  private final ChainProgress progress;
  private final InstantSource clock;
  private final UnfinishedCommits unfinished;

  /** Where the next round begins; held in the log. */
  private LogPosition next;

  ChainBuilder(ChainContext context, ChainStates states, ChainDebts debts, ChainWriter writer) {
    this.log = context.log();
    this.archive = context.archive();
    this.limits = context.limits();
    this.scratch = context.scratch();
    this.pageBytes = context.pageBytes();
    this.progress = context.progress();
    this.clock = context.clock();
    this.states = states;
    this.debts = debts;
    this.writer = writer;
    LongSupplier nanoTime = context.nanoTime();
    this.unfinished = new UnfinishedCommits(limits.unfinishedMax(), nanoTime);
    this.next = LogPosition.START;
  }

  /**
   * Begins at a position, or at the oldest one that the log has if it has not got that.
   *
   * @return whether it has
   */
  boolean begin(LogPosition position) {
    boolean isThere = position.compareTo(log.settled()) <= 0;
    LogPosition from = isThere ? position : log.oldest();
    while (true) {
      try {
        log.retain(HOLDER, from);
        next = from;
        return isThere;
      } catch (PositionReleasedException e) {
        // The log may let go of more while nobody holds it.
        isThere = false;
        from = log.oldest();
      }
    }
  }

  private void hold(LogPosition position) {
    try {
      log.retain(HOLDER, position);
      next = position;
    } catch (PositionReleasedException e) {
      throw new IllegalStateException("the log let go of what is held for chains", e);
    }
  }

  LogPosition next() {
    return next;
  }

  /**
   * Lets go of the log if too much of it is held, also while nothing gets into log objects.
   *
   * @return whether commits were left out, which only snapshots can bring into chains now
   */
  boolean isTooFarBehind() {
    long settled = log.settled().bytes();
    if (settled - next.bytes() <= limits.maxHeldLogBytes()) {
      return false;
    }
    // Not less than half, or it would come back at once.
    LogPosition from =
        new LogPosition(
            Math.max(archive.archivedTo().bytes(), settled - limits.maxHeldLogBytes() / 2));
    LOG.warn(
        "chains are {} bytes of the log behind, more than the limit maxHeldLogBytes of {}: what is"
            + " between {} and {} comes into them with snapshots",
        settled - next.bytes(),
        limits.maxHeldLogBytes(),
        next,
        from);
    hold(from);
    return true;
  }

  /**
   * One round.
   *
   * @return whether the log holds more by now
   * @throws DosqlException when the store fails; what was written before counts
   */
  boolean round() throws IOException {
    LogPosition archived = archive.archivedTo();
    if (archived.compareTo(next) <= 0) {
      progress.oldestUnchained(null);
      return false;
    }
    try (PageSpool spool = new PageSpool(scratch, pageBytes)) {
      Round round = new Round(limits, spool, this::isWanted);
      LogPosition end = read(round, archived);
      for (TenantRound tenant : round.tenants()) {
        write(tenant);
      }
      unfinished.look(round);
      hold(round.next(end, unfinished::isGivenUp));
      progress.oldestUnchained(null);
      return round.isFull();
    }
  }

  private LogPosition read(Round round, LogPosition archived) throws IOException {
    LogPosition end = next;
    boolean isFirst = true;
    try (LogReader reader = log.reader(next)) {
      while (!round.isFull()) {
        Optional<LoggedPart> part = reader.next();
        if (part.isEmpty() || part.get().end().compareTo(archived) > 0) {
          break;
        }
        if (isFirst && isWanted(part.get().part().tenant(), part.get().part().lsn())) {
          progress.oldestUnchained(part.get().time());
          isFirst = false;
        }
        round.add(part.get());
        end = part.get().end();
      }
    }
    return end;
  }

  private boolean isWanted(String tenant, long lsn) {
    return !debts.contains(tenant)
        && lsn > states.remembered(tenant).map(ChainState::end).orElse(0L);
  }

  private void write(TenantRound tenant) throws IOException {
    try {
      for (CommitRange range : tenant.ranges()) {
        write(tenant.tenant(), range);
      }
    } catch (DosqlException e) {
      // What was written may be there, or not.
      states.forget(tenant.tenant());
      if (!isOfOneTenant(e)) {
        throw e;
      }
      LOG.error("tenant {}: its chain does not go on: {}", tenant.tenant(), e.toString());
      progress.failed(ChainFailure.of(tenant.tenant(), e, clock.instant()));
      debts.add(tenant.tenant(), tenant.ranges().getFirst().firstPosition());
    }
    tenant.broken().ifPresent(position -> debts.add(tenant.tenant(), position));
  }

  /** Whether others' chains can go on all the same. */
  static boolean isOfOneTenant(DosqlException failure) {
    return failure.code() == STORAGE_CONFLICT || failure.code() == STORAGE_CHECKSUM_MISMATCH;
  }

  private void write(String tenant, CommitRange range) throws IOException {
    if (debts.contains(tenant)) {
      return;
    }
    ChainState state = states.get(tenant);
    Optional<Long> end = state.continuesBehind(range.firstLsn());
    if (end.isPresent()) {
      if (range.lastLsn() > end.get()) {
        writer.write(tenant, ChainLevel.FIRST, end.get() + 1, range);
        boolean shrank = state.pages() == 0 || range.databasePages() < state.pages();
        ChainState extended =
            state.extended(range.lastLsn(), range.databasePages(), clock.instant());
        states.set(tenant, extended);
        if (shrank && range.isWhole()) {
          // As VACUUM does. Litestream's VFS takes the highest page of any file that it reads for
          // the end of the database: with a snapshot it reads none from before.
          writer.write(tenant, ChainLevel.SNAPSHOT, 1, range);
          states.set(tenant, extended.snapshotTaken(range.lastLsn(), clock.instant()));
        }
      }
    } else if (range.isWhole()) {
      writer.write(tenant, ChainLevel.SNAPSHOT, 1, range);
      states.set(tenant, state.restarted(range.lastLsn(), range.databasePages(), clock.instant()));
    } else {
      LOG.info(
          "tenant {}: its chain ends at LSN {} and the log goes on at {}; it gets a snapshot",
          tenant,
          state.end(),
          range.firstLsn());
      debts.add(tenant, range.firstPosition());
    }
  }
}
