package io.dosql.engine.tenant;

import java.time.Duration;
import java.time.Instant;

/**
 * Why a tenant cannot be used.
 *
 * @param since when it was found out first
 * @param tries how often it was tried to open the tenant, without success
 * @param nextTryNanos not tried again before, by the clock of the tenants
 * @param retryAfter how long after the latest try that is
 */
public record Quarantine(
    String reason, Instant since, int tries, long nextTryNanos, Duration retryAfter) {

  boolean isDue(long nowNanos) {
    return nowNanos - nextTryNanos >= 0;
  }

  Quarantine dueAt(long nanos) {
    return new Quarantine(reason, since, tries, nanos, retryAfter);
  }
}
