package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Values of the row that a statement stands on. Columns count from 0. */
final class ColumnCalls {

  private static final MethodHandle TYPE =
      Native.link("sqlite3_column_type", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT));
  private static final MethodHandle INTEGER =
      Native.link("sqlite3_column_int64", FunctionDescriptor.of(JAVA_LONG, POINTER, JAVA_INT));
  private static final MethodHandle REAL =
      Native.link("sqlite3_column_double", FunctionDescriptor.of(JAVA_DOUBLE, POINTER, JAVA_INT));
  private static final MethodHandle TEXT =
      Native.link("sqlite3_column_text", FunctionDescriptor.of(POINTER, POINTER, JAVA_INT));
  private static final MethodHandle BLOB =
      Native.link("sqlite3_column_blob", FunctionDescriptor.of(POINTER, POINTER, JAVA_INT));
  private static final MethodHandle SIZE_BYTES =
      Native.link("sqlite3_column_bytes", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT));

  private ColumnCalls() {}

  static int type(long statement, int column) {
    try {
      return (int) TYPE.invokeExact(statement, column);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long integer(long statement, int column) {
    try {
      return (long) INTEGER.invokeExact(statement, column);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static double real(long statement, int column) {
    try {
      return (double) REAL.invokeExact(statement, column);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long text(long statement, int column) {
    try {
      return (long) TEXT.invokeExact(statement, column);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long blob(long statement, int column) {
    try {
      return (long) BLOB.invokeExact(statement, column);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** To be asked after {@link #text} or {@link #blob}, of what that returned. */
  static int sizeBytes(long statement, int column) {
    try {
      return (int) SIZE_BYTES.invokeExact(statement, column);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
