package io.dosql.engine.sqlite;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * What all native calls share. Pointers travel as {@code long}: on the ABIs of 64-bit Linux an
 * address and an integer of its size are passed alike, and no object is made per call. Whether a
 * pointer may still be used is checked by the wrappers above, never here.
 */
final class Native {

  static final int OK = 0;
  static final int NOMEM = 7;
  static final int ROW = 100;
  static final int DONE = 101;

  /** Stands for a pointer in a function's signature. */
  static final ValueLayout.OfLong POINTER = ValueLayout.JAVA_LONG;

  /** A pointer that may be a segment on the Java heap, for critical calls. */
  static final AddressLayout HEAP_POINTER = ValueLayout.ADDRESS;

  /** All of the process's memory, to read what SQLite points at. */
  @SuppressWarnings("restricted") // The wrappers take each address and length from SQLite.
  static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** The name of the database file's schema, as a C string. */
  static final long MAIN_SCHEMA = Arena.global().allocateFrom("main").address();

  private Native() {}

  /** Links a function of the process's library. */
  static MethodHandle link(
      String function, FunctionDescriptor descriptor, Linker.Option... options) {
    return link(SqliteLibrary.get().symbols(), function, descriptor, options);
  }

  /** Links a function that some libraries lack. */
  static @Nullable MethodHandle linkIfPresent(String function, FunctionDescriptor descriptor) {
    return SqliteLibrary.get().symbols().find(function).isPresent()
        ? link(function, descriptor)
        : null;
  }

  @SuppressWarnings("restricted") // This is where the binding is made.
  static MethodHandle link(
      SymbolLookup symbols,
      String function,
      FunctionDescriptor descriptor,
      Linker.Option... options) {
    MemorySegment address =
        symbols
            .find(function)
            .orElseThrow(() -> new IllegalStateException("libsqlite3 lacks " + function));
    return Linker.nativeLinker().downcallHandle(address, descriptor, options);
  }

  /** Address of a function of the process's library. */
  static long addressOf(String function) {
    return SqliteLibrary.get()
        .symbols()
        .find(function)
        .orElseThrow(() -> new IllegalStateException("libsqlite3 lacks " + function))
        .address();
  }

  /** The text at {@code address}, up to its NUL; malformed UTF-8 becomes U+FFFD. */
  static String string(long address) {
    return MEMORY.getString(address);
  }

  static @Nullable String stringOrNull(long address) {
    return address == 0 ? null : string(address);
  }

  /** For the catch block that method handles demand; a native call itself throws nothing. */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
  }
}
