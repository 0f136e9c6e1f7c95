package io.dosql.engine.changes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The changes of the transaction that runs, in their binary form, in order. What was undone is cut
 * off again by {@link #truncate}. Up to 1 MiB lies in memory; from then on all but the newest piece
 * is in a file, so that a large transaction costs disk and not heap. Not thread safe.
 *
 * <p>Nothing is allocated for a change, except when the memory grows. What cannot be written fails
 * with ChangesTooLargeException, or UncheckedIOException, and leaves the buffer where it was or in
 * the middle of an item: truncate it, or do not use it for this transaction any more.
 */
public final class ChangeBuffer {

  private static final int MEMORY_BYTES_MAX = 1 << 20;
  private static final int MEMORY_BYTES_KEPT = 1 << 16;
  private static final int MEMORY_BYTES_MIN = 512;
  private static final int SMALL_BYTES = 4096;
  private static final int COPY_BYTES = 1 << 16;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The bytes of a text or blob, copied piece by piece. */
  @FunctionalInterface
  public interface Content {
    void copy(int from, byte[] target, int at, int length);
  }

  private final long maxBytes;
  private final SpillFile spill;
  private byte[] memory = new byte[0];

  /** Bytes in use of {@link #memory}. */
  private int used;

  /** Invariant: the position of the first byte in memory; all before it is in the file. */
  private long spilledBytes;

  /**
   * @param maxBytes of one transaction
   * @param spillFile made when it is needed; nobody else uses this name
   */
  public ChangeBuffer(long maxBytes, Path spillFile) {
    this.maxBytes = maxBytes;
    this.spill = new SpillFile(spillFile);
  }

  /** Where the next change begins. */
  public long position() {
    return spilledBytes + used;
  }

  /** Forgets what lies behind a position. Does no I/O. */
  public void truncate(long position) {
    if (position < 0 || position > position()) {
      throw new IllegalArgumentException("not from 0 to %d: %d".formatted(position(), position));
    }
    if (position >= spilledBytes) {
      used = (int) (position - spilledBytes);
    } else {
      spilledBytes = position;
      used = 0;
    }
  }

  /**
   * Forgets what lies before a position, which is 0 from now on. Frees what is not needed then.
   *
   * @throws UncheckedIOException if the file fails
   */
  public void dropUpTo(long position) {
    try {
      if (position < position()) {
        moveDown(position);
        return;
      }
      used = 0;
      spilledBytes = 0;
      spill.delete();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    if (memory.length > MEMORY_BYTES_KEPT) {
      memory = new byte[0];
    }
  }

  private void moveDown(long by) throws IOException {
    byte[] piece = new byte[COPY_BYTES];
    long end = position();
    long inFile = Math.max(0, spilledBytes - by);
    for (long at = 0; at < inFile; at += COPY_BYTES) {
      int length = (int) Math.min(COPY_BYTES, inFile - at);
      read(by + at, piece, 0, length);
      spill.write(at, piece, length);
    }
    int dropped = (int) Math.max(0, by - spilledBytes);
    System.arraycopy(memory, dropped, memory, 0, used - dropped);
    used -= dropped;
    spilledBytes = end - by - used;
  }

  // ---- Items

  /** Begins an INSERT, with the new row to follow. */
  public void insert(int table) {
    item(ChangeFormat.INSERT, table);
  }

  /** Begins an UPDATE, with the old row and the new one to follow. */
  public void update(int table) {
    item(ChangeFormat.UPDATE, table);
  }

  /** Begins a DELETE, with the old row to follow. */
  public void delete(int table) {
    item(ChangeFormat.DELETE, table);
  }

  private void item(int kind, int table) {
    ensure(1 + ChangeFormat.MAX_NUMBER_BYTES);
    memory[used++] = (byte) kind;
    number(table);
  }

  /** Puts a rowid. */
  public void rowid(long rowid) {
    ensure(ChangeFormat.MAX_NUMBER_BYTES);
    number((rowid << 1) ^ (rowid >> 63));
  }

  /** Puts a value. */
  public void integer(long value) {
    ensure(1 + ChangeFormat.MAX_NUMBER_BYTES);
    memory[used++] = ChangeFormat.INTEGER;
    number((value << 1) ^ (value >> 63));
  }

  /** Puts a value. */
  public void real(double value) {
    ensure(1 + Long.BYTES);
    memory[used++] = ChangeFormat.REAL;
    LONG.set(memory, used, Double.doubleToRawLongBits(value));
    used += Long.BYTES;
  }

  /** Puts a value. */
  public void nothing() {
    ensure(1);
    memory[used++] = ChangeFormat.NULL;
  }

  /** Stands for the row's rowid, in the column that is its other name. */
  public void sameAsRowid() {
    ensure(1);
    memory[used++] = ChangeFormat.ROWID;
  }

  /** Stands for the value of a virtual column. */
  public void absent() {
    ensure(1);
    memory[used++] = ChangeFormat.ABSENT;
  }

  /** Puts a value. */
  public void text(int lengthBytes, Content utf8) {
    content(ChangeFormat.TEXT, lengthBytes, utf8);
  }

  /** Puts a value. */
  public void blob(int lengthBytes, Content bytes) {
    content(ChangeFormat.BLOB, lengthBytes, bytes);
  }

  private void content(int type, int lengthBytes, Content bytes) {
    if (lengthBytes <= SMALL_BYTES) {
      ensure(1 + ChangeFormat.MAX_NUMBER_BYTES + lengthBytes);
      memory[used++] = (byte) type;
      number(lengthBytes);
      bytes.copy(0, memory, used, lengthBytes);
      used += lengthBytes;
      return;
    }
    checkRoom(lengthBytes);
    ensure(1 + ChangeFormat.MAX_NUMBER_BYTES);
    memory[used++] = (byte) type;
    number(lengthBytes);
    raw(lengthBytes, bytes);
  }

  /**
   * Puts, in place of a value of a new row that was put last, that it is as in the old row, if it
   * is. Not found out where the old value lies in the file: then it stays as it is.
   *
   * @param oldStart position of the old value
   * @param oldEnd position behind it
   * @param newStart position of the new value, which ends here
   */
  public void sameIfEqual(long oldStart, long oldEnd, long newStart) {
    if (oldStart < spilledBytes || oldEnd - oldStart != position() - newStart) {
      return;
    }
    int oldAt = (int) (oldStart - spilledBytes);
    int newAt = (int) (newStart - spilledBytes);
    int length = used - newAt;
    if (Arrays.equals(memory, oldAt, oldAt + length, memory, newAt, used)) {
      memory[newAt] = ChangeFormat.SAME;
      used = newAt + 1;
    }
  }

  /** Puts that everything may have changed. Never too large. */
  public void reset(Reset.Reason reason) {
    makeRoom(2);
    memory[used++] = ChangeFormat.RESET;
    memory[used++] = (byte) reason.code();
  }

  /** Puts what was defined, altered or dropped. */
  public void schema(String statement, Iterable<SchemaChange.ObjectChange> objects) {
    byte[] item = ItemWriter.schema(statement, objects);
    checkRoom(item.length);
    raw(
        item.length,
        (from, target, at, length) -> System.arraycopy(item, from, target, at, length));
  }

  private void raw(int lengthBytes, Content bytes) {
    int from = 0;
    while (from < lengthBytes) {
      ensure(Math.min(lengthBytes - from, COPY_BYTES));
      int length = Math.min(lengthBytes - from, memory.length - used);
      bytes.copy(from, memory, used, length);
      used += length;
      from += length;
    }
  }

  /** With room for it. */
  private void number(long unsigned) {
    long rest = unsigned;
    int at = used;
    while ((rest & ~0x7FL) != 0) {
      memory[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    memory[at++] = (byte) rest;
    used = at;
  }

  // ---- Room

  private void ensure(int bytes) {
    if (used + bytes > memory.length) {
      checkRoom(bytes);
      makeRoom(bytes);
    }
  }

  private void checkRoom(long bytes) {
    if (position() + bytes > maxBytes) {
      throw new ChangesTooLargeException(maxBytes);
    }
  }

  private void makeRoom(int bytes) {
    if (used + bytes <= memory.length) {
      return;
    }
    if (used + bytes > MEMORY_BYTES_MAX) {
      try {
        spill.write(spilledBytes, memory, used);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      spilledBytes += used;
      used = 0;
      return;
    }
    int size = Math.max(MEMORY_BYTES_MIN, Math.max(2 * memory.length, used + bytes));
    memory = Arrays.copyOf(memory, Math.min(MEMORY_BYTES_MAX, size));
  }

  /** Copies what lies at a position. */
  void read(long position, byte[] target, int at, int length) throws IOException {
    if (position < 0 || position + length > position()) {
      throw new IllegalArgumentException("%d bytes at %d".formatted(length, position));
    }
    int inFile = (int) Math.max(0, Math.min(length, spilledBytes - position));
    if (inFile > 0) {
      spill.read(position, target, at, inFile);
    }
    if (inFile < length) {
      int from = (int) (position + inFile - spilledBytes);
      System.arraycopy(memory, from, target, at + inFile, length - inFile);
    }
  }
}
