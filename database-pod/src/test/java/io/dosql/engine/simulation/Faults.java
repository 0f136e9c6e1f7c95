package io.dosql.engine.simulation;

import java.util.EnumMap;
import java.util.Map;

/** What goes wrong on a simulated volume, and how often. */
final class Faults {

  /** The kinds of files, since each fails the engine in another way. */
  enum Target {
    LOG,
    LOG_FOLDER,
    DATABASE,
    WAL,
    STATE,
    TENANT_FOLDER,
    OTHER;

    static Target of(String path, boolean isFolder) {
      if (path.contains("/log")) {
        return isFolder ? LOG_FOLDER : LOG;
      }
      if (isFolder) {
        return path.contains("/tenants") ? TENANT_FOLDER : OTHER;
      }
      if (path.endsWith("/data.db")) {
        return DATABASE;
      }
      if (path.endsWith("-wal")) {
        return WAL;
      }
      return path.contains("state.json") ? STATE : OTHER;
    }
  }

  /** Operations until the process ends in the middle of one; negative for never. */
  int operationsLeft = -1;

  /** All is well after the first failure. */
  boolean failsOnce;

  double shortWrites;
  double shortReads;

  /** How often the kernel writes back by itself, for each write. */
  double writeBacks = 0.02;

  private final Map<Target, Double> reads = new EnumMap<>(Target.class);
  private final Map<Target, Double> writes = new EnumMap<>(Target.class);
  private final Map<Target, Double> syncs = new EnumMap<>(Target.class);
  private final Map<Target, Double> nameChanges = new EnumMap<>(Target.class);

  static Faults none() {
    return new Faults();
  }

  Faults failReads(Target target, double probability) {
    reads.put(target, probability);
    return this;
  }

  Faults failWrites(Target target, double probability) {
    writes.put(target, probability);
    return this;
  }

  Faults failSyncs(Target target, double probability) {
    syncs.put(target, probability);
    return this;
  }

  Faults failNameChanges(Target target, double probability) {
    nameChanges.put(target, probability);
    return this;
  }

  /** Whether each operation succeeds, though it may be short. */
  boolean failsNothing() {
    return reads.isEmpty() && writes.isEmpty() && syncs.isEmpty() && nameChanges.isEmpty();
  }

  double read(Target target) {
    return reads.getOrDefault(target, 0.0);
  }

  double write(Target target) {
    return writes.getOrDefault(target, 0.0);
  }

  double sync(Target target) {
    return syncs.getOrDefault(target, 0.0);
  }

  double nameChange(Target target) {
    return nameChanges.getOrDefault(target, 0.0);
  }
}
