package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.session.CheckedStatement.Kind;
import io.dosql.engine.tenant.SqlFailures;
import io.dosql.engine.tenant.SqlText;
import io.dosql.engine.tenant.TenantConnection;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the statements of a text one after the other. None is run on the tenant; those that
 * change the schema are run on an empty copy of it, so that the ones behind them find what they
 * need. After a statement that does not compile the check goes on with the next one.
 */
final class ScriptCheck {

  private final String script;
  private final Duration statementTimeout;
  private final Consumer<CheckedStatement> found;

  private TenantConnection connection;
  private @Nullable TenantConnection copy;

  private ScriptCheck(
      TenantConnection connection,
      String script,
      Duration statementTimeout,
      Consumer<CheckedStatement> found) {
    this.connection = connection;
    this.script = script;
    this.statementTimeout = statementTimeout;
    this.found = found;
  }

  /** Hands over each statement of the text, in order. */
  static void run(
      TenantConnection connection,
      String script,
      Duration statementTimeout,
      Consumer<CheckedStatement> found) {
    ScriptCheck check = new ScriptCheck(connection, script, statementTimeout, found);
    try {
      check.run();
    } finally {
      if (check.copy != null) {
        check.copy.close();
      }
    }
  }

  private void run() {
    int at = SqlText.skipBlank(script, 0);
    while (at < script.length()) {
      at = SqlText.skipBlank(script, check(at));
    }
  }

  /** Returns where the statement that begins at {@code start} ends. */
  private int check(int start) {
    DosqlException.Position position = SqlFailures.position(script, start);
    int end;
    Kind kind = kindByWord(SqlText.word(script, start));
    Description description = null;
    DosqlException failure = null;
    try {
      end = StatementKind.extent(connection, script, start).end();
      String statement = script.substring(start, end);
      description = describe(statement);
      if (kind == Kind.SCHEMA) {
        apply(statement);
      }
    } catch (DosqlException refused) {
      failure = SqlFailures.relocate(refused, script, start);
      end = SqlText.endOfUnparsed(script, start);
    }
    found.accept(new CheckedStatement(position, exact(kind, description), description, failure));
    return end;
  }

  private Description describe(String statement) {
    return connection.inspect(
        StatementKind.forSqlite(statement),
        StatementKind.of(statement) instanceof StatementKind.Vacuum,
        statementTimeout,
        StatementRun::describe);
  }

  private void apply(String statement) {
    if (copy == null) {
      copy = connection.emptyCopy();
      connection = copy;
    }
    boolean _ =
        connection.run(
            statement,
            false,
            statementTimeout,
            compiled -> {
              while (compiled.step()) {
                // Nobody wants its rows.
              }
              return true;
            });
  }

  private static Kind kindByWord(String word) {
    return switch (word) {
      case "SELECT", "VALUES", "WITH" -> Kind.QUERY;
      case "INSERT", "UPDATE", "DELETE", "REPLACE" -> Kind.CHANGE;
      case "CREATE", "ALTER", "DROP" -> Kind.SCHEMA;
      case "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE" -> Kind.TRANSACTION;
      case "PRAGMA" -> Kind.PRAGMA;
      case "EXPLAIN" -> Kind.EXPLAIN;
      default -> Kind.OTHER;
    };
  }

  /** WITH may lead to either. */
  private static Kind exact(Kind kind, @Nullable Description description) {
    return kind == Kind.QUERY && description != null && !description.isReadOnly()
        ? Kind.CHANGE
        : kind;
  }
}
