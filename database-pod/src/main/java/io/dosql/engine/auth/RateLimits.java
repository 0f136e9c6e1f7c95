package io.dosql.engine.auth;

import org.jspecify.annotations.Nullable;

/**
 * How often one may ask; null for as often as one likes.
 *
 * @param perToken of each token
 * @param perTenant of each tenant, all tokens together
 * @param perPod of all
 * @param maxBuckets tokens, and as many tenants, whose requests are counted; those that have not
 *     asked for longest are forgotten beyond it
 */
public record RateLimits(
    @Nullable Rate perToken, @Nullable Rate perTenant, @Nullable Rate perPod, int maxBuckets) {

  public static final RateLimits NONE = new RateLimits(null, null, null, 10_000);

  public RateLimits {
    if (maxBuckets < 1) {
      throw new IllegalArgumentException("maxBuckets must be at least 1");
    }
  }

  /** These rates of requests a second; zero for none. */
  public static RateLimits perSecond(long token, long tenant, long pod) {
    return new RateLimits(rate(token), rate(tenant), rate(pod), NONE.maxBuckets());
  }

  private static @Nullable Rate rate(long perSecond) {
    return perSecond == 0 ? null : Rate.perSecond(perSecond);
  }
}
