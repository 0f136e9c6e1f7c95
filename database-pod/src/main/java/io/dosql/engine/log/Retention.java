package io.dosql.engine.log;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who still needs which part of the log. Every change costs O(log n). Thread safe; a leaf among
 * locks.
 */
final class Retention {

  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. Invariant: the same holds as in {@link #byPosition}. */
  private final Map<String, LogHold> byHolder = new HashMap<>();

  /** Guarded by the lock. */
  private final TreeSet<LogHold> byPosition =
      new TreeSet<>(
          Comparator.<LogHold, LogPosition>comparing(LogHold::position)
              .thenComparing(LogHold::holder));

  /** Called without the lock after a change that may have made a segment free. */
  private final Runnable onRelease;

  Retention(Runnable onRelease) {
    this.onRelease = onRelease;
  }

  /** Sets a holder's position, wherever it was. */
  void hold(String holder, long position) {
    hold(new LogHold(holder, new LogPosition(position)));
  }

  void hold(LogHold hold) {
    boolean movedOldest;
    lock.lock();
    try {
      LogHold before = byHolder.put(hold.holder(), hold);
      if (hold.equals(before)) {
        return;
      }
      movedOldest = before != null && before.equals(byPosition.first());
      if (before != null) {
        byPosition.remove(before);
      }
      byPosition.add(hold);
    } finally {
      lock.unlock();
    }
    if (movedOldest) {
      onRelease.run();
    }
  }

  void release(String holder) {
    boolean movedOldest;
    lock.lock();
    try {
      LogHold before = byHolder.remove(holder);
      if (before == null) {
        return;
      }
      movedOldest = before.equals(byPosition.first());
      byPosition.remove(before);
    } finally {
      lock.unlock();
    }
    if (movedOldest) {
      onRelease.run();
    }
  }

  /** Those before a position, the oldest first. */
  List<LogHold> before(LogPosition position, int countMax) {
    lock.lock();
    try {
      return byPosition.headSet(new LogHold("", position)).stream().limit(countMax).toList();
    } finally {
      lock.unlock();
    }
  }

  Optional<LogHold> oldest() {
    lock.lock();
    try {
      return byPosition.isEmpty() ? Optional.empty() : Optional.of(byPosition.first());
    } finally {
      lock.unlock();
    }
  }
}
