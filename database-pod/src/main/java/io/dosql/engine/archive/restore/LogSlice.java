package io.dosql.engine.archive.restore;

/**
 * What a restore takes of one tenant from one log object.
 *
 * @param number of the object
 * @param bytes of the tenant's parts in it; what lies between them may be read, too
 */
public record LogSlice(long number, long bytes) {}
