package io.dosql.engine.sqlite;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Puts Java values into parameters; returns SQLite's codes. SQLite copies a small value straight
 * from the Java heap, in a critical call: no safepoint can happen meanwhile, so the copy is
 * bounded. A large one is copied once, into memory of SQLite's allocator that the statement then
 * owns.
 *
 * <p>A critical call must never lead back into Java. Binding calls nothing but SQLite's allocator
 * and its error log, and this package never installs a log callback.
 */
final class Binder {

  private static final int LARGEST_CRITICAL_COPY_BYTES = 64 * 1024;
  private static final long TRANSIENT = -1;
  private static final byte UTF8 = 1;

  private Binder() {}

  static int bind(long statement, int index, Value value) {
    return switch (value) {
      case Value.Null() -> BindCalls.bindNull(statement, index);
      case Value.Int(long integer) -> BindCalls.bindInteger(statement, index, integer);
      case Value.Real(double real) -> BindCalls.bindReal(statement, index, real);
      case Value.Text(String text) -> bindText(statement, index, text);
      case Value.Blob(byte[] blob) -> bindBlob(statement, index, blob);
    };
  }

  static int bindText(long statement, int index, String text) {
    return bindUtf8(statement, index, text.getBytes(StandardCharsets.UTF_8));
  }

  static int bindUtf8(long statement, int index, byte[] utf8) {
    if (utf8.length <= LARGEST_CRITICAL_COPY_BYTES) {
      return BindCalls.bindTextCopy(
          statement, index, MemorySegment.ofArray(utf8), utf8.length, TRANSIENT, UTF8);
    }
    return BindCalls.bindText(
        statement, index, nativeCopy(utf8), utf8.length, LibraryCalls.FREE_FUNCTION, UTF8);
  }

  static int bindBlob(long statement, int index, byte[] blob) {
    if (blob.length == 0) {
      return BindCalls.bindEmptyBlob(statement, index, 0);
    }
    if (blob.length <= LARGEST_CRITICAL_COPY_BYTES) {
      return BindCalls.bindBlobCopy(
          statement, index, MemorySegment.ofArray(blob), blob.length, TRANSIENT);
    }
    return BindCalls.bindBlob(
        statement, index, nativeCopy(blob), blob.length, LibraryCalls.FREE_FUNCTION);
  }

  private static long nativeCopy(byte[] bytes) {
    long address = LibraryCalls.malloc(bytes.length);
    if (address == 0) {
      throw NativeBuffer.outOfMemory(bytes.length);
    }
    MemorySegment.copy(bytes, 0, Native.MEMORY, JAVA_BYTE, address, bytes.length);
    return address;
  }
}
