package io.dosql.engine.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * A bucket for each of many names. A bucket that was not used for as long as it takes to fill is
 * full, and so need not be kept. Thread safe.
 */
final class Buckets {

  private static final Duration KEEP_MIN = Duration.ofSeconds(1);

  private final Rate rate;
  private final Cache<String, TokenBucket> byName;

  Buckets(Rate rate, int bucketsMax) {
    this.rate = rate;
    Duration toFill = Duration.ofNanos(rate.nanosToFill());
    this.byName =
        Caffeine.newBuilder()
            .maximumSize(bucketsMax)
            .expireAfterAccess(toFill.compareTo(KEEP_MIN) < 0 ? KEEP_MIN : toFill)
            .executor(Runnable::run)
            .build();
  }

  TokenBucket of(String name, long nowNanos) {
    return byName.get(name, anybody -> new TokenBucket(rate, nowNanos));
  }
}
