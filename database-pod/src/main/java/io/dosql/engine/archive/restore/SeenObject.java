package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.log.LogObject;
import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.archive.log.LogObjectIndex;
import io.dosql.engine.archive.log.TenantEntry;
import io.dosql.engine.log.LoggedPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log object whose index is read once, unless it is forgotten. Any number of threads. */
final class SeenObject {

  /**
   * An index in memory.
   *
   * @param entries its tenants and their extents
   */
  private record HeldIndex(LogObjectIndex index, long entries) {

    static HeldIndex of(LogObjectIndex index) {
      return new HeldIndex(
          index, index.tenants().stream().mapToLong(entry -> 1L + entry.extents().size()).sum());
    }
  }

  private final LogObject object;
  private final Runnable indexRead;
  private volatile @Nullable HeldIndex held;

  /** {@code indexRead}: called after each time that the index was read. */
  SeenObject(LogObject object, Runnable indexRead) {
    this.object = object;
    this.indexRead = indexRead;
  }

  LogObject object() {
    return object;
  }

  LogObjectHeader header() {
    return object.header();
  }

  /** Whether a commit of a tenant, or one before it, begins here. */
  boolean begins(long lsn, TenantEntry entry) {
    if (entry.lowestLsn() != lsn) {
      return entry.lowestLsn() < lsn;
    }
    boolean[] isFirst = {false};
    visitParts(entry, part -> isFirst[0] |= part.part().lsn() == lsn && part.part().isFirst());
    return isFirst[0];
  }

  /** Shows a tenant's parts, in the order of the log. */
  void visitParts(TenantEntry entry, Consumer<LoggedPart> visitor) {
    try {
      object.visitParts(entry, visitor::accept);
    } catch (IOException e) {
      throw new UncheckedIOException("the visitor throws nothing", e);
    }
  }

  LogObjectIndex index() {
    HeldIndex known = held;
    if (known == null) {
      known = HeldIndex.of(object.index());
      held = known;
      indexRead.run();
    }
    return known.index();
  }

  /** Whether the index need not be read. */
  boolean hasIndex() {
    return held != null;
  }

  /** Tenants and extents of the index, as long as it is in memory. */
  long indexEntries() {
    HeldIndex known = held;
    return known == null ? 0 : known.entries();
  }

  void forgetIndex() {
    held = null;
  }
}
