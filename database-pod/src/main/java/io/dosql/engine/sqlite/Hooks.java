package io.dosql.engine.sqlite;

import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The callbacks of one connection. They run inside a native call, on the thread that made it. No
 * exception may leave them, or the JVM ends: what one throws is kept, SQLite is told to give up,
 * and whoever made the native call throws it on by {@link #throwIfFailed}.
 *
 * <p>Used under the connection's guard only, which is shut while a callback runs.
 */
final class Hooks {

  private static final int GO_ON = 0;
  private static final int GIVE_UP = 1;

  private final OwnerGuard guard;
  private @Nullable Authorizer authorizer;
  private @Nullable BooleanSupplier progressHandler;
  private @Nullable BooleanSupplier commitHook;
  private @Nullable Runnable rollbackHook;
  private @Nullable IntConsumer walHook;
  private @Nullable ChangeObserver changeObserver;
  private @Nullable PreupdateRow changingRow;
  private @Nullable SavepointOperation compiledSavepoint;
  private @Nullable Throwable failure;
  // Invariant: 0 until a callback is registered, then this object's place in the table of stubs.
  private int slot;

  Hooks(OwnerGuard guard) {
    this.guard = guard;
  }

  void setAuthorizer(long connection, @Nullable Authorizer replacement) {
    if (replacement == null && changeObserver != null) {
      throw new IllegalStateException("a change observer needs an authorizer");
    }
    // Here and below: the field is set before C may call, and stays set until C no longer does.
    authorizer = replacement == null ? authorizer : replacement;
    HookCalls.setAuthorizer(
        connection, function(replacement, HookStubs.AUTHORIZER), slotFor(replacement));
    authorizer = replacement;
  }

  void setProgressHandler(
      long connection, int instructions, @Nullable BooleanSupplier replacement) {
    progressHandler = replacement == null ? progressHandler : replacement;
    HookCalls.setProgressHandler(
        connection,
        instructions,
        function(replacement, HookStubs.PROGRESS_HANDLER),
        slotFor(replacement));
    progressHandler = replacement;
  }

  void setCommitHook(long connection, @Nullable BooleanSupplier replacement) {
    commitHook = replacement == null ? commitHook : replacement;
    HookCalls.setCommitHook(
        connection, function(replacement, HookStubs.COMMIT_HOOK), slotFor(replacement));
    commitHook = replacement;
  }

  void setRollbackHook(long connection, @Nullable Runnable replacement) {
    rollbackHook = replacement == null ? rollbackHook : replacement;
    HookCalls.setRollbackHook(
        connection, function(replacement, HookStubs.ROLLBACK_HOOK), slotFor(replacement));
    rollbackHook = replacement;
  }

  void setWalHook(long connection, @Nullable IntConsumer replacement) {
    walHook = replacement == null ? walHook : replacement;
    HookCalls.setWalHook(
        connection, function(replacement, HookStubs.WAL_HOOK), slotFor(replacement));
    walHook = replacement;
  }

  /** Only where the library has {@link Capability#PREUPDATE_HOOK}. */
  void setChangeObserver(long connection, ChangeObserver observer) {
    if (authorizer == null || changeObserver != null) {
      throw new IllegalStateException("a change observer is set once, after an authorizer");
    }
    changingRow = new PreupdateRow(connection);
    changeObserver = observer;
    PreupdateCalls.setHook(connection, HookStubs.PREUPDATE_HOOK, slotFor(observer));
  }

  @Nullable ChangeObserver changeObserver() {
    return changeObserver;
  }

  /** Before a statement is compiled. */
  void forgetSavepoint() {
    compiledSavepoint = null;
  }

  /** What the statement that was just compiled does to a savepoint; null for nothing. */
  @Nullable SavepointOperation compiledSavepoint() {
    return compiledSavepoint;
  }

  /** Must not be called before C has forgotten the connection. */
  void unregister() {
    if (changingRow != null) {
      changingRow.free();
      changingRow = null;
    }
    if (slot != 0) {
      HookStubs.REGISTERED.remove(slot);
      slot = 0;
    }
  }

  boolean hasFailed() {
    return failure != null;
  }

  /** Throws what a callback threw during the native call that has just returned. */
  void throwIfFailed() {
    Throwable thrown = takeFailure();
    if (thrown != null) {
      throw Native.unexpected(thrown);
    }
  }

  /** What a callback threw during the native call that has just returned; null for nothing. */
  @Nullable Throwable takeFailure() {
    Throwable thrown = failure;
    failure = null;
    return thrown;
  }

  int authorize(int actionCode, long first, long second, long database, long trigger) {
    guard.beginCallback();
    try {
      AuthorizerAction action = AuthorizerAction.of(actionCode);
      Authorizer current = authorizer;
      if (action == null || current == null) {
        return Authorizer.Decision.DENY.code();
      }
      if (action == AuthorizerAction.SAVEPOINT) {
        compiledSavepoint =
            new SavepointOperation(
                SavepointOperation.Action.valueOf(Native.string(first)), Native.string(second));
      }
      return current
          .authorize(
              action,
              Native.stringOrNull(first),
              Native.stringOrNull(second),
              Native.stringOrNull(database),
              Native.stringOrNull(trigger))
          .code();
    } catch (Throwable e) {
      keep(e);
      return Authorizer.Decision.DENY.code();
    } finally {
      guard.endCallback();
    }
  }

  int progress() {
    return ask(progressHandler);
  }

  int commit() {
    return ask(commitHook);
  }

  void rolledBack() {
    guard.beginCallback();
    try {
      Runnable current = rollbackHook;
      if (current != null) {
        current.run();
      }
    } catch (Throwable e) {
      keep(e);
    } finally {
      guard.endCallback();
    }
  }

  /** The commit has happened, so SQLite is told that all is well whatever the callback throws. */
  int walCommitted(int frames) {
    guard.beginCallback();
    try {
      IntConsumer current = walHook;
      if (current != null) {
        current.accept(frames);
      }
    } catch (Throwable e) {
      keep(e);
    } finally {
      guard.endCallback();
    }
    return GO_ON;
  }

  void preupdate(int operation, long schema, long table, long oldRowid, long newRowid) {
    guard.beginCallback();
    PreupdateRow row = changingRow;
    try {
      ChangeObserver current = changeObserver;
      if (row != null && current != null) {
        row.show(operation, schema, table, oldRowid, newRowid);
        current.changing(row);
      }
    } catch (Throwable e) {
      keep(e);
    } finally {
      if (row != null) {
        row.hide();
      }
      guard.endCallback();
    }
  }

  private int ask(@Nullable BooleanSupplier goOn) {
    guard.beginCallback();
    try {
      return goOn == null || goOn.getAsBoolean() ? GO_ON : GIVE_UP;
    } catch (Throwable e) {
      keep(e);
      return GIVE_UP;
    } finally {
      guard.endCallback();
    }
  }

  private void keep(Throwable e) {
    if (failure == null) {
      failure = e;
    }
  }

  /** This object's slot, taken when the first callback is registered. */
  private int slotFor(@Nullable Object callback) {
    if (slot == 0 && callback != null) {
      slot = HookStubs.REGISTERED.add(this);
    }
    return slot;
  }

  private static long function(@Nullable Object callback, long stub) {
    return callback == null ? 0 : stub;
  }
}
