package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What all tenants of a pod share.
 *
 * @param folder holds one folder per tenant
 * @param writeStop refuses writes for reasons outside of the tenants
 * @param commits counts all that went into the log
 * @param nanoTime what {@link System#nanoTime} is to the process: deadlines and idleness are
 *     measured by it
 * @param clock the time of day, told to people only
 * @param lostCommits the tenants that are not served because the log lost commits of them
 * @param rowChanges whether tenants capture row changes
 */
public record TenantEnvironment(
    Path folder,
    CommitLog log,
    Pools pools,
    TenantLimits limits,
    DiskGuard disk,
    WriteStop writeStop,
    LongAdder commits,
    LongSupplier nanoTime,
    InstantSource clock,
    LostCommits lostCommits,
    RowChangeOptions rowChanges) {

  public TenantEnvironment(
      Path folder, CommitLog log, Pools pools, TenantLimits limits, DiskGuard disk) {
    this(folder, log, pools, limits, disk, new WriteStop(), RowChangeOptions.DEFAULT);
  }

  public TenantEnvironment(
      Path folder,
      CommitLog log,
      Pools pools,
      TenantLimits limits,
      DiskGuard disk,
      WriteStop writeStop,
      RowChangeOptions rowChanges) {
    this(
        folder,
        log,
        pools,
        limits,
        disk,
        writeStop,
        new LongAdder(),
        System::nanoTime,
        InstantSource.system(),
        new LostCommits(folder),
        rowChanges);
  }
}
