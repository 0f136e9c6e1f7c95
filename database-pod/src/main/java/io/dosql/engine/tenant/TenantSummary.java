package io.dosql.engine.tenant;

/**
 * A tenant in a list.
 *
 * @param lsn of its newest commit
 * @param sizeBytes of its files
 */
public record TenantSummary(TenantName name, boolean isAwake, long lsn, long sizeBytes) {}
