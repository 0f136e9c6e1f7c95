package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.TenantEntry;
import io.dosql.engine.archive.restore.RestoreTarget.AtLsn;
import io.dosql.engine.archive.restore.RestoreTarget.AtTime;
import io.dosql.engine.log.LogPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Goes through log objects for one tenant's commits behind an LSN, up to a target. One thread.
 *
 * <p>It is <em>past</em> the target when it has seen a commit that does not belong any more: only
 * then it is proved that nothing is left out.
 */
final class LogScan {

  private final String tenant;
  private final RestoreTarget target;

  /** Newest LSN that the chain holds, of those that belong. */
  private final long chainLsn;

  private final List<LogSlice> slices = new ArrayList<>();
  private long lsn;
  private Instant time;
  private boolean isPast;
  private boolean isBroken;

  /** Whether the next commit has begun in what was looked at. */
  private boolean hasBegun;

  /** Whether the last commit that chains hold, or one before it, was in what was looked at. */
  private boolean isAttached;

  /**
   * Pages of the commit that is looked at, as long as what came before the first one is not known;
   * null once it is, or does not matter, for a commit wrote every page.
   */
  private @Nullable WrittenPages unfounded;

  private LogPosition knownTo = LogPosition.START;

  /** What was never archived and may have held commits of the tenant; null if nothing was. */
  private @Nullable LogSpan gap;

  /**
   * @param lsn behind which commits are looked for
   * @param time of that commit
   */
  LogScan(String tenant, RestoreTarget target, long lsn, Instant time) {
    this.tenant = tenant;
    this.target = target;
    this.chainLsn = lsn;
    this.lsn = lsn;
    this.time = time;
  }

  /** Of the newest commit that belongs, so far. */
  long lsn() {
    return lsn;
  }

  Instant time() {
    return time;
  }

  List<LogSlice> slices() {
    return slices;
  }

  boolean isPast() {
    return isPast;
  }

  /**
   * Whether commits that may belong are missing behind the last one, for all that was looked at.
   */
  boolean isBroken() {
    return isBroken || (gap != null && !isReached());
  }

  /** Whether the commits that belong change a state that the archive does not have. */
  boolean isUnfounded() {
    return unfounded != null && lsn > chainLsn;
  }

  /** What is known of the gap, as the end of a sentence. */
  String gapText() {
    return gap == null
        ? ""
        : ": the log from %s to %s was never archived".formatted(gap.from(), gap.to());
  }

  private boolean isReached() {
    return target instanceof AtLsn at && lsn == at.lsn();
  }

  /**
   * Before the first object.
   *
   * @param position nothing that ends at or before it can be missing
   * @param nextBegins whether the next commit is known to begin in the first object
   */
  void beginAt(LogPosition position, boolean nextBegins) {
    knownTo = position;
    hasBegun = nextBegins;
    isAttached = nextBegins;
  }

  /** Looks at the next object. */
  void look(long number, SeenObject object) {
    LogObjectHeader header = object.header();
    LogSpan gapBefore = header.place().gapBefore();
    if (!gapBefore.isEmpty() && gapBefore.to().compareTo(knownTo) > 0) {
      // What this tenant committed in there is lost to the archive, if the next LSN does not
      // follow.
      gap = gapBefore;
      hasBegun = false;
    }
    Optional<TenantEntry> entry = object.index().find(tenant);
    if (entry.isPresent() && entry.get().lowestLsn() <= lsn) {
      // So what was committed before it is no later, in a gap or not.
      gap = null;
    }
    if (entry.isPresent() && entry.get().highestLsn() > lsn) {
      look(number, object, entry.get());
    }
    // The log's times never go back, so no commit that follows belongs either.
    isPast |=
        header.commits() > 0 && target instanceof AtTime at && header.lastTime().isAfter(at.time());
    isPast |= isReached();
  }

  private void look(long number, SeenObject object, TenantEntry entry) {
    boolean hasCommits = entry.lastCommit() > lsn;
    if (entry.firstCommit() == lsn + 1 && !target.includes(lsn + 1, entry.firstTime())) {
      // Whatever is missing before it, no commit is.
      gap = null;
      isPast = true;
      return;
    }
    long next = Math.max(lsn + 1, entry.lowestLsn());
    if (hasCommits) {
      next = Math.max(next, entry.firstCommit());
    }
    // Where nothing is missing a number is left out by a deletion: the next commit begins anew. So
    // it may behind a gap; if it does not belong, what is missing may.
    boolean mayLackCommits = next > lsn + 1 && gap != null;
    if (mayLackCommits && !(hasCommits && target.includes(next, entry.firstTime()))) {
      isBroken = true;
      return;
    }
    // Its first part may have been left out, and only its parts tell.
    boolean mayLackBegin = !hasBegun && (gap != null || slices.isEmpty());
    if (mayLackBegin && !object.begins(next, entry)) {
      isBroken = true;
      return;
    }
    if (mayLackCommits || (next > lsn + 1 && slices.isEmpty() && !isAttached)) {
      unfounded = new WrittenPages();
    }
    if (hasCommits) {
      gap = null;
    }
    long before = lsn;
    if (hasCommits && !target.includes(entry.lastCommit(), entry.lastTime())) {
      lookAtCommits(object, entry);
      isPast = true;
      if (lsn > before) {
        add(number, entry);
      }
    } else {
      add(number, entry);
      lsn = Math.max(lsn, entry.lastCommit());
      time = hasCommits ? entry.lastTime() : time;
    }
    hasBegun = entry.highestLsn() > lsn;
    lookForFoundation(object, entry, before);
  }

  /** Looks for a commit that has every page, among those that belong. */
  private void lookForFoundation(SeenObject object, TenantEntry entry, long before) {
    WrittenPages written = unfounded;
    if (written == null || slices.isEmpty()) {
      return;
    }
    object.visitParts(
        entry,
        part -> {
          long found = part.part().lsn();
          if (found > before && (found <= lsn || hasBegun)) {
            written.add(part.part());
            if (part.part().isLast() && found <= lsn && written.areAllOf(part.part())) {
              unfounded = null;
            }
          }
        });
  }

  private void lookAtCommits(SeenObject object, TenantEntry entry) {
    object.visitParts(
        entry,
        part -> {
          long found = part.part().lsn();
          if (part.part().isLast() && found > lsn && target.includes(found, part.time())) {
            lsn = found;
            time = part.time();
          }
        });
  }

  private void add(long number, TenantEntry entry) {
    long bytes = entry.extents().stream().mapToLong(TenantEntry.Extent::lengthBytes).sum();
    slices.add(new LogSlice(number, bytes));
  }
}
