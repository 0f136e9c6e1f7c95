package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainFacts;
import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.Deletion;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.restore.NotRestorable.Point;
import io.dosql.engine.archive.restore.RestoreTarget.AtLsn;
import io.dosql.engine.archive.restore.RestoreTarget.AtTime;
import io.dosql.engine.archive.restore.RestoreTarget.Latest;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds out what of one line's archive makes a tenant's state at a target: exactly, or not at all.
 *
 * <p>The path through the chain goes as far as files do; the single commits from there to the
 * target come from log objects. Which those are is told by the file of the chain that goes past the
 * target, or else, for commits that no chain holds yet, by the newest log object.
 *
 * <p>Reads listings, beginnings and indexes, and at most one tenant's parts of one log object.
 * Failures are {@link DosqlException}: those of the store, and {@code SNAPSHOT_NOT_AVAILABLE},
 * which names the nearest restorable points. One thread, and for one order: what it has looked at
 * it does not ask for again.
 */
public final class RestorePlanner {

  /** Objects that are looked at one by one for where a commit begins, if no file tells. */
  private static final int WALK_MAX = 10_000;

  private final ChainCatalog chains;
  private final Deletions deletions;
  private final SeenObjects objects;
  private final String line;

  /** All of the same line. */
  public RestorePlanner(ChainCatalog chains, Deletions deletions, LogObjects objects) {
    this(chains, deletions, new SeenObjects(objects));
  }

  RestorePlanner(ChainCatalog chains, Deletions deletions, SeenObjects objects) {
    this.chains = chains;
    this.deletions = deletions;
    this.objects = objects;
    this.line = objects.line();
  }

  /**
   * Plans the restore of a tenant.
   *
   * @param completeTo a moment up to which whoever asks knows that everything is archived; the
   *     archive alone proves it up to its newest commit only
   * @return with LSN 0 if the tenant was not there at that moment; what was there last is planned
   *     for {@link Latest} though it was deleted since
   * @throws DosqlException {@code SNAPSHOT_NOT_AVAILABLE} if the target is before or behind what is
   *     archived, or in a gap; {@code NOT_FOUND} if the archive has never seen the tenant
   */
  public RestorePlan plan(String tenant, RestoreTarget target, Instant completeTo) {
    // Before the chains: what it says to be in them must be in what is listed.
    OptionalLong _ = objects.last();
    List<Deletion> deleted = deletions.of(tenant);
    return new Search(tenant, target, completeTo, chains.files(tenant), deleted).plan();
  }

  /** The search for one tenant's plan. */
  private final class Search {

    private final String tenant;
    private final RestoreTarget target;
    private final Instant completeTo;
    private final List<Deletion> deleted;

    /** Those by the target. */
    private final List<Deletion> deletedBefore;

    /** From here on the tenant counts that there was at the target, if that is a moment. */
    private final long begin;

    /** Of that tenant. */
    private final List<ChainFile> chain;

    /** Whether nothing tells what there was of the tenant before the oldest object. */
    private boolean isFromOldest;

    Search(
        String tenant,
        RestoreTarget target,
        Instant completeTo,
        List<ChainFile> files,
        List<Deletion> deleted) {
      this.tenant = tenant;
      this.target = target;
      this.completeTo = completeTo;
      this.deleted = deleted;
      this.deletedBefore =
          switch (target) {
            case Latest _ -> deleted;
            case AtLsn _ -> List.of();
            case AtTime at ->
                deleted.stream().filter(each -> !each.time().isAfter(at.time())).toList();
          };
      this.begin =
          target instanceof AtTime
              ? deletedBefore.stream().mapToLong(Deletion::lsn).max().orElse(0)
              : 0;
      this.chain = files.stream().filter(file -> file.maxLsn() > begin).toList();
    }

    RestorePlan plan() {
      ChainPath path = ChainPath.upTo(chain, lastLsnOfFiles());
      Instant time = path.files().isEmpty() ? Instant.EPOCH : facts(path.files().getLast()).time();
      if (target instanceof AtLsn at && at.lsn() == path.lsn()) {
        return plan(path, List.of(), path.lsn(), time);
      }
      long lsn = Math.max(path.lsn(), begin);
      LogScan scan = scan(lsn, time);
      requireReached(scan);
      requireWhole(scan);
      if (scan.isUnfounded()) {
        throw unfounded(path, scan);
      }
      requireNothingLost(scan);
      if (scan.lsn() == begin) {
        return new RestorePlan(
            tenant, line, List.of(), List.of(), 0, Instant.EPOCH, deletionBehind(0));
      }
      return plan(path, scan.slices(), scan.lsn(), scan.time());
    }

    private RestorePlan plan(ChainPath path, List<LogSlice> slices, long lsn, Instant time) {
      return new RestorePlan(tenant, line, path.files(), slices, lsn, time, deletionBehind(lsn));
    }

    private Optional<Deletion> deletionBehind(long lsn) {
      return deletedBefore.stream()
          .filter(each -> each.lsn() > lsn)
          .max(Comparator.comparingLong(Deletion::lsn));
    }

    private long lastLsnOfFiles() {
      return switch (target) {
        case Latest latest -> Long.MAX_VALUE;
        case AtLsn at -> at.lsn();
        case AtTime at -> ChainPath.lastLsnAt(chain, at.time(), file -> facts(file).time());
      };
    }

    private ChainFacts facts(ChainFile file) {
      return chains.facts(tenant, file);
    }

    /** Looks for the commits behind the path. */
    private LogScan scan(long lsn, Instant time) {
      LogScan scan = new LogScan(tenant, target, lsn, time);
      OptionalLong last = objects.last();
      if (last.isEmpty()) {
        // A line that is written has one at least. Without it nothing tells what chains lack.
        throw nothingArchived(scan);
      }
      Optional<ChainFile> further = further(lsn);
      long first;
      if (further.isPresent()) {
        first = firstWith(lsn + 1, further.get(), scan);
        scan.beginAt(
            objects
                .find(first)
                .map(object -> object.header().place().span().from())
                .orElse(LogPosition.START),
            !isFromOldest);
      } else {
        // Chains hold all that they are said to hold.
        LogPosition chainedTo = chainedTo(last.getAsLong());
        first = firstUnchained(chainedTo);
        requireNothingBefore(first, chainedTo, scan);
        scan.beginAt(chainedTo, false);
      }
      for (long number = first; number <= last.getAsLong() && !scan.isPast(); number++) {
        Optional<SeenObject> object = objects.findInOrder(number, last.getAsLong());
        if (object.isEmpty()) {
          throw gone(scan, number);
        }
        scan.look(number, object.get());
      }
      if (scan.isBroken()) {
        throw gap(scan);
      }
      return scan;
    }

    /** All commits that end before it are in chains. */
    private LogPosition chainedTo(long last) {
      return objects
          .find(last)
          .map(object -> object.header().place().chainedTo())
          .orElse(LogPosition.START);
    }

    /** The file that holds the commit after an LSN; empty if no chain holds it. */
    private Optional<ChainFile> further(long lsn) {
      return ChainPath.covering(chain, lsn).or(() -> ChainPath.snapshotAfter(chain, lsn));
    }

    /**
     * The object in which a commit, or one before it, begins; the oldest one if none does.
     *
     * @param holder the first file that holds the commit, or the next one if the number was left
     *     out
     */
    private long firstWith(long lsn, ChainFile holder, LogScan scan) {
      ChainFacts facts = facts(holder);
      if (facts.logObjects() > 0 && begins(lsn, facts.firstLogObject())) {
        return facts.firstLogObject();
      }
      // Nobody wrote down which it is; the holder's last commit is not far behind.
      long number = objects.notBehind(facts.time());
      for (int looked = 0; looked < WALK_MAX; looked++) {
        if (objects.find(number).isEmpty()) {
          if (number + 1 != objects.first()) {
            throw gone(scan, number);
          }
          isFromOldest = true;
          return number + 1;
        }
        if (begins(lsn, number)) {
          return number;
        }
        number--;
      }
      throw beforeTheWindow(scan);
    }

    /** Whether a commit, or one before it, begins in an object. */
    private boolean begins(long lsn, long number) {
      Optional<SeenObject> object = objects.find(number);
      return object
          .flatMap(found -> found.index().find(tenant))
          .filter(entry -> object.orElseThrow().begins(lsn, entry))
          .isPresent();
    }

    /**
     * The object before the first one with something that may be in no chain yet: it tells what the
     * time was before.
     */
    private long firstUnchained(LogPosition chainedTo) {
      long chained =
          objects.lastThat(header -> header.place().span().to().compareTo(chainedTo) <= 0);
      return objects.find(chained).isPresent() ? chained : chained + 1;
    }

    /** The object before the first one is missing: it must not have held what no chain does. */
    private void requireNothingBefore(long first, LogPosition chainedTo, LogScan scan) {
      LogPosition endBefore =
          objects
              .find(first)
              .map(object -> object.header().place().previousEnd())
              .orElse(LogPosition.START);
      if (first > 1 && endBefore.compareTo(chainedTo) > 0) {
        throw gone(scan, first - 1);
      }
    }

    /** What was found counts only if it is proved that nothing is left out. */
    private void requireReached(LogScan scan) {
      if (scan.lsn() == 0 && chain.isEmpty() && deleted.isEmpty() && !scan.isPast()) {
        throw unknown();
      }
      if (scan.isPast()) {
        if (target instanceof AtLsn at && scan.lsn() < at.lsn()) {
          throw neverCommitted(scan);
        }
        return;
      }
      if (ChainPath.snapshotAfter(chain, scan.lsn()).isPresent()) {
        throw gap(scan);
      }
      if (target instanceof AtLsn at && scan.lsn() < at.lsn()) {
        throw endsBefore(scan);
      }
      if (target instanceof AtTime at
          && at.time().isAfter(newestTime())
          && at.time().isAfter(completeTo)) {
        throw endsBefore(scan);
      }
    }

    /**
     * A deletion takes the number behind the last commit. Where it does not follow, there were more
     * commits; those of a tenant that was deleted before chains had caught up with a gap are
     * nowhere, and any of them may belong.
     */
    private void requireNothingLost(LogScan scan) {
      if (!(target instanceof AtTime at) || further(scan.lsn()).isPresent()) {
        return;
      }
      boolean hadMore =
          deleted.stream()
              .filter(each -> each.lsn() > scan.lsn())
              .findFirst()
              .filter(each -> each.lsn() > scan.lsn() + 1)
              .isPresent();
      if (hadMore && gaps(objects.notBehind(at.time())) > gaps(objectOfLast(scan))) {
        throw NotRestorable.because(
            tenant,
            target,
            "the tenant was deleted since, and what it committed behind LSN %d is in a gap of the archive"
                .formatted(scan.lsn()),
            point(scan),
            Optional.empty());
      }
    }

    /** How many gaps the line has up to an object. */
    private long gaps(long number) {
      return objects
          .find(Math.max(number, objects.first()))
          .map(object -> object.header().place().gaps())
          .orElse(0L);
    }

    /** The object that has the last commit, or one before it that has a commit. */
    private long objectOfLast(LogScan scan) {
      long number = objects.notBehind(scan.time());
      boolean hasIt =
          objects
              .find(number)
              .flatMap(object -> object.index().find(tenant))
              .filter(entry -> entry.firstCommit() > 0 && entry.firstCommit() <= scan.lsn())
              .isPresent();
      while (!hasIt && number > objects.first()) {
        number--;
        hasIt = objects.find(number).filter(object -> object.header().commits() > 0).isPresent();
      }
      return number;
    }

    /**
     * From a moment on chains hold all that came before the oldest object, so that the path to it
     * leaves out nothing.
     */
    private void requireWhole(LogScan scan) {
      if (!isFromOldest) {
        return;
      }
      Instant moment = target instanceof AtTime at ? at.time() : scan.time();
      Optional<Instant> wholeFrom = objects.wholeFrom();
      if (wholeFrom.isEmpty() || moment.isBefore(wholeFrom.get())) {
        throw beforeTheWindow(scan);
      }
    }

    /** Of the newest commit that is archived, of whichever tenant. */
    private Instant newestTime() {
      long number = objects.last().orElse(0);
      Optional<SeenObject> object = objects.find(number);
      while (object.isPresent() && object.get().header().commits() == 0) {
        number--;
        object = objects.find(number);
      }
      return object.map(found -> found.header().lastTime()).orElse(Instant.EPOCH);
    }

    /** Numbers are left out by deletions only. */
    private DosqlException neverCommitted(LogScan scan) {
      return NotRestorable.because(
          tenant,
          target,
          "there was no such commit, since the tenant was deleted behind LSN " + scan.lsn(),
          point(scan),
          after(scan));
    }

    private DosqlException nothingArchived(LogScan scan) {
      if (chain.isEmpty()) {
        return unknown();
      }
      return NotRestorable.because(
          tenant,
          target,
          "the line %s has no log objects, so that only the ends of its files are known"
              .formatted(line),
          point(scan),
          after(scan));
    }

    private DosqlException unknown() {
      return new DosqlException(
              ErrorCode.NOT_FOUND,
              "the archive line %s has nothing of tenant %s".formatted(line, tenant))
          .withSuggestion("Check the tenant's name, and the line if there are several.");
    }

    private DosqlException endsBefore(LogScan scan) {
      return NotRestorable.because(
          tenant,
          target,
          "the archive ends before it, with a commit of " + newestTime(),
          point(scan),
          Optional.empty());
    }

    /** Of a tenant that was deleted before chains held it. */
    private DosqlException unfounded(ChainPath path, LogScan scan) {
      return NotRestorable.because(
          tenant,
          target,
          "what it held behind LSN %d was never archived as a whole".formatted(path.lsn()),
          Optional.empty(),
          after(scan));
    }

    private DosqlException beforeTheWindow(LogScan scan) {
      return NotRestorable.because(
          tenant,
          target,
          "single commits of that time are not kept any longer, or never were",
          point(scan),
          after(scan));
    }

    /** An object that must be there is not: retention took it, or somebody else did. */
    private DosqlException gone(LogScan scan, long number) {
      return number < objects.first()
          ? beforeTheWindow(scan)
          : NotRestorable.because(
              tenant,
              target,
              "the log object %s is missing".formatted(objects.key(number)),
              point(scan),
              after(scan));
    }

    private DosqlException gap(LogScan scan) {
      return NotRestorable.because(
          tenant,
          target,
          "the archive has a gap after LSN " + scan.lsn() + scan.gapText(),
          point(scan),
          after(scan));
    }

    private Optional<Point> after(LogScan scan) {
      return further(scan.lsn()).map(file -> new Point(file.maxLsn(), facts(file).time()));
    }

    private Optional<Point> point(LogScan scan) {
      return scan.lsn() == begin
          ? Optional.empty()
          : Optional.of(new Point(scan.lsn(), scan.time()));
    }
  }
}
