package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.List;

/** Reads each value as the encoders do, and takes a bounded number of rows. */
final class DecodingSink implements RowSink {

  private static final int ROWS_MAX = 1_000;

  private long bytes;
  private int rows;

  @Override
  public void columns(List<Column> columns) {
    columns.forEach(column -> bytes += column.name().length());
  }

  @Override
  public void row(Row row) {
    if (++rows > ROWS_MAX) {
      throw new DosqlException(ErrorCode.RESPONSE_TOO_LARGE, "too many rows");
    }
    for (int i = 0; i < row.columnCount(); i++) {
      switch (row.type(i)) {
        case NULL -> {}
        case INTEGER -> bytes += row.integer(i) == 0 ? 1 : 8;
        case REAL -> bytes += Double.isNaN(row.real(i)) ? 1 : 8;
        case TEXT -> bytes += row.text(i).length();
        case BLOB -> bytes += row.blob(i).length;
      }
    }
  }

  long bytes() {
    return bytes;
  }
}
