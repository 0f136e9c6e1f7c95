package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Registration of callbacks. C calls back with {@code slot}, the number of the connection. */
final class HookCalls {

  private static final MethodHandle SET_AUTHORIZER =
      Native.link(
          "sqlite3_set_authorizer", FunctionDescriptor.of(JAVA_INT, POINTER, POINTER, POINTER));
  private static final MethodHandle SET_PROGRESS_HANDLER =
      Native.link(
          "sqlite3_progress_handler",
          FunctionDescriptor.ofVoid(POINTER, JAVA_INT, POINTER, POINTER));
  private static final MethodHandle SET_COMMIT_HOOK =
      Native.link("sqlite3_commit_hook", FunctionDescriptor.of(POINTER, POINTER, POINTER, POINTER));
  private static final MethodHandle SET_ROLLBACK_HOOK =
      Native.link(
          "sqlite3_rollback_hook", FunctionDescriptor.of(POINTER, POINTER, POINTER, POINTER));
  private static final MethodHandle SET_WAL_HOOK =
      Native.link("sqlite3_wal_hook", FunctionDescriptor.of(POINTER, POINTER, POINTER, POINTER));

  private HookCalls() {}

  static int setAuthorizer(long connection, long function, long slot) {
    try {
      return (int) SET_AUTHORIZER.invokeExact(connection, function, slot);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static void setProgressHandler(long connection, int instructions, long function, long slot) {
    try {
      SET_PROGRESS_HANDLER.invokeExact(connection, instructions, function, slot);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long setCommitHook(long connection, long function, long slot) {
    try {
      return (long) SET_COMMIT_HOOK.invokeExact(connection, function, slot);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long setRollbackHook(long connection, long function, long slot) {
    try {
      return (long) SET_ROLLBACK_HOOK.invokeExact(connection, function, slot);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long setWalHook(long connection, long function, long slot) {
    try {
      return (long) SET_WAL_HOOK.invokeExact(connection, function, slot);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
