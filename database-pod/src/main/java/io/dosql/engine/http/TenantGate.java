package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds the requests in work for each tenant, so that one tenant's clients cannot take all that
 * the pod works on at a time. Thread safe.
 */
final class TenantGate {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final int requestsMax;

  /** Only of tenants that have requests in work. */
  private final ConcurrentHashMap<String, Integer> inWork = new ConcurrentHashMap<>();

  TenantGate(int requestsMax) {
    this.requestsMax = requestsMax;
  }

  /** Until {@link #leave}; RESOURCE_EXHAUSTED when the tenant has its share already. */
  void enter(String tenant) {
    int now = inWork.merge(tenant, 1, Integer::sum);
    if (now > requestsMax) {
      leave(tenant);
      throw new DosqlException(
              ErrorCode.RESOURCE_EXHAUSTED,
              ("All %d requests that the pod works on at a time for one tenant"
                      + " (maxConcurrentRequestsPerTenant) are taken.")
                  .formatted(requestsMax))
          .withSuggestion(
              "Send fewer requests at a time, or raise spec.tenants.limits.maxConcurrentRequests.")
          .withRetryAfter(RETRY_AFTER);
    }
  }

  void leave(String tenant) {
    inWork.computeIfPresent(tenant, (name, count) -> count == 1 ? null : count - 1);
  }

  int tenantsInWork() {
    return inWork.size();
  }
}
