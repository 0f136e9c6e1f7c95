package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** The library as a whole: its memory. */
final class LibraryCalls {

  private static final MethodHandle MALLOC =
      Native.link("sqlite3_malloc64", FunctionDescriptor.of(POINTER, JAVA_LONG));
  private static final MethodHandle FREE =
      Native.link("sqlite3_free", FunctionDescriptor.ofVoid(POINTER));
  private static final MethodHandle MEMORY_USED =
      Native.link("sqlite3_memory_used", FunctionDescriptor.of(JAVA_LONG));
  private static final MethodHandle SOFT_HEAP_LIMIT =
      Native.link("sqlite3_soft_heap_limit64", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle HARD_HEAP_LIMIT =
      Native.link("sqlite3_hard_heap_limit64", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  private static final MethodHandle KEYWORD_COUNT =
      Native.link("sqlite3_keyword_count", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle KEYWORD_NAME =
      Native.link(
          "sqlite3_keyword_name", FunctionDescriptor.of(JAVA_INT, JAVA_INT, POINTER, POINTER));

  /** The destructor for memory that a bind call hands over. */
  static final long FREE_FUNCTION = Native.addressOf("sqlite3_free");

  private LibraryCalls() {}

  /** 0 when there is no memory. */
  static long malloc(long sizeBytes) {
    try {
      return (long) MALLOC.invokeExact(sizeBytes);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static void free(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long memoryUsed() {
    try {
      return (long) MEMORY_USED.invokeExact();
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long softHeapLimit(long limitBytes) {
    try {
      return (long) SOFT_HEAP_LIMIT.invokeExact(limitBytes);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static long hardHeapLimit(long limitBytes) {
    try {
      return (long) HARD_HEAP_LIMIT.invokeExact(limitBytes);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  static int keywordCount() {
    try {
      return (int) KEYWORD_COUNT.invokeExact();
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /**
   * Tells where the name of a keyword lies.
   *
   * @param name where its address is put; it has no NUL behind it
   * @param length where its length is put, an int
   */
  static int keywordName(int index, long name, long length) {
    try {
      return (int) KEYWORD_NAME.invokeExact(index, name, length);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
