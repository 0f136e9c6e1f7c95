package io.dosql.engine.http;

import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.RowStream;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import io.dosql.engine.sqlite.SqlNames;
import io.dosql.engine.sqlite.Value;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A tenant as SQL text that makes it anew, from one snapshot; a chunk of it at a time is in memory.
 * As {@code sqlite3}'s own dump: tables with their rows first, then indexes, triggers and views;
 * virtual tables by what they keep in tables of their own.
 */
final class SqlDump {

  private static final HexFormat HEX = HexFormat.of();

  private final SqlSession session;
  private final int chunkBytes;
  private final Consumer<ByteBuffer> out;
  private final StringBuilder text = new StringBuilder();
  private boolean writesSchema;

  /** {@code out} takes the chunks, the first one when the dump has surely begun. */
  SqlDump(SqlSession session, int chunkBytes, Consumer<ByteBuffer> out) {
    this.session = session;
    this.chunkBytes = chunkBytes;
    this.out = out;
  }

  /** Writes all of it; the session is in a read-only transaction on return. */
  void write() {
    Outcome _ =
        session.execute(
            new SqlStatement("BEGIN TRANSACTION READONLY", Parameters.NONE), RowSink.NONE);
    text.append("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n");
    List<List<String>> tables =
        list(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL AND"
                + " name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
            "");
    for (List<String> table : tables) {
      table(table.get(0), table.get(1));
    }
    if (!list("SELECT name FROM sqlite_schema WHERE name = 'sqlite_sequence'", "").isEmpty()) {
      text.append("DELETE FROM sqlite_sequence;\n");
      rows("sqlite_sequence");
    }
    for (List<String> other :
        list(
            "SELECT sql FROM sqlite_schema WHERE type IN ('index', 'trigger', 'view') AND sql IS"
                + " NOT NULL ORDER BY rowid",
            "")) {
      statement(other.getFirst());
      flushIfFull();
    }
    if (writesSchema) {
      text.append("PRAGMA writable_schema=OFF;\n");
    }
    text.append("COMMIT;\n");
    flush();
  }

  private void table(String name, String sql) {
    if (sql.toUpperCase(Locale.ROOT).startsWith("CREATE VIRTUAL TABLE")) {
      if (!writesSchema) {
        writesSchema = true;
        text.append("PRAGMA writable_schema=ON;\n");
      }
      text.append("INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table',");
      literal(name);
      text.append(',');
      literal(name);
      text.append(",0,");
      literal(sql);
      text.append(");\n");
      return;
    }
    statement(sql);
    rows(name);
  }

  private void statement(String sql) {
    // What ends in a comment would take the semicolon into it.
    text.append(sql).append(sql.contains("--") ? "\n;\n" : ";\n");
  }

  private void rows(String table) {
    List<String> columns =
        list("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", table).stream()
            .map(column -> SqlNames.quote(column.getFirst()))
            .toList();
    String names = String.join(",", columns);
    String begin = "INSERT INTO " + SqlNames.quote(table) + "(" + names + ") VALUES(";
    SqlStatement all =
        new SqlStatement("SELECT " + names + " FROM " + SqlNames.quote(table), Parameters.NONE);
    try (RowStream stream =
        session.stream(all)
            .orElseThrow(() -> new IllegalStateException("not a read: the rows of a table"))) {
      boolean more = true;
      while (more) {
        more =
            stream.fetch(
                row -> {
                  row(begin, row);
                  return text.length() < chunkBytes;
                });
        flushIfFull();
      }
    }
  }

  private void row(String begin, Row row) {
    text.append(begin);
    int columns = row.columnCount();
    for (int column = 0; column < columns; column++) {
      if (column > 0) {
        text.append(',');
      }
      switch (row.type(column)) {
        case NULL -> text.append("NULL");
        case INTEGER -> text.append(row.integer(column));
        case REAL -> real(row.real(column));
        case TEXT -> literal(row.text(column));
        case BLOB -> {
          text.append("X'");
          StringBuilder _ = HEX.formatHex(text, row.blob(column));
          text.append('\'');
        }
      }
    }
    text.append(");\n");
  }

  private void real(double value) {
    if (Double.isInfinite(value)) {
      text.append(value > 0 ? "9e999" : "-9e999");
    } else {
      text.append(value);
    }
  }

  /** What a reader of lines would change, or end at, goes as bytes. */
  private void literal(String value) {
    if (value.indexOf('\0') >= 0 || value.indexOf('\r') >= 0) {
      text.append("CAST(X'");
      StringBuilder _ = HEX.formatHex(text, value.getBytes(StandardCharsets.UTF_8));
      text.append("' AS TEXT)");
    } else {
      text.append('\'').append(value.replace("'", "''")).append('\'');
    }
  }

  /** Rows of text. {@code argument}: for the parameter, if there is one. */
  private List<List<String>> list(String sql, String argument) {
    List<List<String>> found = new ArrayList<>();
    Parameters parameters =
        sql.indexOf('?') < 0
            ? Parameters.NONE
            : new Parameters(List.of(new Value.Text(argument)), Map.of());
    Outcome _ =
        session.execute(
            new SqlStatement(sql, parameters),
            new RowSink() {
              @Override
              public void columns(List<Column> columns) {}

              @Override
              public void row(Row row) {
                List<String> values = new ArrayList<>();
                for (int i = 0; i < row.columnCount(); i++) {
                  values.add(row.text(i));
                }
                found.add(values);
              }
            });
    return found;
  }

  private void flushIfFull() {
    if (text.length() >= chunkBytes) {
      flush();
    }
  }

  private void flush() {
    ByteBuffer chunk = StandardCharsets.UTF_8.encode(text.toString());
    text.setLength(0);
    if (text.capacity() > 2 * chunkBytes) {
      // One large value must not stay.
      text.trimToSize();
    }
    out.accept(chunk);
  }
}
