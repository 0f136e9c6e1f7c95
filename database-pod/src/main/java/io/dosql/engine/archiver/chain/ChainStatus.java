package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How building chains goes.
 *
 * @param chainedTo all commits before it are in chains, with their tenants' snapshots where the log
 *     did not do
 * @param oldestUnchained time of the oldest commit that is archived and, when last looked, in no
 *     chain
 * @param tenantsInDebt tenants that wait for a snapshot
 * @param isCatchingUp whether every tenant is looked at, for the log did not reach back far enough
 * @param gaps how often that happened since the start
 * @param files written since the start
 * @param failure the latest, until the same works
 * @param retention how old commits are let go of
 */
public record ChainStatus(
    LogPosition chainedTo,
    Optional<Instant> oldestUnchained,
    int tenantsInDebt,
    boolean isCatchingUp,
    long gaps,
    Map<ChainLevel, Long> files,
    Optional<ChainFailure> failure,
    RetentionStatus retention) {

  public ChainStatus {
    files = Map.copyOf(files);
  }

  /** Age of the oldest commit that is archived and was in no chain when last looked. */
  public Duration lag(Instant now) {
    Duration age = oldestUnchained.map(time -> Duration.between(time, now)).orElse(Duration.ZERO);
    return age.isNegative() ? Duration.ZERO : age;
  }
}
