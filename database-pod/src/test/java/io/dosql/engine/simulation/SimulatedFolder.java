package io.dosql.engine.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A directory: its names now, and those that a power loss leaves. */
final class SimulatedFolder implements SimulatedNode {

  /**
   * A change that is not synced.
   *
   * @param node null for a deletion
   * @param renamedFrom the name that the node had
   */
  private record Change(String name, @Nullable SimulatedNode node, @Nullable String renamedFrom) {}

  private TreeMap<String, SimulatedNode> names = new TreeMap<>();
  private TreeMap<String, SimulatedNode> durable = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();

  SortedMap<String, SimulatedNode> names() {
    return names;
  }

  SortedMap<String, SimulatedNode> durable() {
    return durable;
  }

  void add(String name, SimulatedNode node) {
    names.put(name, node);
    changes.add(new Change(name, node, null));
  }

  void remove(String name) {
    names.remove(name);
    changes.add(new Change(name, null, null));
  }

  void rename(String from, String to) {
    SimulatedNode node = names.remove(from);
    names.put(to, node);
    changes.add(new Change(to, node, from));
  }

  void sync() {
    changes.clear();
    durable = new TreeMap<>(names);
  }

  /** Any of the unsynced changes are on disk, and the others are not. */
  void losePower(Random random, double kept) {
    for (Change change : changes) {
      if (random.nextDouble() < kept) {
        apply(change);
      }
    }
    changes.clear();
    names = new TreeMap<>(durable);
  }

  private void apply(Change change) {
    if (change.renamedFrom() != null) {
      SimulatedNode moved = durable.remove(change.renamedFrom());
      if (moved != null) {
        durable.put(change.name(), moved);
      }
    } else if (change.node() != null) {
      durable.put(change.name(), change.node());
    } else {
      durable.remove(change.name());
    }
  }
}
