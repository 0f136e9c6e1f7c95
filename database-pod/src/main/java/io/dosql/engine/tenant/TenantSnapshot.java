package io.dosql.engine.tenant;

import java.time.Instant;

/**
 * A copy of a tenant as of one commit that is durable.
 *
 * @param lsn of that commit; 0 for a tenant that was never written to
 * @param commitTime not before the time that the log has for that commit
 * @param pageSize bytes of a page
 * @param databasePages size of the copy
 * @param schemaVersion the newest migration that the copy holds, "" for none
 */
public record TenantSnapshot(
    long lsn, Instant commitTime, int pageSize, long databasePages, String schemaVersion) {}
