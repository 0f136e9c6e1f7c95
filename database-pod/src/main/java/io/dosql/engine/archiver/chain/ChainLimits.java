package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.chain.ChainRules;
import java.time.Duration;

/**
 * The bounds of building chains.
 *
 * @param interval between two rounds over the log
 * @param rules of merging and of snapshots
 * @param maxRoundPages pages of whole commits in one round, from which on it is cut; each takes a
 *     page in the scratch folder and 16 bytes of memory
 * @param maxCommitPages pages of commits that have begun and not ended yet, beyond which the
 *     largest of them comes with a snapshot instead
 * @param maxHeldLogBytes of the log that are held for chains; what is behind comes with snapshots
 * @param putsPerSecond objects that are written, or looked for, for chains
 * @param maxRememberedTenants whose chains' ends are known without asking the store; each takes
 *     about 300 bytes
 * @param unfinishedMax how long a commit may go on without a further part in the log before it is
 *     taken for given up
 * @param archiveWait longest wait of a snapshot for the log objects that hold its last commit
 * @param retryAfter pause after a failure of the store
 * @param debtRetryAfter pause before a snapshot that failed is tried again
 * @param window how far back every commit is to stay restorable
 * @param windowGrace what falls out of the window is deleted so much later, or a restore that has
 *     been planned could lose its objects
 * @param lineMargin a line that has ended stays so much longer if no other line names it as the one
 *     before, since its directory may still be there
 * @param retentionInterval from one look for what may be deleted to the next
 */
public record ChainLimits(
    Duration interval,
    ChainRules rules,
    int maxRoundPages,
    int maxCommitPages,
    long maxHeldLogBytes,
    int putsPerSecond,
    int maxRememberedTenants,
    Duration unfinishedMax,
    Duration archiveWait,
    Duration retryAfter,
    Duration debtRetryAfter,
    Duration window,
    Duration windowGrace,
    Duration lineMargin,
    Duration retentionInterval) {

  private static final int MERGED_FILES_MAX = 32;

  public static final ChainLimits DEFAULT =
      defaults(Duration.ofHours(24), Duration.ofDays(7), 1L << 30);

  /** What is older may be deleted. */
  Duration horizon() {
    return window.plus(windowGrace);
  }

  public ChainLimits {
    if (maxRoundPages < 1 || maxCommitPages < 1 || putsPerSecond < 1 || maxRememberedTenants < 1) {
      throw new IllegalArgumentException("limits of chains are at least 1");
    }
  }

  /**
   * Of a pod.
   *
   * @param snapshotEvery a tenant that has changed gets a snapshot so long after its last
   * @param window how far back every commit is to stay restorable
   * @param maxHeldLogBytes as above; 1 GiB unless the volume is small
   */
  public static ChainLimits defaults(
      Duration snapshotEvery, Duration window, long maxHeldLogBytes) {
    return new ChainLimits(
        Duration.ofSeconds(30),
        new ChainRules(
            Duration.ofMinutes(5), Duration.ofHours(1), snapshotEvery, MERGED_FILES_MAX, 1L << 30),
        32_768,
        262_144,
        maxHeldLogBytes,
        20,
        10_000,
        Duration.ofMinutes(5),
        Duration.ofMinutes(1),
        Duration.ofSeconds(5),
        Duration.ofMinutes(1),
        window,
        Duration.ofHours(1),
        Duration.ofDays(7),
        Duration.ofHours(1));
  }
}
