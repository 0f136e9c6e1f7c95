package io.dosql.engine.session;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What a statement did, apart from its rows.
 *
 * @param rowsReturned rows handed to the sink
 * @param rowsRead a lower bound of the rows visited: steps of full scans, at least the rows
 *     returned
 * @param rowsWritten rows inserted, changed or deleted, including by triggers and cascades
 * @param affectedRows rows changed by the statement itself, as SQLite's changes() counts
 * @param lastInsertRowid of the session's latest INSERT that inserted something; empty after a
 *     statement that only reads
 * @param duration from start to end in the engine, waiting for the writer included
 * @param lsn for a write that committed: its LSN. Else the newest LSN that the statement is sure to
 *     have seen
 */
public record Outcome(
    long rowsReturned,
    long rowsRead,
    long rowsWritten,
    long affectedRows,
    OptionalLong lastInsertRowid,
    Duration duration,
    long lsn) {}
