package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state that a tenant is in, and why nobody may use it if so. Knows nothing of files and
 * threads. Thread safe.
 */
final class TenantLife {

  private static final Logger LOG = LoggerFactory.getLogger(TenantLife.class);
  private static final Duration BUSY_AGAIN = Duration.ofSeconds(1);

  /** Also guards what the tenant decides together with its state. */
  final ReentrantLock lock = new ReentrantLock();

  private final Tenant tenant;
  private final TenantParts parts;

  @GuardedBy("lock")
  private TenantState state;

  /** Invariant: not null in the state QUARANTINED. */
  @GuardedBy("lock")
  private @Nullable Quarantine quarantine;

  /** What no further try can heal, but only a restore. */
  @GuardedBy("lock")
  private @Nullable String lastingDamage;

  /** Why nobody may begin to use it: it is being deleted, or has been. */
  @GuardedBy("lock")
  private @Nullable DosqlException closed;

  TenantLife(Tenant tenant, TenantParts parts, TenantState state) {
    this.tenant = tenant;
    this.parts = parts;
    this.state = state;
  }

  /**
   * The one way from state to state.
   *
   * @throws IllegalStateException if there is no such transition; then nothing has changed
   */
  void transition(TenantState to, String reason) {
    lock.lock();
    try {
      TenantState from = state;
      if (!from.next().contains(to)) {
        throw new IllegalStateException(
            "tenant %s cannot go from %s to %s: %s"
                .formatted(tenant.name(), from.text(), to.text(), reason));
      }
      state = to;
      switch (to) {
        case AWAKE, ASLEEP, ABSENT -> quarantine = null;
        case WAKING, SLEEPING, RESTORING, QUARANTINED -> {}
      }
      parts.census().moved(tenant, from, to);
      LOG.debug("tenant {}: {} to {}: {}", tenant.name(), from.text(), to.text(), reason);
    } finally {
      lock.unlock();
    }
  }

  TenantState state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  // ---- Quarantine

  /** The tenant cannot be opened; it is tried again after a time that grows with each try. */
  Quarantine enterQuarantine(String reason) {
    lock.lock();
    try {
      Quarantine before = quarantine;
      int tries = before == null ? 1 : before.tries() + 1;
      Duration delay = parts.life().retryAfter(tries);
      transition(TenantState.QUARANTINED, reason);
      Quarantine entered =
          new Quarantine(
              reason,
              before == null ? parts.environment().clock().instant() : before.since(),
              tries,
              parts.nowNanos() + delay.toNanos(),
              delay);
      quarantine = entered;
      if (before == null) {
        LOG.error(
            "tenant {} is quarantined, the others are served; restore it from a backup: {}",
            tenant.name(),
            reason);
      } else {
        LOG.warn("tenant {} stays quarantined after try {}: {}", tenant.name(), tries, reason);
      }
      return entered;
    } finally {
      lock.unlock();
    }
  }

  /** Back into the quarantine that a restore was to end, as if nobody had tried. */
  void stayInQuarantine(String reason) {
    lock.lock();
    try {
      if (quarantine == null) {
        Quarantine _ = enterQuarantine(reason);
      } else {
        transition(TenantState.QUARANTINED, reason);
      }
    } finally {
      lock.unlock();
    }
  }

  @Nullable Quarantine quarantine() {
    lock.lock();
    try {
      return quarantine;
    } finally {
      lock.unlock();
    }
  }

  /** The next use tries to open the tenant, however short ago the last try was. */
  void retryNow() {
    lock.lock();
    try {
      Quarantine current = quarantine;
      if (current != null) {
        quarantine = current.dueAt(parts.nowNanos());
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isRetryDue() {
    lock.lock();
    try {
      return isQuarantinedNow() != null && notDue() == null;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private @Nullable Quarantine isQuarantinedNow() {
    return state == TenantState.QUARANTINED ? quarantine : null;
  }

  /** The quarantine that keeps the tenant from being tried now. */
  @GuardedBy("lock")
  private @Nullable Quarantine notDue() {
    Quarantine current = isQuarantinedNow();
    return current == null || current.isDue(parts.nowNanos()) ? null : current;
  }

  void setLastingDamage(@Nullable String reason) {
    lock.lock();
    try {
      lastingDamage = reason;
    } finally {
      lock.unlock();
    }
  }

  @Nullable String lastingDamage() {
    lock.lock();
    try {
      return lastingDamage;
    } finally {
      lock.unlock();
    }
  }

  // ---- Who may come in

  /** Nobody may begin to use it from now on; null lets them in again. */
  void closeFor(@Nullable DosqlException reason) {
    lock.lock();
    try {
      closed = reason;
    } finally {
      lock.unlock();
    }
  }

  /** Fails as {@link Tenant#use} says, unless the tenant is awake or may be woken. */
  void requireMayWake() {
    lock.lock();
    try {
      requireNotClosed();
      if (state == TenantState.RESTORING) {
        throw busy("its content is being put in place");
      }
      Quarantine waiting = notDue();
      if (waiting != null) {
        throw unavailable(waiting, null);
      }
    } finally {
      lock.unlock();
    }
  }

  void requireNotClosed() {
    lock.lock();
    try {
      if (closed != null) {
        throw again(closed);
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isDeleted() {
    lock.lock();
    try {
      return closed != null && closed.code() == ErrorCode.NOT_FOUND;
    } finally {
      lock.unlock();
    }
  }

  DosqlException busy(String why) {
    return new DosqlException(
            ErrorCode.TENANT_BUSY, "tenant %s cannot be used now: %s".formatted(tenant.name(), why))
        .withRetryAfter(BUSY_AGAIN);
  }

  DosqlException unavailable(Quarantine why, @Nullable Throwable cause) {
    return new DosqlException(
            ErrorCode.TENANT_UNAVAILABLE,
            "tenant %s cannot be opened: %s (quarantined since %s, tries: %d)"
                .formatted(tenant.name(), why.reason(), why.since(), why.tries()),
            cause)
        .withSuggestion(suggestion(why));
  }

  private String suggestion(Quarantine why) {
    return lastingDamage() != null
        ? "Restore the tenant from a backup with a DoSQLRestore."
        : ("Restore the tenant from a backup; or mend its files and POST /admin/tenants/%s/retry."
                .formatted(tenant.name())
            + " It is tried again by itself every %d s."
                .formatted(Math.max(1, why.retryAfter().toSeconds())));
  }

  /** The same failure, for another one who hears of it. */
  static DosqlException again(DosqlException told) {
    DosqlException copy =
        new DosqlException(told.code(), told.getMessage(), told).withSuggestion(told.suggestion());
    Duration retryAfter = told.retryAfter();
    return retryAfter == null ? copy : copy.withRetryAfter(retryAfter);
  }
}
