package io.dosql.engine.archive.chain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which files of a chain no moment needs that is to be restorable. Pure.
 *
 * <p>The newest snapshot that is not later than {@code keptFrom} is the <em>base</em>: from it
 * every later moment can be reached, so nothing before it is needed. Behind it all files stay, but
 * for snapshots that are closer together than {@code spacing} and that the files of the other
 * levels lead past, such as those of backups.
 *
 * <p>Of a tenant that had been deleted by {@code keptFrom} nothing is needed.
 *
 * @param keptFrom from this moment on everything must stay restorable
 * @param spacing how far apart snapshots may be, so that restores stay quick
 */
public record ChainRetention(Instant keptFrom, Duration spacing) {

  /**
   * What may go.
   *
   * @param files in the order in which they must go: a crash between any two leaves no higher level
   *     without what it was made of, which would be merged again
   * @param snapshots after the files; of those that backups refer to the caller takes care
   * @param nextBase time of the snapshot that will be the next base, at the earliest; empty if it
   *     is not there yet
   */
  public record Excess(
      List<ChainFile> files, List<ChainFile> snapshots, Optional<Instant> nextBase) {

    public Excess {
      files = List.copyOf(files);
      snapshots = List.copyOf(snapshots);
    }
  }

  /**
   * Decides.
   *
   * @param chain all files of a tenant's chain, in any order
   * @param voidTo LSN up to which the tenant had been deleted by {@code keptFrom}; 0 for not at all
   * @param timeOf time of a snapshot's last commit; asked for few of them, since it may read the
   *     store
   */
  public Excess excess(List<ChainFile> chain, long voidTo, Function<ChainFile, Instant> timeOf) {
    List<ChainFile> snapshots =
        chain.stream()
            .filter(file -> file.level() == ChainLevel.SNAPSHOT)
            .sorted(ChainFile.IN_ORDER)
            .toList();
    List<ChainFile> excess =
        new ArrayList<>(snapshots.stream().filter(file -> file.maxLsn() <= voidTo).toList());
    List<ChainFile> alive = snapshots.subList(excess.size(), snapshots.size());
    long baseLsn = base(alive, timeOf).map(ChainFile::maxLsn).orElse(voidTo);
    List<ChainFile> files =
        chain.stream()
            .filter(file -> file.level() != ChainLevel.SNAPSHOT)
            .sorted(ChainFile.IN_ORDER)
            .toList();
    Instant nextBase = null;
    ChainFile before = null;
    for (ChainFile snapshot : alive) {
      if (snapshot.maxLsn() < baseLsn || (before != null && isRedundant(snapshot, before, files))) {
        excess.add(snapshot);
        continue;
      }
      if (snapshot.maxLsn() > baseLsn && nextBase == null) {
        nextBase = snapshot.modified();
      }
      before = snapshot;
    }
    List<ChainFile> old =
        files.stream()
            .filter(file -> file.maxLsn() <= baseLsn)
            .sorted(Comparator.comparing(ChainFile::level))
            .toList();
    return new Excess(old, excess, Optional.ofNullable(nextBase));
  }

  /** The store's time comes first, for it costs nothing; the commit's own decides. */
  private Optional<ChainFile> base(List<ChainFile> snapshots, Function<ChainFile, Instant> timeOf) {
    return snapshots.reversed().stream()
        .filter(snapshot -> !snapshot.modified().isAfter(keptFrom))
        .filter(snapshot -> !timeOf.apply(snapshot).isAfter(keptFrom))
        .findFirst();
  }

  private boolean isRedundant(ChainFile snapshot, ChainFile before, List<ChainFile> filesInOrder) {
    return snapshot.modified().isBefore(before.modified().plus(spacing))
        && reach(filesInOrder, before.maxLsn()) >= snapshot.maxLsn();
  }

  /** How far files lead from an LSN without a gap. */
  private static long reach(List<ChainFile> filesInOrder, long from) {
    long reached = from;
    for (ChainFile file : filesInOrder) {
      if (file.minLsn() > reached + 1) {
        break;
      }
      reached = Math.max(reached, file.maxLsn());
    }
    return reached;
  }
}
