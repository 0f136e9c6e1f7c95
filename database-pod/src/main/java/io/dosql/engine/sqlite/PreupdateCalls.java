package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * The hook that is told of row changes, and what may be asked from within it. Only where the
 * library has {@link Capability#PREUPDATE_HOOK}: nobody else may touch this class.
 */
final class PreupdateCalls {

  /**
   * For what calls nobody back, waits for nothing and does no I/O: at most it converts or expands
   * one value in memory. Not for old values, whose overflow pages may have to be read.
   */
  private static final Linker.Option TRIVIAL = Linker.Option.critical(false);

  private static final MethodHandle SET_HOOK =
      Native.link(
          "sqlite3_preupdate_hook", FunctionDescriptor.of(POINTER, POINTER, POINTER, POINTER));
  private static final MethodHandle COUNT =
      Native.link("sqlite3_preupdate_count", FunctionDescriptor.of(JAVA_INT, POINTER), TRIVIAL);
  private static final MethodHandle BLOB_WRITE =
      Native.link("sqlite3_preupdate_blobwrite", FunctionDescriptor.of(JAVA_INT, POINTER), TRIVIAL);
  private static final MethodHandle OLD_VALUE =
      Native.link(
          "sqlite3_preupdate_old", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, POINTER));
  private static final MethodHandle NEW_VALUE =
      Native.link(
          "sqlite3_preupdate_new",
          FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, POINTER),
          TRIVIAL);
  private static final MethodHandle TYPE =
      Native.link("sqlite3_value_type", FunctionDescriptor.of(JAVA_INT, POINTER), TRIVIAL);
  private static final MethodHandle INTEGER =
      Native.link("sqlite3_value_int64", FunctionDescriptor.of(JAVA_LONG, POINTER), TRIVIAL);
  private static final MethodHandle REAL =
      Native.link("sqlite3_value_double", FunctionDescriptor.of(JAVA_DOUBLE, POINTER), TRIVIAL);
  private static final MethodHandle TEXT =
      Native.link("sqlite3_value_text", FunctionDescriptor.of(POINTER, POINTER), TRIVIAL);
  private static final MethodHandle BLOB =
      Native.link("sqlite3_value_blob", FunctionDescriptor.of(POINTER, POINTER), TRIVIAL);
  private static final MethodHandle SIZE_BYTES =
      Native.link("sqlite3_value_bytes", FunctionDescriptor.of(JAVA_INT, POINTER), TRIVIAL);

  private PreupdateCalls() {}

  static long setHook(long connection, long function, long slot) {
    try {
      return (long) SET_HOOK.invokeExact(connection, function, slot);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int count(long connection) {
    try {
      return (int) COUNT.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** The column that an incremental write goes to; -1 if this is none. */
  static int blobWrite(long connection) {
    try {
      return (int) BLOB_WRITE.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int oldValue(long connection, int column, long valueOut) {
    try {
      return (int) OLD_VALUE.invokeExact(connection, column, valueOut);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int newValue(long connection, int column, long valueOut) {
    try {
      return (int) NEW_VALUE.invokeExact(connection, column, valueOut);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int type(long value) {
    try {
      return (int) TYPE.invokeExact(value);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long integer(long value) {
    try {
      return (long) INTEGER.invokeExact(value);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static double real(long value) {
    try {
      return (double) REAL.invokeExact(value);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long text(long value) {
    try {
      return (long) TEXT.invokeExact(value);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long blob(long value) {
    try {
      return (long) BLOB.invokeExact(value);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** To be asked after {@link #text} or {@link #blob}, of what that returned. */
  static int sizeBytes(long value) {
    try {
      return (int) SIZE_BYTES.invokeExact(value);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
