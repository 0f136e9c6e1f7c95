package io.dosql.engine.tenant;

import org.jspecify.annotations.Nullable;

/**
 * A tenant in a list.
 *
 * @param lsn of its newest commit
 * @param sizeBytes of its files
 * @param isPinned whether it is kept awake
 * @param quarantine why it cannot be used, null unless it is quarantined
 */
public record TenantSummary(
    TenantName name,
    TenantState state,
    long lsn,
    long sizeBytes,
    boolean isPinned,
    @Nullable Quarantine quarantine) {}
