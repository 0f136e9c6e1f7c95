package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The right to one reader connection, until closed. One call at a time. A lease that a client holds
 * between its calls, see {@link #holdsTransaction} and {@link #holdsStream}, is taken away when it
 * is held too long: its transaction is rolled back, and its next call is told so.
 */
public final class ReaderLease implements AutoCloseable {

  private final TenantDatabase database;
  private final TenantConnection connection;
  private final Cancellation cancellation;
  private final ReentrantLock lock = new ReentrantLock();

  /** How a client holds the lease between its calls. */
  private record Hold(
      HoldTerms terms, long beganNanos, @Nullable OpenTransaction open, Runnable whenTakenAway) {}

  @GuardedBy("lock")
  private @Nullable Hold hold;

  @GuardedBy("lock")
  private long idleSinceNanos;

  @GuardedBy("lock")
  private boolean busy;

  @GuardedBy("lock")
  private @Nullable String takenAway;

  @GuardedBy("lock")
  private boolean ended;

  ReaderLease(TenantDatabase database, TenantConnection connection, Cancellation cancellation) {
    this.database = database;
    this.connection = connection;
    this.cancellation = cancellation;
    connection.setCancellation(cancellation);
  }

  /**
   * From here on a client's transaction goes on in the lease: the log tells of it if it lasts, and
   * when it has lasted for {@code lifetime}, or is idle while others wait to read, it is rolled
   * back and its next call fails with TXN_TIMEOUT.
   *
   * @param whenTakenAway runs then, after the connection was given back; must not block
   */
  public void holdsTransaction(Duration lifetime, Runnable whenTakenAway) {
    long now = database.nanoTime();
    hold(
        new Hold(
            HoldTerms.ofTransaction("read", lifetime),
            now,
            new OpenTransaction("read", now),
            whenTakenAway));
  }

  /** The same for rows that a client takes bit by bit; then its next call fails with TIMEOUT. */
  public void holdsStream(Duration lifetime, Runnable whenTakenAway) {
    hold(new Hold(HoldTerms.ofStream(lifetime), database.nanoTime(), null, whenTakenAway));
  }

  private void hold(Hold how) {
    lock.lock();
    try {
      hold = how;
      idleSinceNanos = how.beganNanos();
    } finally {
      lock.unlock();
    }
    database.held(this);
  }

  /**
   * Runs {@code work} on a reader thread.
   *
   * @throws DosqlException TXN_TIMEOUT or TIMEOUT, if the lease was taken away
   */
  public <T> T call(Function<TenantConnection, T> work) {
    // It is not idle while it waits for a thread, either.
    touch();
    return database
        .jobs()
        .onReader(
            () -> {
              begin();
              try {
                cancellation.check();
                return database.noticingDamage(() -> connection.use(work));
              } finally {
                finish();
              }
            });
  }

  private void begin() {
    lock.lock();
    try {
      if (takenAway != null && hold != null) {
        throw hold.terms().takenAway(takenAway);
      }
      if (ended) {
        throw new IllegalStateException("the lease has ended");
      }
      busy = true;
    } finally {
      lock.unlock();
    }
  }

  private void finish() {
    lock.lock();
    try {
      busy = false;
      idleSinceNanos = database.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  private void touch() {
    lock.lock();
    try {
      idleSinceNanos = database.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  /** Why the client has no use of the lease any more; null if it has. Not while a call runs. */
  public @Nullable DosqlException lost() {
    lock.lock();
    try {
      Hold how = hold;
      if (how == null) {
        return null;
      }
      String reason = takenAway == null ? how.terms().whyOutlived(heldNanos(how)) : takenAway;
      return reason == null ? null : how.terms().takenAway(reason);
    } finally {
      lock.unlock();
    }
  }

  /** For how long a client has held the lease. */
  public Duration heldFor() {
    lock.lock();
    try {
      return hold == null ? Duration.ZERO : Duration.ofNanos(heldNanos(hold));
    } finally {
      lock.unlock();
    }
  }

  private long heldNanos(Hold how) {
    return database.nanoTime() - how.beganNanos();
  }

  /** When the last call ended. */
  long idleSinceNanos() {
    lock.lock();
    try {
      return idleSinceNanos;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Called from time to time by maintenance.
   *
   * @return whether it was taken away, for whatever reason: its connection is for who waits
   */
  boolean expireIfOverdue(long nowNanos, boolean othersWait) {
    Hold how;
    lock.lock();
    try {
      how = hold;
      if (how == null || ended || takenAway != null) {
        return false;
      }
      if (how.open() != null) {
        how.open().warnIfLong(database.name(), nowNanos);
      }
      String outlived = how.terms().whyOutlived(nowNanos - how.beganNanos());
      String reason =
          outlived == null ? how.terms().whyIdle(nowNanos - idleSinceNanos, othersWait) : outlived;
      if (busy || reason == null) {
        return false;
      }
      takenAway = reason;
    } finally {
      lock.unlock();
    }
    database.takeBack(this, how.whenTakenAway());
    return true;
  }

  /** On a reader thread, after {@link #expireIfOverdue} has decided so. */
  void giveBackTakenAway() {
    connection.setCancellation(null);
    database.giveBack(connection);
  }

  /** Opens a read transaction on the newest commit; on the calling thread, which is a pool's. */
  void beginSnapshot() {
    boolean _ =
        connection.use(
            reader -> {
              reader.sqlite().execute("BEGIN");
              reader.sqlite().execute("SELECT 1 FROM sqlite_schema LIMIT 1");
              return true;
            });
  }

  /** The newest commit in the log now: a statement that starts after this call surely sees it. */
  public long lastLsn() {
    return database.gate().last().lsn();
  }

  /** Ends the transaction that is open. Idempotent. */
  @Override
  public void close() {
    boolean isMine;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
      isMine = takenAway == null;
    } finally {
      lock.unlock();
    }
    database.heldNoLonger(this);
    if (isMine) {
      connection.setCancellation(null);
      database.endReader(connection);
    }
  }
}
