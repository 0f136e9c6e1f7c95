package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.session.StatementRun.Counts;
import io.dosql.engine.tenant.Cancellation;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.WriterLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Several statements in one transaction of their own, as one job on one connection. */
final class AtomicBatch {

  private final Tenant tenant;
  private final SessionOptions options;
  private final SessionState state;
  private final SeenCommits seen;
  private final CallRunner runner;
  private final Cancellation cancellation;

  AtomicBatch(
      Tenant tenant,
      SessionOptions options,
      SessionState state,
      SeenCommits seen,
      CallRunner runner,
      Cancellation cancellation) {
    this.tenant = tenant;
    this.options = options;
    this.state = state;
    this.seen = seen;
    this.runner = runner;
    this.cancellation = cancellation;
  }

  List<Outcome> run(List<SqlStatement> statements, List<? extends RowSink> sinks) {
    List<Call> calls = new ArrayList<>();
    boolean readsOnly = true;
    for (int i = 0; i < statements.size(); i++) {
      Call call = Call.of(statements.get(i), sinks.get(i));
      checkInBatch(call.kind(), i);
      readsOnly &= call.kind() instanceof StatementKind.Read read && read.certain();
      calls.add(call);
    }
    return readsOnly || !options.mayWrite() ? read(calls) : write(calls);
  }

  private static void checkInBatch(StatementKind kind, int index) {
    switch (kind) {
      case StatementKind.Read read -> {}
      case StatementKind.Write write -> {}
      case StatementKind.SetForeignKeys set -> {}
      case StatementKind.Begin begin -> throw SessionFailures.notInBatch(index);
      case StatementKind.Commit commit -> throw SessionFailures.notInBatch(index);
      case StatementKind.Rollback rollback -> throw SessionFailures.notInBatch(index);
      case StatementKind.Savepoint savepoint -> throw SessionFailures.notInBatch(index);
      case StatementKind.Vacuum vacuum -> throw SessionFailures.notInBatch(index);
    }
  }

  private List<Outcome> read(List<Call> calls) {
    try (Tenant.Use use = tenant.use()) {
      long lsn = use.database().lastLsn();
      SeenCommits.Mark mark = new SeenCommits.Mark(use.database());
      try {
        List<Counts> counts =
            use.database()
                .readOnce(
                    options.lockTimeout(),
                    cancellation,
                    connection -> {
                      state.applyTo(connection);
                      connection.sqlite().execute("BEGIN");
                      return runAll(calls, call -> runner.read(connection, call, mark));
                    });
        return outcomes(calls, counts, lsn);
      } finally {
        seen.add(mark);
      }
    }
  }

  private List<Outcome> write(List<Call> calls) {
    long deadlineNanos = System.nanoTime() + options.transactionTimeout().toNanos();
    try (Tenant.Use use = tenant.use()) {
      try {
        WriterLease.Written<List<Counts>> written =
            use.database()
                .writeOnce(
                    options.lockTimeout(),
                    cancellation,
                    connection -> {
                      state.applyTo(connection);
                      connection.sqlite().execute("BEGIN IMMEDIATE");
                      List<Counts> counts =
                          runAll(
                              calls,
                              call -> runner.write(connection, call, timeLeft(deadlineNanos)));
                      connection.sqlite().execute("COMMIT");
                      return counts;
                    });
        Long committed = written.committedLsn();
        return outcomes(
            calls, written.value(), committed == null ? use.database().lastLsn() : committed);
      } finally {
        seen.add(use.database(), use.database().lastLsn());
      }
    }
  }

  private Duration timeLeft(long deadlineNanos) {
    Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
    if (left.isNegative()) {
      throw SessionFailures.transactionTimeout(options.transactionTimeout());
    }
    return left.compareTo(options.statementTimeout()) < 0 ? left : options.statementTimeout();
  }

  private static List<Counts> runAll(List<Call> calls, Function<Call, Counts> runner) {
    List<Counts> all = new ArrayList<>(calls.size());
    for (int i = 0; i < calls.size(); i++) {
      try {
        all.add(runner.apply(calls.get(i)));
      } catch (DosqlException failure) {
        throw failure.withStatementIndex(i);
      }
    }
    return all;
  }

  private List<Outcome> outcomes(List<Call> calls, List<Counts> counts, long lsn) {
    List<Outcome> all = new ArrayList<>(calls.size());
    for (int i = 0; i < calls.size(); i++) {
      all.add(runner.outcome(calls.get(i), counts.get(i), lsn));
    }
    return all;
  }
}
