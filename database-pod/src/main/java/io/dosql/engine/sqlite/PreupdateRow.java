package io.dosql.engine.sqlite;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * The row that a {@link ChangeObserver} is told of. One object for all rows of a connection, and
 * nothing is allocated for a row: its values are asked for one after the other, as primitives.
 * Outside of {@link ChangeObserver#changing} every method throws IllegalStateException.
 */
public final class PreupdateRow {

  /** What {@link #oldValue} and {@link #newValue} answer, besides SQLite's own codes. */
  public static final int ABSENT = 0;

  public static final int INTEGER = 1;
  public static final int REAL = 2;
  public static final int TEXT = 3;
  public static final int BLOB = 4;
  public static final int NULL = 5;

  private static final int RANGE = 25;

  private final long connection;
  private final NativeBuffer valueOut = NativeBuffer.allocate(Long.BYTES);

  // Invariant: true only within the callback; the pointers below are good only while it is.
  private boolean isShown;
  private RowOperation operation = RowOperation.INSERT;
  private long schema;
  private long table;
  private long oldRowid;
  private long newRowid;
  private long value;
  private long content;
  private int contentBytes;

  PreupdateRow(long connection) {
    this.connection = connection;
  }

  void show(int code, long schemaName, long tableName, long rowidBefore, long rowidAfter) {
    isShown = true;
    operation = RowOperation.of(code);
    schema = schemaName;
    table = tableName;
    oldRowid = rowidBefore;
    newRowid = rowidAfter;
    value = 0;
    content = 0;
    contentBytes = 0;
  }

  void hide() {
    isShown = false;
  }

  void free() {
    isShown = false;
    valueOut.free();
  }

  public RowOperation operation() {
    requireShown();
    return operation;
  }

  /**
   * A number for the schema that the table is in, the same for the same schema while no other one
   * is attached or detached.
   */
  public long schemaId() {
    requireShown();
    return schema;
  }

  /** {@code main}, {@code temp}, or what VACUUM attaches. */
  public String schemaName() {
    requireShown();
    return Native.string(schema);
  }

  /**
   * A number for the table, the same for the same table while the schema does not change. After
   * that it may stand for another one: compare the name.
   */
  public long tableId() {
    requireShown();
    return table;
  }

  public String tableName() {
    requireShown();
    return Native.string(table);
  }

  /** Whether the table's name is this, in UTF-8 with a NUL behind; cheaper than the name. */
  public boolean isTableNamed(byte[] utf8WithNul) {
    requireShown();
    // Byte for byte up to the first difference, which is at the NUL of the shorter one at the
    // latest: no name contains one.
    for (int i = 0; i < utf8WithNul.length; i++) {
      if (Native.MEMORY.get(JAVA_BYTE, table + i) != utf8WithNul[i]) {
        return false;
      }
    }
    return true;
  }

  /** The rowid before the change; meaningless for WITHOUT ROWID tables and inserts. */
  public long oldRowid() {
    requireShown();
    return oldRowid;
  }

  /** The rowid after the change; meaningless for WITHOUT ROWID tables and deletes. */
  public long newRowid() {
    requireShown();
    return newRowid;
  }

  /** Columns of the table, in the order of its definition, generated ones included. */
  public int columnCount() {
    requireShown();
    return PreupdateCalls.count(connection);
  }

  /**
   * Whether this is a write into a part of a blob or text, which SQLite tells as a DELETE, without
   * what is written.
   */
  public boolean isPartialWrite() {
    requireShown();
    return PreupdateCalls.blobWrite(connection) >= 0;
  }

  /**
   * Goes to a column's value before the change.
   *
   * @return its type, or {@link #ABSENT} for a column that is not stored (a virtual one)
   */
  public int oldValue(int column) {
    requireShown();
    return type(PreupdateCalls.oldValue(connection, column, valueOut.address()));
  }

  /** As {@link #oldValue}, after the change. */
  public int newValue(int column) {
    requireShown();
    return type(PreupdateCalls.newValue(connection, column, valueOut.address()));
  }

  private int type(int code) {
    if (code == RANGE) {
      return ABSENT;
    }
    if (code != Native.OK) {
      throw new SqliteException(code, "a value of a changed row cannot be read");
    }
    value = Native.MEMORY.get(JAVA_LONG, valueOut.address());
    if (value == 0) {
      throw NativeBuffer.outOfMemory(0);
    }
    return PreupdateCalls.type(value);
  }

  /** The current value; only after its type was {@link #INTEGER}. */
  public long integer() {
    requireValue();
    return PreupdateCalls.integer(value);
  }

  /** The current value; only after its type was {@link #REAL}. */
  public double real() {
    requireValue();
    return PreupdateCalls.real(value);
  }

  /** Goes to the content of the current value, a text, in UTF-8; returns its size. */
  public int textBytes() {
    requireValue();
    return contentBytes(PreupdateCalls.text(value));
  }

  /** Goes to the content of the current value, a blob; returns its size. */
  public int blobBytes() {
    requireValue();
    return contentBytes(PreupdateCalls.blob(value));
  }

  private int contentBytes(long address) {
    content = address;
    contentBytes = PreupdateCalls.sizeBytes(value);
    if (address == 0 && contentBytes > 0) {
      throw NativeBuffer.outOfMemory(contentBytes);
    }
    return contentBytes;
  }

  /** Copies a piece of the content that {@link #textBytes} or {@link #blobBytes} went to. */
  public void copy(int from, byte[] target, int at, int length) {
    requireValue();
    if (from < 0 || length < 0 || length > contentBytes - from) {
      throw new IndexOutOfBoundsException(
          "%d bytes from %d of %d".formatted(length, from, contentBytes));
    }
    MemorySegment.copy(Native.MEMORY, JAVA_BYTE, content + from, target, at, length);
  }

  private void requireShown() {
    if (!isShown) {
      throw new IllegalStateException("a changed row can be asked only while it is told of");
    }
  }

  private void requireValue() {
    requireShown();
    if (value == 0) {
      throw new IllegalStateException("no value was gone to");
    }
  }
}
