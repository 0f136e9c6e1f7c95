package io.dosql.engine.archive.chain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a tenant's chain goes. Immutable; each step gives a new one.
 *
 * @param end LSN up to which the chain holds everything, so that its next file begins behind it; 0
 *     if there is no chain
 * @param pages of the database at the end, 0 if that is not known
 * @param snapshot LSN of the newest snapshot, which may be a backup's; 0 if there is none
 * @param snapshotTime of that, by the store's clock; null if there is none
 * @param second what the second level does not hold yet
 * @param third what the third level does not hold yet
 */
public record ChainState(
    long end,
    long pages,
    long snapshot,
    @Nullable Instant snapshotTime,
    Backlog second,
    Backlog third) {

  /** There is nothing. */
  public static final ChainState NONE = new ChainState(0, 0, 0, null, Backlog.NONE, Backlog.NONE);

  /**
   * Files that a level does not hold yet.
   *
   * @param since time of the oldest; null if there is none
   */
  public record Backlog(int files, @Nullable Instant since) {

    static final Backlog NONE = new Backlog(0, null);

    Backlog plus(Instant time) {
      return new Backlog(files + 1, since == null ? time : since);
    }
  }

  /**
   * Of what the store has.
   *
   * @param first files of the first level that the others do not hold
   * @param second files of the second level that the third does not hold
   */
  static ChainState of(
      List<ChainFile> snapshots,
      List<ChainFile> first,
      List<ChainFile> second,
      List<ChainFile> third) {
    Backlog forSecond = Backlog.NONE;
    for (ChainFile file : first) {
      forSecond = forSecond.plus(file.modified());
    }
    Backlog forThird = forSecond;
    for (ChainFile file : second) {
      forThird = forThird.plus(file.modified());
    }
    if (!second.isEmpty()) {
      forThird = new Backlog(forThird.files(), second.getFirst().modified());
    }
    long end = 0;
    for (List<ChainFile> level : List.of(first, second, third)) {
      end = level.isEmpty() ? end : Math.max(end, level.getLast().maxLsn());
    }
    ChainFile snapshot = snapshots.isEmpty() ? null : snapshots.getLast();
    long newest = snapshot == null ? 0 : snapshot.maxLsn();
    return new ChainState(
        end == 0 ? newest : end,
        0,
        newest,
        snapshot == null ? null : snapshot.modified(),
        forSecond,
        forThird);
  }

  public boolean isEmpty() {
    return end == 0;
  }

  /**
   * The LSN behind which a file goes on that begins with one: the end, or else a snapshot that
   * bridges a gap before it. Empty if the chain does not reach it.
   */
  public Optional<Long> continuesBehind(long minLsn) {
    if (isEmpty()) {
      return Optional.empty();
    }
    if (minLsn <= end + 1) {
      return Optional.of(end);
    }
    return minLsn <= snapshot + 1 ? Optional.of(snapshot) : Optional.empty();
  }

  /** After a file of the first level; {@code pagesNow} the database has then. */
  public ChainState extended(long lsn, long pagesNow, Instant now) {
    return new ChainState(lsn, pagesNow, snapshot, snapshotTime, second.plus(now), third.plus(now));
  }

  /** After a snapshot of a chain that goes on as before. */
  public ChainState snapshotTaken(long lsn, Instant now) {
    return new ChainState(isEmpty() ? lsn : end, pages, lsn, now, second, third);
  }

  /**
   * After a snapshot that the chain goes on from, for its end does not reach it; {@code pagesNow}
   * as for {@link #pages}.
   */
  public ChainState restarted(long lsn, long pagesNow, Instant now) {
    return new ChainState(lsn, pagesNow, lsn, now, second, third);
  }

  /** After the files of the lower levels were merged into a level, as far as they can be. */
  public ChainState merged(ChainLevel level) {
    return switch (level) {
      case SECOND -> new ChainState(end, pages, snapshot, snapshotTime, Backlog.NONE, third);
      case THIRD -> new ChainState(end, pages, snapshot, snapshotTime, second, Backlog.NONE);
      case FIRST, SNAPSHOT ->
          throw new IllegalArgumentException("nothing is merged into level " + level.number());
    };
  }
}
