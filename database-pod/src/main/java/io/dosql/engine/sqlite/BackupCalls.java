package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Online backup ({@code sqlite3_backup*}). */
final class BackupCalls {

  private static final MethodHandle BEGIN =
      Native.link(
          "sqlite3_backup_init",
          FunctionDescriptor.of(POINTER, POINTER, POINTER, POINTER, POINTER));
  private static final MethodHandle STEP =
      Native.link("sqlite3_backup_step", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT));
  private static final MethodHandle FINISH =
      Native.link("sqlite3_backup_finish", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle REMAINING_PAGES =
      Native.link("sqlite3_backup_remaining", FunctionDescriptor.of(JAVA_INT, POINTER));
  private static final MethodHandle TOTAL_PAGES =
      Native.link("sqlite3_backup_pagecount", FunctionDescriptor.of(JAVA_INT, POINTER));

  private BackupCalls() {}

  /** 0 on failure, which the destination then describes. */
  static long begin(long destination, long destinationSchema, long source, long sourceSchema) {
    try {
      return (long) BEGIN.invokeExact(destination, destinationSchema, source, sourceSchema);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int step(long backup, int pages) {
    try {
      return (int) STEP.invokeExact(backup, pages);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int finish(long backup) {
    try {
      return (int) FINISH.invokeExact(backup);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int remainingPages(long backup) {
    try {
      return (int) REMAINING_PAGES.invokeExact(backup);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int totalPages(long backup) {
    try {
      return (int) TOTAL_PAGES.invokeExact(backup);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
