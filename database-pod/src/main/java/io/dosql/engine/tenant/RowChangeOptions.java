package io.dosql.engine.tenant;

import io.dosql.engine.sqlite.Capability;
import io.dosql.engine.sqlite.SqliteLibrary;

/**
 * Whether tenants put the rows that a commit changed into the log, beside its pages.
 *
 * @param enabled whether they shall
 * @param maxTransactionChangeBytes of one transaction's changes in their binary form, default 1
 *     GiB, as for its pages. Up to 1 MiB is held in memory, the rest in a file of the tenant
 */
public record RowChangeOptions(boolean enabled, long maxTransactionChangeBytes) {

  public static final RowChangeOptions DEFAULT = new RowChangeOptions(true, 1L << 30);
  public static final RowChangeOptions OFF = new RowChangeOptions(false, 1L << 30);

  private static final long SMALLEST_MAX = 1 << 10;

  public RowChangeOptions {
    if (maxTransactionChangeBytes < SMALLEST_MAX) {
      throw new IllegalArgumentException(
          "maxTransactionChangeBytes must be at least %d: %d"
              .formatted(SMALLEST_MAX, maxTransactionChangeBytes));
    }
  }

  /** Whether changes are captured: they shall be, and this libsqlite3 tells of them. */
  public boolean areCaptured() {
    return enabled && SqliteLibrary.get().has(Capability.PREUPDATE_HOOK);
  }
}
