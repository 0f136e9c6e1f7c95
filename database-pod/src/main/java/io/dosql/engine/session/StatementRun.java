package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.sqlite.StatementCounter;
import io.dosql.engine.sqlite.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Binds and steps one compiled statement. On a pool's thread. */
final class StatementRun {

  /**
   * What a run counted.
   *
   * @param rowsWritten including triggers and cascades
   * @param changes by the statement itself
   */
  record Counts(long rowsReturned, long rowsRead, long rowsWritten, long changes) {}

  private StatementRun() {}

  /**
   * @param snapshotTaken called after the first step: what the statement sees is settled by then
   */
  static Counts run(
      SqliteConnection connection,
      SqliteStatement statement,
      Parameters parameters,
      RowSink sink,
      Runnable snapshotTaken) {
    bind(statement, parameters);
    long totalBefore = connection.totalChanges();
    sink.columns(statement.columns());
    long returned = 0;
    boolean row = statement.step();
    snapshotTaken.run();
    while (row) {
      sink.row(statement);
      returned++;
      row = statement.step();
    }
    long written = connection.totalChanges() - totalBefore;
    long scanned = statement.status(StatementCounter.FULL_SCAN_STEPS, true);
    return new Counts(
        returned, Math.max(returned, scanned), written, written == 0 ? 0 : connection.changes());
  }

  static Description describe(SqliteStatement statement) {
    List<Optional<String>> parameters = new ArrayList<>();
    for (int index = 1; index <= statement.parameterCount(); index++) {
      parameters.add(statement.parameterName(index));
    }
    return new Description(
        parameters, statement.columns(), statement.explainMode() != 0, statement.isReadOnly());
  }

  static void bind(SqliteStatement statement, Parameters parameters) {
    int count = statement.parameterCount();
    List<Value> positional = parameters.positional();
    Map<String, Value> named = parameters.named();
    if (positional.size() > count) {
      throw wrongParameters(
          "the statement has %d parameters, %d values were given"
              .formatted(count, positional.size()));
    }
    int usedNames = 0;
    for (int index = 1; index <= count; index++) {
      String name = statement.parameterName(index).orElse(null);
      Value value = null;
      if (name != null) {
        value = byName(named, name);
        usedNames += value == null ? 0 : 1;
      }
      if (value == null && index <= positional.size()) {
        value = positional.get(index - 1);
      }
      if (value == null) {
        throw wrongParameters(
            name == null
                ? "parameter %d has no value: the statement has %d parameters, %d values were given"
                    .formatted(index, count, positional.size())
                : "parameter %s has no value".formatted(name));
      }
      statement.bind(index, value);
    }
    if (usedNames < named.size()) {
      throw unknownName(statement, count, named);
    }
  }

  private static @Nullable Value byName(Map<String, Value> named, String name) {
    if (named.isEmpty()) {
      return null;
    }
    Value exact = named.get(name);
    return exact != null ? exact : named.get(name.substring(1));
  }

  private static DosqlException unknownName(
      SqliteStatement statement, int count, Map<String, Value> named) {
    for (String given : named.keySet()) {
      boolean known = false;
      for (int index = 1; index <= count && !known; index++) {
        String name = statement.parameterName(index).orElse(null);
        known = name != null && (name.equals(given) || name.substring(1).equals(given));
      }
      if (!known) {
        return wrongParameters("the statement has no parameter named '" + given + "'");
      }
    }
    return wrongParameters("a parameter was given twice, with and without its prefix");
  }

  private static DosqlException wrongParameters(String message) {
    return new DosqlException(ErrorCode.INVALID_REQUEST, message)
        .withSuggestion("Give one value for each parameter of the statement.")
        .withSqliteCode("ARGS_INVALID");
  }
}
