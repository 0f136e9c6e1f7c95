package io.dosql.engine.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tenant as a listing shows it.
 *
 * @param state as docs/admin-api.md names them
 * @param lsn its newest commit
 * @param sizeBytes of its database file
 * @param schemaVersion the highest applied migration's id, null before the first, and where it
 *     cannot be known because the tenant cannot be used
 * @param pinned whether it is kept awake
 * @param quarantine null unless it is quarantined
 */
public record TenantStatus(
    String name,
    String state,
    long lsn,
    long sizeBytes,
    @Nullable String schemaVersion,
    boolean pinned,
    @Nullable Quarantine quarantine) {

  /**
   * Why a tenant cannot be used.
   *
   * @param since when that was found out
   * @param tries to open it, all of them in vain
   */
  public record Quarantine(String reason, Instant since, int tries) {}
}
