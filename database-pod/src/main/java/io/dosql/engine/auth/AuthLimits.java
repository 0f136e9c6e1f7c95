package io.dosql.engine.auth;

import java.time.Duration;

/**
 * Bounds of authentication.
 *
 * @param clockSkew by which the clocks of who signs and of this pod may differ: tokens are good for
 *     so much longer and sooner
 * @param maxTokenBytes a token; longer ones are not looked at
 * @param maxRemembered tokens that were found good and need no signature check again
 * @param rememberFor how long they are remembered
 * @param keyRefresh age from which on keys that came from a URL are fetched again
 * @param keyRefreshMin between two fetches from one URL, whatever tokens come
 * @param keyTimeout of one request for keys
 * @param maxKeyBytes of one answer with keys
 * @param failureBurst failed authentications of one client address at once
 * @param failureInterval after which one more is forgiven
 * @param maxFailureClients addresses whose failures are counted
 * @param failureLogInterval between two log lines about failures, after the first ten
 */
public record AuthLimits(
    Duration clockSkew,
    int maxTokenBytes,
    int maxRemembered,
    Duration rememberFor,
    Duration keyRefresh,
    Duration keyRefreshMin,
    Duration keyTimeout,
    int maxKeyBytes,
    int failureBurst,
    Duration failureInterval,
    int maxFailureClients,
    Duration failureLogInterval) {

  public static final AuthLimits DEFAULT =
      new AuthLimits(
          Duration.ofSeconds(30),
          8 << 10,
          10_000,
          Duration.ofSeconds(60),
          Duration.ofMinutes(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          256 << 10,
          100,
          Duration.ofSeconds(1),
          10_000,
          Duration.ofSeconds(1));

  public AuthLimits {
    if (clockSkew.isNegative() || maxTokenBytes < 1 || maxRemembered < 1 || maxKeyBytes < 1) {
      throw new IllegalArgumentException("Limits of authentication must be positive");
    }
    if (failureBurst < 1 || maxFailureClients < 1) {
      throw new IllegalArgumentException("Limits of failures must be positive");
    }
    if (!rememberFor.isPositive()
        || !keyRefresh.isPositive()
        || !keyRefreshMin.isPositive()
        || !keyTimeout.isPositive()
        || !failureInterval.isPositive()
        || !failureLogInterval.isPositive()) {
      throw new IllegalArgumentException("Times of authentication must be positive");
    }
  }
}
