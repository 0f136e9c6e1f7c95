package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.tenant.SqlText;
import io.dosql.engine.tenant.TenantConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks SQLite how it would run a statement. */
final class QueryPlan {

  private static final String PREFIX = "EXPLAIN QUERY PLAN ";

  /** No statement that fits into the limit of its text comes near it by honest means. */
  private static final int STEPS_MAX = 10_000;

  private QueryPlan() {}

  static List<PlanStep> of(
      TenantConnection connection, SqlStatement statement, Duration statementTimeout) {
    String sql = statement.sql();
    StatementKind kind = StatementKind.of(sql);
    // Compiled without the prefix first: what is wrong with it has its place in the client's text.
    Description description = connection.run(sql, false, statementTimeout, StatementRun::describe);
    if (description.isExplain() || !hasPlan(kind, sql)) {
      throw new DosqlException(
              ErrorCode.INVALID_REQUEST,
              "only SELECT, VALUES, WITH, INSERT, UPDATE, DELETE and REPLACE have a query plan")
          .withSuggestion("Send one of these, without EXPLAIN before it.");
    }
    return connection.run(
        PREFIX + sql,
        false,
        statementTimeout,
        explaining -> {
          if (!statement.parameters().equals(Parameters.NONE)) {
            StatementRun.bind(explaining, statement.parameters());
          }
          return steps(explaining);
        });
  }

  private static boolean hasPlan(StatementKind kind, String sql) {
    return switch (kind) {
      case StatementKind.Read read -> !isPragma(sql);
      case StatementKind.Write(boolean changesRows) -> changesRows;
      case StatementKind.Begin begin -> false;
      case StatementKind.Commit commit -> false;
      case StatementKind.Rollback rollback -> false;
      case StatementKind.Savepoint savepoint -> false;
      case StatementKind.SetForeignKeys set -> false;
      case StatementKind.Vacuum vacuum -> false;
    };
  }

  private static boolean isPragma(String sql) {
    return SqlText.pragma(sql, 0).isPresent();
  }

  private static List<PlanStep> steps(SqliteStatement statement) {
    List<PlanStep> steps = new ArrayList<>();
    while (statement.step()) {
      if (steps.size() == STEPS_MAX) {
        throw new DosqlException(
            ErrorCode.RESPONSE_TOO_LARGE,
            "the query plan has more than %d steps".formatted(STEPS_MAX));
      }
      steps.add(
          new PlanStep(
              Math.toIntExact(statement.integer(0)),
              Math.toIntExact(statement.integer(1)),
              statement.text(3)));
    }
    return steps;
  }
}
