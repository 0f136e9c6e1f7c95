package io.dosql.engine.sqlite;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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

  private static final ValueLayout.OfLong WORD = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong UNALIGNED = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final VarHandle BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int FEW_BYTES = 128;

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

  /**
   * Whether the table's name is this; cheaper than {@link #tableName}.
   *
   * @param words what {@link #words} made of the name
   */
  public boolean isTableNamed(long[] words) {
    requireShown();
    if ((table & (Long.BYTES - 1)) != 0) {
      return Arrays.equals(words, words(Native.string(table)));
    }
    // A word that is aligned never reaches into a page of memory that its first byte is not in. A
    // shorter name than this differs in the word with its NUL, so no word behind that is read.
    for (int i = 0; i < words.length - 1; i++) {
      if (Native.MEMORY.get(WORD, table + (long) i * Long.BYTES) != words[i]) {
        return false;
      }
    }
    long last = words[words.length - 1];
    // Of the last word all counts up to and with the NUL, which is above its highest byte.
    int usedBytes = Long.BYTES - Long.numberOfLeadingZeros(last) / Byte.SIZE + 1;
    long mask = -1L >>> (Long.SIZE - usedBytes * Byte.SIZE);
    long actual = Native.MEMORY.get(WORD, table + (words.length - 1L) * Long.BYTES);
    return (actual & mask) == last;
  }

  /** A name in UTF-8, with a NUL behind, in little-endian words. */
  public static long[] words(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    long[] words = new long[utf8.length / Long.BYTES + 1];
    for (int i = 0; i < utf8.length; i++) {
      words[i / Long.BYTES] |= (utf8[i] & 0xFFL) << (i % Long.BYTES * Byte.SIZE);
    }
    return words;
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
    if (length > FEW_BYTES) {
      MemorySegment.copy(Native.MEMORY, JAVA_BYTE, content + from, target, at, length);
    } else if (length >= Long.BYTES) {
      copyWords(from, target, at, length);
    } else {
      for (int i = 0; i < length; i++) {
        target[at + i] = Native.MEMORY.get(JAVA_BYTE, content + from + i);
      }
    }
  }

  /**
   * Most texts are short, and then the general way costs several times as much. The last word
   * overlaps the one before it, so that nothing is read beyond the end.
   */
  private void copyWords(int from, byte[] target, int at, int length) {
    int last = length - Long.BYTES;
    for (int i = 0; i < last; i += Long.BYTES) {
      BYTES.set(target, at + i, Native.MEMORY.get(UNALIGNED, content + from + i));
    }
    BYTES.set(target, at + last, Native.MEMORY.get(UNALIGNED, content + from + last));
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
