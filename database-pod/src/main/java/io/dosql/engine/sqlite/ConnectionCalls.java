package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** Life, settings and state of a connection ({@code sqlite3*}). */
final class ConnectionCalls {

  private static final MethodHandle OPEN =
      Native.link(
          "sqlite3_open_v2", FunctionDescriptor.of(JAVA_INT, POINTER, POINTER, JAVA_INT, POINTER));
  private static final MethodHandle CLOSE =
      Native.link("sqlite3_close_v2", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle ERROR_MESSAGE =
      Native.link("sqlite3_errmsg", FunctionDescriptor.of(POINTER, POINTER));
  private static final MethodHandle ERROR_CODE =
      Native.link("sqlite3_extended_errcode", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle ERROR_OFFSET =
      Native.link("sqlite3_error_offset", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle BUSY_TIMEOUT =
      Native.link("sqlite3_busy_timeout", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT));
  private static final MethodHandle CONFIGURE =
      Native.link(
          "sqlite3_db_config",
          FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, JAVA_INT, POINTER),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CONFIGURE_LOOKASIDE =
      Native.link(
          "sqlite3_db_config",
          FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, POINTER, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle LIMIT =
      Native.link("sqlite3_limit", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT, JAVA_INT));
  private static final MethodHandle INTERRUPT =
      Native.link("sqlite3_interrupt", FunctionDescriptor.ofVoid(POINTER));
  private static final MethodHandle IS_AUTOCOMMIT =
      Native.link("sqlite3_get_autocommit", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle CHANGES =
      Native.link("sqlite3_changes64", FunctionDescriptor.of(JAVA_LONG, POINTER));
  private static final MethodHandle TOTAL_CHANGES =
      Native.link("sqlite3_total_changes64", FunctionDescriptor.of(JAVA_LONG, POINTER));
  private static final MethodHandle LAST_INSERT_ROWID =
      Native.link("sqlite3_last_insert_rowid", FunctionDescriptor.of(JAVA_LONG, POINTER));
  private static final MethodHandle SET_LAST_INSERT_ROWID =
      Native.link("sqlite3_set_last_insert_rowid", FunctionDescriptor.ofVoid(POINTER, JAVA_LONG));
  private static final MethodHandle TRANSACTION_STATE =
      Native.link("sqlite3_txn_state", FunctionDescriptor.of(JAVA_INT, POINTER, POINTER));
  private static final MethodHandle CHECKPOINT =
      Native.link(
          "sqlite3_wal_checkpoint_v2",
          FunctionDescriptor.of(JAVA_INT, POINTER, POINTER, JAVA_INT, POINTER, POINTER));

  private static final @Nullable MethodHandle IS_INTERRUPTED =
      Native.linkIfPresent("sqlite3_is_interrupted", FunctionDescriptor.of(JAVA_INT, POINTER));

  private ConnectionCalls() {}

  static int open(long file, long connectionOut, int flags, long vfs) {
    try {
      return (int) OPEN.invokeExact(file, connectionOut, flags, vfs);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int close(long connection) {
    try {
      return (int) CLOSE.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long errorMessage(long connection) {
    try {
      return (long) ERROR_MESSAGE.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int errorCode(long connection) {
    try {
      return (int) ERROR_CODE.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** Bytes into the SQL last compiled; -1 when unknown. */
  static int errorOffset(long connection) {
    try {
      return (int) ERROR_OFFSET.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int busyTimeout(long connection, int millis) {
    try {
      return (int) BUSY_TIMEOUT.invokeExact(connection, millis);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int configure(long connection, int option, int on, long stateOut) {
    try {
      return (int) CONFIGURE.invokeExact(connection, option, on, stateOut);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int configureLookaside(
      long connection, int option, long buffer, int slotBytes, int slots) {
    try {
      return (int) CONFIGURE_LOOKASIDE.invokeExact(connection, option, buffer, slotBytes, slots);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** Returns the limit until now; a negative value changes nothing. */
  static int limit(long connection, int limit, int value) {
    try {
      return (int) LIMIT.invokeExact(connection, limit, value);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static void interrupt(long connection) {
    try {
      INTERRUPT.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int isAutocommit(long connection) {
    try {
      return (int) IS_AUTOCOMMIT.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long changes(long connection) {
    try {
      return (long) CHANGES.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long totalChanges(long connection) {
    try {
      return (long) TOTAL_CHANGES.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long lastInsertRowid(long connection) {
    try {
      return (long) LAST_INSERT_ROWID.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static void setLastInsertRowid(long connection, long rowid) {
    try {
      SET_LAST_INSERT_ROWID.invokeExact(connection, rowid);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int transactionState(long connection, long schema) {
    try {
      return (int) TRANSACTION_STATE.invokeExact(connection, schema);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int checkpoint(
      long connection, long schema, int mode, long logFramesOut, long checkpointedFramesOut) {
    try {
      return (int)
          CHECKPOINT.invokeExact(connection, schema, mode, logFramesOut, checkpointedFramesOut);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** Only where the library has {@link Capability#INTERRUPT_STATE}. */
  static int isInterrupted(long connection) {
    MethodHandle handle = IS_INTERRUPTED;
    if (handle == null) {
      throw new UnsupportedOperationException("this libsqlite3 lacks sqlite3_is_interrupted");
    }
    try {
      return (int) handle.invokeExact(connection);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
