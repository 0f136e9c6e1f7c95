package io.dosql.engine.log;

/**
 * What opening a log found.
 *
 * @param isNew whether there was no log and one was begun: right for a new data directory only
 * @param segments segments that were read
 * @param records parts in them
 * @param cutFile the segment whose torn tail was cut off, empty if there was none
 * @param cutOffset where in that file the tail began
 * @param cutBytes bytes up to the last that was not zero; nothing in them was ever acknowledged
 */
public record LogRecovery(
    boolean isNew, int segments, long records, String cutFile, long cutOffset, long cutBytes) {}
