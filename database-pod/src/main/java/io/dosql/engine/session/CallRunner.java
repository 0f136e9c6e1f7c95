package io.dosql.engine.session;

import io.dosql.engine.session.StatementRun.Counts;
import io.dosql.engine.tenant.SharedWrite;
import io.dosql.engine.tenant.TenantConnection;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** Runs a session's statements on a connection; on a pool's thread. */
final class CallRunner {

  /** Longer statements would hold up the answers of those that share their transaction. */
  private static final Duration SHARED_MAX = Duration.ofMillis(10);

  private final SessionOptions options;
  private final Duration sharedTimeout;
  private final SessionState state;

  CallRunner(SessionOptions options, SessionState state) {
    this.options = options;
    Duration timeout = options.statementTimeout();
    this.sharedTimeout = timeout.compareTo(SHARED_MAX) < 0 ? timeout : SHARED_MAX;
    this.state = state;
  }

  /** On a reader; throws {@link NeedsWriter}, before anything has happened, if it would write. */
  Counts read(TenantConnection connection, Call call, SeenCommits.Mark mark) {
    boolean[] isMarked = new boolean[1];
    try {
      return connection.run(
          call.sql(),
          false,
          options.statementTimeout(),
          statement -> {
            if (!statement.isReadOnly()) {
              if (!options.mayWrite()) {
                throw SessionFailures.readOnlyToken();
              }
              throw new NeedsWriter();
            }
            return StatementRun.run(
                connection.sqlite(),
                statement,
                call.statement().parameters(),
                call.sink(),
                () -> {
                  mark.set(connection.sqlite());
                  isMarked[0] = true;
                });
          });
    } finally {
      if (!isMarked[0]) {
        // That it did not compile, too, tells of the schema.
        mark.set(connection.sqlite());
      }
    }
  }

  /** On the writer. */
  Counts write(TenantConnection connection, Call call, Duration timeout) {
    Counts counts =
        connection.run(
            call.sql(),
            call.kind() instanceof StatementKind.Vacuum,
            timeout,
            statement ->
                StatementRun.run(
                    connection.sqlite(),
                    statement,
                    call.statement().parameters(),
                    call.sink(),
                    () -> {}));
    if (counts.rowsWritten() > 0) {
      state.rememberInsert(connection);
    }
    return counts;
  }

  /** A write without a transaction of the session. */
  SharedWrite<Counts> single(Call call) {
    boolean mayShare =
        call.kind() instanceof StatementKind.Write(boolean changesRows) && changesRows;
    return new SharedWrite<>(
        connection -> {
          state.applyTo(connection);
          return write(connection, call, options.statementTimeout());
        },
        mayShare ? connection -> writeTogether(connection, call) : null);
  }

  private SharedWrite.Together<Counts> writeTogether(TenantConnection connection, Call call) {
    if (!state.appliesWithin(connection)) {
      throw new SharedWrite.CannotShareException();
    }
    Counts counts =
        connection.run(
            call.sql(),
            false,
            sharedTimeout,
            statement -> {
              if (statement.columnCount() > 0) {
                throw new SharedWrite.CannotShareException();
              }
              return StatementRun.run(
                  connection.sqlite(),
                  statement,
                  call.statement().parameters(),
                  RowSink.NONE,
                  () -> {});
            });
    long rowid = connection.sqlite().lastInsertRowid();
    return () -> {
      if (counts.rowsWritten() > 0) {
        state.rememberInsert(rowid);
      }
      call.sink().columns(List.of());
      return counts;
    };
  }

  /** BEGIN, SAVEPOINT and their like. */
  void control(TenantConnection connection, String sql) {
    boolean row =
        connection.run(sql, false, options.statementTimeout(), statement -> statement.step());
    if (row) {
      throw new IllegalStateException("a row from " + sql);
    }
  }

  Outcome outcome(Call call, Counts counts, long lsn) {
    // An INSERT that inserts nothing leaves the rowid of the one before it, as in SQLite.
    boolean tellsRowid =
        counts.rowsWritten() > 0
            || (call.kind() instanceof StatementKind.Write(boolean changesRows) && changesRows);
    return new Outcome(
        counts.rowsReturned(),
        counts.rowsRead(),
        counts.rowsWritten(),
        counts.changes(),
        tellsRowid ? state.lastInsertRowid() : OptionalLong.empty(),
        Duration.ofNanos(System.nanoTime() - call.startNanos()),
        lsn);
  }

  /** The outcome of what the session did by itself. */
  Outcome nothing(Call call) {
    return outcome(call, new Counts(0, 0, 0, 0), 0);
  }
}
