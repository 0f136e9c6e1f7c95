package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.ChainLevel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Files of a chain that lead, one applied after the other, from nothing to a state. Pure.
 *
 * <p>The rule is Litestream's, so that both restore the same: the newest snapshot that does not
 * pass the target, then again and again the file that goes furthest without passing it.
 *
 * @param files the first is a snapshot; empty for none
 * @param lsn of the state; 0 without files
 */
record ChainPath(List<ChainFile> files, long lsn) {

  private static final Comparator<ChainFile> BY_END =
      Comparator.comparingLong(ChainFile::maxLsn).thenComparingLong(ChainFile::minLsn);

  ChainPath {
    files = List.copyOf(files);
  }

  /** The path that goes furthest without passing an LSN. */
  static ChainPath upTo(List<ChainFile> chain, long lsn) {
    List<ChainFile> path = new ArrayList<>();
    long reached = 0;
    Optional<ChainFile> next =
        chain.stream()
            .filter(file -> file.level() == ChainLevel.SNAPSHOT && file.maxLsn() <= lsn)
            .max(BY_END);
    while (next.isPresent()) {
      path.add(next.get());
      long end = next.get().maxLsn();
      reached = end;
      next =
          chain.stream()
              .filter(file -> file.level() != ChainLevel.SNAPSHOT)
              .filter(file -> file.extendsFrom(end) && file.maxLsn() <= lsn)
              .max(BY_END);
    }
    return new ChainPath(path, reached);
  }

  /**
   * The highest LSN that a file ends with whose last commit is not after a moment; 0 if there is
   * none.
   *
   * <p>Times never go back with LSNs, and a snapshot's is never earlier than that of its commit. So
   * what one level tells needs no asking in the next: only files count there that end between the
   * last commit known to be in time and the first one known to be too late.
   *
   * @param timeOf a file's last commit; asked for a few files only, since it may read the store
   */
  static long lastLsnAt(List<ChainFile> chain, Instant time, Function<ChainFile, Instant> timeOf) {
    long last = 0;
    long tooLate = Long.MAX_VALUE;
    for (ChainLevel level : ChainLevel.values()) {
      long from = last;
      long to = tooLate;
      List<ChainFile> files =
          chain.stream()
              .filter(file -> file.level() == level)
              .filter(file -> file.maxLsn() > from && file.maxLsn() < to)
              .sorted(BY_END)
              .toList();
      int low = 0;
      int high = files.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (timeOf.apply(files.get(middle)).isAfter(time)) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      last = low == 0 ? last : files.get(low - 1).maxLsn();
      if (low < files.size() && level != ChainLevel.SNAPSHOT) {
        // A snapshot's commit may be in time though it is not.
        tooLate = files.get(low).maxLsn();
      }
    }
    return last;
  }

  /** The smallest file that holds the commit after an LSN, snapshots aside. */
  static Optional<ChainFile> covering(List<ChainFile> chain, long afterLsn) {
    return chain.stream()
        .filter(file -> file.level() != ChainLevel.SNAPSHOT && file.extendsFrom(afterLsn))
        .min(
            Comparator.comparingLong(ChainFile::maxLsn)
                .thenComparing(Comparator.comparingLong(ChainFile::minLsn).reversed()));
  }

  /** The first snapshot that holds more than an LSN. */
  static Optional<ChainFile> snapshotAfter(List<ChainFile> chain, long lsn) {
    return chain.stream()
        .filter(file -> file.level() == ChainLevel.SNAPSHOT && file.maxLsn() > lsn)
        .min(BY_END);
  }
}
