package io.dosql.engine.sqlite;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time into a connection that SQLite itself does not lock, because two at once
 * would bring the JVM down. Nobody waits: a second thread gets an IllegalStateException. A thread
 * may enter again while it is inside; while one of its calls runs a callback, it may not.
 *
 * <p>Cost: one compare-and-set for the outermost entry, a plain read for those inside.
 */
final class OwnerGuard {

  private static final VarHandle OWNER = ownerHandle();

  /** Stands for the owner while a callback runs. */
  private static final Object CALLBACK = new Object();

  // Invariant: null when nobody is inside, else the thread inside, or CALLBACK.
  @SuppressWarnings("UnusedVariable") // Accessed through OWNER.
  private volatile @Nullable Object owner;

  /**
   * Enters; pass the result to {@link #exit}.
   *
   * @return whether this is the outermost entry
   * @throws IllegalStateException if another thread is inside, or a callback runs
   */
  boolean enter() {
    Thread current = Thread.currentThread();
    // Only this thread can have stored itself, so a plain read finds it without fail.
    if (OWNER.get(this) == current) {
      return false;
    }
    if (!OWNER.compareAndSet(this, null, current)) {
      throw refused();
    }
    return true;
  }

  /** Leaves. Must be called by the thread that entered. */
  void exit(boolean outermost) {
    if (outermost) {
      OWNER.setRelease(this, null);
    }
  }

  /** Whether the calling thread is inside. */
  boolean isHeldByCurrentThread() {
    return OWNER.get(this) == Thread.currentThread();
  }

  /** Shuts out the thread inside, which is the calling one, for the time of a callback. */
  void beginCallback() {
    OWNER.setRelease(this, CALLBACK);
  }

  /** Lets the calling thread back in. */
  void endCallback() {
    OWNER.setRelease(this, Thread.currentThread());
  }

  private IllegalStateException refused() {
    return new IllegalStateException(
        owner == CALLBACK
            ? "the connection cannot be used from within one of its callbacks"
            : "the connection is in use by another thread");
  }

  private static VarHandle ownerHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(OwnerGuard.class, "owner", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
