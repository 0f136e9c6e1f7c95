package io.dosql.engine.tenant;

import io.dosql.engine.changes.Change;
import io.dosql.engine.changes.ChangeDecoder;
import io.dosql.engine.changes.ChangeStream;
import io.dosql.engine.changes.ChangeValue;
import io.dosql.engine.changes.RowChange;
import io.dosql.engine.changes.TableDescriptor;
import io.dosql.engine.sqlite.SqlNames;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a statement that failed inside a transaction has left what it did (OR FAIL,
 * RAISE(FAIL)) or not (ABORT, the default). SQLite does not say. Its counters do not either: they
 * count what triggers did before it was undone, and do not count what a BEFORE trigger of the row
 * that failed has left. But it keeps or undoes a statement as a whole, so one row that the
 * statement has made different tells: it is found as it was before, or as it was after.
 */
final class FailedStatement {

  enum Outcome {
    KEPT,
    UNDONE,
    /** No row tells, as far as was looked. */
    UNKNOWN
  }

  /** Rows that are looked at. More do not tell more, except where all of these are as before. */
  private static final int ROWS_MAX = 256;

  private static final int SECTION_BYTES = 1 << 16;

  private record Key(TableDescriptor table, List<ChangeValue> values) {}

  /** What the statement did to a row, taken together; null: there is none. */
  private record Effect(@Nullable List<ChangeValue> before, @Nullable List<ChangeValue> after) {
    boolean isVisible() {
      return before == null ? after != null : !before.equals(after);
    }
  }

  private final SqliteConnection sqlite;
  private final Map<Key, Effect> effects = new LinkedHashMap<>();
  private boolean hasMore;

  private FailedStatement(SqliteConnection sqlite) {
    this.sqlite = sqlite;
  }

  /**
   * @param changes of the statement, and of no other
   */
  static Outcome examine(SqliteConnection sqlite, ChangeStream changes) throws IOException {
    FailedStatement statement = new FailedStatement(sqlite);
    ChangeDecoder decoder = new ChangeDecoder();
    while (changes.hasNext()) {
      boolean _ = decoder.decode(changes.next(SECTION_BYTES), statement::add);
    }
    return statement.outcome();
  }

  private void add(Change change) {
    if (change instanceof RowChange row) {
      Key before = row.operation() == RowChange.Operation.INSERT ? null : key(row, true);
      Key after = row.operation() == RowChange.Operation.DELETE ? null : key(row, false);
      if (before != null && !before.equals(after)) {
        add(before, normalised(row.oldValues()), null);
      }
      if (after != null) {
        boolean isSameRow = after.equals(before);
        add(after, isSameRow ? normalised(row.oldValues()) : null, normalised(row.newValues()));
      }
    }
  }

  private void add(Key key, @Nullable List<ChangeValue> before, @Nullable List<ChangeValue> after) {
    Effect known = effects.get(key);
    if (known != null) {
      effects.put(key, new Effect(known.before, after));
    } else if (effects.size() < ROWS_MAX) {
      effects.put(key, new Effect(before, after));
    } else {
      hasMore = true;
    }
  }

  private static Key key(RowChange row, boolean old) {
    Long rowid = old ? row.oldRowid() : row.newRowid();
    List<ChangeValue> values = old ? row.oldValues() : row.newValues();
    return new Key(
        row.table(),
        rowid != null
            ? List.of(new ChangeValue.Int(rowid))
            : row.table().keyColumns().stream()
                .map(values::get)
                .map(RowValues::withoutNegativeZero)
                .toList());
  }

  private static List<ChangeValue> normalised(List<ChangeValue> values) {
    return values.stream().map(RowValues::normalised).toList();
  }

  private Outcome outcome() {
    boolean isAnyVisible = false;
    for (Map.Entry<Key, Effect> row : effects.entrySet()) {
      Effect effect = row.getValue();
      if (!effect.isVisible()) {
        continue;
      }
      isAnyVisible = true;
      Optional<String> query = query(row.getKey().table());
      if (query.isPresent()) {
        List<ChangeValue> present = find(query.get(), row.getKey());
        if (isSame(present, effect.after)) {
          return Outcome.KEPT;
        }
        if (isSame(present, effect.before)) {
          return Outcome.UNDONE;
        }
      }
    }
    // Of a statement that has changed nothing in the end, nothing has to be told.
    return isAnyVisible || hasMore ? Outcome.UNKNOWN : Outcome.UNDONE;
  }

  private static boolean isSame(
      @Nullable List<ChangeValue> present, @Nullable List<ChangeValue> expected) {
    return present == null ? expected == null : present.equals(expected);
  }

  /** Empty where the rows of a table cannot be named. */
  private static Optional<String> query(TableDescriptor table) {
    List<String> names = table.columns().stream().map(TableDescriptor.Column::name).toList();
    String columns = names.stream().map(SqlNames::quote).collect(Collectors.joining(", "));
    String from = "SELECT %s FROM main.%s WHERE ".formatted(columns, SqlNames.quote(table.name()));
    if (table.hasRowid()) {
      return SqlNames.rowid(names).map(rowid -> from + rowid + " = ?1");
    }
    List<String> conditions = new ArrayList<>();
    for (int column : table.keyColumns()) {
      String name = SqlNames.quote(names.get(column));
      int parameter = conditions.size() + 1;
      // The first comparison is by the key's collation, so that its index is used.
      conditions.add(
          "%s = ?%d AND %s = ?%d COLLATE BINARY".formatted(name, parameter, name, parameter));
    }
    return Optional.of(from + String.join(" AND ", conditions));
  }

  private @Nullable List<ChangeValue> find(String query, Key key) {
    try (SqliteStatement select = sqlite.prepare(query)) {
      for (int i = 0; i < key.values().size(); i++) {
        RowValues.bind(select, i + 1, key.values().get(i));
      }
      if (!select.step()) {
        return null;
      }
      List<ChangeValue> row = new ArrayList<>();
      for (int i = 0; i < select.columnCount(); i++) {
        row.add(RowValues.normalised(RowValues.read(select, i)));
      }
      return row;
    }
  }
}
