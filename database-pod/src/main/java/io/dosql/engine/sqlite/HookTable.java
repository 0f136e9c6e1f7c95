package io.dosql.engine.sqlite;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the {@link Hooks} of all connections, because C gives a callback no more than a number to
 * find its object by. Looking up takes no lock.
 */
final class HookTable {

  private static final int INITIAL_SLOTS = 64;

  // Guarded by this. Slot 0 is never given out: it is the null pointer.
  private final BitSet used = new BitSet();
  // Written under this. A slot is looked up only inside a native call of the connection that was
  // added, so the thread that looks has already seen the table that held it.
  private volatile @Nullable Hooks[] table = new @Nullable Hooks[INITIAL_SLOTS];

  HookTable() {
    used.set(0);
  }

  synchronized int add(Hooks hooks) {
    int slot = used.nextClearBit(0);
    @Nullable Hooks[] current = table;
    if (slot == current.length) {
      current = Arrays.copyOf(current, 2 * current.length);
    }
    current[slot] = hooks;
    used.set(slot);
    table = current;
    return slot;
  }

  synchronized void remove(int slot) {
    table[slot] = null;
    used.clear(slot);
  }

  Hooks get(long slot) {
    Hooks hooks = table[(int) slot];
    if (hooks == null) {
      throw new IllegalStateException("callback for a connection that is not registered: " + slot);
    }
    return hooks;
  }
}
