package io.dosql.engine.tenant;

import java.time.Duration;

/**
 * The bounds of what tenants live through, beside those of their work in {@link TenantLimits}.
 *
 * @param maxPinned tenants that are kept awake; fewer than {@link TenantLimits#maxAwake}, or nobody
 *     else could wake
 * @param awakeWait how long a tenant waits for another one to fall asleep when {@link
 *     TenantLimits#maxAwake} are awake
 * @param retryMin a tenant that cannot be opened is tried again after this, then after twice as
 *     long, and so on
 * @param retryMax the longest time between two tries
 * @param maxDamagedCopies of one tenant: files that restores have moved aside
 */
public record LifeLimits(
    int maxPinned, Duration awakeWait, Duration retryMin, Duration retryMax, int maxDamagedCopies) {

  public LifeLimits {
    if (maxPinned < 0 || maxDamagedCopies < 1) {
      throw new IllegalArgumentException("a limit of tenants' lives is too small");
    }
    if (!retryMin.isPositive() || retryMin.compareTo(retryMax) > 0) {
      throw new IllegalArgumentException("retryMin must be positive and not exceed retryMax");
    }
  }

  /** The defaults, for tenants with these limits. */
  public static LifeLimits defaults(TenantLimits limits) {
    return new LifeLimits(
        Math.min(100, limits.maxAwake() / 2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        Duration.ofMinutes(5),
        2);
  }

  /** Doubles with each try, between the bounds. */
  Duration retryAfter(int tries) {
    int doublings = Math.clamp(tries - 1, 0, 30);
    Duration delay = retryMin.multipliedBy(1L << doublings);
    return delay.compareTo(retryMax) < 0 ? delay : retryMax;
  }
}
