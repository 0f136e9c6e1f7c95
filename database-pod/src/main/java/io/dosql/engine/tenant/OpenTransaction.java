package io.dosql.engine.tenant;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Says once in the log that a transaction has been open for long, and by which request. */
final class OpenTransaction {

  static final Duration WARN_AFTER = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(OpenTransaction.class);

  private final String kind;
  private final long beganNanos;
  private final @Nullable String requestId = MDC.get("requestId");
  private boolean isWarned;

  /** On the thread of the request that begins it. */
  OpenTransaction(String kind, long beganNanos) {
    this.kind = kind;
    this.beganNanos = beganNanos;
  }

  /** Called from time to time by one thread. */
  void warnIfLong(TenantName tenant, long nowNanos) {
    long nanos = nowNanos - beganNanos;
    if (isWarned || nanos <= WARN_AFTER.toNanos()) {
      return;
    }
    isWarned = true;
    LOG.atWarn()
        .addKeyValue("tenant", tenant.value())
        .addKeyValue("requestId", requestId)
        .log(
            "A {} transaction of tenant {}, begun by request {}, has been open for {} ms",
            kind,
            tenant,
            requestId,
            TimeUnit.NANOSECONDS.toMillis(nanos));
  }
}
