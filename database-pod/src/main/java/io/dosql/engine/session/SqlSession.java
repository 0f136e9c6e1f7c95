package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One client's conversation with one tenant: a Hrana stream, or a single request. It remembers the
 * open transaction, {@code PRAGMA foreign_keys} and the last inserted rowid.
 *
 * <p>One call at a time; calls may come from different threads and block (call from virtual
 * threads). All failures are {@link io.dosql.engine.error.DosqlException}; after one, the session
 * can go on unless the code says otherwise. Nothing that a call returns may leave the process
 * before {@link #settle(Durability)} has returned.
 */
public interface SqlSession extends AutoCloseable {

  /**
   * Runs one statement: in the open transaction, else on its own. {@code BEGIN} in any form,
   * COMMIT, END, ROLLBACK, SAVEPOINT, RELEASE work as in SQLite; BEGIN TRANSACTION READONLY opens a
   * transaction that refuses writes. Reads never wait for writers.
   */
  Outcome execute(SqlStatement statement, RowSink sink);

  /**
   * As {@link #execute}, for the last statement before {@link #settle()}, which must follow: a
   * write may wait for the log in here already, which is cheaper than to wait twice.
   */
  default Outcome executeLast(SqlStatement statement, RowSink sink) {
    return execute(statement, sink);
  }

  /**
   * Begins a statement whose result is taken a part at a time. What it sees is settled on return,
   * so {@link #settle()} once, before its first row leaves, is enough. Close the stream before the
   * session.
   *
   * <p>In a transaction that only reads so far, close the stream before anything else is called.
   *
   * @return empty, and nothing has happened, if a transaction that writes is open or the statement
   *     does more than read: {@link #execute} it
   */
  Optional<RowStream> stream(SqlStatement statement);

  /**
   * Runs all statements in one transaction of their own: all or none. The sink of statement i is
   * {@code sinks.get(i)}. Fails if a transaction is open. The failing statement's index (from 0) is
   * in {@code DosqlException.statementIndex()}.
   */
  List<Outcome> executeAtomically(List<SqlStatement> statements, List<? extends RowSink> sinks);

  /**
   * Runs statements separated by semicolons, without parameters, dropping their rows, each on its
   * own unless the text itself opens a transaction. Stops at the first failure.
   */
  void executeScript(String sql);

  /** Compiles a statement without running it. */
  Description describe(String sql);

  /**
   * Compiles all statements of a text without running them, and hands each to {@code found}, on the
   * thread that compiles, also those that do not compile. What {@code found} throws ends the check.
   */
  void check(String sql, Consumer<CheckedStatement> found);

  /**
   * The steps by which SQLite would run a statement, each behind the one that it is part of. Fails
   * with INVALID_REQUEST unless it is a query or changes rows.
   *
   * @param statement its parameters may be left out
   */
  List<PlanStep> explain(SqlStatement statement);

  /** True while no transaction is open. */
  boolean isAutocommit();

  /**
   * Waits until everything that earlier calls have written or may have seen is durable. Must come
   * before any answer leaves.
   */
  void settle();

  /**
   * Waits until an answer of this level may leave. {@link Durability#RELAXED} waits only until what
   * earlier calls have written or may have seen is in the log's memory, in its order; a later
   * strict answer of this session waits for that, too.
   */
  default void settle(Durability level) {
    settle();
  }

  /**
   * Runs {@code work} on this session and settles it, also when it fails: an error, too, may tell
   * of a commit that is not durable yet.
   */
  default <T> T settled(Durability level, Supplier<T> work) {
    T result;
    try {
      result = work.get();
    } catch (DosqlException failure) {
      settle(level);
      throw failure;
    }
    settle(level);
    return result;
  }

  /**
   * Ends the call that runs or waits, if there is one, as soon as can be, and makes all that follow
   * but {@link #close} fail with CONNECTION_ERROR: the client has gone. Does not block; any thread.
   */
  void cancel();

  /** Rolls back what is open and frees the writer at once. Idempotent; any thread. */
  @Override
  void close();
}
