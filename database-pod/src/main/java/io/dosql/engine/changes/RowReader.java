package io.dosql.engine.changes;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows and the numbers and texts around them. Fails with BufferUnderflow where bytes end. */
final class RowReader {

  /** The rows of one change. */
  record Images(
      @Nullable Long oldRowid,
      @Nullable Long newRowid,
      List<ChangeValue> oldValues,
      List<ChangeValue> newValues) {}

  Images read(ByteBuffer items, TableDescriptor table, RowChange.Operation operation)
      throws CorruptChangesException {
    boolean hasOld = operation != RowChange.Operation.INSERT;
    boolean hasNew = operation != RowChange.Operation.DELETE;
    Long oldRowid = hasOld ? rowid(items, table) : null;
    Long newRowid = hasNew ? rowid(items, table) : null;
    List<ChangeValue> oldValues = hasOld ? row(items, table, List.of(), oldRowid) : List.of();
    List<ChangeValue> newValues = hasNew ? row(items, table, oldValues, newRowid) : List.of();
    return new Images(oldRowid, newRowid, oldValues, newValues);
  }

  private static @Nullable Long rowid(ByteBuffer items, TableDescriptor table) {
    long rowid = signed(items);
    return table.hasRowid() ? rowid : null;
  }

  private static List<ChangeValue> row(
      ByteBuffer items, TableDescriptor table, List<ChangeValue> old, @Nullable Long rowid)
      throws CorruptChangesException {
    List<ChangeValue> row = new ArrayList<>(table.columns().size());
    for (TableDescriptor.Column column : table.columns()) {
      int type = items.get();
      boolean isSame = type == ChangeFormat.SAME;
      if (type == ChangeFormat.ROWID) {
        if (rowid == null) {
          throw new CorruptChangesException("a rowid in a table that has none");
        }
        row.add(new ChangeValue.Int(rowid));
      } else if (column.storage() != TableDescriptor.Storage.VIRTUAL) {
        row.add(isSame ? old.get(row.size()) : value(items, type, column));
      } else if (!isSame) {
        // An old SQLite may have given it a value, which is not stored and means nothing.
        var _ = value(items, type, column);
      }
    }
    return row;
  }

  private static ChangeValue value(ByteBuffer items, int type, TableDescriptor.Column column)
      throws CorruptChangesException {
    return switch (type) {
      case ChangeFormat.INTEGER -> integer(signed(items), column);
      case ChangeFormat.REAL -> new ChangeValue.Real(items.getDouble());
      case ChangeFormat.TEXT -> new ChangeValue.Text(bytes(items));
      case ChangeFormat.BLOB -> new ChangeValue.Blob(bytes(items));
      case ChangeFormat.NULL, ChangeFormat.ABSENT -> ChangeValue.NULL;
      default -> throw new CorruptChangesException("a value of unknown type " + type);
    };
  }

  /** SQLite stores reals without a fraction as integers, and may show them so to its hook. */
  private static ChangeValue integer(long value, TableDescriptor.Column column) {
    return column.hasRealAffinity() ? new ChangeValue.Real(value) : new ChangeValue.Int(value);
  }

  static String text(ByteBuffer items) {
    return new String(bytes(items), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(ByteBuffer items) {
    int length = length(items);
    if (length > items.remaining()) {
      // Before memory is taken for what is not there.
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    items.get(bytes);
    return bytes;
  }

  static int length(ByteBuffer items) {
    long length = unsigned(items);
    if (length < 0 || length > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a length of " + length);
    }
    return (int) length;
  }

  private static long signed(ByteBuffer items) {
    long zigzag = unsigned(items);
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  private static long unsigned(ByteBuffer items) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = items.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than 64 bits");
  }
}
