package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The functions that C calls: one of each kind for all connections, alive as long as the process.
 * So no stub can go away while it is registered, and a tenant costs no code memory.
 */
// The entry points are found by name and called by C, which gives more than is needed.
@SuppressWarnings({"UnusedMethod", "UnusedVariable"})
final class HookStubs {

  private static final Logger LOG = LoggerFactory.getLogger(HookStubs.class);
  private static final int GIVE_UP = 1;

  /** Mutable, and static for the same reason as the stubs: C reaches it through a number alone. */
  static final HookTable REGISTERED = new HookTable();

  static final long AUTHORIZER =
      stub(
          "onAuthorize",
          int.class,
          long.class,
          int.class,
          long.class,
          long.class,
          long.class,
          long.class);
  static final long PROGRESS_HANDLER = stub("onProgress", int.class, long.class);
  static final long COMMIT_HOOK = stub("onCommit", int.class, long.class);
  static final long ROLLBACK_HOOK = stub("onRollback", void.class, long.class);
  static final long WAL_HOOK =
      stub("onWalCommit", int.class, long.class, long.class, long.class, int.class);
  static final long PREUPDATE_HOOK =
      stub(
          "onPreupdate",
          void.class,
          long.class,
          long.class,
          int.class,
          long.class,
          long.class,
          long.class,
          long.class);

  private HookStubs() {}

  // Called from native code only. Each must catch everything: see Hooks.

  private static int onAuthorize(
      long slot, int action, long first, long second, long database, long trigger) {
    try {
      return REGISTERED.get(slot).authorize(action, first, second, database, trigger);
    } catch (Throwable e) {
      return refuse(e);
    }
  }

  private static int onProgress(long slot) {
    try {
      return REGISTERED.get(slot).progress();
    } catch (Throwable e) {
      return refuse(e);
    }
  }

  private static int onCommit(long slot) {
    try {
      return REGISTERED.get(slot).commit();
    } catch (Throwable e) {
      return refuse(e);
    }
  }

  private static void onRollback(long slot) {
    try {
      REGISTERED.get(slot).rolledBack();
    } catch (Throwable e) {
      refuse(e);
    }
  }

  private static int onWalCommit(long slot, long connection, long schema, int frames) {
    try {
      return REGISTERED.get(slot).walCommitted(frames);
    } catch (Throwable e) {
      return refuse(e);
    }
  }

  private static void onPreupdate(
      long slot,
      long connection,
      int operation,
      long schema,
      long table,
      long oldRowid,
      long newRowid) {
    try {
      REGISTERED.get(slot).preupdate(operation, schema, table, oldRowid, newRowid);
    } catch (Throwable e) {
      refuse(e);
    }
  }

  /** For what goes wrong outside the user's callback; nobody can be told but the log. */
  private static int refuse(Throwable e) {
    try {
      LOG.error("A callback from SQLite could not be delivered", e);
    } catch (Throwable ignored) {
      // Logging itself fails, as when memory has run out. Still nothing may leave.
      return GIVE_UP;
    }
    return GIVE_UP;
  }

  @SuppressWarnings("restricted") // This is where the binding is made.
  private static long stub(String method, Class<?> returns, Class<?>... parameters) {
    try {
      MethodHandle target =
          MethodHandles.lookup()
              .findStatic(HookStubs.class, method, MethodType.methodType(returns, parameters));
      return Linker.nativeLinker()
          .upcallStub(target, descriptor(target.type()), Arena.global())
          .address();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static FunctionDescriptor descriptor(MethodType type) {
    MemoryLayout[] arguments =
        type.parameterList().stream()
            .map(t -> t == int.class ? JAVA_INT : POINTER)
            .toArray(MemoryLayout[]::new);
    return type.returnType() == void.class
        ? FunctionDescriptor.ofVoid(arguments)
        : FunctionDescriptor.of(JAVA_INT, arguments);
  }
}
