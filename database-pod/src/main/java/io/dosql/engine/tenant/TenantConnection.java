package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.sqlite.DbConfig;
import io.dosql.engine.sqlite.ResultCode;
import io.dosql.engine.sqlite.SqlScript;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.SqliteHeap;
import io.dosql.engine.sqlite.SqliteStatement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A SQLite connection on which clients' statements run: within the policy, under a deadline. Used
 * by one thread at a time.
 */
public final class TenantConnection {

  private static final int PROGRESS_INSTRUCTIONS = 4_000;
  private static final int SMALLEST_WINDOW = 16 * 1024;
  private static final int WINDOW_GROWTH = 4;

  private final SqliteConnection sqlite;
  private final StatementCache statements;
  private final SqlPolicy policy = new SqlPolicy();
  private final Guard guard;
  private final long maxStatementMemoryBytes;
  private final Supplier<DosqlException> whenFull;
  private final AtomicBoolean working = new AtomicBoolean();
  private boolean foreignKeys = true;

  private @Nullable Cursor cursor;

  TenantConnection(
      SqliteConnection sqlite,
      int cachedStatementsMax,
      long maxStatementMemoryBytes,
      Guard.Brake brake,
      Supplier<DosqlException> whenFull,
      LongSupplier nanoTime) {
    this.sqlite = sqlite;
    this.statements = new StatementCache(sqlite, cachedStatementsMax);
    this.guard = new Guard(brake, nanoTime);
    this.maxStatementMemoryBytes = maxStatementMemoryBytes;
    this.whenFull = whenFull;
    sqlite.setAuthorizer(
        (action, first, second, database, trigger) -> policy.decide(action, first, second));
    sqlite.setProgressHandler(PROGRESS_INSTRUCTIONS, () -> !guard.isOver());
  }

  /** What runs with a compiled statement. */
  public interface StatementUse<T> {
    T use(SqliteStatement statement);
  }

  /** The engine's own connection underneath: its statements know no policy and no deadline. */
  public SqliteConnection sqlite() {
    return sqlite;
  }

  /**
   * Compiles a client's statement (or takes it from the cache), lets {@code use} bind and step it,
   * and resets it. When {@code use} throws while a statement that writes stands on a row, what it
   * has written is undone, with the transaction that it was part of.
   *
   * @param isVacuum the statement is a VACUUM, the only one that may attach a (nameless) file
   */
  public <T> T run(String sql, boolean isVacuum, Duration timeout, StatementUse<T> use) {
    return bounded(
        sql,
        isVacuum,
        timeout,
        () -> {
          SqliteStatement statement = compiled(sql, isVacuum);
          boolean isUsed = false;
          try {
            T result = use.use(statement);
            isUsed = true;
            return result;
          } finally {
            if (!isUsed) {
              // Or resetting it would commit what its client is told has failed.
              statement.abort();
            }
            statements.release(sql, statement);
          }
        });
  }

  /**
   * Compiles a client's statement against the schema of now and lets {@code use} look at it without
   * stepping it. A statement of the cache, or one that is compiled by what the connection remembers
   * of the schema, would learn only at its first step that the schema has changed.
   */
  public <T> T inspect(String sql, boolean isVacuum, Duration timeout, StatementUse<T> use) {
    return bounded(
        sql,
        isVacuum,
        timeout,
        () -> {
          policy.relax();
          // The first step of whatever reads finds out whether the schema is the newest.
          sqlite.execute("SELECT 1 FROM main.sqlite_schema LIMIT 0");
          policy.enforce(sql, isVacuum);
          try (SqliteStatement statement = sqlite.prepare(sql)) {
            return use.use(statement);
          }
        });
  }

  private SqliteStatement compiled(String sql, boolean isVacuum) {
    try {
      return statements.take(sql);
    } catch (SqliteException failure) {
      if (failure.code().base() != ResultCode.ERROR || policy.refusal() != null) {
        throw failure;
      }
    }
    // Where SQLite cannot read whether its schema is the newest, it takes it for that, and says "no
    // such table" of one that is there. Reading tells what is wrong.
    policy.relax();
    sqlite.execute("PRAGMA schema_version");
    policy.enforce(sql, isVacuum);
    return statements.take(sql);
  }

  /** Runs what a client has asked for, within the policy and the limits of time and memory. */
  private <T> T bounded(String sql, boolean isVacuum, Duration timeout, Supplier<T> action) {
    policy.enforce(sql, isVacuum);
    guard.start(timeout);
    SqliteHeap.beginStatement(maxStatementMemoryBytes);
    try {
      return action.get();
    } catch (SqliteException failure) {
      if (failure.code().base() == ResultCode.FULL) {
        DosqlException full = whenFull.get();
        full.addSuppressed(failure);
        throw full;
      }
      if (failure.code().base() == ResultCode.NOMEM) {
        throw SqlFailures.outOfMemory(failure, SqliteHeap.endStatement(), maxStatementMemoryBytes);
      }
      throw explained(failure, sql);
    } finally {
      SqliteHeap.Refusal _ = SqliteHeap.endStatement();
      guard.stop();
      policy.relax();
    }
  }

  /** What a client is told, with what it may have meant. */
  private DosqlException explained(SqliteException failure, String sql) {
    @Nullable String refusal = policy.refusal();
    DosqlException explained = SqlFailures.explain(failure, sql, refusal, guard);
    if (refusal == null && failure.code().base() == ResultCode.ERROR) {
      policy.relax();
      SqlAdvice.add(explained, failure, sql, sqlite, this::compileOnly);
    }
    return explained;
  }

  private void compileOnly(String sql) {
    policy.enforce(sql, false);
    try {
      sqlite.prepare(sql).close();
    } finally {
      policy.relax();
    }
  }

  /** Compiles a client's statement that is stepped in several turns, one at a time. */
  public Cursor cursor(String sql, Duration timeout) {
    closeCursor();
    Cursor opened = bounded(sql, false, timeout, () -> new Cursor(sql, compiled(sql, false)));
    cursor = opened;
    return opened;
  }

  /** Resets the statement of the cursor, if there is one, which ends its snapshot. */
  public void closeCursor() {
    Cursor open = cursor;
    cursor = null;
    if (open != null) {
      statements.release(open.sql, open.statement);
    }
  }

  /** A statement that keeps its place, and its snapshot, between two turns. */
  public final class Cursor {
    private final String sql;
    private final SqliteStatement statement;

    private Cursor(String sql, SqliteStatement statement) {
      this.sql = sql;
      this.statement = statement;
    }

    /** Lets {@code use} bind or step the statement, for at most {@code timeout}. */
    public <T> T resume(Duration timeout, StatementUse<T> use) {
      return bounded(sql, false, timeout, () -> use.use(statement));
    }
  }

  /**
   * A statement in a script.
   *
   * @param end character offset behind it
   * @param isEmpty there were only blanks and comments
   */
  public record Extent(int end, boolean isEmpty) {}

  /**
   * Finds the statement that begins at {@code from}, by SQLite's own parser. Looks at no more of
   * the script than it has to, so that all statements of a long one take time in proportion.
   */
  public Extent extentOfStatement(String script, int from) {
    int window = SMALLEST_WINDOW;
    while (window < script.length() - from) {
      int end = from + window;
      if (Character.isHighSurrogate(script.charAt(end - 1))) {
        end--;
      }
      Extent found = extentWithin(script, from, end);
      if (found != null) {
        return found;
      }
      window *= WINDOW_GROWTH;
    }
    policy.enforce("", true);
    String rest = script.substring(from);
    try {
      return parse(rest, from);
    } catch (SqliteException failure) {
      throw explained(failure, rest);
    } finally {
      policy.relax();
    }
  }

  /** Null if what lies in the window may go on behind it, or does not compile. */
  private @Nullable Extent extentWithin(String script, int from, int end) {
    policy.enforce("", true);
    try {
      Extent found = parse(script.substring(from, end), from);
      return found.end() < end ? found : null;
    } catch (SqliteException perhapsCut) {
      return null;
    } finally {
      policy.relax();
    }
  }

  private Extent parse(String text, int from) {
    try (SqlScript parser = sqlite.script(text)) {
      Optional<SqlScript.Statement> found = parser.next();
      if (found.isEmpty()) {
        return new Extent(from + text.length(), true);
      }
      found.get().statement().close();
      return new Extent(from + found.get().end(), false);
    }
  }

  /**
   * An empty database in memory with the same schema: what is tried out there has no effect here.
   * Whoever asks for it closes it, on the same thread.
   */
  public TenantConnection emptyCopy() {
    SqliteConnection copy = SchemaCopy.of(sqlite);
    return new TenantConnection(
        copy, 0, maxStatementMemoryBytes, Guard.Brake.NONE, SchemaCopy::full, guard.nanoTime());
  }

  /** What can cancel the statements that run from here on; null for nothing. */
  void setCancellation(@Nullable Cancellation cancellation) {
    guard.setCancellation(cancellation);
  }

  /** Sets what a session remembers; must not be called inside a transaction. */
  public boolean enforcesForeignKeys() {
    return foreignKeys;
  }

  /** Outside any transaction. */
  public void setForeignKeys(boolean enforced) {
    if (foreignKeys != enforced) {
      sqlite.configure(DbConfig.ENABLE_FOREIGN_KEYS, enforced);
      foreignKeys = enforced;
    }
  }

  /** Runs {@code work}; fails with TXN_ABORTED if the connection was evicted. */
  <T> T use(Function<TenantConnection, T> work) {
    if (!working.compareAndSet(false, true)) {
      throw guard.evictedFailure();
    }
    try {
      return work.apply(this);
    } finally {
      working.set(false);
    }
  }

  /**
   * From any thread: closes the connection unless it is at work, which is then asked to stop. Once
   * closed so, every further {@link #use} fails.
   *
   * @return whether it is closed
   */
  boolean evict(String reason) {
    guard.evict(reason);
    if (!working.compareAndSet(false, true)) {
      return false;
    }
    close();
    return true;
  }

  /** From any thread: asks the statement that may run, and each further one, to stop. */
  void interrupt(String reason) {
    guard.evict(reason);
  }

  /** Lets go of cached statements and pages; outside any transaction. */
  void shed() {
    statements.clear();
    sqlite.execute("PRAGMA shrink_memory");
  }

  /** Only of an {@link #emptyCopy} may anybody but its pool call this. */
  public void close() {
    try {
      statements.clear();
    } finally {
      sqlite.close();
    }
  }
}
