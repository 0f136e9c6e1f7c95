package io.dosql.engine.tenant;

import io.dosql.engine.sqlite.DbConfig;
import io.dosql.engine.sqlite.SqlScript;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.SqliteStatement;
import java.time.Duration;
import java.util.Optional;

/**
 * A SQLite connection on which clients' statements run: within the policy, under a deadline. Used
 * by one thread at a time.
 */
public final class TenantConnection {

  private static final int PROGRESS_INSTRUCTIONS = 4_000;

  private final SqliteConnection sqlite;
  private final StatementCache statements;
  private final SqlPolicy policy = new SqlPolicy();
  private final Guard guard = new Guard();
  private boolean foreignKeys = true;

  TenantConnection(SqliteConnection sqlite, int cachedStatementsMax) {
    this.sqlite = sqlite;
    this.statements = new StatementCache(sqlite, cachedStatementsMax);
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
   * and resets it.
   *
   * @param isVacuum the statement is a VACUUM, the only one that may attach a (nameless) file
   */
  public <T> T run(String sql, boolean isVacuum, Duration timeout, StatementUse<T> use) {
    policy.enforce(isVacuum);
    guard.start(timeout);
    try {
      SqliteStatement statement = statements.take(sql);
      try {
        return use.use(statement);
      } finally {
        statements.release(sql, statement);
      }
    } catch (SqliteException failure) {
      throw SqlFailures.explain(failure, sql, policy.refusal(), guard);
    } finally {
      guard.stop();
      policy.relax();
    }
  }

  /**
   * A statement in a script.
   *
   * @param end character offset behind it
   * @param isEmpty there were only blanks and comments
   */
  public record Extent(int end, boolean isEmpty) {}

  /** Finds the statement that begins at {@code from}, by SQLite's own parser. */
  public Extent extentOfStatement(String script, int from) {
    policy.enforce(true);
    String rest = script.substring(from);
    try (SqlScript parser = sqlite.script(rest)) {
      Optional<SqlScript.Statement> found = parser.next();
      if (found.isEmpty()) {
        return new Extent(script.length(), true);
      }
      found.get().statement().close();
      return new Extent(from + found.get().end(), false);
    } catch (SqliteException failure) {
      throw SqlFailures.explain(failure, rest, policy.refusal(), guard);
    } finally {
      policy.relax();
    }
  }

  /** Asks the running statement to stop; any thread. */
  public void cancel() {
    guard.cancel();
  }

  /** Sets what a session remembers; must not be called inside a transaction. */
  public void setForeignKeys(boolean enforced) {
    if (foreignKeys != enforced) {
      sqlite.configure(DbConfig.ENABLE_FOREIGN_KEYS, enforced);
      foreignKeys = enforced;
    }
  }

  void close() {
    statements.clear();
    sqlite.close();
  }
}
