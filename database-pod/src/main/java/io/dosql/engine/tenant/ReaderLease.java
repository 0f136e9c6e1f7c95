package io.dosql.engine.tenant;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The right to one reader connection, until closed. One call at a time. */
public final class ReaderLease implements AutoCloseable {

  private final TenantDatabase database;
  private final TenantConnection connection;
  private final Cancellation cancellation;
  private @Nullable OpenTransaction open;
  private boolean ended;

  ReaderLease(TenantDatabase database, TenantConnection connection, Cancellation cancellation) {
    this.database = database;
    this.connection = connection;
    this.cancellation = cancellation;
    connection.setCancellation(cancellation);
  }

  /** Has the log told if this lease lasts for long: a client's transaction goes on in it. */
  public void holdsTransaction() {
    open = database.transactionOpened("read");
  }

  /** Runs {@code work} on a reader thread. */
  public <T> T call(Function<TenantConnection, T> work) {
    if (ended) {
      throw new IllegalStateException("the lease has ended");
    }
    return database
        .jobs()
        .onReader(
            () -> {
              cancellation.check();
              return database.noticingDamage(() -> connection.use(work));
            });
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
    if (!ended) {
      ended = true;
      if (open != null) {
        database.transactionEnded(open);
      }
      connection.setCancellation(null);
      database.endReader(connection);
    }
  }
}
