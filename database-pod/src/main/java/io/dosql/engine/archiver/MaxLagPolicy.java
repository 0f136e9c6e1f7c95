package io.dosql.engine.archiver;

/** What happens when the archive is further behind than {@link ArchiverLimits#maxLagBytes}. */
public enum MaxLagPolicy {
  /** The log lets go of the oldest commits, which leaves a gap in the archive that is recorded. */
  KEEP_SERVING("KeepServing"),
  /** Writes are refused until the archive has caught up to half of the limit. */
  STOP_WRITES("StopWrites");

  private final String word;

  MaxLagPolicy(String word) {
    this.word = word;
  }

  /** How the environment and the admin API write it. */
  public String word() {
    return word;
  }
}
