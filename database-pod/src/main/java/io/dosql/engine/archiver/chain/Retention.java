package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.PruneResult;
import io.dosql.engine.archive.log.LogRetention;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go of what has fallen out of the window, in passes: first log objects, then, tenant by
 * tenant, the files of chains, then lines that have ended. What it fails at it tries again after a
 * while; nothing else waits for it.
 *
 * <p>"Now" is the earlier one of this process's clock and the time at which the store got the
 * newest log object: one clock that runs ahead deletes nothing too early, and in an archive that
 * nobody writes to nothing falls out of the window.
 *
 * <p>{@link #lookAt} is for any thread, all else for one.
 */
final class Retention {

  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private final ChainContext context;
  private final LogRetention log;
  private final ChainDeletion chains;
  private final LineDeletion lines;
  private final Duration horizon;
  private final LongSupplier nanoTime;
  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

  /** Tenants that are to be examined. */
  private final Deque<String> waiting = new ArrayDeque<>();

  /**
   * When {@link #keptFrom} gets here a tenant has to be examined again; the oldest are forgotten.
   */
  private final Map<String, Instant> examineFrom;

  /** What restores saved before that moment is to go; null if it has gone. */
  private @Nullable Instant statesBefore;

  private Instant keptFrom = Instant.MIN;

  /** Of log objects at the last pass. */
  private Optional<Instant> oldestCommit = Optional.empty();

  private LogRetention.@Nullable Excess deleting;

  /** Where the archive was at the last pass: it has changed since, or there is nothing to find. */
  private @Nullable LogPosition seen;

  /** Gaps that the archive had then; what is promised has to hold in spite of them. */
  private long seenGaps;

  private long passDue;
  private long pausedUntil;

  Retention(ChainContext context, ChainStates states) {
    this.context = context;
    this.log = new LogRetention(context.logObjects(), context.rate()::acquire);
    this.chains = new ChainDeletion(context, states);
    this.lines = new LineDeletion(context);
    this.horizon = context.limits().horizon();
    this.nanoTime = context.nanoTime();
    this.passDue = nanoTime.getAsLong();
    this.pausedUntil = passDue;
    int max = context.limits().maxRememberedTenants();
    this.examineFrom =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > max;
          }
        };
  }

  /** Backups no longer need snapshots of these tenants. */
  void lookAt(Set<String> tenants) {
    asked.addAll(tenants);
  }

  /** Does one task; false if there is none now. */
  boolean step() {
    if (context.archive().isFenced() || pausedUntil - nanoTime.getAsLong() > 0) {
      return false;
    }
    try {
      boolean isDone = task();
      if (isDone) {
        context.progress().retention(status -> status.withFailure(Optional.empty()));
      }
      return isDone;
    } catch (DosqlException failure) {
      failed(failure);
      return false;
    }
  }

  private void failed(DosqlException failure) {
    LOG.warn("Old parts of the archive could not be deleted: {}", failure.toString());
    Instant now = context.clock().instant();
    @Nullable String tenant = ChainBuilder.isOfOneTenant(failure) ? waiting.pollFirst() : null;
    if (tenant != null) {
      examineFrom.put(tenant, now);
    }
    Optional<ChainFailure> latest = Optional.of(ChainFailure.of(tenant, failure, now));
    context.progress().retention(status -> status.withFailure(latest));
    pause();
  }

  private void pause() {
    pausedUntil = nanoTime.getAsLong() + context.limits().debtRetryAfter().toNanos();
  }

  /**
   * Not for long, since nothing is asked of the store: a minute would meet the next one of backups
   * that are taken every minute, and so on.
   */
  private void waitForBackups() {
    pausedUntil = nanoTime.getAsLong() + context.limits().retryAfter().toNanos();
  }

  private boolean task() {
    for (String tenant = asked.poll(); tenant != null; tenant = asked.poll()) {
      waiting.add(tenant);
    }
    Instant oldStates = statesBefore;
    if (deleting != null) {
      deleteLogObjects(deleting);
    } else if (oldStates != null) {
      context.rate().acquire();
      context
          .backups()
          .pruneStatesBefore(oldStates, context.snapshotUse())
          .ifPresentOrElse(this::statesDeleted, this::waitForBackups);
    } else if (chains.isFull() || (waiting.isEmpty() && chains.hasSnapshots())) {
      if (!chains.deleteSnapshots()) {
        waitForBackups();
      }
    } else if (!waiting.isEmpty()) {
      String tenant = waiting.getFirst();
      examineFrom.put(tenant, chains.examine(tenant, keptFrom, oldestCommit));
      waiting.removeFirst();
    } else if (passDue - nanoTime.getAsLong() <= 0 || context.archive().gaps() != seenGaps) {
      return beginPass();
    } else if (lines.hasWork()) {
      if (!lines.step()) {
        waitForBackups();
      }
    } else {
      return false;
    }
    return true;
  }

  private void statesDeleted(PruneResult pruned) {
    context.progress().retention(status -> status.withDeleted(pruned.objects()));
    statesBefore = null;
  }

  private void deleteLogObjects(LogRetention.Excess excess) {
    int deleted = log.delete(excess);
    context.progress().retention(status -> status.withDeleted(deleted));
    if (deleted == 0) {
      deleting = null;
    }
  }

  private boolean beginPass() {
    LogPosition archived = context.archive().archivedTo();
    if (archived.equals(seen)) {
      return false;
    }
    // Before anything is read: of a gap that comes meanwhile the next pass takes care.
    long gaps = context.archive().gaps();
    Optional<LogRetention.Extent> extent = log.extent();
    Optional<Instant> wholeFrom = extent.flatMap(log::wholeFrom);
    oldestCommit = extent.flatMap(log::oldestCommit);
    Optional<Instant> limit = extent.map(line -> now(line).minus(horizon));
    Optional<LogRetention.Excess> excess =
        extent.flatMap(line -> log.excess(line, limit.orElseThrow()));
    limit.ifPresent(moment -> lines.begin(moment, wholeFrom));
    deleting = excess.orElse(null);
    if (excess.isPresent() && excess.get().keptFrom().isAfter(keptFrom)) {
      keptFrom = excess.get().keptFrom();
      statesBefore = keptFrom;
      TreeSet<String> tenants = new TreeSet<>(context.catalog().tenants());
      tenants.addAll(context.deletions().tenants());
      for (String tenant : tenants) {
        if (!examineFrom.getOrDefault(tenant, Instant.MIN).isAfter(keptFrom)) {
          waiting.add(tenant);
        }
      }
    }
    // Before anything is deleted.
    Instant kept = keptFrom;
    context
        .progress()
        .retention(
            status ->
                status.withWholeFrom(
                    wholeFrom.map(from -> from.isAfter(kept) ? from : kept), gaps));
    seen = archived;
    seenGaps = gaps;
    // What proves the line whole is not there yet: chains are catching up.
    Duration next =
        wholeFrom.isPresent()
            ? context.limits().retentionInterval()
            : context.limits().retryAfter();
    passDue = nanoTime.getAsLong() + next.toNanos();
    return true;
  }

  private Instant now(LogRetention.Extent line) {
    Instant clock = context.clock().instant();
    return clock.isBefore(line.newest()) ? clock : line.newest();
  }
}
