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
 * @param maxConcurrentRequests requests in work for one tenant
 * @param statementTimeout longest run of one statement
 * @param maxResultRows rows in the results of one request
 * @param maxResultBytes results of one request, encoded
 * @param maxDatabaseBytes size of one tenant's database, free pages included
 * @param maxStatementMemoryBytes heap that SQLite takes for one statement: sorts, temporary tables,
 *     values, and the pages that it reads
 * @param maxHeapBytes heap that SQLite takes in the whole process, page caches included, beyond
 *     which a statement that has taken an eighth of its own limit gets no more
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
    long diskReserveBytes,
    int maxConcurrentRequests,
    Duration statementTimeout,
    long maxResultRows,
    long maxResultBytes,
    long maxDatabaseBytes,
    long maxStatementMemoryBytes,
    long maxHeapBytes) {

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
          64L * MIB,
          500,
          Duration.ofSeconds(30),
          100_000,
          16L * MIB,
          10L * 1024 * MIB,
          32L * MIB,
          64L * MIB);

  /** The bounds of tenants' files; what clients may take is as in {@link #DEFAULT}. */
  public TenantLimits(
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
    this(
        maxTenants,
        maxAwake,
        sleepAfter,
        maxWaitingWriters,
        maxReaders,
        pageCacheBytes,
        checkpointBytes,
        maxTransactionBytes,
        maxSqlBytes,
        maxValueBytes,
        diskReserveBytes,
        DEFAULT.maxConcurrentRequests,
        DEFAULT.statementTimeout,
        DEFAULT.maxResultRows,
        DEFAULT.maxResultBytes,
        DEFAULT.maxDatabaseBytes,
        DEFAULT.maxStatementMemoryBytes,
        DEFAULT.maxHeapBytes);
  }

  /** These, but for when tenants sleep. */
  public TenantLimits withSleep(Duration after, int awakeMax) {
    return new TenantLimits(
        maxTenants,
        awakeMax,
        after,
        maxWaitingWriters,
        maxReaders,
        pageCacheBytes,
        checkpointBytes,
        maxTransactionBytes,
        maxSqlBytes,
        maxValueBytes,
        diskReserveBytes,
        maxConcurrentRequests,
        statementTimeout,
        maxResultRows,
        maxResultBytes,
        maxDatabaseBytes,
        maxStatementMemoryBytes,
        maxHeapBytes);
  }

  /** These, but for what the clients of one tenant may take. */
  public TenantLimits withClients(
      int concurrentRequests,
      int waitingWriters,
      Duration timeoutOfStatement,
      long resultRows,
      long resultBytes,
      long databaseBytes) {
    return new TenantLimits(
        maxTenants,
        maxAwake,
        sleepAfter,
        waitingWriters,
        maxReaders,
        pageCacheBytes,
        checkpointBytes,
        maxTransactionBytes,
        maxSqlBytes,
        maxValueBytes,
        diskReserveBytes,
        concurrentRequests,
        timeoutOfStatement,
        resultRows,
        resultBytes,
        databaseBytes,
        maxStatementMemoryBytes,
        maxHeapBytes);
  }

  public TenantLimits {
    if (maxTenants < 1 || maxAwake < 1 || maxWaitingWriters < 1 || maxReaders < 2) {
      throw new IllegalArgumentException("a limit of tenants is too small");
    }
    if (maxConcurrentRequests < 1 || maxResultRows < 1 || maxResultBytes < 1) {
      throw new IllegalArgumentException("a limit of requests is too small");
    }
    if (!statementTimeout.isPositive()) {
      throw new IllegalArgumentException("statementTimeout must be positive");
    }
    if (maxHeapBytes < maxStatementMemoryBytes) {
      throw new IllegalArgumentException("maxHeapBytes is less than one statement may take");
    }
    if (maxDatabaseBytes < MIB || maxStatementMemoryBytes < 2L * pageCacheBytes) {
      throw new IllegalArgumentException("a tenant has too little room");
    }
    if (maxSqlBytes > maxValueBytes) {
      // SQLite refuses any text longer than SQLITE_LIMIT_LENGTH, statements included.
      throw new IllegalArgumentException("maxSqlBytes exceeds maxValueBytes");
    }
  }

  /** These, with another size for a tenant's database. */
  public TenantLimits withMaxDatabaseBytes(long bytes) {
    return withClients(
        maxConcurrentRequests,
        maxWaitingWriters,
        statementTimeout,
        maxResultRows,
        maxResultBytes,
        bytes);
  }

  /** These, with other bounds of memory. */
  public TenantLimits withMemory(int awake, int cacheBytes, long statementBytes, long heapBytes) {
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
        diskReserveBytes,
        maxConcurrentRequests,
        statementTimeout,
        maxResultRows,
        maxResultBytes,
        maxDatabaseBytes,
        statementBytes,
        heapBytes);
  }
}
