package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all tenants of a pod share.
 *
 * @param folder holds one folder per tenant
 * @param commits counts all that went into the log
 * @param rowChanges whether tenants capture row changes
 */
public record TenantEnvironment(
    Path folder,
    CommitLog log,
    Pools pools,
    TenantLimits limits,
    DiskGuard disk,
    LongAdder commits,
    RowChangeOptions rowChanges) {

  public TenantEnvironment(
      Path folder, CommitLog log, Pools pools, TenantLimits limits, DiskGuard disk) {
    this(folder, log, pools, limits, disk, RowChangeOptions.DEFAULT);
  }

  public TenantEnvironment(
      Path folder,
      CommitLog log,
      Pools pools,
      TenantLimits limits,
      DiskGuard disk,
      RowChangeOptions rowChanges) {
    this(folder, log, pools, limits, disk, new LongAdder(), rowChanges);
  }
}
