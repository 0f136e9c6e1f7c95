package io.dosql.engine.sqlite;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Asks a library about itself, and starts it. Its handles are made for one call each, because the
 * constant ones exist only once the library has been accepted.
 */
final class LibraryInspection {

  private static final int CONFIG_MMAP_SIZE = 22;
  private static final String HEAP_INSTALL = "dosql_heap_install";
  private static final String BOUND_FUNCTIONS = "dosql_bound_functions";

  private final SymbolLookup symbols;

  LibraryInspection(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  String version() {
    return Native.string((long) call("sqlite3_libversion", FunctionDescriptor.of(JAVA_LONG)));
  }

  int versionNumber() {
    return (int) call("sqlite3_libversion_number", FunctionDescriptor.of(JAVA_INT));
  }

  String sourceId() {
    return Native.string((long) call("sqlite3_sourceid", FunctionDescriptor.of(JAVA_LONG)));
  }

  boolean isThreadSafe() {
    return (int) call("sqlite3_threadsafe", FunctionDescriptor.of(JAVA_INT)) != 0;
  }

  List<String> compileOptions() {
    List<String> options = new ArrayList<>();
    FunctionDescriptor descriptor = FunctionDescriptor.of(JAVA_LONG, JAVA_INT);
    while (true) {
      long option = (long) call("sqlite3_compileoption_get", descriptor, options.size());
      if (option == 0) {
        return List.copyOf(options);
      }
      options.add(Native.string(option));
    }
  }

  Set<Capability> capabilities(List<String> compileOptions) {
    EnumSet<Capability> found = EnumSet.noneOf(Capability.class);
    for (Capability capability : Capability.values()) {
      boolean present =
          switch (capability.kind()) {
            case SYMBOL -> symbols.find(capability.evidence()).isPresent();
            case OPTION -> compileOptions.contains(capability.evidence());
          };
      if (present) {
        found.add(capability);
      }
    }
    return found;
  }

  /**
   * Initialises the library, with the engine's heap and bounds where it has them, and makes
   * memory-mapped database files impossible in this process whatever a pragma says: an I/O error
   * behind a mapping is a signal that ends the JVM.
   */
  void start() {
    FunctionDescriptor config = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    Linker.Option variadic = Linker.Option.firstVariadicArg(1);
    int configured =
        (int) invoke(handle("sqlite3_config", config, variadic), CONFIG_MMAP_SIZE, 0L, 0L);
    require("sqlite3_config(SQLITE_CONFIG_MMAP_SIZE)", configured);
    if (symbols.find(HEAP_INSTALL).isPresent()) {
      require(HEAP_INSTALL, (int) call(HEAP_INSTALL, FunctionDescriptor.of(JAVA_INT)));
    }
    require(
        "sqlite3_initialize", (int) call("sqlite3_initialize", FunctionDescriptor.of(JAVA_INT)));
    if (symbols.find(BOUND_FUNCTIONS).isPresent()) {
      Object _ = call(BOUND_FUNCTIONS, FunctionDescriptor.ofVoid());
    }
  }

  private static void require(String function, int code) {
    if (code != Native.OK) {
      throw new IllegalStateException(
          function + " failed with " + ResultCode.of(code).sqliteName());
    }
  }

  private Object call(String function, FunctionDescriptor descriptor, Object... arguments) {
    return invoke(handle(function, descriptor), arguments);
  }

  private MethodHandle handle(
      String function, FunctionDescriptor descriptor, Linker.Option... options) {
    return Native.link(symbols, function, descriptor, options);
  }

  private static Object invoke(MethodHandle handle, Object... arguments) {
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }
}
