package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The right to write in a tenant, until closed. One call at a time; calls run on the tenant's
 * strand. A lease that holds others up too long is taken away: its transaction is rolled back, and
 * its next call fails with TXN_TIMEOUT.
 */
public final class WriterLease implements AutoCloseable {

  private final TenantDatabase database;
  private final long deadlineNanos;
  private final Duration lifetime;
  private final LongSupplier nanoTime;
  private final Cancellation cancellation;
  private final OpenTransaction open;

  // What follows is written on the strand only.
  private volatile long idleSinceNanos;
  private volatile boolean busy;
  private volatile boolean ended;
  private volatile @Nullable String takenAway;

  WriterLease(
      TenantDatabase database,
      Duration lifetime,
      LongSupplier nanoTime,
      Cancellation cancellation) {
    this.database = database;
    this.lifetime = lifetime;
    this.nanoTime = nanoTime;
    this.cancellation = cancellation;
    this.idleSinceNanos = nanoTime.getAsLong();
    this.deadlineNanos = idleSinceNanos + lifetime.toNanos();
    this.open = new OpenTransaction("write", idleSinceNanos);
  }

  /** The outcome of a call, and the commit that it made, if it made one. */
  public record Written<T>(T value, @Nullable Long committedLsn) {}

  /**
   * Runs {@code work} on the strand with the writer connection; commits that it made are in the log
   * (not yet durable) when this returns, also when it throws.
   */
  public <T> Written<T> call(Function<TenantConnection, T> work) {
    return database
        .jobs()
        .onStrand(
            () -> {
              if (takenAway != null) {
                throw new DosqlException(ErrorCode.TXN_TIMEOUT, String.valueOf(takenAway))
                    .withSqliteCode("SQLITE_BUSY");
              }
              if (ended) {
                throw new IllegalStateException("the lease has ended");
              }
              cancellation.check();
              busy = true;
              try {
                return database.write(cancellation, work);
              } finally {
                busy = false;
                idleSinceNanos = nanoTime.getAsLong();
              }
            });
  }

  /** Time until the lease is taken away; not negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, deadlineNanos - nanoTime.getAsLong()));
  }

  /** The newest commit of the tenant: what a statement of this lease has surely seen. */
  public long lastLsn() {
    return database.gate().last().lsn();
  }

  /** Rolls back what is open and lets the next writer in. Idempotent. */
  @Override
  public void close() {
    boolean _ =
        database
            .jobs()
            .onStrand(
                () -> {
                  end();
                  return true;
                });
  }

  /** On the strand. */
  private void end() {
    if (!ended) {
      ended = true;
      database.endLease(this);
    }
  }

  /** Called from time to time by maintenance. */
  void expireIfOverdue(long nowNanos, boolean othersWait, Duration idleMax) {
    if (!ended) {
      open.warnIfLong(database.name(), nowNanos);
    }
    if (busy || ended || overdue(nowNanos, othersWait, idleMax) == null) {
      return;
    }
    database
        .jobs()
        .onStrandLater(
            () -> {
              String reason = overdue(nanoTime.getAsLong(), othersWait, idleMax);
              if (!ended && reason != null) {
                takenAway = reason;
                end();
              }
            });
  }

  private @Nullable String overdue(long nowNanos, boolean othersWait, Duration idleMax) {
    if (nowNanos - deadlineNanos > 0) {
      return "the transaction was rolled back after %d ms, the limit transactionTimeout"
          .formatted(lifetime.toMillis());
    }
    long idleNanos = nowNanos - idleSinceNanos;
    if (othersWait && idleNanos > idleMax.toNanos()) {
      return "the transaction was rolled back: it was idle for %d ms while others waited to write"
          .formatted(TimeUnit.NANOSECONDS.toMillis(idleNanos));
    }
    return null;
  }
}
