package io.dosql.engine.tenant;

import io.dosql.engine.changes.ChangeValue;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.sqlite.Value;
import java.nio.charset.StandardCharsets;

/** Values of rows that statements read, as those that changes hold. */
final class RowValues {

  private RowValues() {}

  static ChangeValue read(SqliteStatement row, int column) {
    return switch (row.type(column)) {
      case NULL -> ChangeValue.NULL;
      case INTEGER -> new ChangeValue.Int(row.integer(column));
      case REAL -> new ChangeValue.Real(row.real(column));
      case TEXT -> new ChangeValue.Text(row.text(column).getBytes(StandardCharsets.UTF_8));
      case BLOB -> new ChangeValue.Blob(row.blob(column));
    };
  }

  /** The value as {@link #read} would give it: malformed text replaced, and no negative zero. */
  static ChangeValue normalised(ChangeValue value) {
    return switch (value) {
      case ChangeValue.Text text ->
          new ChangeValue.Text(text.string().getBytes(StandardCharsets.UTF_8));
      case ChangeValue.Null _, ChangeValue.Int _, ChangeValue.Real _, ChangeValue.Blob _ ->
          withoutNegativeZero(value);
    };
  }

  /** The value as SQLite compares it. */
  static ChangeValue withoutNegativeZero(ChangeValue value) {
    return value instanceof ChangeValue.Real real && real.value() == 0
        ? new ChangeValue.Real(0)
        : value;
  }

  /** Binds the very value, malformed text included. */
  static void bind(SqliteStatement statement, int index, ChangeValue value) {
    switch (value) {
      case ChangeValue.Null _ -> statement.bind(index, Value.NULL);
      case ChangeValue.Int number -> statement.bind(index, new Value.Int(number.value()));
      case ChangeValue.Real number -> statement.bind(index, new Value.Real(number.value()));
      case ChangeValue.Text text -> statement.bindUtf8(index, text.utf8());
      case ChangeValue.Blob blob -> statement.bindBlob(index, blob.bytes());
    }
  }
}
