package io.dosql.engine.auth;

import io.dosql.engine.auth.RateDecision.Granted;
import io.dosql.engine.auth.RateDecision.Refused;
import io.dosql.engine.auth.RateDecision.Scope;
import io.dosql.engine.auth.RateDecision.Unlimited;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how often tokens, tenants and all together may ask. Without rates it costs nothing; with
 * them, a look-up and a compare-and-set each. Thread safe.
 *
 * <p>A request takes from its token's bucket first, so that a token that asks too often takes
 * nothing from its tenant. One that its tenant's or the pod's rate refuses has used up one of its
 * token's.
 */
public final class RateLimiter {

  private static final RateDecision UNLIMITED = new Unlimited();

  private final LongSupplier nanoTime;
  private final @Nullable Buckets tokens;
  private final @Nullable Rate tokenRate;
  private final @Nullable Buckets tenants;
  private final @Nullable Rate tenantRate;
  private final @Nullable TokenBucket pod;
  private final @Nullable Rate podRate;

  public RateLimiter(RateLimits limits, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.tokenRate = limits.perToken();
    this.tenantRate = limits.perTenant();
    this.podRate = limits.perPod();
    this.tokens = tokenRate == null ? null : new Buckets(tokenRate, limits.maxBuckets());
    this.tenants = tenantRate == null ? null : new Buckets(tenantRate, limits.maxBuckets());
    this.pod = podRate == null ? null : new TokenBucket(podRate, nanoTime.getAsLong());
  }

  /**
   * Counts one request of a token.
   *
   * @param tenant which it is for; null if for none
   */
  public RateDecision take(Principal principal, @Nullable String tenant) {
    long now = nanoTime.getAsLong();
    RateDecision decision = UNLIMITED;
    if (tokens != null && tokenRate != null) {
      decision = decide(decision, Scope.TOKEN, tokenRate, tokens.of(principal.tokenId(), now), now);
    }
    if (tenants != null && tenantRate != null && tenant != null) {
      decision = decide(decision, Scope.TENANT, tenantRate, tenants.of(tenant, now), now);
    }
    if (pod != null && podRate != null) {
      decision = decide(decision, Scope.POD, podRate, pod, now);
    }
    return decision;
  }

  private static RateDecision decide(
      RateDecision before, Scope scope, Rate rate, TokenBucket bucket, long now) {
    if (before instanceof Refused) {
      return before;
    }
    TokenBucket.Take take = bucket.take(now);
    Duration untilFull = Duration.ofNanos(take.fullNanos());
    if (!take.granted()) {
      return new Refused(scope, rate.burst(), untilFull, Duration.ofNanos(take.retryNanos()));
    }
    return before instanceof Granted tighter && tighter.remaining() <= take.remaining()
        ? before
        : new Granted(rate.burst(), take.remaining(), untilFull);
  }
}
