package io.dosql.engine.tenant;

import io.dosql.engine.changes.ChangeBuffer;
import io.dosql.engine.changes.Reset;
import io.dosql.engine.changes.SchemaChange.Action;
import io.dosql.engine.changes.SchemaChange.ObjectChange;
import io.dosql.engine.changes.TableDescriptor;
import io.dosql.engine.sqlite.SqlNames;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tells what a statement has defined. Sure, because it compares what {@code sqlite_schema} held
 * before and after, however the statement was written. On the tenant's strand only.
 */
final class SchemaRecorder {

  private final SqliteConnection sqlite;
  private final ChangeBuffer buffer;
  private final CapturedTables tables;

  SchemaRecorder(SqliteConnection sqlite, ChangeBuffer buffer, CapturedTables tables) {
    this.sqlite = sqlite;
    this.buffer = buffer;
    this.tables = tables;
  }

  void record(String statement, SchemaSnapshot before, SchemaSnapshot after) {
    List<ObjectChange> changes = before.changesTo(after);
    if (changes.isEmpty()) {
      return;
    }
    buffer.schema(statement, changes);
    for (ObjectChange change : changes) {
      if (change.action() == Action.CREATED
          && change.type().equals("table")
          && after.hasRows(change.name())) {
        insertRows(change.name());
      }
    }
  }

  /** CREATE TABLE … AS SELECT fills its table without a word to the hook. */
  private void insertRows(String name) {
    if (isEmpty(name)) {
      return;
    }
    CapturedTable table = tables.describe(sqlite, name);
    tables.use(table, buffer.position());
    List<String> columns =
        table.descriptor().columns().stream().map(TableDescriptor.Column::name).toList();
    Optional<String> rowid = SqlNames.rowid(columns);
    if (rowid.isEmpty()) {
      buffer.reset(Reset.Reason.UNDETERMINED);
      return;
    }
    String all = columns.stream().map(SqlNames::quote).collect(Collectors.joining(", "));
    try (SqliteStatement rows =
        sqlite.prepare(
            "SELECT %s, %s FROM main.%s".formatted(rowid.get(), all, SqlNames.quote(name)))) {
      while (rows.step()) {
        buffer.insert(table.number);
        buffer.rowid(rows.integer(0));
        for (int i = 1; i <= columns.size(); i++) {
          put(rows, i);
        }
      }
    }
  }

  private boolean isEmpty(String name) {
    try (SqliteStatement first =
        sqlite.prepare("SELECT 1 FROM main." + SqlNames.quote(name) + " LIMIT 1")) {
      return !first.step();
    }
  }

  private void put(SqliteStatement row, int column) {
    switch (row.type(column)) {
      case NULL -> buffer.nothing();
      case INTEGER -> buffer.integer(row.integer(column));
      case REAL -> buffer.real(row.real(column));
      case TEXT -> {
        byte[] utf8 = row.text(column).getBytes(StandardCharsets.UTF_8);
        buffer.text(
            utf8.length, (from, to, at, length) -> System.arraycopy(utf8, from, to, at, length));
      }
      case BLOB -> {
        byte[] bytes = row.blob(column);
        buffer.blob(
            bytes.length, (from, to, at, length) -> System.arraycopy(bytes, from, to, at, length));
      }
    }
  }
}
