package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All objects, in memory and in their folder, and the history that watches read.
 *
 * <p>Stored nodes are never changed: a write stores a new tree. Every read and write holds one
 * lock, files are written under it: one person's machine has few writes, and an object that was
 * answered is on disk.
 */
final class ObjectStore {

  /** How many changes a watch may lag behind before it must list again. */
  static final int HISTORY_MAX = 10_000;

  /** How many objects are stored at most; an error names this limit. */
  static final int OBJECTS_MAX = 20_000;

  /**
   * Resource versions are reserved on disk in steps of this size, so that a restart never gives one
   * out again.
   */
  private static final long VERSION_STEP = 1_000;

  enum ChangeType {
    ADDED,
    MODIFIED,
    DELETED
  }

  /**
   * One change.
   *
   * @param object the object after the change; for a deletion as it was, with the deletion's
   *     version
   * @param previous the object before the change
   */
  record Change(
      long version,
      ChangeType type,
      ObjectKey key,
      ObjectNode object,
      @Nullable ObjectNode previous) {}

  /** Objects, and the version at which they were seen together. */
  record Listing(List<ObjectNode> objects, long version) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
  private final Deque<Change> history = new ArrayDeque<>();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final ObjectFolder folder;
  private long version;
  private long reservedVersion;

  /** The version before the oldest change in the history. */
  private long historyStart;

  ObjectStore(ObjectFolder folder) throws IOException {
    this.folder = folder;
    this.version = folder.loadVersion();
    this.reservedVersion = version;
    this.historyStart = version;
  }

  /** Takes an object over from the folder, without a change that watches would see. */
  void restore(ObjectKey key, ObjectNode object) {
    lock.lock();
    try {
      objects.put(key, object);
    } finally {
      lock.unlock();
    }
  }

  /** Runs a whole read-modify-write; nothing else changes meanwhile. */
  <T> T atomically(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  @Nullable ObjectNode get(ObjectKey key) {
    return atomically(() -> objects.get(key));
  }

  /** Objects of one resource, of one namespace or (with an empty one) of all. */
  Listing list(String resource, String namespace) {
    return atomically(() -> new Listing(select(resource, namespace), version));
  }

  private List<ObjectNode> select(String resource, String namespace) {
    List<ObjectNode> found = new ArrayList<>();
    for (var entry : objects.tailMap(new ObjectKey(resource, namespace, "")).entrySet()) {
      ObjectKey key = entry.getKey();
      if (!key.resource().equals(resource)
          || (!namespace.isEmpty() && !key.namespace().equals(namespace))) {
        break;
      }
      found.add(entry.getValue());
    }
    return found;
  }

  Collection<ObjectNode> all() {
    return atomically(() -> List.copyOf(objects.values()));
  }

  /** Stores an object and gives it the next resource version; durable on return. */
  ObjectNode put(ObjectKey key, ObjectNode object) {
    return atomically(
        () -> {
          ObjectNode previous = objects.get(key);
          if (previous == null && objects.size() >= OBJECTS_MAX) {
            throw ApiException.of(
                507,
                "InsufficientStorage",
                "the embedded API stores at most " + OBJECTS_MAX + " objects (OBJECTS_MAX)");
          }
          long next = nextVersion();
          ObjectNode stored = withVersion(object, next);
          folder.store(key, stored);
          objects.put(key, stored);
          publish(
              new Change(
                  next,
                  previous == null ? ChangeType.ADDED : ChangeType.MODIFIED,
                  key,
                  stored,
                  previous));
          return stored;
        });
  }

  /** Removes an object; durable on return. */
  ObjectNode remove(ObjectKey key) {
    return atomically(
        () -> {
          ObjectNode previous = objects.get(key);
          if (previous == null) {
            throw new IllegalStateException("no object " + key);
          }
          long next = nextVersion();
          ObjectNode removed = withVersion(previous, next);
          folder.remove(key);
          objects.remove(key);
          publish(new Change(next, ChangeType.DELETED, key, removed, previous));
          return removed;
        });
  }

  private static ObjectNode withVersion(ObjectNode object, long version) {
    ObjectNode copy = object.deepCopy();
    Json.objectIn(copy, "metadata").put("resourceVersion", Long.toString(version));
    return copy;
  }

  private long nextVersion() {
    if (version == reservedVersion) {
      folder.storeVersion(version + VERSION_STEP);
      reservedVersion = version + VERSION_STEP;
    }
    return ++version;
  }

  private void publish(Change change) {
    history.addLast(change);
    if (history.size() > HISTORY_MAX) {
      historyStart = history.removeFirst().version();
    }
    watches.forEach(watch -> watch.offer(change));
  }

  /**
   * Opens a watch on everything that changes after a version. The caller closes it.
   *
   * @throws ApiException 410 if the history does not go back that far
   */
  Watch watch(long afterVersion) {
    return atomically(
        () -> {
          if (afterVersion < historyStart || afterVersion > version) {
            throw ApiException.expired(
                "too old resource version: " + afterVersion + " (" + historyStart + ")");
          }
          Watch watch = new Watch(watches::remove);
          history.stream().filter(change -> change.version() > afterVersion).forEach(watch::offer);
          watches.add(watch);
          return watch;
        });
  }

  /** Ends every watch. */
  void closeWatches() {
    List.copyOf(watches).forEach(Watch::close);
  }
}
