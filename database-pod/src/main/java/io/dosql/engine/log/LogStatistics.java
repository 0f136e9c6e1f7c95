package io.dosql.engine.log;

/**
 * What a log has done since it was opened, and how large it is.
 *
 * @param appended where the next part would begin at the earliest
 * @param settled up to where everything is durable
 * @param sizeBytes disk space of all segments, the active one and those whose deletion is due
 *     included
 * @param segments number of segments, counted as for {@code sizeBytes}
 * @param flushes batches written and synced
 * @param flushedRecords parts in them
 * @param flushedBytes bytes written for them, headers and padding included
 * @param lastFlushNanos how long the latest one took, from write to sync
 * @param totalFlushNanos how long all of them took
 * @param indexedParts parts that tenants may still need for redo
 * @param unsettledBytes of records that are appended and not durable: what a loss of power would
 *     cost. Nobody was told of them, unless durability is relaxed
 * @param oldestUnsettledNanos age of the oldest of them, 0 if there is none
 */
public record LogStatistics(
    LogPosition appended,
    LogPosition settled,
    long sizeBytes,
    int segments,
    long flushes,
    long flushedRecords,
    long flushedBytes,
    long lastFlushNanos,
    long totalFlushNanos,
    long indexedParts,
    long unsettledBytes,
    long oldestUnsettledNanos) {}
