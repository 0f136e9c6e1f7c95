package io.dosql.engine.changes;

/**
 * A table as the changes of one commit refer to it.
 *
 * @param number good within the commit
 * @param isIgnored its rows are SQLite's own: they are in the buffer, and nobody shall read them
 */
public record NumberedTable(int number, TableDescriptor table, boolean isIgnored) {}
