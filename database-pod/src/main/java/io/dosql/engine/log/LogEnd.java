package io.dosql.engine.log;

/**
 * From where a log goes on.
 *
 * @param position where the next batch begins
 * @param nextSequence the next batch's sequence number
 * @param latestTimeMillis the latest time in the log
 */
record LogEnd(long logId, long position, long nextSequence, long latestTimeMillis) {}
