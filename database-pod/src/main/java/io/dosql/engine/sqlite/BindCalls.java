package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.HEAP_POINTER;
import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Values on their way into a statement. Parameters count from 1. */
final class BindCalls {

  private static final MethodHandle CLEAR =
      Native.link("sqlite3_clear_bindings", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle BIND_NULL =
      Native.link("sqlite3_bind_null", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT));
  private static final MethodHandle BIND_INTEGER =
      Native.link(
          "sqlite3_bind_int64", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, JAVA_LONG));
  private static final MethodHandle BIND_REAL =
      Native.link(
          "sqlite3_bind_double", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, JAVA_DOUBLE));
  private static final MethodHandle BIND_EMPTY_BLOB =
      Native.link(
          "sqlite3_bind_zeroblob", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, JAVA_INT));
  private static final MethodHandle BIND_TEXT_COPY =
      Native.link(
          "sqlite3_bind_text64",
          FunctionDescriptor.of(
              JAVA_INT, POINTER, JAVA_INT, HEAP_POINTER, JAVA_LONG, POINTER, JAVA_BYTE),
          Linker.Option.critical(true));
  private static final MethodHandle BIND_BLOB_COPY =
      Native.link(
          "sqlite3_bind_blob64",
          FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, HEAP_POINTER, JAVA_LONG, POINTER),
          Linker.Option.critical(true));
  private static final MethodHandle BIND_TEXT =
      Native.link(
          "sqlite3_bind_text64",
          FunctionDescriptor.of(
              JAVA_INT, POINTER, JAVA_INT, POINTER, JAVA_LONG, POINTER, JAVA_BYTE));
  private static final MethodHandle BIND_BLOB =
      Native.link(
          "sqlite3_bind_blob64",
          FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, POINTER, JAVA_LONG, POINTER));

  private BindCalls() {}

  static int clear(long statement) {
    try {
      return (int) CLEAR.invokeExact(statement);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int bindNull(long statement, int index) {
    try {
      return (int) BIND_NULL.invokeExact(statement, index);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int bindInteger(long statement, int index, long value) {
    try {
      return (int) BIND_INTEGER.invokeExact(statement, index, value);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int bindReal(long statement, int index, double value) {
    try {
      return (int) BIND_REAL.invokeExact(statement, index, value);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int bindEmptyBlob(long statement, int index, int sizeBytes) {
    try {
      return (int) BIND_EMPTY_BLOB.invokeExact(statement, index, sizeBytes);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** Copies from the Java heap. */
  static int bindTextCopy(
      long statement,
      int index,
      MemorySegment text,
      long sizeBytes,
      long destructor,
      byte encoding) {
    try {
      return (int)
          BIND_TEXT_COPY.invokeExact(statement, index, text, sizeBytes, destructor, encoding);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** Copies from the Java heap. */
  static int bindBlobCopy(
      long statement, int index, MemorySegment blob, long sizeBytes, long destructor) {
    try {
      return (int) BIND_BLOB_COPY.invokeExact(statement, index, blob, sizeBytes, destructor);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** Hands over native memory, also when it fails. */
  static int bindText(
      long statement, int index, long text, long sizeBytes, long destructor, byte encoding) {
    try {
      return (int) BIND_TEXT.invokeExact(statement, index, text, sizeBytes, destructor, encoding);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** Hands over native memory, also when it fails. */
  static int bindBlob(long statement, int index, long blob, long sizeBytes, long destructor) {
    try {
      return (int) BIND_BLOB.invokeExact(statement, index, blob, sizeBytes, destructor);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
