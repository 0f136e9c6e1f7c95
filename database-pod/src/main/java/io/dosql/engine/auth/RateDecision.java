package io.dosql.engine.auth;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;

/** Whether a request may be answered now, by the rate that leaves it least. */
public sealed interface RateDecision {

  /** No rate applies. */
  record Unlimited() implements RateDecision {}

  /**
   * It may.
   *
   * @param limit requests that may come at once
   * @param remaining as many of them are left
   * @param untilFull after which all are there again
   */
  record Granted(long limit, long remaining, Duration untilFull) implements RateDecision {}

  /** It may not. */
  record Refused(Scope scope, long limit, Duration untilFull, Duration retryAfter)
      implements RateDecision {

    /** What its client is told. */
    public DosqlException error() {
      return new DosqlException(
              ErrorCode.RATE_LIMITED,
              "The requests of %s are limited to %d at once (%s)."
                  .formatted(scope.whose(), limit, scope.limitName()))
          .withRetryAfter(retryAfter);
    }
  }

  /** Whose requests a rate counts. */
  enum Scope {
    TOKEN("this token", "requestsPerSecondPerToken"),
    TENANT("this tenant", "requestsPerSecondPerTenant"),
    POD("the whole pod", "requestsPerSecond");

    private final String whose;
    private final String limitName;

    Scope(String whose, String limitName) {
      this.whose = whose;
      this.limitName = limitName;
    }

    String whose() {
      return whose;
    }

    String limitName() {
      return limitName;
    }
  }
}
