package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all tenants of a pod share.
 *
 * @param folder holds one folder per tenant
 * @param commits counts all that went into the log
 * @param lostCommits the tenants that are not served because the log lost commits of them
 */
public record TenantEnvironment(
    Path folder,
    CommitLog log,
    Pools pools,
    TenantLimits limits,
    DiskGuard disk,
    LongAdder commits,
    LostCommits lostCommits) {

  public TenantEnvironment(
      Path folder, CommitLog log, Pools pools, TenantLimits limits, DiskGuard disk) {
    this(folder, log, pools, limits, disk, new LongAdder(), new LostCommits(folder));
  }
}
