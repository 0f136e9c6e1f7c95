package io.dosql.engine.session;

import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.ArrayList;
import java.util.List;

/** Keeps a result for a test to look at. */
final class Rows implements RowSink {

  private final List<List<Object>> rows = new ArrayList<>();
  private List<Column> columns = List.of();

  @Override
  public void columns(List<Column> all) {
    columns = all;
  }

  @Override
  public void row(Row row) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < row.columnCount(); i++) {
      values.add(
          switch (row.type(i)) {
            case INTEGER -> row.integer(i);
            case REAL -> row.real(i);
            case TEXT -> row.text(i);
            case BLOB -> row.blob(i);
            case NULL -> "NULL";
          });
    }
    rows.add(values);
  }

  List<List<Object>> rows() {
    return rows;
  }

  List<Column> columns() {
    return columns;
  }

  static List<List<Object>> of(SqlSession session, String sql) {
    Rows rows = new Rows();
    session.execute(new SqlStatement(sql, Parameters.NONE), rows);
    return rows.rows();
  }
}
