package io.dosql.engine.tenant;

import io.dosql.engine.changes.ChangeBuffer;
import io.dosql.engine.sqlite.PreupdateRow;
import org.jspecify.annotations.Nullable;

/**
 * Carries rows from SQLite's hook into the buffer: the hot path, on which nothing is allocated. On
 * the tenant's strand only, from within the hook.
 */
final class RowEncoder {

  private final ChangeBuffer buffer;

  /** Where the values of the old row of an UPDATE begin, and where the last one ends. */
  private long[] oldStarts = new long[0];

  private @Nullable PreupdateRow contentOf;
  private ChangeBuffer.Content content = (from, target, at, length) -> {};

  RowEncoder(ChangeBuffer buffer) {
    this.buffer = buffer;
  }

  void encode(PreupdateRow row, CapturedTable table) {
    if (contentOf != row) {
      contentOf = row;
      content = row::copy;
    }
    switch (row.operation()) {
      case INSERT -> {
        buffer.insert(table.number);
        buffer.rowid(row.newRowid());
        for (int i = 0; i < table.columnCount; i++) {
          put(row, row.newValue(i));
        }
      }
      case DELETE -> {
        buffer.delete(table.number);
        buffer.rowid(row.oldRowid());
        for (int i = 0; i < table.columnCount; i++) {
          put(row, row.oldValue(i));
        }
      }
      case UPDATE -> {
        buffer.update(table.number);
        buffer.rowid(row.oldRowid());
        buffer.rowid(row.newRowid());
        update(row, table.columnCount);
      }
    }
  }

  private void update(PreupdateRow row, int columns) {
    if (oldStarts.length <= columns) {
      oldStarts = new long[columns + 1];
    }
    for (int i = 0; i < columns; i++) {
      oldStarts[i] = buffer.position();
      put(row, row.oldValue(i));
    }
    oldStarts[columns] = buffer.position();
    for (int i = 0; i < columns; i++) {
      long start = buffer.position();
      put(row, row.newValue(i));
      buffer.sameIfEqual(oldStarts[i], oldStarts[i + 1], start);
    }
  }

  private void put(PreupdateRow row, int type) {
    switch (type) {
      case PreupdateRow.INTEGER -> buffer.integer(row.integer());
      case PreupdateRow.REAL -> buffer.real(row.real());
      case PreupdateRow.TEXT -> buffer.text(row.textBytes(), content);
      case PreupdateRow.BLOB -> buffer.blob(row.blobBytes(), content);
      case PreupdateRow.NULL -> buffer.nothing();
      case PreupdateRow.ABSENT -> buffer.absent();
      default -> throw new IllegalStateException("a value of unknown type " + type);
    }
  }
}
