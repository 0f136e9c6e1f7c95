package io.dosql.engine.tenant;

/**
 * A copy of a tenant as of one commit that is durable.
 *
 * @param lsn of that commit; 0 for a tenant that was never written to
 * @param pageSize bytes of a page
 * @param databasePages size of the copy
 * @param schemaVersion the newest migration that the copy holds, "" for none
 */
public record TenantSnapshot(long lsn, int pageSize, long databasePages, String schemaVersion) {}
