package io.dosql.engine.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.session.StatementRun.Counts;
import io.dosql.engine.tenant.Cancellation;
import io.dosql.engine.tenant.ReaderLease;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantConnection;
import io.dosql.engine.tenant.WriterLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session on one tenant of this pod. Reads run on reader connections, writes on the writer; a
 * deferred transaction starts as a reader and moves to the writer with its first write, if what it
 * has read is still the newest state.
 */
final class TenantSession implements SqlSession {

  private static final int CONTROL_STATEMENTS_MAX = 1_000;

  private final Tenant tenant;
  private final SessionOptions options;
  private final SessionState state = new SessionState();
  private final SeenCommits seen;
  private final CallRunner runner;
  private final AtomicBatch batch;
  private final Cancellation cancellation = new Cancellation();
  private final ReentrantLock oneCallAtATime = new ReentrantLock();
  private final ReentrantLock callerLock = new ReentrantLock();

  /** The thread of the call under way. */
  @GuardedBy("callerLock")
  private @Nullable Thread caller;

  private volatile Transaction transaction = Transaction.NONE;
  private volatile boolean closed;

  TenantSession(Tenant tenant, CommitLog log, SessionOptions options) {
    this.tenant = tenant;
    this.options = options;
    this.seen = new SeenCommits(log);
    this.runner = new CallRunner(options, state);
    this.batch = new AtomicBatch(tenant, options, state, seen, runner, cancellation);
  }

  @Override
  public Outcome execute(SqlStatement statement, RowSink sink) {
    return exclusively(() -> dispatch(Call.of(statement, sink)));
  }

  @Override
  public Outcome executeLast(SqlStatement statement, RowSink sink) {
    return exclusively(() -> dispatch(Call.of(statement, sink).asLast()));
  }

  @Override
  public Optional<RowStream> stream(SqlStatement statement) {
    return exclusively(
        () -> {
          Call call = Call.of(statement, RowSink.NONE);
          if (!(call.kind() instanceof StatementKind.Read)) {
            return Optional.empty();
          }
          try {
            return switch (transaction) {
              case Transaction.None none ->
                  Optional.of(
                      ReaderStream.open(tenant, options, state, runner, seen, cancellation, call));
              case Transaction.Reading reading when reading.lease().lost() == null ->
                  Optional.of(ReaderStream.within(reading, options, runner, seen, call));
              case Transaction.Reading lost -> Optional.empty();
              case Transaction.Writing writing -> Optional.empty();
            };
          } catch (NeedsWriter now) {
            return Optional.empty();
          }
        });
  }

  private Outcome dispatch(Call call) {
    return switch (transaction) {
      case Transaction.None none -> alone(call);
      case Transaction.Reading reading -> inReading(reading, call);
      case Transaction.Writing writing -> inWriting(writing, call);
    };
  }

  // ---- Without a transaction

  private Outcome alone(Call call) {
    return switch (call.kind()) {
      case StatementKind.Begin begin -> begin(begin.mode(), call);
      case StatementKind.Savepoint savepoint -> {
        if (!savepoint.opens()) {
          throw SessionFailures.noSavepoint();
        }
        yield beginReading(false, call.sql(), call);
      }
      case StatementKind.Commit commit -> throw SessionFailures.noTransaction("commit");
      case StatementKind.Rollback rollback -> throw SessionFailures.noTransaction("rollback");
      case StatementKind.SetForeignKeys set -> {
        state.setForeignKeys(set.enforced());
        yield runner.nothing(call);
      }
      case StatementKind.Read read -> readOrWriteOnce(call);
      case StatementKind.Write write -> writeOnce(call);
      case StatementKind.Vacuum vacuum -> writeOnce(call);
    };
  }

  private Outcome readOrWriteOnce(Call call) {
    try {
      return readOnce(call);
    } catch (NeedsWriter now) {
      return writeOnce(call);
    }
  }

  private Outcome readOnce(Call call) {
    try (Tenant.Use use = tenant.use()) {
      long lsn = use.database().lastLsn();
      SeenCommits.Mark mark = new SeenCommits.Mark(use.database());
      try {
        Counts counts =
            use.database()
                .readOnce(
                    options.lockTimeout(),
                    cancellation,
                    connection -> {
                      state.applyTo(connection);
                      return runner.read(connection, call, mark);
                    });
        return runner.outcome(call, counts, lsn);
      } finally {
        seen.add(mark);
      }
    }
  }

  private Outcome writeOnce(Call call) {
    checkMayWrite();
    try (Tenant.Use use = tenant.use()) {
      try {
        WriterLease.Written<Counts> written =
            use.database()
                .writeOnce(options.lockTimeout(), cancellation, runner.single(call), call.isLast());
        Long committed = written.committedLsn();
        return runner.outcome(
            call, written.value(), committed == null ? use.database().lastLsn() : committed);
      } finally {
        seen.add(use.database(), use.database().lastLsn());
      }
    }
  }

  // ---- Opening a transaction

  private Outcome begin(StatementKind.Begin.Mode mode, Call call) {
    return switch (mode) {
      case DEFERRED -> {
        checkBegin(call);
        yield beginReading(false, "BEGIN", call);
      }
      case READ_ONLY -> {
        checkBegin(call);
        yield beginReading(true, "BEGIN", call);
      }
      case IMMEDIATE -> {
        checkMayWrite();
        checkBegin(call);
        beginWriting(List.of("BEGIN IMMEDIATE"), Duration.ZERO);
        yield runner.nothing(call);
      }
    };
  }

  /**
   * What is run is not the client's text, which may have forms that SQLite lacks, so look at it.
   */
  private void checkBegin(Call call) {
    if (StatementKind.isPlainBegin(call.sql())) {
      return;
    }
    Description _ =
        onAnyConnection(
            connection ->
                connection.run(
                    StatementKind.forSqlite(call.sql()),
                    false,
                    options.statementTimeout(),
                    StatementRun::describe));
  }

  private Outcome beginReading(boolean readOnly, String opening, Call call) {
    Tenant.Use use = tenant.use();
    try {
      ReaderLease lease = use.database().reader(options.lockTimeout(), cancellation);
      try {
        boolean _ =
            lease.call(
                connection -> {
                  state.applyTo(connection);
                  runner.control(connection, opening);
                  return true;
                });
        lease.holdsTransaction(options.transactionTimeout(), use::close);
        transaction = new Transaction.Reading(use, lease, readOnly || !options.mayWrite(), opening);
      } catch (RuntimeException failure) {
        lease.close();
        throw failure;
      }
    } catch (RuntimeException failure) {
      use.close();
      throw failure;
    }
    return runner.nothing(call);
  }

  /**
   * @param age how long the transaction has gone on already
   */
  private Transaction.Writing beginWriting(List<String> control, Duration age) {
    Tenant.Use use = tenant.use();
    try {
      WriterLease lease =
          use.database()
              .writer(options.lockTimeout(), options.transactionTimeout(), age, cancellation);
      try {
        WriterLease.Written<Boolean> begun =
            lease.call(
                connection -> {
                  state.applyTo(connection);
                  control.forEach(sql -> runner.control(connection, sql));
                  return true;
                });
        seen.add(use.database(), lease.lastLsn());
        assert begun.committedLsn() == null;
        lease.whenTakenAway(use::close);
        Transaction.Writing writing = new Transaction.Writing(use, lease);
        transaction = writing;
        return writing;
      } catch (RuntimeException failure) {
        lease.close();
        throw failure;
      }
    } catch (RuntimeException failure) {
      use.close();
      throw failure;
    }
  }

  // ---- Inside a transaction that reads

  private Outcome inReading(Transaction.Reading reading, Call call) {
    requireNotLost(reading);
    return switch (call.kind()) {
      case StatementKind.Begin begin -> throw SessionFailures.alreadyActive();
      case StatementKind.Vacuum vacuum -> throw SessionFailures.vacuumInTransaction();
      case StatementKind.SetForeignKeys set ->
          runner.nothing(call); // As in SQLite: no effect in here.
      case StatementKind.Write write -> inWriting(upgrade(reading), call);
      case StatementKind.Commit commit -> readHere(reading, call);
      case StatementKind.Rollback rollback -> readHere(reading, call);
      case StatementKind.Savepoint savepoint -> {
        Outcome outcome = readHere(reading, call);
        rememberControl(reading, call.sql());
        yield outcome;
      }
      case StatementKind.Read read -> {
        try {
          yield readHere(reading, call);
        } catch (NeedsWriter now) {
          yield inWriting(upgrade(reading), call);
        }
      }
    };
  }

  private static void rememberControl(Transaction.Reading reading, String sql) {
    if (reading.control().size() >= CONTROL_STATEMENTS_MAX) {
      throw new DosqlException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "a transaction that has not written yet may use at most %d savepoint statements"
              .formatted(CONTROL_STATEMENTS_MAX));
    }
    reading.control().add(sql);
  }

  private Outcome readHere(Transaction.Reading reading, Call call) {
    long lsn = reading.lease().lastLsn();
    if (call.kind() instanceof StatementKind.Read) {
      reading.readsAt(lsn);
    }
    // A connection that could not even be used has lost its transaction.
    boolean[] ended = {true};
    try {
      Counts counts =
          reading
              .lease()
              .call(
                  connection -> {
                    try {
                      return runner.read(connection, call, reading.mark());
                    } finally {
                      ended[0] = connection.sqlite().isAutocommit();
                    }
                  });
      return runner.outcome(call, counts, lsn);
    } finally {
      if (ended[0]) {
        endReading(reading);
      }
      seen.add(reading.mark());
    }
  }

  /** A transaction that was taken away has ended, and its next call is told so. */
  private void requireNotLost(Transaction.Reading reading) {
    DosqlException lost = reading.lease().lost();
    if (lost != null) {
      endReading(reading);
      throw lost;
    }
  }

  private void endReading(Transaction.Reading reading) {
    transaction = Transaction.NONE;
    reading.lease().close();
    reading.use().close();
  }

  /** Moves a deferred transaction to the writer, or tells why it cannot. */
  private Transaction.Writing upgrade(Transaction.Reading reading) {
    if (reading.isReadOnly()) {
      throw SessionFailures.readOnly("the transaction is read-only");
    }
    checkMayWrite();
    if (!reading.isCurrent(reading.lease().lastLsn())) {
      // Told at once: by waiting for the writer nothing would become newer.
      throw SessionFailures.staleSnapshot();
    }
    List<String> control = new ArrayList<>(reading.control());
    if (StatementKind.of(control.getFirst()) instanceof StatementKind.Begin) {
      control.set(0, "BEGIN IMMEDIATE");
    }
    Transaction.Writing writing = beginWriting(control, reading.lease().heldFor());
    if (!reading.isCurrent(writing.lease().lastLsn())) {
      writing.lease().close();
      writing.use().close();
      transaction = reading;
      throw SessionFailures.staleSnapshot();
    }
    reading.lease().close();
    reading.use().close();
    return writing;
  }

  // ---- Inside a transaction that writes

  private Outcome inWriting(Transaction.Writing writing, Call call) {
    if (call.kind() instanceof StatementKind.Begin) {
      throw SessionFailures.alreadyActive();
    }
    if (call.kind() instanceof StatementKind.Vacuum) {
      throw SessionFailures.vacuumInTransaction();
    }
    Duration timeout = shorter(options.statementTimeout(), writing.lease().remaining());
    try {
      // Whether the transaction goes on is asked in the same job, also when the statement failed.
      boolean[] ended = new boolean[1];
      try {
        WriterLease.Written<Counts> written =
            writing
                .lease()
                .call(
                    connection -> {
                      try {
                        return runner.write(connection, call, timeout);
                      } finally {
                        ended[0] = connection.sqlite().isAutocommit();
                      }
                    });
        Long committed = written.committedLsn();
        return runner.outcome(
            call, written.value(), committed == null ? writing.lease().lastLsn() : committed);
      } finally {
        seen.add(writing.use().database(), writing.lease().lastLsn());
        if (ended[0]) {
          endWriting(writing);
        }
      }
    } catch (DosqlException failure) {
      // Taken away for good: by its time limit, or because the tenant is recovered.
      if (failure.code() == ErrorCode.TXN_TIMEOUT || failure.code() == ErrorCode.TXN_ABORTED) {
        endWriting(writing);
      }
      throw failure;
    }
  }

  private void endWriting(Transaction.Writing writing) {
    transaction = Transaction.NONE;
    writing.lease().close();
    writing.use().close();
  }

  // ---- Several statements

  @Override
  public List<Outcome> executeAtomically(
      List<SqlStatement> statements, List<? extends RowSink> sinks) {
    return exclusively(
        () -> {
          if (!isAutocommit()) {
            throw SessionFailures.alreadyActive();
          }
          return batch.run(statements, sinks);
        });
  }

  @Override
  public void executeScript(String sql) {
    exclusively(
        () -> {
          int at = 0;
          while (true) {
            int from = at;
            TenantConnection.Extent extent =
                onAnyConnection(connection -> StatementKind.extent(connection, sql, from));
            String statement = sql.substring(from, extent.end());
            if (!extent.isEmpty()) {
              dispatch(Call.of(new SqlStatement(statement, Parameters.NONE), RowSink.NONE));
            }
            if (extent.end() >= sql.length()) {
              return true;
            }
            at = extent.end();
          }
        });
  }

  @Override
  public Description describe(String sql) {
    return exclusively(
        () ->
            onAnyConnection(
                connection ->
                    connection.inspect(
                        StatementKind.forSqlite(sql),
                        StatementKind.of(sql) instanceof StatementKind.Vacuum,
                        options.statementTimeout(),
                        StatementRun::describe)));
  }

  @Override
  public void check(String sql, Consumer<CheckedStatement> found) {
    exclusively(
        () ->
            onAnyConnection(
                connection -> {
                  ScriptCheck.run(connection, sql, options.statementTimeout(), found);
                  return true;
                }));
  }

  @Override
  public List<PlanStep> explain(SqlStatement statement) {
    return exclusively(
        () ->
            onAnyConnection(
                connection -> QueryPlan.of(connection, statement, options.statementTimeout())));
  }

  /**
   * On the open transaction's connection, which knows its uncommitted schema, or on a reader. The
   * schema tells of commits as rows do.
   */
  private <T> T onAnyConnection(Function<TenantConnection, T> work) {
    return switch (transaction) {
      case Transaction.Reading reading -> {
        requireNotLost(reading);
        try {
          yield reading.lease().call(connection -> marked(reading.mark(), connection, work));
        } finally {
          seen.add(reading.mark());
        }
      }
      case Transaction.Writing writing -> writing.lease().call(work).value();
      case Transaction.None none -> {
        try (Tenant.Use use = tenant.use()) {
          SeenCommits.Mark mark = new SeenCommits.Mark(use.database());
          try {
            yield use.database()
                .readOnce(
                    options.lockTimeout(),
                    cancellation,
                    connection -> marked(mark, connection, work));
          } finally {
            seen.add(mark);
          }
        }
      }
    };
  }

  private static <T> T marked(
      SeenCommits.Mark mark, TenantConnection connection, Function<TenantConnection, T> work) {
    try {
      return work.apply(connection);
    } finally {
      mark.set(connection.sqlite());
    }
  }

  // ---- The rest

  @Override
  public boolean isAutocommit() {
    return transaction instanceof Transaction.None;
  }

  @Override
  public void settle() {
    settle(Durability.STRICT);
  }

  @Override
  public void settle(Durability level) {
    exclusively(
        () -> {
          seen.settle(level);
          return true;
        });
  }

  @Override
  public void close() {
    closed = true;
    cancellation.request();
    oneCallAtATime.lock();
    try {
      Transaction open = transaction;
      transaction = Transaction.NONE;
      switch (open) {
        case Transaction.None none -> {}
        case Transaction.Reading reading -> {
          reading.lease().close();
          reading.use().close();
        }
        case Transaction.Writing writing -> {
          writing.lease().close();
          writing.use().close();
        }
      }
    } finally {
      oneCallAtATime.unlock();
    }
  }

  private <T> T exclusively(Supplier<T> call) {
    oneCallAtATime.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the session is closed");
      }
      return cancellably(call);
    } finally {
      oneCallAtATime.unlock();
    }
  }

  private <T> T cancellably(Supplier<T> call) {
    setCaller(Thread.currentThread());
    try {
      cancellation.check();
      return call.get();
    } finally {
      setCaller(null);
      if (cancellation.isRequested()) {
        // The interrupt was for this call, which has ended; what the thread does next is not meant.
        boolean _ = Thread.interrupted();
      }
    }
  }

  private void setCaller(@Nullable Thread thread) {
    callerLock.lock();
    try {
      caller = thread;
    } finally {
      callerLock.unlock();
    }
  }

  @Override
  public void cancel() {
    cancellation.request();
    callerLock.lock();
    try {
      if (caller != null) {
        // Whatever it waits for: the writer, a reader, the log.
        caller.interrupt();
      }
    } finally {
      callerLock.unlock();
    }
  }

  private void checkMayWrite() {
    if (!options.mayWrite()) {
      throw SessionFailures.readOnlyToken();
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
