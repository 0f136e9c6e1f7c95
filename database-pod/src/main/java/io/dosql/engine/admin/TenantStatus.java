package io.dosql.engine.admin;

import org.jspecify.annotations.Nullable;

/**
 * A tenant as a listing shows it.
 *
 * @param lsn its newest commit
 * @param sizeBytes of its database file
 * @param schemaVersion the highest applied migration's id, null before the first
 */
public record TenantStatus(
    String name, State state, long lsn, long sizeBytes, @Nullable String schemaVersion) {

  /** Whether its files are open. */
  public enum State {
    AWAKE,
    ASLEEP
  }
}
