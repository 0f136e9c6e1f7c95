package io.dosql.engine.archive.chain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * When chains are merged and snapshots taken, and which files. Pure.
 *
 * @param secondEvery files of the first level wait so long for the second, default 5 min
 * @param thirdEvery files wait so long for the third level, default 1 h
 * @param snapshotEvery a tenant that has changed gets a snapshot so long after its last one,
 *     default 24 h
 * @param maxMergedFiles files in one merge, from 2; each is a connection and about 250 KiB
 * @param maxMergedBytes of all of them, unless the first two have more
 */
public record ChainRules(
    Duration secondEvery,
    Duration thirdEvery,
    Duration snapshotEvery,
    int maxMergedFiles,
    long maxMergedBytes) {

  public ChainRules {
    if (maxMergedFiles < 2) {
      throw new IllegalArgumentException("maxMergedFiles must be at least 2");
    }
  }

  /** Whether a level has something to merge by now. */
  public boolean isMergeDue(ChainLevel level, ChainState state, Instant now) {
    return switch (level) {
      case SECOND -> isDue(state.second(), secondEvery, now);
      case THIRD -> isDue(state.third(), thirdEvery, now);
      case FIRST, SNAPSHOT -> false;
    };
  }

  /** One file alone is not copied to another level: restores would gain nothing. */
  private static boolean isDue(ChainState.Backlog backlog, Duration every, Instant now) {
    return backlog.files() > 1
        && backlog.since() != null
        && !now.isBefore(backlog.since().plus(every));
  }

  /** Whether a tenant has changed since its last snapshot, and that is long enough ago. */
  public boolean isSnapshotDue(ChainState state, Instant now) {
    return state.end() > state.snapshot()
        && (state.snapshotTime() == null
            || !now.isBefore(state.snapshotTime().plus(snapshotEvery)));
  }

  /**
   * The files to merge next, which follow each other without a gap; the lowest ones that are at
   * least two. Where several begin with the same LSN the longest counts.
   *
   * @param files of all lower levels, in any order, that begin behind what the level holds
   * @return empty if there are no two
   */
  public List<ChainFile> filesToMerge(List<ChainFile> files) {
    List<ChainFile> longest = longestSteps(files);
    List<ChainFile> run = new ArrayList<>();
    long bytes = 0;
    for (ChainFile file : longest) {
      boolean continues = !run.isEmpty() && file.minLsn() == run.getLast().maxLsn() + 1;
      boolean fits = run.size() < maxMergedFiles && bytes + file.bytes() <= maxMergedBytes;
      if (run.size() > 1 && !(continues && fits)) {
        return run;
      }
      if (!(continues && (fits || run.size() < 2))) {
        run.clear();
        bytes = 0;
      }
      run.add(file);
      bytes += file.bytes();
    }
    return run.size() > 1 ? run : List.of();
  }

  /** In order, without those that lie within another. */
  private static List<ChainFile> longestSteps(List<ChainFile> files) {
    List<ChainFile> steps = new ArrayList<>();
    for (ChainFile file : files.stream().sorted(ChainFile.IN_ORDER).toList()) {
      if (!steps.isEmpty() && steps.getLast().minLsn() == file.minLsn()) {
        steps.removeLast();
      }
      if (steps.isEmpty() || file.maxLsn() > steps.getLast().maxLsn()) {
        steps.add(file);
      }
    }
    return steps;
  }
}
