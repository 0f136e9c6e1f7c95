package io.dosql.engine.sqlite;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** The engine's own functions that bound SQLite's heap: see heap.c. Another library lacks them. */
final class HeapCalls {

  private static final @Nullable MethodHandle BEGIN =
      Native.linkIfPresent("dosql_heap_begin", FunctionDescriptor.ofVoid(JAVA_LONG));
  private static final @Nullable MethodHandle END =
      Native.linkIfPresent("dosql_heap_end", FunctionDescriptor.of(JAVA_INT));
  private static final @Nullable MethodHandle LIMIT =
      Native.linkIfPresent("dosql_heap_limit", FunctionDescriptor.ofVoid(JAVA_LONG));
  private static final @Nullable MethodHandle USED =
      Native.linkIfPresent("dosql_heap_used", FunctionDescriptor.of(JAVA_LONG));
  private static final @Nullable MethodHandle FAIL_IN =
      Native.linkIfPresent("dosql_heap_fail_in", FunctionDescriptor.ofVoid(JAVA_LONG));

  private HeapCalls() {}

  static boolean isPresent() {
    return BEGIN != null;
  }

  static void begin(long maxBytes) {
    call(BEGIN, maxBytes);
  }

  static void limit(long bytes) {
    call(LIMIT, bytes);
  }

  static void failIn(long allocations) {
    call(FAIL_IN, allocations);
  }

  /** The reason for which memory was refused; 0 if none was. */
  static int end() {
    MethodHandle handle = END;
    if (handle == null) {
      return 0;
    }
    try {
      return (int) handle.invokeExact();
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long used() {
    MethodHandle handle = USED;
    if (handle == null) {
      return 0;
    }
    try {
      return (long) handle.invokeExact();
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  private static void call(@Nullable MethodHandle handle, long argument) {
    if (handle == null) {
      return;
    }
    try {
      handle.invokeExact(argument);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
