package io.dosql.engine.log;

import java.time.Instant;

/**
 * A part as read back from the log, its checksums verified.
 *
 * @param position where it begins; what {@link LoggedCommit#parts} holds
 * @param end what {@link CommitLog#append} returned for it
 * @param index 0 for the first part of its commit, 1 for the second, …
 * @param time when it was appended; never earlier than that of any part before it. The time of a
 *     commit is that of its last part
 */
public record LoggedPart(
    LogPosition position, LogPosition end, int index, Instant time, CommitPart part) {}
