package io.dosql.engine.tenant;

import java.time.Duration;
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
  private final HoldTerms terms;
  private final long beganNanos;
  private final LongSupplier nanoTime;
  private final Cancellation cancellation;
  private final OpenTransaction open;

  // What follows is written on the strand only.
  private volatile long idleSinceNanos;
  private volatile boolean busy;
  private volatile boolean ended;
  private volatile @Nullable String takenAway;

  private volatile Runnable whenTakenAway = () -> {};

  WriterLease(
      TenantDatabase database,
      Duration lifetime,
      Duration age,
      LongSupplier nanoTime,
      Cancellation cancellation) {
    this.database = database;
    this.terms = HoldTerms.ofTransaction("write", lifetime);
    this.nanoTime = nanoTime;
    this.cancellation = cancellation;
    this.idleSinceNanos = nanoTime.getAsLong();
    this.beganNanos = idleSinceNanos - age.toNanos();
    this.open = new OpenTransaction("write", beganNanos);
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
              String reason = takenAway;
              if (reason != null) {
                throw terms.takenAway(reason);
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
    long heldNanos = nanoTime.getAsLong() - beganNanos;
    return Duration.ofNanos(Math.max(0, terms.lifetime().toNanos() - heldNanos));
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

  /**
   * Has {@code action} run when the lease is taken away, after its transaction was rolled back, or
   * now, if it was before. It must not block, and be harmless if it is run twice.
   */
  public void whenTakenAway(Runnable action) {
    whenTakenAway = action;
    // Maintenance writes the one and then reads the other, and this the other way round.
    if (takenAway != null) {
      action.run();
    }
  }

  /** Called from time to time by maintenance. */
  void expireIfOverdue(long nowNanos, boolean othersWait) {
    if (!ended) {
      open.warnIfLong(database.name(), nowNanos);
    }
    if (busy || ended || overdue(nowNanos, othersWait) == null) {
      return;
    }
    database
        .jobs()
        .onStrandLater(
            () -> {
              String reason = overdue(nanoTime.getAsLong(), othersWait);
              if (!ended && reason != null) {
                takenAway = reason;
                end();
                whenTakenAway.run();
              }
            });
  }

  private @Nullable String overdue(long nowNanos, boolean othersWait) {
    String outlived = terms.whyOutlived(nowNanos - beganNanos);
    return outlived == null ? terms.whyIdle(nowNanos - idleSinceNanos, othersWait) : outlived;
  }
}
