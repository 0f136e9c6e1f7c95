package io.dosql.engine.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Gathers damage while a log is read, and finds out what was in it from the directories behind it.
 * One use; not thread safe.
 */
final class DamageReport {

  private final List<LogDamage> settled = new ArrayList<>();

  /** Not told of yet. */
  private final List<LogDamage> pending = new ArrayList<>();

  /** What was found at the end of what is read so far, damaged stretches among it. */
  private final RecentBatches seen = new RecentBatches(Integer.MAX_VALUE);

  /** A stretch that does not check out, and the records in it that do. */
  void damaged(long start, long end, CorruptLogException fault, List<FoundRecord> salvaged) {
    pending.add(LogDamage.undescribed(start, end, fault));
    seen.add(start, end - start, content(salvaged));
  }

  /** A fault by which nothing can be lost. */
  void harmless(long position, CorruptLogException fault) {
    settled.add(
        LogDamage.undescribed(position, position + LogFormat.SECTOR_BYTES, fault)
            .describedBy(Map.of()));
  }

  /** A batch that checks out. */
  void sound(BatchHeader batch, List<FoundRecord> records) {
    seen.add(batch.position(), batch.lengthBytes(), content(records));
  }

  /** What a directory would tell of records. */
  static BatchDirectory content(List<FoundRecord> records) {
    BatchDirectory content = new BatchDirectory();
    records.forEach(record -> content.add(record.tenant(), record.header().lsn()));
    return content;
  }

  /** Compares what a batch's directory tells with what was found; before that batch is added. */
  void directory(BatchHeader batch, BatchDirectory directory) {
    if (pending.isEmpty()) {
      return;
    }
    Map<String, LogDamage.LostLsns> missing = missing(directory, seen.since(batch.directoryFrom()));
    for (Iterator<LogDamage> all = pending.iterator(); all.hasNext(); ) {
      LogDamage damage = all.next();
      if (batch.directoryFrom() <= damage.start().bytes()) {
        settled.add(damage.describedBy(missing));
        all.remove();
      }
    }
  }

  private static Map<String, LogDamage.LostLsns> missing(
      BatchDirectory expected, BatchDirectory found) {
    Map<String, LogDamage.LostLsns> missing = new HashMap<>();
    expected
        .entries()
        .forEach(
            (tenant, entry) -> {
              BatchDirectory.Entry there = found.entries().get(tenant);
              if (there == null || there.parts() < entry.parts()) {
                missing.put(tenant, new LogDamage.LostLsns(entry.firstLsn(), entry.lastLsn()));
              }
            });
    return missing;
  }

  /** All damage in log order; what nobody told of is not described. */
  List<LogDamage> result() {
    List<LogDamage> all = new ArrayList<>(settled);
    all.addAll(pending);
    all.sort((a, b) -> a.start().compareTo(b.start()));
    return all;
  }
}
