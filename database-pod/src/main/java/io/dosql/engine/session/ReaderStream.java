package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.sqlite.StatementCounter;
import io.dosql.engine.tenant.Cancellation;
import io.dosql.engine.tenant.ReaderLease;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantConnection;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement on a reader connection that is stepped in several jobs. */
final class ReaderStream implements RowStream {

  private final CallRunner runner;
  private final Call call;
  private final ReaderLease lease;
  private final Runnable whenClosed;
  private final long lsn;
  private final Duration statementTimeout;

  private TenantConnection.@Nullable Cursor cursor;
  private List<Column> columns = List.of();
  private boolean onRow;
  private long rowsReturned;
  private long rowsScanned;
  private long ranNanos;
  private boolean closed;

  private ReaderStream(
      CallRunner runner,
      Call call,
      ReaderLease lease,
      Runnable whenClosed,
      long lsn,
      Duration statementTimeout) {
    this.runner = runner;
    this.call = call;
    this.lease = lease;
    this.whenClosed = whenClosed;
    this.lsn = lsn;
    this.statementTimeout = statementTimeout;
  }

  /**
   * Compiles the statement and takes its first step, which settles what it will see: {@code seen}
   * knows that on return, also if this fails.
   *
   * @throws NeedsWriter before anything has happened, if it would write
   */
  static ReaderStream open(
      Tenant tenant,
      SessionOptions options,
      SessionState state,
      CallRunner runner,
      SeenCommits seen,
      Cancellation cancellation,
      Call call) {
    Tenant.Use use = tenant.use();
    boolean open = false;
    try {
      long lsn = use.database().lastLsn();
      ReaderLease lease = use.database().reader(options.lockTimeout(), cancellation);
      ReaderStream stream =
          new ReaderStream(
              runner,
              call,
              lease,
              () -> {
                try {
                  lease.close();
                } finally {
                  use.close();
                }
              },
              lsn,
              options.statementTimeout());
      SeenCommits.Mark mark = new SeenCommits.Mark(use.database());
      try {
        boolean _ =
            lease.call(
                connection -> {
                  state.applyTo(connection);
                  try {
                    return stream.start(connection, options.mayWrite());
                  } finally {
                    // That it did not compile, too, tells of the schema.
                    mark.set(connection.sqlite());
                  }
                });
        lease.holdsStream(SessionOptions.STREAM_TIME_MAX, use::close);
        open = true;
        return stream;
      } finally {
        seen.add(mark);
        if (!open) {
          lease.close();
        }
      }
    } finally {
      if (!open) {
        use.close();
      }
    }
  }

  /** The same on the connection, and in the snapshot, of an open transaction that reads. */
  static ReaderStream within(
      Transaction.Reading reading,
      SessionOptions options,
      CallRunner runner,
      SeenCommits seen,
      Call call) {
    ReaderLease lease = reading.lease();
    long lsn = lease.lastLsn();
    reading.readsAt(lsn);
    ReaderStream stream =
        new ReaderStream(
            runner, call, lease, () -> endStatement(lease), lsn, options.statementTimeout());
    boolean open = false;
    try {
      boolean _ =
          lease.call(
              connection -> {
                try {
                  return stream.start(connection, options.mayWrite());
                } finally {
                  reading.mark().set(connection.sqlite());
                }
              });
      open = true;
      return stream;
    } finally {
      seen.add(reading.mark());
      if (!open) {
        endStatement(lease);
      }
    }
  }

  private static void endStatement(ReaderLease lease) {
    try {
      boolean _ =
          lease.call(
              connection -> {
                connection.closeCursor();
                return true;
              });
    } catch (DosqlException cancelled) {
      // Then the transaction ends, too, and the statement with it.
    }
  }

  private boolean start(TenantConnection connection, boolean mayWrite) {
    long begin = System.nanoTime();
    TenantConnection.Cursor opened = connection.cursor(call.sql(), statementTimeout);
    cursor = opened;
    onRow =
        opened.resume(
            statementTimeout,
            statement -> {
              if (!statement.isReadOnly()) {
                throw mayWrite ? new NeedsWriter() : SessionFailures.readOnlyToken();
              }
              StatementRun.bind(statement, call.statement().parameters());
              boolean row = statement.step();
              // Only now: the first step may have found that the schema has changed.
              columns = statement.columns();
              return row;
            });
    ranNanos = System.nanoTime() - begin;
    return true;
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public boolean fetch(Part part) {
    if (!onRow || closed) {
      return false;
    }
    return lease.call(
        connection -> {
          // Or it would be taken anew for each value of each row.
          try (SqliteConnection.Claim _ = connection.sqlite().claim()) {
            return fetchHere(part);
          }
        });
  }

  private boolean fetchHere(Part part) {
    TenantConnection.Cursor open = cursor;
    if (open == null) {
      throw new IllegalStateException("the stream was not started");
    }
    long begin = System.nanoTime();
    Duration left = statementTimeout.minusNanos(ranNanos);
    try {
      return open.resume(
          left.isPositive() ? left : Duration.ofNanos(1), statement -> rows(statement, part));
    } catch (DosqlException failure) {
      // The guard knows no more than what was left of the limit.
      throw failure.code() == ErrorCode.TIMEOUT ? timeout(failure) : failure;
    } finally {
      ranNanos += System.nanoTime() - begin;
    }
  }

  private boolean rows(SqliteStatement statement, Part part) {
    boolean wanted = true;
    while (onRow && wanted) {
      wanted = part.row(statement);
      rowsReturned++;
      onRow = statement.step();
    }
    rowsScanned += scanned(statement);
    return onRow;
  }

  private DosqlException timeout(DosqlException cause) {
    return new DosqlException(
            ErrorCode.TIMEOUT,
            "the statement ran longer than %d ms, the limit statementTimeout"
                .formatted(statementTimeout.toMillis()),
            cause)
        .withSqliteCode("SQLITE_INTERRUPT");
  }

  private static long scanned(SqliteStatement statement) {
    return statement.status(StatementCounter.FULL_SCAN_STEPS, true);
  }

  @Override
  public Outcome outcome() {
    return runner.outcome(
        call,
        new StatementRun.Counts(rowsReturned, Math.max(rowsReturned, rowsScanned), 0, 0),
        lsn);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      cursor = null;
      whenClosed.run();
    }
  }
}
