package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.sqlite.StatementCounter;
import io.dosql.engine.sqlite.Value;
import io.dosql.engine.tenant.Spelling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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

  private static final int NAMES_SHOWN_MAX = 10;

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
    long returned = 0;
    boolean row = statement.step();
    snapshotTaken.run();
    // Only now: the first step may have found that the schema has changed, and the columns with it.
    sink.columns(statement.columns());
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
          "%s, %s given".formatted(expected(statement, count), values(positional.size())));
    }
    int usedNames = 0;
    for (int index = 1; index <= count; index++) {
      String name = statement.parameterName(index).orElse(null);
      Value value = name == null ? null : byName(named, name);
      if (value != null) {
        usedNames++;
        if (index <= positional.size()) {
          throw wrongParameters(
              "parameter %s was given twice, by its name and as value %d".formatted(name, index));
        }
      } else if (index <= positional.size()) {
        value = positional.get(index - 1);
      }
      if (value == null) {
        throw withoutValue(statement, count, name == null ? "" + index : name, parameters);
      }
      statement.bind(index, value);
    }
    if (usedNames < named.size()) {
      throw unusedName(statement, count, named);
    }
  }

  /** A name that is no parameter's most likely stands for the one that has no value. */
  private static DosqlException withoutValue(
      SqliteStatement statement, int count, String parameter, Parameters parameters) {
    String expected = expected(statement, count);
    String unknown = unknownName(names(statement, count), parameters.named().keySet());
    if (unknown == null) {
      return wrongParameters(
          "parameter %s has no value: %s, %s given"
              .formatted(
                  parameter,
                  expected,
                  values(parameters.positional().size() + parameters.named().size())));
    }
    return withAlternative(
        wrongParameters(
            "parameter %s has no value, and no parameter is named '%s': %s"
                .formatted(parameter, unknown, expected)),
        unknown,
        names(statement, count));
  }

  private static DosqlException withAlternative(
      DosqlException failure, String name, List<String> known) {
    return Spelling.nearest(name, known).map(failure::withAlternative).orElse(failure);
  }

  private static @Nullable Value byName(Map<String, Value> named, String name) {
    if (named.isEmpty()) {
      return null;
    }
    Value exact = named.get(name);
    return exact != null ? exact : named.get(name.substring(1));
  }

  /** The first name that is no parameter's. */
  private static @Nullable String unknownName(List<String> known, Set<String> given) {
    for (String name : new TreeSet<>(given)) {
      boolean isKnown =
          known.stream().anyMatch(each -> each.equals(name) || each.substring(1).equals(name));
      if (!isKnown) {
        return name;
      }
    }
    return null;
  }

  /** Some values by name are left over: unknown ones, or some that were given twice. */
  private static DosqlException unusedName(
      SqliteStatement statement, int count, Map<String, Value> named) {
    List<String> known = names(statement, count);
    String unknown = unknownName(known, named.keySet());
    if (unknown != null) {
      return withAlternative(
          wrongParameters(
              "the statement has no parameter named '%s': %s"
                  .formatted(unknown, expected(statement, count))),
          unknown,
          known);
    }
    String twice =
        known.stream()
            .filter(name -> named.containsKey(name) && named.containsKey(name.substring(1)))
            .findFirst()
            .orElse("");
    return wrongParameters(
        "parameter %s was given twice, with and without prefix".formatted(twice));
  }

  private static List<String> names(SqliteStatement statement, int count) {
    List<String> names = new ArrayList<>();
    for (int index = 1; index <= count; index++) {
      statement.parameterName(index).ifPresent(names::add);
    }
    return names;
  }

  /** How many parameters there are, and what those are called that have names. */
  private static String expected(SqliteStatement statement, int count) {
    List<String> names = names(statement, Math.min(count, NAMES_SHOWN_MAX));
    return "the statement has %d parameter%s%s"
        .formatted(
            count,
            count == 1 ? "" : "s",
            names.isEmpty()
                ? ""
                : " (%s%s)"
                    .formatted(String.join(", ", names), count > NAMES_SHOWN_MAX ? ", …" : ""));
  }

  private static String values(int count) {
    return count == 1 ? "1 value was" : count + " values were";
  }

  private static DosqlException wrongParameters(String message) {
    return new DosqlException(ErrorCode.INVALID_REQUEST, message).withSqliteCode("ARGS_INVALID");
  }
}
