package io.dosql.operator.pod;

import org.jspecify.annotations.Nullable;

/**
 * One tenant of a pod.
 *
 * @param lsn number of its newest commit; null or {@code 0} for one that was never written to
 * @param schemaVersion the id of its highest migration
 */
public record TenantInfo(String name, @Nullable String lsn, @Nullable String schemaVersion) {

  /** Whether it was ever written to. */
  public boolean hasCommits() {
    return lsn != null && !lsn.equals("0");
  }
}
