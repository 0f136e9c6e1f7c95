package io.dosql.operator.migration;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.crds.MigrationStatus.Failure;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.Operation;
import org.jspecify.annotations.Nullable;

/** Reads what failed, and where, from an operation; pure. */
final class MigrationFailure {

  /** A status that is too large cannot be stored; nobody reads more of a statement. */
  private static final int SQL_LENGTH_MAX = 4096;

  private MigrationFailure() {}

  static Failure of(EngineError error, Operation operation) {
    JsonNode failure = operation.result() == null ? null : operation.result().path("failure");
    String message = text(failure, "message");
    return new Failure(
        text(failure, "tenant"),
        text(failure, "migration"),
        number(failure, "statement"),
        number(failure, "line"),
        number(failure, "column"),
        shortened(text(failure, "sql")),
        message == null ? error.explanation() : message,
        error.code());
  }

  /** In one line, with the position. */
  static String describe(Failure failure) {
    StringBuilder text = new StringBuilder();
    if (failure.migration() != null) {
      text.append("migration ").append(failure.migration());
    }
    append(text, "tenant", failure.tenant());
    append(text, "statement", failure.statement());
    append(text, "line", failure.line());
    append(text, "column", failure.column());
    return text.isEmpty() ? failure.message() : text + ": " + failure.message();
  }

  private static void append(StringBuilder text, String name, @Nullable Object value) {
    if (value != null) {
      text.append(text.isEmpty() ? "" : ", ").append(name).append(' ').append(value);
    }
  }

  private static @Nullable String text(@Nullable JsonNode node, String field) {
    return node != null && node.path(field).isTextual() ? node.path(field).asText() : null;
  }

  private static @Nullable Integer number(@Nullable JsonNode node, String field) {
    return node != null && node.path(field).isInt() ? node.path(field).asInt() : null;
  }

  private static @Nullable String shortened(@Nullable String sql) {
    return sql == null || sql.length() <= SQL_LENGTH_MAX
        ? sql
        : sql.substring(0, SQL_LENGTH_MAX) + "...";
  }
}
