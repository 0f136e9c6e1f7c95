package io.dosql.engine.log;

/**
 * Something that keeps the log from releasing what lies at or after a position.
 *
 * @param holder who: for a tenant's redo point {@code tenant/NAME}, for a reader {@code reader/N}
 */
public record LogHold(String holder, LogPosition position) {

  static final String TENANT_PREFIX = "tenant/";

  /** The name of the hold that the log itself keeps for a tenant's redo point. */
  public static String ofTenant(String tenant) {
    return TENANT_PREFIX + tenant;
  }

  /** Whether this is the hold of a tenant's redo point, so that a checkpoint would move it. */
  public boolean isTenant() {
    return holder.startsWith(TENANT_PREFIX);
  }

  /**
   * The tenant whose redo point this is.
   *
   * @throws IllegalStateException if it is another's
   */
  public String tenant() {
    if (!isTenant()) {
      throw new IllegalStateException(holder + " is not a tenant");
    }
    return holder.substring(TENANT_PREFIX.length());
  }
}
