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

  private boolean isUtf8;

  RowEncoder(ChangeBuffer buffer) {
    this.buffer = buffer;
  }

  /**
   * Says whether the database stores text in UTF-8. Then its bytes are taken as they are; asked for
   * as text, SQLite would copy each to put a NUL behind it.
   */
  void storesUtf8(boolean utf8) {
    isUtf8 = utf8;
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
        int rowidColumn = table.rowidColumn();
        for (int i = 0; i < table.columnCount; i++) {
          if (i == rowidColumn) {
            buffer.sameAsRowid();
          } else {
            put(row, row.newValue(i));
          }
        }
      }
      case DELETE -> {
        buffer.delete(table.number);
        buffer.rowid(row.oldRowid());
        int rowidColumn = table.rowidColumn();
        for (int i = 0; i < table.columnCount; i++) {
          if (i == rowidColumn) {
            buffer.sameAsRowid();
          } else {
            put(row, row.oldValue(i));
          }
        }
      }
      case UPDATE -> {
        buffer.update(table.number);
        buffer.rowid(row.oldRowid());
        buffer.rowid(row.newRowid());
        update(row, table);
      }
    }
  }

  private void update(PreupdateRow row, CapturedTable table) {
    int columns = table.columnCount;
    int rowidColumn = table.rowidColumn();
    if (oldStarts.length <= columns) {
      oldStarts = new long[columns + 1];
    }
    for (int i = 0; i < columns; i++) {
      oldStarts[i] = buffer.position();
      if (i == rowidColumn) {
        buffer.sameAsRowid();
      } else {
        put(row, row.oldValue(i));
      }
    }
    oldStarts[columns] = buffer.position();
    for (int i = 0; i < columns; i++) {
      if (i == rowidColumn) {
        buffer.sameAsRowid();
      } else {
        long start = buffer.position();
        put(row, row.newValue(i));
        buffer.sameIfEqual(oldStarts[i], oldStarts[i + 1], start);
      }
    }
  }

  private void put(PreupdateRow row, int type) {
    switch (type) {
      case PreupdateRow.INTEGER -> buffer.integer(row.integer());
      case PreupdateRow.REAL -> buffer.real(row.real());
      case PreupdateRow.TEXT -> buffer.text(isUtf8 ? row.blobBytes() : row.textBytes(), content);
      case PreupdateRow.BLOB -> buffer.blob(row.blobBytes(), content);
      case PreupdateRow.NULL -> buffer.nothing();
      case PreupdateRow.ABSENT -> buffer.absent();
      default -> throw new IllegalStateException("a value of unknown type " + type);
    }
  }
}
