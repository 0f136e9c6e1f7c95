package io.dosql.engine.tenant;

import java.time.Duration;

/**
 * The bounds of tenants, together because they depend on each other.
 *
 * @param maxTenants tenants of a pod; each costs some hundred bytes while asleep
 * @param maxAwake tenants awake at once; each costs about 200 KiB and 9 file descriptors
 * @param sleepAfter a tenant without work sleeps after this
 * @param maxWaitingWriters writers that wait for one tenant
 * @param maxReaders reader connections of one tenant, open read transactions included
 * @param pageCacheBytes of each connection
 * @param checkpointBytes size of the WAL from which on a checkpoint is due
 * @param maxTransactionBytes of page images that one transaction may write
 * @param maxSqlBytes of one statement's or script's text
 * @param maxValueBytes of one text or blob
 * @param diskReserveBytes free space below which writes are refused
 */
public record TenantLimits(
    int maxTenants,
    int maxAwake,
    Duration sleepAfter,
    int maxWaitingWriters,
    int maxReaders,
    int pageCacheBytes,
    long checkpointBytes,
    long maxTransactionBytes,
    int maxSqlBytes,
    int maxValueBytes,
    long diskReserveBytes) {

  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  public static final TenantLimits DEFAULT =
      new TenantLimits(
          100_000,
          500,
          Duration.ofSeconds(10),
          1_000,
          16,
          MIB,
          4L * MIB,
          1024L * MIB,
          MIB,
          16 * MIB,
          64L * MIB);

  public TenantLimits {
    if (maxTenants < 1 || maxAwake < 1 || maxWaitingWriters < 1 || maxReaders < 2) {
      throw new IllegalArgumentException("a limit of tenants is too small");
    }
    if (maxSqlBytes > maxValueBytes) {
      // SQLite refuses any text longer than SQLITE_LIMIT_LENGTH, statements included.
      throw new IllegalArgumentException("maxSqlBytes exceeds maxValueBytes");
    }
  }

  /** These, with other bounds of memory. */
  public TenantLimits withMemory(int awake, int cacheBytes) {
    return new TenantLimits(
        maxTenants,
        awake,
        sleepAfter,
        maxWaitingWriters,
        maxReaders,
        cacheBytes,
        checkpointBytes,
        maxTransactionBytes,
        maxSqlBytes,
        maxValueBytes,
        diskReserveBytes);
  }
}
