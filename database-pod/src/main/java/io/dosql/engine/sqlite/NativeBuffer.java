package io.dosql.engine.sqlite;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Native memory of SQLite's allocator, accessed within its bounds. Its owner frees it exactly once,
 * under the same guard as it uses it: unlike an arena it costs nothing to close, and can migrate
 * between threads.
 */
final class NativeBuffer {

  private final MemorySegment memory;
  private boolean freed;

  private NativeBuffer(MemorySegment memory) {
    this.memory = memory;
  }

  /** Allocates; the content is undefined. */
  static NativeBuffer allocate(long sizeBytes) {
    long address = LibraryCalls.malloc(sizeBytes);
    if (address == 0) {
      throw outOfMemory(sizeBytes);
    }
    return new NativeBuffer(Native.MEMORY.asSlice(address, sizeBytes));
  }

  static SqliteException outOfMemory(long sizeBytes) {
    return new SqliteException(
        Native.NOMEM, "out of memory: SQLite cannot allocate " + sizeBytes + " bytes");
  }

  long address() {
    return memory.address();
  }

  long sizeBytes() {
    return memory.byteSize();
  }

  /** Puts bytes at {@code offset}, and a NUL behind them. */
  void putWithNul(long offset, byte[] bytes) {
    checkUsable();
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, offset, bytes.length);
    memory.set(JAVA_BYTE, offset + bytes.length, (byte) 0);
  }

  byte byteAt(long offset) {
    checkUsable();
    return memory.get(JAVA_BYTE, offset);
  }

  int intAt(long offset) {
    checkUsable();
    return memory.get(JAVA_INT, offset);
  }

  long longAt(long offset) {
    checkUsable();
    return memory.get(JAVA_LONG, offset);
  }

  void putLong(long offset, long value) {
    checkUsable();
    memory.set(JAVA_LONG, offset, value);
  }

  /** Gives the memory back; idempotent. */
  void free() {
    if (!freed) {
      freed = true;
      LibraryCalls.free(memory.address());
    }
  }

  private void checkUsable() {
    if (freed) {
      throw new IllegalStateException("native memory was freed");
    }
  }
}
