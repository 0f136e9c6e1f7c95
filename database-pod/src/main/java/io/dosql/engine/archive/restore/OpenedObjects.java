package io.dosql.engine.archive.restore;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.archive.log.LogObject;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;

/**
 * A line's log objects that one order has looked at last: all tenants are looked for in the same
 * ones, and what a plan names was looked at for it. Bounded. Any number of threads; the lock is not
 * held while the store is read, so that two of them may read the same.
 */
final class OpenedObjects {

  private static final int OBJECTS_MAX = 128;

  /**
   * Tenants and extents in all indexes that are remembered. Some 40 bytes each, together those of
   * ten objects that are as full as they can be, or of a hundred usual ones.
   */
  static final int INDEX_ENTRIES_MAX = 1 << 20;

  /** Objects that are read ahead at once. */
  static final int AHEAD_MAX = 4;

  private final LogObjects objects;
  private final int indexEntriesMax;
  private final ReentrantLock lock = new ReentrantLock();

  /** In the order in which they were asked for; empty for one that is not there. */
  @GuardedBy("lock")
  private final SequencedMap<Long, Optional<SeenObject>> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Optional<SeenObject>> eldest) {
          return size() > OBJECTS_MAX;
        }
      };

  /** Those that are being read, by number. */
  @GuardedBy("lock")
  private final Map<Long, FutureTask<Optional<SeenObject>>> ahead = new HashMap<>();

  OpenedObjects(LogObjects objects) {
    this(objects, INDEX_ENTRIES_MAX);
  }

  /** {@code indexEntriesMax}: instead of {@link #INDEX_ENTRIES_MAX}. */
  OpenedObjects(LogObjects objects, int indexEntriesMax) {
    this.objects = objects;
    this.indexEntriesMax = indexEntriesMax;
  }

  /** Empty if there is no such object, or was none when it was first looked for. */
  Optional<SeenObject> find(long number) {
    FutureTask<Optional<SeenObject>> coming;
    lock.lock();
    try {
      coming = ahead.get(number);
    } finally {
      lock.unlock();
    }
    return coming == null ? knownOrRead(number) : result(number, coming);
  }

  private Optional<SeenObject> knownOrRead(long number) {
    lock.lock();
    try {
      Optional<SeenObject> known = remembered.get(number);
      if (known != null) {
        return known;
      }
    } finally {
      lock.unlock();
    }
    return remember(number, objects.find(number));
  }

  /**
   * Begins to read the headers and indexes of objects that will be asked for next, on other
   * threads. Why one of them could not be read is told to whoever asks for it.
   *
   * @param numbers the nearest first; beyond {@link #AHEAD_MAX} nothing is read yet
   */
  void readAhead(LongStream numbers) {
    List<FutureTask<Optional<SeenObject>>> begun = new ArrayList<>();
    lock.lock();
    try {
      for (long number : numbers.toArray()) {
        if (ahead.size() < AHEAD_MAX && !ahead.containsKey(number) && !isRead(number)) {
          FutureTask<Optional<SeenObject>> task = new FutureTask<>(() -> readWithIndex(number));
          ahead.put(number, task);
          begun.add(task);
        }
      }
    } finally {
      lock.unlock();
    }
    begun.forEach(task -> Thread.ofVirtual().name("log-object-ahead").start(task));
  }

  @GuardedBy("lock")
  private boolean isRead(long number) {
    Optional<SeenObject> known = remembered.get(number);
    return known != null && known.map(SeenObject::hasIndex).orElse(true);
  }

  private Optional<SeenObject> readWithIndex(long number) {
    try {
      Optional<SeenObject> read = knownOrRead(number);
      read.ifPresent(seen -> Objects.requireNonNull(seen.index()));
      return read;
    } finally {
      lock.lock();
      try {
        ahead.remove(number);
      } finally {
        lock.unlock();
      }
    }
  }

  /** What was read ahead; if that failed, it is tried again for whoever asks for it. */
  private Optional<SeenObject> result(long number, FutureTask<Optional<SeenObject>> coming) {
    try {
      return coming.get();
    } catch (ExecutionException failed) {
      return knownOrRead(number);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.STORAGE_UNAVAILABLE,
          "Interrupted while reading %s.".formatted(objects.key(number)),
          e);
    }
  }

  /** An object that must be there; {@code STORAGE_NOT_FOUND} if it is not. */
  SeenObject open(long number) {
    return find(number).or(() -> remember(number, Optional.of(objects.open(number)))).orElseThrow();
  }

  private Optional<SeenObject> remember(long number, Optional<LogObject> found) {
    Optional<SeenObject> seen = found.map(object -> new SeenObject(object, this::forgetIndexes));
    lock.lock();
    try {
      remembered.put(number, seen);
    } finally {
      lock.unlock();
    }
    return seen;
  }

  /** Of indexes that are too many the ones that were asked for longest ago. */
  private void forgetIndexes() {
    lock.lock();
    try {
      long entries = 0;
      for (Optional<SeenObject> seen : remembered.sequencedValues().reversed()) {
        entries += seen.map(SeenObject::indexEntries).orElse(0L);
        if (entries > indexEntriesMax) {
          seen.ifPresent(SeenObject::forgetIndex);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
