package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.changes.Change;
import io.dosql.engine.changes.ChangeValue;
import io.dosql.engine.changes.Reset;
import io.dosql.engine.changes.RowChange;
import io.dosql.engine.changes.SchemaChange;
import io.dosql.engine.changes.TableDescriptor;
import io.dosql.engine.sqlite.ColumnType;
import io.dosql.engine.sqlite.DbConfig;
import io.dosql.engine.sqlite.SqlNames;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A database in memory that follows a tenant by nothing but its changes: plain SQL by key or rowid,
 * with triggers and foreign keys off. The model that captured changes are held against.
 */
final class FollowingCopy implements AutoCloseable {

  private final SqliteConnection sqlite = SqliteConnection.openInMemory();
  private int resets;

  FollowingCopy() {
    sqlite.configure(DbConfig.ENABLE_TRIGGERS, false);
    sqlite.configure(DbConfig.ENABLE_FOREIGN_KEYS, false);
  }

  int resets() {
    return resets;
  }

  void apply(List<Change> changes) {
    long sequence = 0;
    for (Change change : changes) {
      assertThat(change.sequence()).isEqualTo(sequence++);
      try {
        switch (change) {
          case RowChange row -> apply(row);
          case SchemaChange schema -> apply(schema);
          case Reset _ -> resets++;
        }
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("cannot apply " + change + " of " + changes, failure);
      }
    }
  }

  private void apply(SchemaChange change) {
    boolean createsOnly =
        change.objects().stream()
            .allMatch(object -> object.action() == SchemaChange.Action.CREATED);
    if (createsOnly) {
      change.objects().forEach(object -> sqlite.execute(object.definition()));
    } else {
      sqlite.execute(change.statement());
    }
  }

  private void apply(RowChange change) {
    TableDescriptor table = change.table();
    List<String> names = new ArrayList<>();
    List<ChangeValue> values = new ArrayList<>();
    SqlNames.rowid(names(table))
        .filter(_ -> change.newRowid() != null)
        .ifPresent(
            rowid -> {
              names.add(rowid);
              values.add(rowid(change.newRowid()));
            });
    for (int i = 0; i < change.newValues().size(); i++) {
      if (table.columns().get(i).storage() == TableDescriptor.Storage.STORED) {
        names.add(SqlNames.quote(table.columns().get(i).name()));
        values.add(change.newValues().get(i));
      }
    }
    String name = SqlNames.quote(table.name());
    switch (change.operation()) {
      case INSERT ->
          run(
              "INSERT INTO %s (%s) VALUES (%s)"
                  .formatted(
                      name,
                      String.join(", ", names),
                      names.stream().map(_ -> "?").collect(Collectors.joining(", "))),
              values);
      case DELETE -> run("DELETE FROM " + name + where(change, values), values);
      case UPDATE -> {
        String assignments = names.stream().map(n -> n + " = ?").collect(Collectors.joining(", "));
        run("UPDATE %s SET %s".formatted(name, assignments) + where(change, values), values);
      }
    }
  }

  /** By what identified the row before; adds its values behind those that are there. */
  private String where(RowChange change, List<ChangeValue> values) {
    TableDescriptor table = change.table();
    if (change.oldRowid() != null) {
      values.add(rowid(change.oldRowid()));
      return " WHERE " + SqlNames.rowid(names(table)).orElseThrow() + " = ?";
    }
    values.addAll(change.oldKey().orElseThrow());
    return table.keyColumns().stream()
        .map(i -> SqlNames.quote(table.columns().get(i).name()) + " = ?")
        .collect(Collectors.joining(" AND ", " WHERE ", ""));
  }

  private static ChangeValue rowid(@Nullable Long rowid) {
    return new ChangeValue.Int(rowid == null ? 0 : rowid);
  }

  private static List<String> names(TableDescriptor table) {
    return table.columns().stream().map(TableDescriptor.Column::name).toList();
  }

  private void run(String sql, List<ChangeValue> values) {
    try (SqliteStatement statement = sqlite.prepare(sql)) {
      for (int i = 0; i < values.size(); i++) {
        RowValues.bind(statement, i + 1, values.get(i));
      }
      assertThat(statement.step()).isFalse();
      assertThat(sqlite.changes()).as(sql).isEqualTo(1);
    }
  }

  /** Takes everything from the tenant, as a follower does after a reset. */
  void replaceWith(SqliteConnection source) {
    assertThat(source.backupTo(sqlite, -1, (remaining, total, blocked) -> true)).isTrue();
  }

  List<String> content() {
    return content(sqlite);
  }

  /** Definitions and rows, with rowids, of all tables but SQLite's and the engine's own. */
  static List<String> content(SqliteConnection sqlite) {
    List<String> lines = new ArrayList<>();
    try (SqliteStatement schema =
        sqlite.prepare(
            "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                + " AND tbl_name NOT LIKE '\\_\\_dosql\\_%' ESCAPE '\\' ORDER BY type, name")) {
      while (schema.step()) {
        lines.add(schema.text(0) + " " + schema.text(1) + " " + schema.text(2));
      }
    }
    try (SqliteStatement tables =
        sqlite.prepare(
            "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
                + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                + " AND name NOT LIKE '\\_\\_dosql\\_%' ESCAPE '\\' ORDER BY name")) {
      while (tables.step()) {
        addRows(sqlite, tables.text(0), tables.integer(1) == 0, lines);
      }
    }
    return lines;
  }

  private static void addRows(
      SqliteConnection sqlite, String table, boolean hasRowid, List<String> lines) {
    List<String> rows = new ArrayList<>();
    try (SqliteStatement statement =
        sqlite.prepare(
            "SELECT " + (hasRowid ? "rowid, " : "") + "* FROM " + SqlNames.quote(table))) {
      while (statement.step()) {
        StringBuilder row = new StringBuilder(table);
        for (int i = 0; i < statement.columnCount(); i++) {
          ColumnType type = statement.type(i);
          row.append(' ').append(type).append(' ');
          row.append(
              type == ColumnType.BLOB
                  ? HexFormat.of().formatHex(statement.blob(i))
                  : statement.text(i));
        }
        rows.add(row.toString());
      }
    }
    rows.stream().sorted().forEach(lines::add);
  }

  @Override
  public void close() {
    sqlite.close();
  }
}
