package io.dosql.engine.archive.log;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.archive.store.ObjectStore;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Keeps the snapshots of lines that have log objects: chains may stand on them. It does not matter
 * whether anything is archived by now; what was archived stays restorable.
 */
public final class ArchivedSnapshots implements SnapshotUse {

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final BiConsumer<String, Set<String>> released;

  /** {@code released}: hears of a line and its tenants whose snapshots backups no longer need. */
  public ArchivedSnapshots(
      ObjectStore store, ArchiveLayout layout, BiConsumer<String, Set<String>> released) {
    this.store = store;
    this.layout = layout;
    this.released = released;
  }

  @Override
  public boolean isKept(String line) {
    return new LogObjects(store, layout, line).listAfter(0).findFirst().isPresent();
  }

  @Override
  public void released(String line, Set<String> tenants) {
    released.accept(line, tenants);
  }
}
