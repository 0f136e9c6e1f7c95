package io.dosql.engine.sqlite;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one process share of one database file: its locks, and the memory of the
 * WAL's index. Within one process heap memory is as good as a mapped file.
 */
final class VfsLocks {

  static final int NONE = 0;
  static final int SHARED = 1;
  static final int RESERVED = 2;
  static final int PENDING = 3;
  static final int EXCLUSIVE = 4;

  private static final int SLOTS = 8;
  private static final int UNLOCK_FLAG = 1;
  private static final int SHARED_FLAG = 4;

  /** One connection's part in it. */
  static final class Holder {
    private int level = NONE;
    private int sharedSlots;
    private int exclusiveSlots;
    private boolean usesMemory;
  }

  private final List<Holder> holders = new ArrayList<>();
  private final List<NativeBuffer> regions = new ArrayList<>();
  private @Nullable Holder writer;

  Holder join() {
    Holder holder = new Holder();
    holders.add(holder);
    return holder;
  }

  /** Returns whether nobody is left. */
  boolean leave(Holder holder) {
    unlock(holder, NONE);
    unmap(holder);
    holders.remove(holder);
    return holders.isEmpty();
  }

  /** As SQLite's five levels demand; false for SQLITE_BUSY. */
  boolean lock(Holder self, int level) {
    if (self.level >= level) {
      return true;
    }
    if (level == SHARED) {
      if (writer != null && writer.level >= PENDING) {
        return false;
      }
      self.level = SHARED;
      return true;
    }
    if (writer != null && writer != self) {
      return false;
    }
    writer = self;
    if (level == EXCLUSIVE && holders.stream().anyMatch(h -> h != self && h.level >= SHARED)) {
      self.level = PENDING;
      return false;
    }
    self.level = level;
    return true;
  }

  void unlock(Holder self, int level) {
    if (self.level > level) {
      self.level = level;
      if (writer == self) {
        writer = null;
      }
    }
  }

  boolean isReserved() {
    return writer != null;
  }

  /** Address of a region of the WAL's index, 0 if it is not there and not to be made. */
  long map(Holder self, int region, int sizeBytes, boolean extend) {
    if (region >= regions.size() && !extend) {
      return 0;
    }
    self.usesMemory = true;
    while (regions.size() <= region) {
      NativeBuffer memory = NativeBuffer.allocate(sizeBytes);
      Native.MEMORY.asSlice(memory.address(), sizeBytes).fill((byte) 0);
      regions.add(memory);
    }
    return regions.get(region).address();
  }

  void unmap(Holder self) {
    self.usesMemory = false;
    self.sharedSlots = 0;
    self.exclusiveSlots = 0;
    if (holders.stream().noneMatch(holder -> holder.usesMemory)) {
      regions.forEach(NativeBuffer::free);
      regions.clear();
    }
  }

  /** The locks of the WAL's index; false for SQLITE_BUSY. */
  boolean lockSlots(Holder self, int first, int count, int flags) {
    if (first < 0 || first + count > SLOTS) {
      throw new IllegalArgumentException("slots %d, %d".formatted(first, count));
    }
    int mask = ((1 << count) - 1) << first;
    if ((flags & UNLOCK_FLAG) != 0) {
      self.sharedSlots &= ~mask;
      self.exclusiveSlots &= ~mask;
      return true;
    }
    boolean isShared = (flags & SHARED_FLAG) != 0;
    for (Holder other : holders) {
      int taken = isShared ? other.exclusiveSlots : other.exclusiveSlots | other.sharedSlots;
      if (other != self && (taken & mask) != 0) {
        return false;
      }
    }
    if (isShared) {
      self.sharedSlots |= mask;
    } else {
      self.exclusiveSlots |= mask;
    }
    return true;
  }
}
