package io.dosql.engine.archive.log;

import io.dosql.engine.log.StoredPart;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Gathers the index of a log object while its parts are written. One thread. */
final class IndexBuilder {

  private final TreeMap<String, Tenant> tenants = new TreeMap<>();
  private @Nullable LastPart lastPart;
  private int parts;
  private int commits;
  private @Nullable Instant firstTime;
  private Instant lastTime = Instant.EPOCH;

  /** Adds a part that is written at an offset of the object. */
  void add(StoredPart part, long offset) {
    parts++;
    if (part.isLast()) {
      commits++;
      firstTime = firstTime == null ? part.time() : firstTime;
      lastTime = part.time();
    }
    tenants.computeIfAbsent(part.tenant(), Tenant::new).add(part, offset);
  }

  void setLastPart(LastPart part) {
    lastPart = part;
  }

  int parts() {
    return parts;
  }

  int commits() {
    return commits;
  }

  Instant firstTime() {
    return firstTime == null ? Instant.EPOCH : firstTime;
  }

  Instant lastTime() {
    return lastTime;
  }

  LogObjectIndex build() {
    return new LogObjectIndex(
        Optional.ofNullable(lastPart), tenants.values().stream().map(Tenant::entry).toList());
  }

  private static final class Tenant {
    private final String name;
    private final List<TenantEntry.Extent> extents = new ArrayList<>();
    private int parts;
    private long lowestLsn = Long.MAX_VALUE;
    private long highestLsn;
    private long firstCommit;
    private long lastCommit;
    private Instant firstTime = Instant.EPOCH;
    private Instant lastTime = Instant.EPOCH;

    Tenant(String name) {
      this.name = name;
    }

    void add(StoredPart part, long offset) {
      parts++;
      lowestLsn = Math.min(lowestLsn, part.lsn());
      highestLsn = Math.max(highestLsn, part.lsn());
      if (part.isLast()) {
        if (firstCommit == 0) {
          firstCommit = part.lsn();
          firstTime = part.time();
        }
        lastCommit = part.lsn();
        lastTime = part.time();
      }
      int lengthBytes = part.bytes().remaining();
      if (!extents.isEmpty() && extents.getLast().end() == offset) {
        TenantEntry.Extent before = extents.removeLast();
        extents.add(
            new TenantEntry.Extent(
                before.offset(), Math.addExact(before.lengthBytes(), lengthBytes)));
      } else {
        extents.add(new TenantEntry.Extent(offset, lengthBytes));
      }
    }

    TenantEntry entry() {
      return new TenantEntry(
          name,
          parts,
          lowestLsn,
          highestLsn,
          firstCommit,
          lastCommit,
          firstTime,
          lastTime,
          extents);
    }
  }
}
